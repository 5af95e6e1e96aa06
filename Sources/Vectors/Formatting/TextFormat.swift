/// Text forms of values, as PostgreSQL's output functions write them.
package enum TextFormat {
    /// Bytes that the text of a fixed-size value takes at most.
    package static let fixedBytesMax = 128

    /// Appends the text of a row that is not NULL.
    package static func append<Sink: ByteSink>(
        _ vector: Vector, row: Int, to sink: inout Sink, session: FormatSession = FormatSession()
    ) {
        let row = row & vector.rowMask
        if vector.physical == .bytes {
            append(
                vector.pointer(StringView.self)[row], type: vector.type, to: &sink,
                session: session)
            return
        }
        if vector.physical == .int32, vector.type.isObjectID, vector.type != .oid {
            sink.write(
                string: ObjectNames.text(
                    vector.pointer(UInt32.self)[row], vector.type, session))
            return
        }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: fixedBytesMax) { scratch in
            guard let out = scratch.baseAddress else { return }
            let count = fixed(vector, row: row, to: out, session: session)
            sink.write(UnsafePointer(out), count)
        }
    }

    /// As above, for callers that collect into an array.
    package static func append(
        _ vector: Vector, row: Int, into bytes: inout [UInt8],
        session: FormatSession = FormatSession()
    ) {
        append(vector, row: row, to: &bytes, session: session)
    }

    /// As above, into a raw buffer.
    package static func append(
        _ vector: Vector, row: Int, into sink: RawSink, session: FormatSession = FormatSession()
    ) {
        var sink = sink
        append(vector, row: row, to: &sink, session: session)
    }

    /// Appends the text of a value held as bytes.
    package static func append<Sink: ByteSink>(
        _ view: StringView, type: SQLType, to sink: inout Sink, session: FormatSession
    ) {
        switch type {
        case .bytea:
            appendHex(view.buffer, to: &sink)
        case .array, .anyArray:
            ArrayValue.appendText(view, to: &sink, session: session)
        case .int2vector, .oidvector:
            ArrayValue.appendVectorText(view, to: &sink, session: session)
        default:
            sink.write(view.buffer)
        }
    }

    private static func appendHex<Sink: ByteSink>(
        _ bytes: UnsafeBufferPointer<UInt8>, to sink: inout Sink
    ) {
        sink.write("\\x")
        for byte in bytes {
            sink.write(byte: hexDigit(byte >> 4))
            sink.write(byte: hexDigit(byte & 15))
        }
    }

    @inline(__always)
    package static func hexDigit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? 0x30 + nibble : 0x57 + nibble
    }

    /// Writes a value of fixed size; returns the bytes written, at most `fixedBytesMax`.
    private static func fixed(
        _ vector: Vector, row: Int, to out: UnsafeMutablePointer<UInt8>, session: FormatSession
    ) -> Int {
        switch vector.physical {
        case .bool:
            guard vector.type == .boolean else { return 0 }
            out[0] = vector.pointer(UInt8.self)[row] != 0 ? 0x74 : 0x66
            return 1
        case .int16: return IntegerText.write(Int64(vector.pointer(Int16.self)[row]), to: out)
        case .int32:
            let value = vector.pointer(Int32.self)[row]
            switch vector.type {
            case .date: return DateTimeText.write(date: value, to: out)
            case .oid: return IntegerText.write(UInt64(UInt32(bitPattern: value)), to: out)
            default: return IntegerText.write(Int64(value), to: out)
            }
        case .int64:
            let value = vector.pointer(Int64.self)[row]
            switch vector.type {
            case .time: return DateTimeText.write(time: value, to: out)
            case .timestamp: return DateTimeText.write(timestamp: value, to: out)
            case .timestamptz:
                return DateTimeText.write(timestamptz: value, zone: session.timeZone, to: out)
            case .numeric(_, let scale):
                return IntegerText.writeDecimal(Int128(value), scale: scale, to: out)
            default: return IntegerText.write(value, to: out)
            }
        case .int128:
            guard case .numeric(_, let scale) = vector.type else { return 0 }
            return IntegerText.writeDecimal(vector.pointer(Int128.self)[row], scale: scale, to: out)
        case .decimal:
            let value = vector.pointer(Decimal.self)[row]
            if value.isNaN {
                out.update(from: [0x4E, 0x61, 0x4E], count: 3)
                return 3
            }
            return IntegerText.writeDecimal(value.mantissa, scale: Int(value.scale), to: out)
        case .float32: return FloatText.write(vector.pointer(Float.self)[row], to: out)
        case .float64: return FloatText.write(vector.pointer(Double.self)[row], to: out)
        case .uuid: return write(uuid: vector.pointer(UUIDBytes.self)[row], to: out)
        case .interval:
            return DateTimeText.write(interval: vector.pointer(Interval.self)[row], to: out)
        case .bytes: return 0
        }
    }

    private static func write(uuid: UUIDBytes, to out: UnsafeMutablePointer<UInt8>) -> Int {
        var at = 0
        for index in 0..<16 {
            if index == 4 || index == 6 || index == 8 || index == 10 {
                out[at] = 0x2D
                at += 1
            }
            let half = index < 8 ? uuid.high : uuid.low
            let byte = UInt8(truncatingIfNeeded: half >> UInt64((7 - index & 7) * 8))
            out[at] = hexDigit(byte >> 4)
            out[at + 1] = hexDigit(byte & 15)
            at += 2
        }
        return 36
    }

    package static func append<Sink: ByteSink>(
        decimal mantissa: Int128, scale: Int, to sink: inout Sink
    ) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: fixedBytesMax) { scratch in
            guard let out = scratch.baseAddress else { return }
            let count = IntegerText.writeDecimal(mantissa, scale: scale, to: out)
            sink.write(UnsafePointer(out), count)
        }
    }

    /// The text of one value outside a vector; NULL gives nil.
    package static func string(
        _ datum: Datum, _ type: SQLType, session: FormatSession = FormatSession()
    ) -> String? {
        if datum.isNull { return nil }
        var bytes: [UInt8] = []
        append(Vector.constant(datum, type, count: 1), row: 0, to: &bytes, session: session)
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Names for OIDs of the types that display as names.
enum ObjectNames {
    static func text(_ oid: UInt32, _ type: SQLType, _ session: FormatSession) -> String {
        if type == .regtype, let known = SQLType.of(oid: oid) { return known.familyName }
        if oid == 0 { return "-" }
        if let answer = try? session.catalog?.call(type.typname + "out", [.int(Int64(oid))]),
            case .bytes(let bytes) = answer
        {
            return String(decoding: bytes, as: UTF8.self)
        }
        return String(oid)
    }

    /// The OID that a name or number stands for.
    static func oid(
        _ text: String, _ type: SQLType, _ session: FormatSession
    ) throws -> UInt32 {
        if text == "-" { return 0 }
        if let number = UInt32(text) { return number }
        if let answer = try session.catalog?.call(type.typname + "in", [.text(text)]),
            case .int(let value) = answer
        {
            return UInt32(truncatingIfNeeded: value)
        }
        if type == .regtype, let known = try regtype(text) { return known.oid }
        throw TextParse.invalid(type.familyName, text)
    }

    /// A type by its SQL spelling, modifiers dropped.
    static func regtype(_ text: String) throws -> SQLType? {
        var name = text.lowercased()
        if name.hasPrefix("pg_catalog.") { name = String(name.dropFirst(11)) }
        var isArray = false
        while name.hasSuffix("[]") {
            name = String(name.dropLast(2))
            isArray = true
        }
        if let open = name.firstIndex(of: "("), let close = name.lastIndex(of: ")") {
            let rest = name[name.index(after: close)...]
            name = String(name[..<open]) + rest
        }
        guard let type = try SQLType.named(name, modifiers: []) else { return nil }
        return isArray ? .array(type) : type
    }
}
