import Basics
import Glibc

@inline(__always)
func sine(_ value: Double) -> Double { sin(value) }

/// encode() and decode(): hex, base64 and escape.
enum Encoding {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static func unknown(_ name: String) -> SQLError {
        SQLError(.invalidParameterValue, "unrecognized encoding: \"\(name)\"")
    }

    static func encode(_ bytes: UnsafeBufferPointer<UInt8>, _ name: String) throws -> String {
        var out: [UInt8] = []
        switch name.lowercased() {
        case "hex":
            for byte in bytes {
                out.append(TextFormat.hexDigit(byte >> 4))
                out.append(TextFormat.hexDigit(byte & 15))
            }
        case "base64":
            var line = 0
            for start in stride(from: 0, to: bytes.count, by: 3) {
                if line == 76 {
                    out.append(0x0A)
                    line = 0
                }
                let group = bytes[start..<min(start + 3, bytes.count)]
                var word: UInt32 = 0
                for index in 0..<3 {
                    word = word << 8 | (index < group.count ? UInt32(group[start + index]) : 0)
                }
                for index in 0..<4 {
                    let code = Int(word >> UInt32(18 - index * 6)) & 63
                    out.append(index <= group.count ? alphabet[code] : 0x3D)
                }
                line += 4
            }
        case "escape":
            for byte in bytes {
                if byte == 0 || byte >= 0x80 {
                    out.append(0x5C)
                    for shift in [6, 3, 0] as [UInt8] { out.append(0x30 + (byte >> shift & 7)) }
                } else {
                    if byte == 0x5C { out.append(0x5C) }
                    out.append(byte)
                }
            }
        default: throw unknown(name)
        }
        return String(decoding: out, as: UTF8.self)
    }

    static func decode(_ text: UnsafeBufferPointer<UInt8>, _ name: String) throws -> [UInt8] {
        switch name.lowercased() {
        case "hex":
            let arena = StringArena()
            let prefixed = [0x5C, 0x78] + Array(text)
            return try prefixed.withUnsafeBufferPointer {
                Array(try TextParse.bytea($0, arena).buffer)
            }
        case "escape":
            let arena = StringArena()
            return Array(try TextParse.bytea(text, arena).buffer)
        case "base64": return try base64(text)
        default: throw unknown(name)
        }
    }

    private static func base64(_ text: UnsafeBufferPointer<UInt8>) throws -> [UInt8] {
        var out: [UInt8] = []
        var word: UInt32 = 0
        var (have, padding) = (0, 0)
        for byte in text where !TextParse.isSpace(byte) {
            if byte == 0x3D {
                padding += 1
                word <<= 6
            } else {
                guard padding == 0, let code = alphabet.firstIndex(of: byte) else {
                    throw SQLError(
                        .invalidParameterValue,
                        "invalid symbol \"\(Character(Unicode.Scalar(byte)))\" found while "
                            + "decoding base64 sequence")
                }
                word = word << 6 | UInt32(code)
            }
            have += 1
            if have == 4 {
                guard padding <= 2 else { break }
                for index in 0..<(3 - padding) {
                    out.append(UInt8(truncatingIfNeeded: word >> UInt32(16 - index * 8)))
                }
                (word, have) = (0, 0)
            }
        }
        guard have == 0 else {
            throw SQLError(.invalidParameterValue, "invalid base64 end sequence")
        }
        return out
    }
}
