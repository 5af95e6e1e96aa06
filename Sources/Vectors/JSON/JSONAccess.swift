import Basics

/// Reading parts of JSON text.
enum JSONAccess {
    typealias Bytes = UnsafeBufferPointer<UInt8>

    /// The value of a member, the last one where the key comes twice; nil where there is none.
    static func member(_ view: StringView, key: [UInt8]) throws -> StringView? {
        var scanner = JSONScanner(view.buffer)
        scanner.skipBlanks()
        guard scanner.peek == 0x7B else { return nil }
        var found: StringView?
        try scanner.members(depth: 0) { name, value in
            if try unescaped(view.part(name.lowerBound, name.upperBound).buffer) == key {
                found = view.part(value.lowerBound, value.upperBound)
            }
        }
        return found
    }

    static func items(_ view: StringView) throws -> [StringView]? {
        var scanner = JSONScanner(view.buffer)
        scanner.skipBlanks()
        guard scanner.peek == 0x5B else { return nil }
        var items: [StringView] = []
        try scanner.items(depth: 0) { items.append(view.part($0.lowerBound, $0.upperBound)) }
        return items
    }

    /// The item at an index, counted from the end where negative.
    ///
    /// - Parameter scalarIsArray: whether a document that is neither object nor array counts as an
    ///   array of one, as in PostgreSQL's jsonb.
    static func item(
        _ view: StringView, _ index: Int, scalarIsArray: Bool = false
    ) throws -> StringView? {
        guard let items = try items(view) else {
            let isScalar = scalarIsArray && typeName(view) != "object"
            return isScalar && (index == 0 || index == -1) ? view : nil
        }
        let at = index < 0 ? items.count + index : index
        return items.indices.contains(at) ? items[at] : nil
    }

    /// The value at a path of keys and indexes.
    static func at(_ view: StringView, path: [Datum]) throws -> StringView? {
        var current = view
        for step in path {
            guard case .bytes(let key) = step else { return nil }
            var next = try member(current, key: key)
            if next == nil, let index = Int(String(decoding: key, as: UTF8.self)) {
                next = try item(current, index)
            }
            guard let next else { return nil }
            current = next
        }
        return current
    }

    static func typeName(_ view: StringView) -> String {
        switch view.buffer.first(where: { !TextParse.isSpace($0) }) {
        case 0x7B: "object"
        case 0x5B: "array"
        case 0x22: "string"
        case 0x74, 0x66: "boolean"
        case 0x6E: "null"
        default: "number"
        }
    }

    /// The text of a value: strings without quotes, null as NULL.
    static func text(_ view: StringView, _ arena: StringArena) throws -> StringView? {
        switch typeName(view) {
        case "null": return nil
        case "string":
            let bytes = TextParse.trimmed(view.buffer)
            let inner = Bytes(rebasing: bytes[1..<(bytes.count - 1)])
            return try unescaped(inner).withUnsafeBufferPointer { arena.copy($0) }
        default: return view
        }
    }

    /// The characters between a string's quotes.
    static func unescaped(_ bytes: Bytes) throws -> [UInt8] {
        guard bytes.contains(0x5C) else { return Array(bytes) }
        var out: [UInt8] = []
        var at = 0
        func unit() -> UInt32? {
            guard at + 6 <= bytes.count, bytes[at] == 0x5C, bytes[at + 1] == 0x75 else {
                return nil
            }
            var value: UInt32 = 0
            for index in 2..<6 {
                guard let digit = TextParse.hexValue(bytes[at + index]) else { return nil }
                value = value << 4 | UInt32(digit)
            }
            at += 6
            return value
        }
        while at < bytes.count {
            guard bytes[at] == 0x5C, at + 1 < bytes.count else {
                out.append(bytes[at])
                at += 1
                continue
            }
            if var value = unit() {
                if value & 0xFC00 == 0xD800, let low = unit(), low & 0xFC00 == 0xDC00 {
                    value = 0x10000 + (value & 0x3FF) << 10 + (low & 0x3FF)
                }
                guard let scalar = Unicode.Scalar(value), value != 0 else {
                    throw SQLError(
                        .init("22P05"), "unsupported Unicode escape sequence",
                        detail: "\\u0000 and lone surrogates cannot be converted to text.")
                }
                out.append(contentsOf: Array(String(Character(scalar)).utf8))
                continue
            }
            switch bytes[at + 1] {
            case 0x62: out.append(8)
            case 0x66: out.append(12)
            case 0x6E: out.append(10)
            case 0x72: out.append(13)
            case 0x74: out.append(9)
            default: out.append(bytes[at + 1])
            }
            at += 2
        }
        return out
    }

    /// Appends a string in JSON's quotes.
    static func appendQuoted(_ text: Bytes, to out: inout [UInt8]) {
        out.append(0x22)
        for byte in text {
            switch byte {
            case 0x22, 0x5C: out += [0x5C, byte]
            case 8: out += [0x5C, 0x62]
            case 9: out += [0x5C, 0x74]
            case 10: out += [0x5C, 0x6E]
            case 12: out += [0x5C, 0x66]
            case 13: out += [0x5C, 0x72]
            case 0..<0x20:
                out += [0x5C, 0x75, 0x30, 0x30]
                out += [TextFormat.hexDigit(byte >> 4), TextFormat.hexDigit(byte & 15)]
            default: out.append(byte)
            }
        }
        out.append(0x22)
    }

    /// Appends a SQL value as JSON; arrays become JSON arrays.
    static func append(
        _ value: Datum, _ type: SQLType, to out: inout [UInt8], _ session: FormatSession
    ) {
        guard !value.isNull, let text = TextFormat.string(value, type, session: session) else {
            return out.write("null")
        }
        switch type {
        case .boolean: out.write(text == "t" ? "true" : "false")
        case .smallint, .integer, .bigint, .numeric, .decimal, .real, .double:
            // Infinity and NaN are no JSON numbers.
            if text.utf8.first.map({ $0 &- 0x30 <= 9 || ($0 == 0x2D && !text.hasSuffix("y")) })
                ?? false
            {
                out.write(string: text)
            } else {
                appendQuoted(string: text, to: &out)
            }
        case .json, .jsonb: out.write(string: text)
        case .record where text.hasPrefix("{"): out.write(string: text)
        case .array(let element):
            guard case .bytes(let bytes) = value,
                let array = try? bytes.withUnsafeBufferPointer({
                    try ArrayValue($0, element: element)
                })
            else { return out.write("null") }
            var next = 0
            func list(_ lengths: ArraySlice<Int>) {
                out.append(0x5B)
                for index in 0..<(lengths.first ?? 0) {
                    if index > 0 { out.append(0x2C) }
                    if lengths.count > 1 {
                        list(lengths.dropFirst())
                    } else {
                        append(array.elements[next], element, to: &out, session)
                        next += 1
                    }
                }
                out.append(0x5D)
            }
            list(array.lengths[...])
        case .timestamp, .timestamptz:
            let full = text.replacingFirst(" ", with: "T")
            let colon =
                type == .timestamptz && full.suffix(3).first.map { "+-".contains($0) } == true
            appendQuoted(string: colon ? full + ":00" : full, to: &out)
        default: appendQuoted(string: text, to: &out)
        }
    }

    private static func appendQuoted(string: String, to out: inout [UInt8]) {
        var copy = string
        copy.withUTF8 { appendQuoted($0, to: &out) }
    }
}

extension String {
    fileprivate func replacingFirst(_ character: Character, with other: Character) -> String {
        guard let index = firstIndex(of: character) else { return self }
        return self[..<index] + String(other) + self[self.index(after: index)...]
    }
}
