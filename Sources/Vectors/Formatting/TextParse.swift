import Basics

/// Values from text, as PostgreSQL's input functions read it.
package enum TextParse {
    package typealias Bytes = UnsafeBufferPointer<UInt8>

    package static func invalid(_ type: String, _ text: String) -> SQLError {
        SQLError(
            .invalidTextRepresentation, "invalid input syntax for type \(type): \"\(text)\"")
    }
    static func invalid(_ type: String, _ bytes: Bytes) -> SQLError {
        invalid(type, String(decoding: bytes, as: UTF8.self))
    }
    static func outOfRange(_ type: String, _ bytes: Bytes) -> SQLError {
        SQLError(
            .numericValueOutOfRange,
            "value \"\(String(decoding: bytes, as: UTF8.self))\" is out of range for type \(type)")
    }

    @inline(__always)
    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 9 && byte <= 13) }

    /// The bytes without surrounding white space.
    @inline(__always)
    static func trimmed(_ bytes: Bytes) -> Bytes {
        var (start, end) = (0, bytes.count)
        while start < end, isSpace(bytes[start]) { start += 1 }
        while end > start, isSpace(bytes[end - 1]) { end -= 1 }
        return Bytes(rebasing: bytes[start..<end])
    }

    /// Writes the value of `text` to a row; the row must lie within the vector's capacity.
    package static func parse(
        _ text: Bytes, _ type: SQLType, into vector: Vector, row: Int, arena: StringArena,
        session: FormatSession = FormatSession()
    ) throws {
        switch type {
        case .boolean: vector.pointer(UInt8.self)[row] = try boolean(text) ? 1 : 0
        case .smallint: vector.pointer(Int16.self)[row] = try integer(text, "smallint")
        case .integer: vector.pointer(Int32.self)[row] = try integer(text, "integer")
        case .bigint: vector.pointer(Int64.self)[row] = try integer(text, "bigint")
        case .numeric(let precision, let scale):
            let value = try numeric(text, precision: precision, scale: scale)
            if precision <= 18 {
                vector.pointer(Int64.self)[row] = Int64(truncatingIfNeeded: value)
            } else {
                vector.pointer(Int128.self)[row] = value
            }
        case .decimal: vector.pointer(Decimal.self)[row] = try decimal(text)
        case .real: vector.pointer(Float.self)[row] = try real(text)
        case .double: vector.pointer(Double.self)[row] = try double(text)
        case .date: vector.pointer(Int32.self)[row] = try DateTimeParse.date(text, session)
        case .time: vector.pointer(Int64.self)[row] = try DateTimeParse.time(text, session)
        case .timestamp:
            vector.pointer(Int64.self)[row] = try DateTimeParse.timestamp(text, session)
        case .timestamptz:
            vector.pointer(Int64.self)[row] = try DateTimeParse.timestamptz(text, session)
        case .interval: vector.pointer(Interval.self)[row] = try IntervalParse.interval(text)
        case .uuid: vector.pointer(UUIDBytes.self)[row] = try uuid(text)
        case .oid: vector.pointer(UInt32.self)[row] = try oid(text)
        case .regclass, .regtype, .regproc, .regnamespace, .regrole:
            vector.pointer(UInt32.self)[row] = try ObjectNames.oid(
                String(decoding: trimmed(text), as: UTF8.self), type, session)
        case .void: vector.pointer(UInt8.self)[row] = 0
        default:
            vector.pointer(StringView.self)[row] = try bytes(
                text, type, arena: arena, session: session)
        }
        if let validity = vector.validity { validity[row] = 1 }
    }

    /// Appends to a builder: COPY's way in.
    package static func append(
        _ text: Bytes, into builder: VectorBuilder, session: FormatSession = FormatSession()
    ) throws {
        try builder.append(text: text, session: session)
    }

    /// The value of text as a single datum.
    package static func datum(
        _ text: String, _ type: SQLType, session: FormatSession = FormatSession()
    ) throws -> Datum {
        let vector = Vector(type, capacity: 1)
        let arena = StringArena()
        var copy = text
        try copy.withUTF8 {
            try parse($0, type, into: vector, row: 0, arena: arena, session: session)
        }
        vector.count = 1
        return withExtendedLifetime(arena) { vector.datum(at: 0) }
    }

    private static func bytes(
        _ text: Bytes, _ type: SQLType, arena: StringArena, session: FormatSession
    ) throws -> StringView {
        switch type {
        case .bytea: return try bytea(text, arena)
        case .array(let element):
            return try ArrayParse.array(text, element: element, session: session)
                .withUnsafeBufferPointer { arena.copy($0) }
        case .int2vector, .oidvector:
            let element: SQLType = type == .oidvector ? .oid : .smallint
            return try ArrayParse.vector(text, element: element, session: session)
                .withUnsafeBufferPointer { arena.copy($0) }
        case .varchar(let limit?):
            try Strings.validate(text)
            return arena.copy(
                try Strings.truncated(text, to: limit, type: type, explicit: false))
        case .char(let length) where length > 0:
            try Strings.validate(text)
            return try Strings.padded(text, to: length, arena: arena, explicit: false)
        case .name:
            try Strings.validate(text)
            return arena.copy(Strings.prefix(text, bytes: 63))
        case .singleChar:
            return arena.copy(Bytes(rebasing: text.prefix(1)))
        case .json:
            try Strings.validate(text)
            try JSONText.validate(text)
            return arena.copy(text)
        case .jsonb:
            try Strings.validate(text)
            return try JSONValue(text).text.withUnsafeBufferPointer { arena.copy($0) }
        default:
            try Strings.validate(text)
            return arena.copy(text)
        }
    }

    static func boolean(_ text: Bytes) throws -> Bool {
        let word = trimmed(text)
        func matches(_ full: StaticString, atLeast least: Int = 1) -> Bool {
            guard word.count >= least, word.count <= full.utf8CodeUnitCount else { return false }
            for index in 0..<word.count where word[index] | 0x20 != full.utf8Start[index] {
                return false
            }
            return true
        }
        if word.count == 1, word[0] == 0x31 { return true }
        if word.count == 1, word[0] == 0x30 { return false }
        if matches("true") || matches("yes") || matches("on", atLeast: 2) { return true }
        if matches("false") || matches("no") || matches("off", atLeast: 2) { return false }
        throw invalid("boolean", text)
    }

    /// An integer of the destination's width, blanks around it allowed.
    @inline(__always)
    static func integer<T: FixedWidthInteger & SignedInteger>(
        _ text: Bytes, _ name: String
    ) throws -> T {
        var index = 0
        var end = text.count
        while index < end, isSpace(text[index]) { index += 1 }
        while end > index, isSpace(text[end - 1]) { end -= 1 }
        var negative = false
        if index < end, text[index] == 0x2D || text[index] == 0x2B {
            negative = text[index] == 0x2D
            index += 1
        }
        guard index < end else { throw invalid(name, text) }
        var value: Int64 = 0
        var overflow = false
        while index < end {
            let digit = text[index] &- 0x30
            guard digit <= 9 else { throw invalid(name, text) }
            let (product, first) = value.multipliedReportingOverflow(by: 10)
            let (sum, second) = product.subtractingReportingOverflow(Int64(digit))
            overflow = overflow || first || second
            value = sum
            index += 1
        }
        if !negative {
            if value == Int64.min { overflow = true }
            value = 0 &- value
        }
        guard !overflow, let fitting = T(exactly: value) else { throw outOfRange(name, text) }
        return fitting
    }

    static func oid(_ text: Bytes) throws -> UInt32 {
        let value: Int64
        do {
            value = try integer(text, "oid")
        } catch let error as SQLError {
            throw error
        }
        if let unsigned = UInt32(exactly: value) { return unsigned }
        guard let signed = Int32(exactly: value) else { throw outOfRange("oid", text) }
        return UInt32(bitPattern: signed)
    }

    static func double(_ text: Bytes) throws -> Double {
        let word = trimmed(text)
        if let special = specialFloat(word) { return special }
        guard isPlainNumber(word), let value = FloatText.double(word) else {
            throw invalid("double precision", text)
        }
        if value.isInfinite || (value == 0 && hasNonzeroDigit(word)) {
            throw floatRange("double precision", text)
        }
        return value
    }

    static func real(_ text: Bytes) throws -> Float {
        let word = trimmed(text)
        if let special = specialFloat(word) { return Float(special) }
        guard isPlainNumber(word), let value = FloatText.float(word) else {
            throw invalid("real", text)
        }
        if value.isInfinite || (value == 0 && hasNonzeroDigit(word)) {
            throw floatRange("real", text)
        }
        return value
    }

    private static func floatRange(_ type: String, _ bytes: Bytes) -> SQLError {
        SQLError(
            .numericValueOutOfRange,
            "\"\(String(decoding: bytes, as: UTF8.self))\" is out of range for type \(type)")
    }

    private static func specialFloat(_ word: Bytes) -> Double? {
        guard let last = word.last, last | 0x20 >= 0x61 else { return nil }
        switch String(decoding: word, as: UTF8.self).lowercased() {
        case "nan": return .nan
        case "infinity", "inf", "+infinity", "+inf": return .infinity
        case "-infinity", "-inf": return -.infinity
        default: return nil
        }
    }

    private static func isPlainNumber(_ word: Bytes) -> Bool {
        word.allSatisfy { byte in
            byte &- 0x30 <= 9 || byte == 0x2E || byte == 0x2B || byte == 0x2D
                || byte | 0x20 == 0x65
        }
    }

    private static func hasNonzeroDigit(_ word: Bytes) -> Bool {
        for byte in word {
            if byte | 0x20 == 0x65 { return false }
            if byte >= 0x31, byte <= 0x39 { return true }
        }
        return false
    }

    static func uuid(_ text: Bytes) throws -> UUIDBytes {
        var word = text
        if word.first == 0x7B {
            guard word.last == 0x7D else { throw invalid("uuid", text) }
            word = Bytes(rebasing: word[1..<(word.count - 1)])
        }
        var halves: (UInt64, UInt64) = (0, 0)
        var nibbles = 0
        for (index, byte) in word.enumerated() {
            if byte == 0x2D {
                guard nibbles > 0, nibbles < 32, nibbles % 4 == 0, word[index - 1] != 0x2D else {
                    throw invalid("uuid", text)
                }
                continue
            }
            guard let digit = hexValue(byte), nibbles < 32 else { throw invalid("uuid", text) }
            if nibbles < 16 {
                halves.0 = halves.0 << 4 | UInt64(digit)
            } else {
                halves.1 = halves.1 << 4 | UInt64(digit)
            }
            nibbles += 1
        }
        guard nibbles == 32 else { throw invalid("uuid", text) }
        return UUIDBytes(high: halves.0, low: halves.1)
    }

    @inline(__always)
    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x61...0x66: byte - 0x57
        case 0x41...0x46: byte - 0x37
        default: nil
        }
    }

    static func bytea(_ text: Bytes, _ arena: StringArena) throws -> StringView {
        if text.count >= 2, text[0] == 0x5C, text[1] == 0x78 {
            return try hexBytea(Bytes(rebasing: text[2...]), arena)
        }
        let out = arena.reserve(text.count)
        var (index, count) = (0, 0)
        while index < text.count {
            var byte = text[index]
            index += 1
            if byte == 0x5C {
                if index < text.count, text[index] == 0x5C {
                    index += 1
                } else if index + 2 < text.count, text[index] >= 0x30, text[index] <= 0x33,
                    text[index + 1] & 0xF8 == 0x30, text[index + 2] & 0xF8 == 0x30
                {
                    byte =
                        (text[index] & 3) << 6 | (text[index + 1] & 7) << 3
                        | (text[index + 2] & 7)
                    index += 3
                } else {
                    throw SQLError(
                        .invalidTextRepresentation, "invalid input syntax for type bytea")
                }
            }
            out[count] = byte
            count += 1
        }
        return StringView(start: out, count: count)
    }

    private static func hexBytea(_ digits: Bytes, _ arena: StringArena) throws -> StringView {
        let out = arena.reserve(digits.count / 2 + 1)
        var (index, count) = (0, 0)
        while index < digits.count {
            if isSpace(digits[index]) {
                index += 1
                continue
            }
            let high = try hexDigit(digits, index)
            guard index + 1 < digits.count else {
                throw SQLError(
                    .invalidParameterValue, "invalid hexadecimal data: odd number of digits")
            }
            out[count] = high << 4 | (try hexDigit(digits, index + 1))
            count += 1
            index += 2
        }
        return StringView(start: out, count: count)
    }

    private static func hexDigit(_ digits: Bytes, _ index: Int) throws -> UInt8 {
        if let value = hexValue(digits[index]) { return value }
        let rest = String(decoding: digits[index...].prefix(4), as: UTF8.self).prefix(1)
        throw SQLError(.invalidParameterValue, "invalid hexadecimal digit: \"\(rest)\"")
    }
}
