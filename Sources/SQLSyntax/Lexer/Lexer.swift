import Basics

/// Cuts SQL text into tokens by the rules of PostgreSQL's scan.l.
///
/// All tokens are found ahead of parsing, which makes any lookahead free; a lexical error becomes
/// a `.failure` token, so that a syntax error before it is still reported first.
struct Lexer {
    private let source: UnsafeBufferPointer<UInt8>
    private let count: Int
    private var offset = 0
    private var list: [Token] = []
    private var failure: SQLError?
    private let isASCII: Bool
    /// How far `continuationBytes` has counted.
    private var countedTo = 0
    private var continuationBytes = 0
    private let keywords = KeywordTable.shared

    /// All tokens of `text`.
    static func tokens(of text: String) throws -> Tokens {
        let bytes = Array(text.utf8)
        guard bytes.count < Int(Int32.max) else {
            throw SQLError(.programLimitExceeded, "statement text is too long")
        }
        let (list, failure) = bytes.withUnsafeBufferPointer { source in
            var lexer = Lexer(source)
            lexer.run()
            return (lexer.list, lexer.failure)
        }
        return Tokens(bytes: bytes, list: list, failure: failure)
    }

    private init(_ source: UnsafeBufferPointer<UInt8>) {
        self.source = source
        count = source.count
        isASCII = !source.contains { $0 >= 0x80 }
        list.reserveCapacity(min(count / 3 + 2, 1 << 20))
    }

    // MARK: Small steps

    @inline(__always)
    private func byte(_ index: Int) -> UInt8 { index < count ? source[index] : 0 }

    private mutating func position(of start: Int) -> UInt32 {
        if isASCII { return UInt32(start + 1) }
        while countedTo < start {
            if source[countedTo] & 0xC0 == 0x80 { continuationBytes += 1 }
            countedTo += 1
        }
        return UInt32(start + 1 - continuationBytes)
    }

    @inline(__always)
    private mutating func emit(_ kind: TokenKind, _ start: Int, _ end: Int) {
        list.append(
            Token(
                kind: kind, start: UInt32(start), end: UInt32(end), position: position(of: start)))
        offset = end
    }

    private mutating func fail(_ message: String, _ start: Int, _ end: Int) {
        let near = String(decoding: source[start..<max(start, min(end, count))], as: UTF8.self)
        let place = Int(position(of: start))
        failure = SQLError(.syntaxError, "\(message) at or near \"\(near)\"", position: place)
        emit(.failure, start, count)
        offset = count
    }

    // MARK: The main loop

    private mutating func run() {
        while failure == nil {
            skipBlanks()
            if failure != nil { return }
            guard offset < count else { break }
            next()
        }
        if failure == nil { emit(.end, count, count) }
    }

    private mutating func next() {
        let start = offset
        let first = source[start]
        switch first {
        case UInt8(ascii: "("): emit(.leftParen, start, start + 1)
        case UInt8(ascii: ")"): emit(.rightParen, start, start + 1)
        case UInt8(ascii: ","): emit(.comma, start, start + 1)
        case UInt8(ascii: "["): emit(.leftBracket, start, start + 1)
        case UInt8(ascii: "]"): emit(.rightBracket, start, start + 1)
        case UInt8(ascii: ";"): emit(.semicolon, start, start + 1)
        case UInt8(ascii: "'"): quoted(.string, start, start + 1)
        case UInt8(ascii: "\""): quotedWord(start)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): number(start)
        case UInt8(ascii: "."):
            if Self.isDigit(byte(start + 1)) {
                number(start)
            } else if byte(start + 1) == UInt8(ascii: ".") {
                emit(.doubleDot, start, start + 2)
            } else {
                emit(.dot, start, start + 1)
            }
        case UInt8(ascii: ":"):
            switch byte(start + 1) {
            case UInt8(ascii: ":"): emit(.doubleColon, start, start + 2)
            case UInt8(ascii: "="): emit(.colonEquals, start, start + 2)
            default: emit(.colon, start, start + 1)
            }
        case UInt8(ascii: "$"): dollar(start)
        default:
            if Self.isWordStart(first) {
                word(start)
            } else if Self.isOperator(first) {
                operatorToken(start)
            } else {
                emit(.other, start, start + 1)
            }
        }
    }

    private mutating func skipBlanks() {
        while offset < count {
            switch source[offset] {
            case 0x20, 0x09, 0x0A, 0x0D, 0x0C:
                offset += 1
            case UInt8(ascii: "-") where byte(offset + 1) == UInt8(ascii: "-"):
                skipLine()
            case UInt8(ascii: "/") where byte(offset + 1) == UInt8(ascii: "*"):
                skipComment()
                if failure != nil { return }
            default:
                return
            }
        }
    }

    private mutating func skipLine() {
        while offset < count, source[offset] != 0x0A, source[offset] != 0x0D { offset += 1 }
    }

    private mutating func skipComment() {
        let start = offset
        var depth = 0
        while offset < count {
            let here = source[offset]
            let after = byte(offset + 1)
            if here == UInt8(ascii: "/"), after == UInt8(ascii: "*") {
                depth += 1
                offset += 2
            } else if here == UInt8(ascii: "*"), after == UInt8(ascii: "/") {
                depth -= 1
                offset += 2
                if depth == 0 { return }
            } else {
                offset += 1
            }
        }
        fail("unterminated /* comment", start, count)
    }

    // MARK: Words

    private mutating func word(_ start: Int) {
        let after = byte(start + 1)
        if after == UInt8(ascii: "'") {
            switch source[start] | 0x20 {
            case UInt8(ascii: "e"): return quoted(.escapeString, start, start + 2)
            case UInt8(ascii: "b"): return quoted(.binaryString, start, start + 2)
            case UInt8(ascii: "x"): return quoted(.hexString, start, start + 2)
            case UInt8(ascii: "n"):
                // N'…' is read as the type word NCHAR before an ordinary string.
                emit(.word, start, start + 1)
                list[list.count - 1].keyword = .nchar
                list[list.count - 1].category = .columnName
                return
            default: break
            }
        }
        if after == UInt8(ascii: "&"), source[start] | 0x20 == UInt8(ascii: "u"),
            byte(start + 2) == UInt8(ascii: "'") || byte(start + 2) == UInt8(ascii: "\"")
        {
            let place = Int(position(of: start))
            failure = .unsupported("U& syntax", position: place)
            emit(.failure, start, count)
            return
        }
        var end = start + 1
        while end < count, Self.isWordPart(source[end]) { end += 1 }
        let entry = keywords.find(UnsafeBufferPointer(rebasing: source[start..<end]))
        list.append(
            Token(
                kind: .word, category: entry?.category ?? .none,
                isBareLabel: entry?.isBareLabel ?? true, keyword: entry?.keyword,
                start: UInt32(start), end: UInt32(end), position: position(of: start)))
        offset = end
    }

    private mutating func quotedWord(_ start: Int) {
        var end = start + 1
        while end < count {
            if source[end] == UInt8(ascii: "\"") {
                if byte(end + 1) != UInt8(ascii: "\"") { break }
                end += 1
            }
            end += 1
        }
        if end >= count { return fail("unterminated quoted identifier", start, count) }
        if end == start + 1 { return fail("zero-length delimited identifier", start, end + 1) }
        emit(.quotedWord, start, end + 1)
    }

    // MARK: Strings

    /// `body` is where the text after the opening quote begins.
    private mutating func quoted(_ kind: TokenKind, _ start: Int, _ body: Int) {
        var end = body
        while true {
            guard end < count else {
                let what =
                    switch kind {
                    case .binaryString: "unterminated bit string literal"
                    case .hexString: "unterminated hexadecimal string literal"
                    default: "unterminated quoted string"
                    }
                return fail(what, start, count)
            }
            let here = source[end]
            if here == UInt8(ascii: "\\"), kind == .escapeString {
                end += 2
            } else if here != UInt8(ascii: "'") {
                end += 1
            } else if byte(end + 1) == UInt8(ascii: "'") {
                end += 2
            } else if let more = continuation(after: end + 1) {
                end = more
            } else {
                return emit(kind, start, end + 1)
            }
        }
    }

    /// Where a string goes on after its closing quote: behind the quote that follows blanks with a
    /// line break among them.
    private func continuation(after start: Int) -> Int? {
        LiteralText.continuation(in: source, after: start)
    }

    private mutating func dollar(_ start: Int) {
        if Self.isDigit(byte(start + 1)) {
            var end = start + 1
            while Self.isDigit(byte(end)) { end += 1 }
            if Self.isWordStart(byte(end)) {
                return fail("trailing junk after parameter", start, wordEnd(end))
            }
            return emit(.parameter, start, end)
        }
        var tagEnd = start + 1
        if Self.isWordStart(byte(tagEnd)) {
            while tagEnd < count, Self.isWordPart(source[tagEnd]), source[tagEnd] != 0x24 {
                tagEnd += 1
            }
        }
        guard byte(tagEnd) == UInt8(ascii: "$") else { return emit(.other, start, start + 1) }
        let tag = source[start...tagEnd]
        var end = tagEnd + 1
        while end + tag.count <= count {
            if source[end] == UInt8(ascii: "$"), source[end..<(end + tag.count)].elementsEqual(tag)
            {
                return emit(.dollarString, start, end + tag.count)
            }
            end += 1
        }
        fail("unterminated dollar-quoted string", start, count)
    }

    // MARK: Numbers and operators

    private mutating func number(_ start: Int) {
        var end = start
        var isInteger = true
        while Self.isDigit(byte(end)) { end += 1 }
        if byte(end) == UInt8(ascii: "."), byte(end + 1) != UInt8(ascii: ".") || end == start {
            isInteger = false
            end += 1
            while Self.isDigit(byte(end)) { end += 1 }
        }
        if byte(end) | 0x20 == UInt8(ascii: "e") {
            var exponent = end + 1
            if byte(exponent) == UInt8(ascii: "+") || byte(exponent) == UInt8(ascii: "-") {
                exponent += 1
            }
            guard Self.isDigit(byte(exponent)) else {
                let junkEnd = exponent > end + 1 ? exponent : wordEnd(end)
                return fail("trailing junk after numeric literal", start, junkEnd)
            }
            isInteger = false
            end = exponent
            while Self.isDigit(byte(end)) { end += 1 }
        }
        if Self.isWordStart(byte(end)) {
            return fail("trailing junk after numeric literal", start, wordEnd(end))
        }
        emit(isInteger ? .integer : .numeric, start, end)
    }

    /// The end of the word that begins at `start`.
    private func wordEnd(_ start: Int) -> Int {
        var end = start + 1
        while end < count, Self.isWordPart(source[end]) { end += 1 }
        return end
    }

    private mutating func operatorToken(_ start: Int) {
        var end = start + 1
        while end < count, Self.isOperator(source[end]) {
            let here = source[end]
            if here == UInt8(ascii: "*"), source[end - 1] == UInt8(ascii: "/") {
                end -= 1
                break
            }
            if here == UInt8(ascii: "-"), source[end - 1] == UInt8(ascii: "-") {
                end -= 1
                break
            }
            end += 1
        }
        // A trailing + or - belongs to what follows unless a character that no SQL operator has
        // is among the ones before it.
        while end > start + 1,
            source[end - 1] == UInt8(ascii: "+") || source[end - 1] == UInt8(ascii: "-"),
            !source[start..<(end - 1)].contains(where: Self.keepsSign)
        {
            end -= 1
        }
        if end - start > 63 { return fail("operator too long", start, end) }
        emit(Self.kind(of: source[start..<end]), start, end)
    }

    private static func kind(of symbol: Slice<UnsafeBufferPointer<UInt8>>) -> TokenKind {
        guard let first = symbol.first, symbol.count <= 2 else { return .op }
        if symbol.count == 1 {
            switch first {
            case UInt8(ascii: "+"): return .plus
            case UInt8(ascii: "-"): return .minus
            case UInt8(ascii: "*"): return .star
            case UInt8(ascii: "/"): return .slash
            case UInt8(ascii: "%"): return .percent
            case UInt8(ascii: "^"): return .caret
            case UInt8(ascii: "<"): return .less
            case UInt8(ascii: ">"): return .greater
            case UInt8(ascii: "="): return .equals
            default: return .op
            }
        }
        switch (first, symbol[symbol.startIndex + 1]) {
        case (UInt8(ascii: "="), UInt8(ascii: ">")): return .arrow
        case (UInt8(ascii: ">"), UInt8(ascii: "=")): return .greaterEquals
        case (UInt8(ascii: "<"), UInt8(ascii: "=")): return .lessEquals
        case (UInt8(ascii: "<"), UInt8(ascii: ">")): return .notEquals
        case (UInt8(ascii: "!"), UInt8(ascii: "=")): return .notEquals
        default: return .op
        }
    }

    // MARK: Classes of bytes

    @inline(__always)
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    @inline(__always)
    private static func isWordStart(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte == 0x5F || byte >= 0x80
    }

    @inline(__always)
    private static func isWordPart(_ byte: UInt8) -> Bool {
        isWordStart(byte) || isDigit(byte) || byte == 0x24
    }

    private static func isOperator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "~"), UInt8(ascii: "!"), UInt8(ascii: "@"), UInt8(ascii: "#"),
            UInt8(ascii: "^"), UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "`"),
            UInt8(ascii: "?"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "*"),
            UInt8(ascii: "/"), UInt8(ascii: "%"), UInt8(ascii: "<"), UInt8(ascii: ">"),
            UInt8(ascii: "="):
            true
        default: false
        }
    }

    private static func keepsSign(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "~"), UInt8(ascii: "!"), UInt8(ascii: "@"), UInt8(ascii: "#"),
            UInt8(ascii: "^"), UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "`"),
            UInt8(ascii: "?"), UInt8(ascii: "%"):
            true
        default: false
        }
    }
}
