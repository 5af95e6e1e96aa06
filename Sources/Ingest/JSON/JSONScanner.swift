extension JSONParser {
    /// Steps through tokens; `position` never passes `end`.
    struct Scanner {
        let bytes: UnsafeBufferPointer<UInt8>
        var position: Int
        let end: Int

        @inline(__always)
        var peek: UInt8? { position < end ? bytes[position] : nil }

        func failure(_ message: String) -> Failure { Failure(message: message, offset: position) }

        @inline(__always)
        mutating func skipSpace() {
            while position < end, JSONParser.isSpace(bytes[position]) { position += 1 }
        }

        mutating func scanWord(_ word: StaticString) throws {
            for offset in 0..<word.utf8CodeUnitCount {
                guard position < end, bytes[position] == word.utf8Start[offset] else {
                    throw failure("'\(word)' expected")
                }
                position += 1
            }
        }

        /// Steps over a string, its opening quote first; tells whether it has escapes.
        mutating func scanString() throws -> Bool {
            position += 1
            var escapes = false
            while position < end {
                let byte = bytes[position]
                if byte == UInt8(ascii: "\"") {
                    position += 1
                    return escapes
                }
                if byte >= 0x20, byte < 0x80, byte != UInt8(ascii: "\\") {
                    position += 1
                } else if byte == UInt8(ascii: "\\") {
                    escapes = true
                    try scanEscape()
                } else if byte < 0x20 {
                    throw failure("control character in a string")
                } else {
                    let count = utf8Length()
                    guard count > 0 else { throw failure("invalid UTF-8") }
                    position += count
                }
            }
            throw failure("string without end")
        }

        private mutating func scanEscape() throws {
            position += 1
            guard let kind = peek else { throw failure("string without end") }
            switch kind {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
                UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
                position += 1
            case UInt8(ascii: "u"):
                position += 1
                let unit = try scanHex()
                if unit >= 0xDC00, unit <= 0xDFFF { throw failure("unpaired surrogate") }
                guard unit >= 0xD800, unit <= 0xDBFF else { return }
                guard position + 1 < end, bytes[position] == UInt8(ascii: "\\"),
                    bytes[position + 1] == UInt8(ascii: "u")
                else { throw failure("unpaired surrogate") }
                position += 2
                let low = try scanHex()
                guard low >= 0xDC00, low <= 0xDFFF else { throw failure("unpaired surrogate") }
            default:
                throw failure("unknown escape")
            }
        }

        private mutating func scanHex() throws -> UInt32 {
            guard position + 4 <= end else { throw failure("four hex digits expected") }
            var value: UInt32 = 0
            for _ in 0..<4 {
                guard let digit = JSONParser.hexValue(bytes[position]) else {
                    throw failure("four hex digits expected")
                }
                value = value << 4 | digit
                position += 1
            }
            return value
        }

        /// Bytes of the well-formed UTF-8 sequence at `position`, or 0 (Unicode 15, table 3-7).
        private func utf8Length() -> Int {
            let first = bytes[position]
            func tail(_ offset: Int, _ low: UInt8 = 0x80, _ high: UInt8 = 0xBF) -> Bool {
                position + offset < end && bytes[position + offset] >= low
                    && bytes[position + offset] <= high
            }
            switch first {
            case 0xC2...0xDF: return tail(1) ? 2 : 0
            case 0xE0: return tail(1, 0xA0) && tail(2) ? 3 : 0
            case 0xED: return tail(1, 0x80, 0x9F) && tail(2) ? 3 : 0
            case 0xE1...0xEF: return tail(1) && tail(2) ? 3 : 0
            case 0xF0: return tail(1, 0x90) && tail(2) && tail(3) ? 4 : 0
            case 0xF1...0xF3: return tail(1) && tail(2) && tail(3) ? 4 : 0
            case 0xF4: return tail(1, 0x80, 0x8F) && tail(2) && tail(3) ? 4 : 0
            default: return 0
            }
        }

        mutating func scanNumber() throws {
            let start = position
            if peek == UInt8(ascii: "-") { position += 1 }
            if peek == UInt8(ascii: "0") {
                position += 1
            } else if !skipDigits() {
                if position == start { throw failure("a value is missing") }
                throw failure("a digit is missing")
            }
            if peek == UInt8(ascii: ".") {
                position += 1
                guard skipDigits() else { throw failure("a digit is missing") }
            }
            if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
                position += 1
                if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
                guard skipDigits() else { throw failure("a digit is missing") }
            }
        }

        private mutating func skipDigits() -> Bool {
            let start = position
            while position < end, bytes[position] >= 0x30, bytes[position] <= 0x39 {
                position += 1
            }
            return position > start
        }

        /// A member's name, unescaped.
        func name(_ node: JSONNode) -> [UInt8] {
            let raw = Array(bytes[(Int(node.start) + 1)..<(Int(node.end) - 1)])
            return node.hasEscapes ? JSONParser.unescape(raw[...]) : raw
        }

        /// Whether two names without escapes are the same.
        func equal(_ left: JSONNode, _ right: JSONNode) -> Bool {
            let count = left.end - left.start
            guard count == right.end - right.start else { return false }
            var one = Int(left.start)
            var other = Int(right.start)
            for _ in 0..<count {
                if bytes[one] != bytes[other] { return false }
                one += 1
                other += 1
            }
            return true
        }
    }

    static func hexValue(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte - 0x30)
        case 0x41...0x46: UInt32(byte - 0x41 + 10)
        case 0x61...0x66: UInt32(byte - 0x61 + 10)
        default: nil
        }
    }

    /// Undoes the escapes of a string that the parser has accepted.
    static func unescape(_ raw: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(raw.count)
        var high: UInt32 = 0
        var index = raw.startIndex
        while index < raw.endIndex {
            let byte = raw[index]
            index += 1
            guard byte == UInt8(ascii: "\\"), index < raw.endIndex else {
                out.append(byte)
                continue
            }
            let kind = raw[index]
            index += 1
            switch kind {
            case UInt8(ascii: "b"): out.append(0x08)
            case UInt8(ascii: "f"): out.append(0x0C)
            case UInt8(ascii: "n"): out.append(0x0A)
            case UInt8(ascii: "r"): out.append(0x0D)
            case UInt8(ascii: "t"): out.append(0x09)
            case UInt8(ascii: "u"):
                var unit: UInt32 = 0
                for _ in 0..<4 where index < raw.endIndex {
                    unit = unit << 4 | (hexValue(raw[index]) ?? 0)
                    index += 1
                }
                if unit >= 0xD800, unit <= 0xDBFF {
                    high = unit
                    continue
                }
                var scalar = unit
                if unit >= 0xDC00, unit <= 0xDFFF {
                    scalar = 0x10000 + (high &- 0xD800) << 10 + (unit - 0xDC00)
                }
                out.append(contentsOf: String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8)
            default: out.append(kind)
            }
        }
        return out
    }
}
