import Basics

/// Turns SQL text into syntax trees: recursive descent, with precedence climbing for expressions.
///
/// The grammar is PostgreSQL 15's. `parseStatements` cuts the text into tokens, then reads one
/// statement after the other by its first word (`Parser+Statements`); queries are read by
/// `Parser+Queries` and `Parser+From`, expressions by `Parser+Expressions`.
package struct Parser {
    /// Levels of SQL nesting that are accepted.
    static let depthMax = 1000
    /// Levels that a tree may have, in which a chain of operators is one; and the stack that is
    /// reckoned for a level when the tree is walked through and freed.
    static let heightMax = 2000
    static let levelBytes = 1 << 10
    /// Joins in a row.
    static let joinsMax = 500
    /// Stack that parsing may use, and no more than a quarter of what the thread has.
    static let stackBytesMax = 8 << 20

    let tokens: Tokens
    var index = 0
    /// The current token.
    var token: Token
    /// Open levels of nesting.
    var depth = 0
    /// The height of the tallest tree read so far at this level of nesting.
    var height = 0
    var parameterCount = 0
    private let heightMost: Int
    /// The address that the stack may grow down to.
    private let stackFloor: UInt

    init(_ text: String) throws {
        tokens = try Lexer.tokens(of: text)
        token = tokens.list[0]
        let stack = StackBounds.remaining
        heightMost = min(Self.heightMax, stack / Self.levelBytes)
        stackFloor = StackBounds.address() - UInt(min(Self.stackBytesMax, stack / 4))
    }

    /// All statements of a text; empty ones are left out.
    package static func parseStatements(_ text: String) throws -> [ParsedStatement] {
        var parser = try Parser(text)
        var statements: [ParsedStatement] = []
        while true {
            while parser.accept(.semicolon) {}
            if parser.token.kind == .end { return statements }
            let start = Int(parser.token.start)
            parser.parameterCount = 0
            let statement = try parser.statement()
            guard parser.token.kind == .semicolon || parser.token.kind == .end else {
                throw parser.unexpected()
            }
            let range = start..<parser.previousEnd
            statements.append(
                ParsedStatement(
                    statement: statement, range: range, text: parser.source(range),
                    parameterCount: parser.parameterCount))
        }
    }

    /// A single expression, as stored for defaults, checks and policies.
    package static func parseExpression(_ text: String) throws -> Expr {
        var parser = try Parser(text)
        let expr = try parser.expression()
        try parser.expectEnd()
        return expr
    }

    /// A single query, as stored for views.
    package static func parseQuery(_ text: String) throws -> Query {
        var parser = try Parser(text)
        let query = try parser.query()
        try parser.expectEnd()
        return query
    }

    /// A type name standing alone, as in `'int4'::regtype` or `to_regtype`.
    package static func parseTypeName(_ text: String) throws -> TypeName {
        var parser = try Parser(text)
        let type = try parser.typeName()
        try parser.expectEnd()
        return type
    }

    // MARK: Tokens

    /// The position of the current token.
    var position: Int { Int(token.position) }

    /// The end of the token before the current one, as a byte offset.
    var previousEnd: Int { index > 0 ? Int(tokens.list[index - 1].end) : 0 }

    func source(_ range: Range<Int>) -> String {
        String(decoding: tokens.bytes[range], as: UTF8.self)
    }

    /// The token `distance` places ahead; the last one if there are not that many.
    func peek(_ distance: Int = 1) -> Token {
        tokens.list[min(index + distance, tokens.list.count - 1)]
    }

    @inline(__always)
    mutating func advance() {
        if index + 1 < tokens.list.count {
            index += 1
            token = tokens.list[index]
        }
    }

    mutating func rewind(to index: Int) {
        self.index = index
        token = tokens.list[index]
    }

    @inline(__always)
    func at(_ kind: TokenKind) -> Bool { token.kind == kind }

    @inline(__always)
    func at(_ keyword: Keyword) -> Bool { token.keyword == keyword }

    /// True when these words stand here in this order.
    func at(_ first: Keyword, _ second: Keyword, _ third: Keyword? = nil) -> Bool {
        token.keyword == first && peek().keyword == second
            && (third == nil || peek(2).keyword == third)
    }

    @discardableResult
    mutating func accept(_ kind: TokenKind) -> Bool {
        guard token.kind == kind else { return false }
        advance()
        return true
    }

    @discardableResult
    mutating func accept(_ keyword: Keyword) -> Bool {
        guard token.keyword == keyword else { return false }
        advance()
        return true
    }

    /// Takes all of these words or none.
    mutating func accept(_ first: Keyword, _ second: Keyword, _ third: Keyword? = nil) -> Bool {
        guard at(first, second, third) else { return false }
        advance()
        advance()
        if third != nil { advance() }
        return true
    }

    mutating func expect(_ kind: TokenKind) throws {
        guard token.kind == kind else { throw unexpected() }
        advance()
    }

    mutating func expect(_ keyword: Keyword) throws {
        guard token.keyword == keyword else { throw unexpected() }
        advance()
    }

    func expectEnd() throws {
        guard token.kind == .end else { throw unexpected() }
    }

    /// The error of meeting the current token.
    func unexpected() -> SQLError {
        if token.kind == .failure, let failure = tokens.failure { return failure }
        if token.kind == .end {
            return SQLError(.syntaxError, "syntax error at end of input", position: position)
        }
        return SQLError(
            .syntaxError, "syntax error at or near \"\(tokens.raw(token))\"", position: position)
    }

    func syntaxError(_ message: String, hint: String? = nil, at position: Int) -> SQLError {
        SQLError(.syntaxError, message, hint: hint, position: position)
    }

    // MARK: Nesting

    /// Opens a level of nesting; every call is paired with `leave`.
    mutating func enter() throws {
        depth += 1
        if depth > Self.depthMax || StackBounds.address() < stackFloor { throw tooDeep() }
    }

    mutating func leave() { depth -= 1 }

    /// Puts one more level on the tree under construction.
    mutating func grow() throws {
        height += 1
        if height > heightMost { throw tooDeep() }
    }

    func tooDeep() -> SQLError {
        SQLError(
            .statementTooComplex, "stack depth limit exceeded",
            hint: "Write the statement with fewer levels of nesting.", position: position)
    }

    // MARK: Lists

    /// `item, item, …`.
    mutating func list<Item>(_ item: (inout Parser) throws -> Item) throws -> [Item] {
        var items = [try item(&self)]
        while accept(.comma) { items.append(try item(&self)) }
        return items
    }

    /// `(item, item, …)`.
    mutating func parenthesized<Item>(_ item: (inout Parser) throws -> Item) throws -> [Item] {
        try expect(.leftParen)
        let items = try list(item)
        try expect(.rightParen)
        return items
    }
}
