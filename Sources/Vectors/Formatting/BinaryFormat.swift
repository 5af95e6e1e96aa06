import Basics

/// Values in PostgreSQL's binary send and receive formats.
package enum BinaryFormat {
    static func malformed(_ type: SQLType) -> SQLError {
        SQLError(
            .invalidBinaryRepresentation, "incorrect binary data format for type \(type.name)")
    }

    /// Appends the binary form of a row that is not NULL, without a length before it.
    package static func append<Sink: ByteSink>(
        _ vector: Vector, row: Int, to sink: inout Sink
    ) {
        let row = row & vector.rowMask
        switch vector.physical {
        case .bool: sink.write(byte: vector.pointer(UInt8.self)[row])
        case .int16: sink.write(bigEndian: vector.pointer(Int16.self)[row])
        case .int32: sink.write(bigEndian: vector.pointer(Int32.self)[row])
        case .int64:
            let value = vector.pointer(Int64.self)[row]
            if case .numeric(_, let scale) = vector.type {
                append(numeric: Int128(value), scale: scale, to: &sink)
            } else {
                sink.write(bigEndian: value)
            }
        case .int128:
            guard case .numeric(_, let scale) = vector.type else { return }
            append(numeric: vector.pointer(Int128.self)[row], scale: scale, to: &sink)
        case .decimal:
            let value = vector.pointer(Decimal.self)[row]
            if value.isNaN {
                for word in [0, 0, 0xC000, 0] as [UInt16] { sink.write(bigEndian: word) }
            } else {
                append(numeric: value.mantissa, scale: Int(value.scale), to: &sink)
            }
        case .float32: sink.write(bigEndian: vector.pointer(Float.self)[row].bitPattern)
        case .float64: sink.write(bigEndian: vector.pointer(Double.self)[row].bitPattern)
        case .uuid:
            let value = vector.pointer(UUIDBytes.self)[row]
            sink.write(bigEndian: value.high)
            sink.write(bigEndian: value.low)
        case .interval:
            let value = vector.pointer(Interval.self)[row]
            sink.write(bigEndian: value.microseconds)
            sink.write(bigEndian: value.days)
            sink.write(bigEndian: value.months)
        case .bytes:
            if vector.type == .jsonb { sink.write(byte: 1) }
            sink.write(vector.pointer(StringView.self)[row].buffer)
        }
    }

    /// As above, for callers that collect into an array or a raw buffer.
    package static func append(_ vector: Vector, row: Int, into bytes: inout [UInt8]) {
        append(vector, row: row, to: &bytes)
    }
    package static func append(_ vector: Vector, row: Int, into sink: RawSink) {
        var sink = sink
        append(vector, row: row, to: &sink)
    }

    static func append(_ datum: Datum, _ type: SQLType, to out: inout [UInt8]) {
        append(Vector.constant(datum, type, count: 1), row: 0, to: &out)
    }

    /// Writes the number of bytes that follow a four-byte slot into the slot.
    static func patchLength(_ out: inout [UInt8], at slot: Int) {
        let length = UInt32(truncatingIfNeeded: out.count - slot - 4)
        for index in 0..<4 {
            out[slot + index] = UInt8(truncatingIfNeeded: length >> UInt32(24 - index * 8))
        }
    }

    /// Base-10,000 digits: count, weight, sign, display scale, then the digits.
    static func append<Sink: ByteSink>(
        numeric mantissa: Int128, scale: Int, to sink: inout Sink
    ) {
        // Align the fraction to groups of four digits: at most 38 + 3 digits in 11 groups.
        let padding = (4 - scale % 4) % 4
        let fractionGroups = (scale + padding) / 4
        var groups: [UInt16] = []
        let factor = UInt128(PowerOfTen.table[padding])
        let product = mantissa.magnitude.multipliedFullWidth(by: factor)
        var (high, low) = (product.high, product.low)
        while high != 0 || low != 0 {
            let quotient = high / 10_000
            let (next, remainder) = UInt128(10_000).dividingFullWidth((high % 10_000, low))
            groups.append(UInt16(truncatingIfNeeded: remainder))
            (high, low) = (quotient, next)
        }
        var weight = groups.count - 1 - fractionGroups
        var trailing = 0
        while trailing < groups.count, groups[trailing] == 0 { trailing += 1 }
        let digits = groups[trailing...].reversed()
        if digits.isEmpty { weight = 0 }
        sink.write(bigEndian: UInt16(digits.count))
        sink.write(bigEndian: Int16(truncatingIfNeeded: weight))
        sink.write(bigEndian: UInt16(mantissa < 0 ? 0x4000 : 0))
        sink.write(bigEndian: UInt16(truncatingIfNeeded: scale))
        for digit in digits { sink.write(bigEndian: digit) }
    }

    /// Writes the value of a binary form to a row within the vector's capacity.
    package static func parse(
        _ raw: UnsafeRawBufferPointer, _ type: SQLType, into vector: Vector, row: Int,
        arena: StringArena
    ) throws {
        do {
            var reader = ByteReader(raw)
            try read(&reader, type, into: vector, row: row, arena: arena)
            guard reader.isAtEnd else { throw malformed(type) }
        } catch is ByteReaderError {
            throw SQLError(.invalidBinaryRepresentation, "insufficient data left in message")
        }
        if let validity = vector.validity { validity[row] = 1 }
    }

    /// The value of a binary form as a single datum.
    package static func datum(_ bytes: [UInt8], _ type: SQLType) throws -> Datum {
        let vector = Vector(type, capacity: 1)
        let arena = StringArena()
        try bytes.withUnsafeBytes {
            try parse($0, type, into: vector, row: 0, arena: arena)
        }
        vector.count = 1
        return withExtendedLifetime(arena) { vector.datum(at: 0) }
    }

    private static func read(
        _ reader: inout ByteReader, _ type: SQLType, into vector: Vector, row: Int,
        arena: StringArena
    ) throws {
        switch vector.physical {
        case .bool:
            vector.pointer(UInt8.self)[row] =
                type == .void ? 0 : try reader.integer(UInt8.self) == 0 ? 0 : 1
        case .int16: vector.pointer(Int16.self)[row] = Int16(bigEndian: try reader.integer())
        case .int32:
            let value = Int32(bigEndian: try reader.integer())
            if type == .date, Calendar.isFinite(value), !Calendar.isValid(day: Int(value)) {
                throw Calendar.dateOutOfRange()
            }
            vector.pointer(Int32.self)[row] = value
        case .int64:
            if case .numeric(let precision, let scale) = type {
                let value = try DecimalCast.fit(
                    numeric(&reader, type), precision: precision, scale: scale)
                vector.pointer(Int64.self)[row] = Int64(truncatingIfNeeded: value)
                return
            }
            let value = Int64(bigEndian: try reader.integer())
            switch type {
            case .time:
                guard value >= 0, value <= Calendar.microsecondsPerDay else {
                    throw SQLError(.datetimeFieldOverflow, "time out of range")
                }
            case .timestamp, .timestamptz:
                guard !Calendar.isFinite(value) || Calendar.isValid(timestamp: value) else {
                    throw Calendar.timestampOutOfRange()
                }
            default: break
            }
            vector.pointer(Int64.self)[row] = value
        case .int128:
            guard case .numeric(let precision, let scale) = type else { throw malformed(type) }
            vector.pointer(Int128.self)[row] = try DecimalCast.fit(
                numeric(&reader, type), precision: precision, scale: scale)
        case .decimal: vector.pointer(Decimal.self)[row] = try numeric(&reader, type)
        case .float32:
            vector.pointer(Float.self)[row] = Float(
                bitPattern: UInt32(bigEndian: try reader.integer()))
        case .float64:
            vector.pointer(Double.self)[row] = Double(
                bitPattern: UInt64(bigEndian: try reader.integer()))
        case .uuid:
            vector.pointer(UUIDBytes.self)[row] = UUIDBytes(
                high: UInt64(bigEndian: try reader.integer()),
                low: UInt64(bigEndian: try reader.integer()))
        case .interval:
            let micros = Int64(bigEndian: try reader.integer())
            let days = Int32(bigEndian: try reader.integer())
            vector.pointer(Interval.self)[row] = Interval(
                months: Int32(bigEndian: try reader.integer()), days: days, microseconds: micros)
        case .bytes:
            vector.pointer(StringView.self)[row] = try bytes(&reader, type, arena)
        }
    }

    private static func bytes(
        _ reader: inout ByteReader, _ type: SQLType, _ arena: StringArena
    ) throws -> StringView {
        if type == .jsonb {
            let version = try reader.integer(UInt8.self)
            guard version == 1 else {
                throw SQLError(
                    .internalError, "unsupported jsonb version number \(version)")
            }
        }
        let raw = try reader.slice(reader.remaining).assumingMemoryBound(to: UInt8.self)
        switch type {
        case .bytea, .singleChar: return arena.copy(raw)
        case .array(let element):
            let value = try ArrayValue(raw)
            guard
                value.element.family == element.family
                    || (value.element.isString && element.isString)
            else {
                throw SQLError(.datatypeMismatch, "wrong element type")
            }
            return arena.copy(raw)
        case .int2vector, .oidvector:
            _ = try ArrayValue(raw)
            return arena.copy(raw)
        case .varchar(let limit?):
            try Strings.validate(raw)
            return arena.copy(try Strings.truncated(raw, to: limit, type: type, explicit: false))
        case .char(let length) where length > 0:
            try Strings.validate(raw)
            return try Strings.padded(raw, to: length, arena: arena, explicit: false)
        case .json:
            try Strings.validate(raw)
            try JSONText.validate(raw)
            return arena.copy(raw)
        case .jsonb:
            try Strings.validate(raw)
            return try JSONValue(raw).text.withUnsafeBufferPointer { arena.copy($0) }
        default:
            try Strings.validate(raw)
            return arena.copy(raw)
        }
    }

    private static func numeric(_ reader: inout ByteReader, _ type: SQLType) throws -> Decimal {
        let count = Int(UInt16(bigEndian: try reader.integer()))
        let weight = Int(Int16(bigEndian: try reader.integer()))
        let sign = UInt16(bigEndian: try reader.integer())
        let scale = Int(UInt16(bigEndian: try reader.integer()))
        switch sign {
        case 0, 0x4000: break
        case 0xC000: return .nan
        case 0xD000, 0xF000: throw SQLError.unsupported("numeric infinity")
        default:
            throw SQLError(
                .invalidBinaryRepresentation, "invalid sign in external \"numeric\" value")
        }
        guard scale <= 0x3FFF else {
            throw SQLError(
                .invalidBinaryRepresentation, "invalid scale in external \"numeric\" value")
        }
        var mantissa: Int128 = 0
        // The decimal exponent below the digits read so far.
        var exponent = (weight + 1) * 4
        for _ in 0..<count {
            let digit = UInt16(bigEndian: try reader.integer())
            guard digit < 10_000 else {
                throw SQLError(
                    .invalidBinaryRepresentation, "invalid digit in external \"numeric\" value")
            }
            // Digits past the display scale are dropped, as the receiver truncates.
            let kept = min(4, max(0, scale + exponent))
            let (shifted, overflow) = mantissa.multipliedReportingOverflow(
                by: PowerOfTen.table[kept])
            guard !overflow else { throw Decimal.overflow() }
            mantissa = shifted + Int128(digit) / PowerOfTen.table[4 - kept]
            exponent -= kept == 4 ? 4 : kept
            guard mantissa <= PowerOfTen.limit else { throw Decimal.overflow() }
        }
        guard scale <= Decimal.maxScale,
            mantissa == 0 || scale + exponent <= 38,
            let value = Decimal.rescale(mantissa, from: -exponent, to: scale)
        else { throw Decimal.overflow() }
        return Decimal(mantissa: sign == 0x4000 ? -value : value, scale: scale)
    }
}
