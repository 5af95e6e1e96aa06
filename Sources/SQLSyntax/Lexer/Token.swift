import Basics

/// What a token is.
enum TokenKind: UInt8 {
    /// An identifier or key word without quotes.
    case word
    case quotedWord
    case integer
    case numeric
    /// `'…'`.
    case string
    /// `E'…'`.
    case escapeString
    /// `$tag$…$tag$`.
    case dollarString
    /// `B'…'`.
    case binaryString
    /// `X'…'`.
    case hexString
    case parameter
    /// Any operator that has no kind of its own.
    case op
    case plus, minus, star, slash, percent, caret, less, greater, equals
    case lessEquals, greaterEquals, notEquals
    case leftParen, rightParen, leftBracket, rightBracket
    case comma, semicolon, dot, colon
    case doubleColon, doubleDot, colonEquals, arrow
    /// A character that begins no token.
    case other
    /// Where lexing failed; `Tokens.failure` says how.
    case failure
    case end
}

/// A token: its kind and where its bytes are.
struct Token {
    var kind: TokenKind
    var category = KeywordCategory.none
    var isBareLabel = true
    var keyword: Keyword?
    var start: UInt32
    var end: UInt32
    /// 1-based position in Unicode scalars.
    var position: UInt32
}

/// A statement text cut into tokens; the last one is `.end` or `.failure`.
struct Tokens {
    let bytes: [UInt8]
    var list: [Token]
    /// The error that `.failure` stands for.
    var failure: SQLError?

    /// The bytes of a token as text.
    func raw(_ token: Token) -> String {
        String(decoding: bytes[Int(token.start)..<Int(token.end)], as: UTF8.self)
    }
}
