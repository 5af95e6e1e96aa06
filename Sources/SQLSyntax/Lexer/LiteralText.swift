import Basics

/// Turns the bytes of literals and names into what they mean.
enum LiteralText {
    /// PostgreSQL keeps names of at most this many bytes.
    static let nameBytesMax = 63

    /// A name: folded to lower case unless quoted, cut to 63 bytes at a character's edge.
    static func name(_ bytes: ArraySlice<UInt8>, quoted: Bool) -> String {
        var name: [UInt8]
        if quoted {
            name = []
            var index = bytes.startIndex + 1
            while index < bytes.endIndex - 1 {
                name.append(bytes[index])
                index += bytes[index] == UInt8(ascii: "\"") ? 2 : 1
            }
        } else if bytes.count <= 15 {
            return String(unsafeUninitializedCapacity: bytes.count) { target in
                var count = 0
                for byte in bytes {
                    target[count] = lowered(byte)
                    count += 1
                }
                return count
            }
        } else {
            name = bytes.map(lowered)
        }
        return String(decoding: name[..<cut(name)], as: UTF8.self)
    }

    /// The same limit for a name that came as a string.
    static func truncatedName(_ text: String) -> String {
        let bytes = Array(text.utf8)
        return String(decoding: bytes[..<cut(bytes)], as: UTF8.self)
    }

    private static func cut(_ name: [UInt8]) -> Int {
        var length = min(name.count, nameBytesMax)
        while length > 0, length < name.count, name[length] & 0xC0 == 0x80 { length -= 1 }
        return length
    }

    /// The text of `'…'` (also in several pieces).
    static func string(_ bytes: ArraySlice<UInt8>) -> String {
        let body = bytes.dropFirst().dropLast()
        if !body.contains(UInt8(ascii: "'")) { return String(decoding: body, as: UTF8.self) }
        return String(decoding: pieces(bytes, escapes: false), as: UTF8.self)
    }

    /// The text of `$tag$…$tag$`.
    static func dollarString(_ bytes: ArraySlice<UInt8>) -> String {
        let body = bytes.dropFirst()
        guard let tagEnd = body.firstIndex(of: UInt8(ascii: "$")) else { return "" }
        let tagLength = tagEnd - bytes.startIndex + 1
        return String(decoding: bytes.dropFirst(tagLength).dropLast(tagLength), as: UTF8.self)
    }

    /// The digits of `B'…'` and `X'…'`.
    static func bitString(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: pieces(bytes.dropFirst(), escapes: false), as: UTF8.self)
    }

    /// The raw bytes between the quotes with `''` halved and pieces joined; backslashes and what
    /// they escape are kept when `escapes`.
    private static func pieces(_ bytes: ArraySlice<UInt8>, escapes: Bool) -> [UInt8] {
        bytes.withUnsafeBufferPointer { source in
            var result: [UInt8] = []
            result.reserveCapacity(source.count)
            var index = 1
            while index < source.count {
                let here = source[index]
                if here == UInt8(ascii: "\\"), escapes, index + 1 < source.count {
                    result.append(here)
                    result.append(source[index + 1])
                    index += 2
                } else if here != UInt8(ascii: "'") {
                    result.append(here)
                    index += 1
                } else if index + 1 < source.count, source[index + 1] == UInt8(ascii: "'") {
                    result.append(here)
                    index += 2
                } else if let more = continuation(in: source, after: index + 1) {
                    index = more
                } else {
                    break
                }
            }
            return result
        }
    }

    /// Where a string goes on after a closing quote, or nil.
    static func continuation(in source: UnsafeBufferPointer<UInt8>, after start: Int) -> Int? {
        var index = start
        var sawLineBreak = false
        while index < source.count {
            switch source[index] {
            case 0x0A, 0x0D:
                sawLineBreak = true
                index += 1
            case 0x20, 0x09, 0x0C:
                index += 1
            case UInt8(ascii: "-")
            where index + 1 < source.count && source[index + 1] == UInt8(ascii: "-"):
                while index < source.count, source[index] != 0x0A, source[index] != 0x0D {
                    index += 1
                }
            case UInt8(ascii: "'"):
                return sawLineBreak ? index + 1 : nil
            default:
                return nil
            }
        }
        return nil
    }

    /// The text of `E'…'` with its escapes resolved.
    static func escapeString(_ bytes: ArraySlice<UInt8>, at position: Int) throws -> String {
        let raw = pieces(bytes.dropFirst(), escapes: true)
        var result: [UInt8] = []
        result.reserveCapacity(raw.count)
        var index = 0
        var highSurrogate: UInt32?
        while index < raw.count {
            guard raw[index] == UInt8(ascii: "\\"), index + 1 < raw.count else {
                if highSurrogate != nil { throw invalidSurrogate(position) }
                result.append(raw[index])
                index += 1
                continue
            }
            let letter = raw[index + 1]
            index += 2
            if letter == UInt8(ascii: "u") || letter == UInt8(ascii: "U") {
                let length = letter == UInt8(ascii: "u") ? 4 : 8
                guard let code = digits(raw, &index, radix: 16, from: length, to: length) else {
                    throw SQLError(
                        .invalidEscapeSequence, "invalid Unicode escape",
                        hint: "Unicode escapes must be \\uXXXX or \\UXXXXXXXX.",
                        position: position)
                }
                try append(code, to: &result, &highSurrogate, position)
                continue
            }
            if highSurrogate != nil { throw invalidSurrogate(position) }
            switch letter {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "x"):
                if let value = digits(raw, &index, radix: 16, from: 1, to: 2) {
                    result.append(UInt8(truncatingIfNeeded: value))
                } else {
                    result.append(letter)
                }
            case UInt8(ascii: "0")...UInt8(ascii: "7"):
                index -= 1
                let value = digits(raw, &index, radix: 8, from: 1, to: 3) ?? 0
                result.append(UInt8(truncatingIfNeeded: value))
            default: result.append(letter)
            }
        }
        if highSurrogate != nil { throw invalidSurrogate(position) }
        guard !result.contains(0), let text = String(validating: result, as: UTF8.self) else {
            throw SQLError(
                .characterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\"")
        }
        return text
    }

    private static func append(
        _ code: UInt32, to result: inout [UInt8], _ highSurrogate: inout UInt32?, _ position: Int
    ) throws {
        var code = code
        if let high = highSurrogate {
            guard (0xDC00...0xDFFF).contains(code) else { throw invalidSurrogate(position) }
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)
            highSurrogate = nil
        } else if (0xD800...0xDBFF).contains(code) {
            highSurrogate = code
            return
        } else if (0xDC00...0xDFFF).contains(code) {
            throw invalidSurrogate(position)
        }
        guard code != 0, let scalar = Unicode.Scalar(code) else {
            throw SQLError(.syntaxError, "invalid Unicode escape value", position: position)
        }
        result.append(contentsOf: Array(String(Character(scalar)).utf8))
    }

    private static func invalidSurrogate(_ position: Int) -> SQLError {
        SQLError(.syntaxError, "invalid Unicode surrogate pair", position: position)
    }

    private static func digits(
        _ raw: [UInt8], _ index: inout Int, radix: UInt32, from least: Int, to most: Int
    ) -> UInt32? {
        var value: UInt32 = 0
        var seen = 0
        while seen < most, index + seen < raw.count {
            let byte = lowered(raw[index + seen])
            let digit: UInt32
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = UInt32(byte) - 0x30
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = UInt32(byte) - 0x61 + 10
            default: digit = radix
            }
            guard digit < radix else { break }
            value = value &* radix &+ digit
            seen += 1
        }
        guard seen >= least else { return nil }
        index += seen
        return value
    }
}
