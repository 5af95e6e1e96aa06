import Basics

/// Checks and walks JSON text without building a tree.
package enum JSONText {
    package typealias Bytes = UnsafeBufferPointer<UInt8>
    static let depthMax = 512

    static func invalid(_ detail: String) -> SQLError {
        SQLError(
            .invalidTextRepresentation, "invalid input syntax for type json", detail: detail)
    }

    /// Throws 22P02 unless the bytes are one JSON value.
    package static func validate(_ bytes: Bytes) throws {
        var scanner = JSONScanner(bytes)
        try scanner.skipValue(depth: 0)
        scanner.skipBlanks()
        guard scanner.at == bytes.count else {
            throw scanner.unexpected("Expected end of input")
        }
    }
}

/// A cursor over JSON text.
struct JSONScanner {
    let bytes: UnsafeBufferPointer<UInt8>
    var at = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    var peek: UInt8 { at < bytes.count ? bytes[at] : 0 }

    mutating func skipBlanks() {
        while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
    }

    func unexpected(_ expectation: String) -> SQLError {
        guard at < bytes.count else {
            return JSONText.invalid("The input string ended unexpectedly.")
        }
        var end = at + 1
        while end < bytes.count,
            (bytes[end] | 0x20) &- 0x61 < 26 || bytes[end] &- 0x30 < 10
                || bytes[end] >= 0x80
        {
            end += 1
        }
        let token = String(decoding: bytes[at..<end], as: UTF8.self)
        return JSONText.invalid("\(expectation), but found \"\(token)\".")
    }

    /// Moves past one value and returns its first and last byte offsets.
    @discardableResult
    mutating func skipValue(depth: Int) throws -> Range<Int> {
        guard depth < JSONText.depthMax else {
            throw SQLError(.statementTooComplex, "JSON is nested too deeply")
        }
        skipBlanks()
        let start = at
        switch peek {
        case 0x7B:
            try members(depth: depth) { _, _ in }
        case 0x5B:
            try items(depth: depth) { _ in }
        case 0x22: _ = try skipString()
        case 0x74: try word("true")
        case 0x66: try word("false")
        case 0x6E: try word("null")
        case 0x2D, 0x30...0x39: try skipNumber()
        default: throw unexpected("Expected JSON value")
        }
        return start..<at
    }

    private mutating func word(_ text: StaticString) throws {
        let count = text.utf8CodeUnitCount
        guard bytes.count - at >= count,
            bytes[at..<(at + count)].elementsEqual(
                UnsafeBufferPointer(start: text.utf8Start, count: count))
        else { throw unexpected("Expected JSON value") }
        at += count
    }

    private mutating func skipNumber() throws {
        if peek == 0x2D { at += 1 }
        if peek == 0x30 { at += 1 } else { try digits() }
        if peek == 0x2E {
            at += 1
            try digits()
        }
        if peek | 0x20 == 0x65 {
            at += 1
            if peek == 0x2B || peek == 0x2D { at += 1 }
            try digits()
        }
        guard peek &- 0x30 > 9, (peek | 0x20) &- 0x61 > 25 else {
            throw unexpected("Expected end of number")
        }
    }

    private mutating func digits() throws {
        guard peek &- 0x30 <= 9 else { throw unexpected("Expected digit") }
        while peek &- 0x30 <= 9 { at += 1 }
    }

    /// Moves past a string and returns the range between its quotes.
    mutating func skipString() throws -> Range<Int> {
        guard peek == 0x22 else { throw unexpected("Expected string") }
        at += 1
        let start = at
        while at < bytes.count {
            let byte = bytes[at]
            if byte == 0x22 {
                at += 1
                return start..<(at - 1)
            }
            guard byte >= 0x20 else {
                throw JSONText.invalid(
                    "Character with value 0x\(byte < 16 ? "0" : "")\(String(byte, radix: 16)) "
                        + "must be escaped.")
            }
            if byte == 0x5C {
                at += 1
                switch peek {
                case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74: at += 1
                case 0x75:
                    at += 1
                    for _ in 0..<4 {
                        guard at < bytes.count, TextParse.hexValue(bytes[at]) != nil else {
                            throw JSONText.invalid(
                                "\"\\u\" must be followed by four hexadecimal digits.")
                        }
                        at += 1
                    }
                default: throw JSONText.invalid("Escape sequence is invalid.")
                }
            } else {
                at += 1
            }
        }
        throw JSONText.invalid("Token is invalid.")
    }

    /// Walks an object; the body gets the ranges of each key (unquoted) and value.
    mutating func members(
        depth: Int, _ body: (Range<Int>, Range<Int>) throws -> Void
    ) throws {
        at += 1
        skipBlanks()
        if peek == 0x7D {
            at += 1
            return
        }
        while true {
            skipBlanks()
            let key = try skipString()
            skipBlanks()
            guard peek == 0x3A else { throw unexpected("Expected \":\"") }
            at += 1
            try body(key, try skipValue(depth: depth + 1))
            skipBlanks()
            guard peek == 0x2C || peek == 0x7D else { throw unexpected("Expected \",\" or \"}\"") }
            at += 1
            if bytes[at - 1] == 0x7D { return }
        }
    }

    /// Walks an array; the body gets the range of each item.
    mutating func items(depth: Int, _ body: (Range<Int>) throws -> Void) throws {
        at += 1
        skipBlanks()
        if peek == 0x5D {
            at += 1
            return
        }
        while true {
            try body(try skipValue(depth: depth + 1))
            skipBlanks()
            guard peek == 0x2C || peek == 0x5D else { throw unexpected("Expected \",\" or \"]\"") }
            at += 1
            if bytes[at - 1] == 0x5D { return }
        }
    }
}
