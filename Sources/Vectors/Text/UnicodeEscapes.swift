import Basics

/// unistr(): `\XXXX`, `\+XXXXXX`, `\uXXXX` and `\UXXXXXXXX` in a text.
enum UnicodeEscapes {
    static func undo(_ text: UnsafeBufferPointer<UInt8>) throws -> [UInt8] {
        var out: [UInt8] = []
        var high: UInt32?
        let badPair = SQLError(.syntaxError, "invalid Unicode surrogate pair")
        var at = 0
        while at < text.count {
            guard text[at] == 0x5C else {
                guard high == nil else { throw badPair }
                out.append(text[at])
                at += 1
                continue
            }
            at += 1
            if at < text.count, text[at] == 0x5C {
                guard high == nil else { throw badPair }
                out.append(0x5C)
                at += 1
                continue
            }
            var digits = 4
            switch at < text.count ? text[at] : 0 {
            case 0x2B: (digits, at) = (6, at + 1)
            case 0x75: at += 1
            case 0x55: (digits, at) = (8, at + 1)
            default: break
            }
            var code: UInt32 = 0
            for _ in 0..<digits {
                guard at < text.count, let digit = TextParse.hexValue(text[at]) else {
                    throw SQLError(
                        .syntaxError, "invalid Unicode escape",
                        hint: "Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX."
                    )
                }
                code = code << 4 | UInt32(digit)
                at += 1
            }
            if let first = high {
                guard (0xDC00...0xDFFF).contains(code) else { throw badPair }
                code = 0x10000 + (first - 0xD800) << 10 + (code - 0xDC00)
                high = nil
            } else if (0xD800...0xDBFF).contains(code) {
                high = code
                continue
            }
            guard code > 0, code <= 0x10FFFF else {
                throw SQLError(.invalidParameterValue, "invalid Unicode code point: \(hex(code))")
            }
            guard let scalar = Unicode.Scalar(code) else { throw badPair }
            out += Array(String(Character(scalar)).utf8)
        }
        guard high == nil else { throw badPair }
        return out
    }

    private static func hex(_ code: UInt32) -> String {
        let digits = String(code, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
