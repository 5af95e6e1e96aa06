import Basics

/// Names, strings and numbers.
extension Parser {
    /// The name the current token spells.
    func nameText(_ token: Token) -> String {
        LiteralText.name(
            tokens.bytes[Int(token.start)..<Int(token.end)], quoted: token.kind == .quotedWord)
    }

    private mutating func takeName() -> Identifier {
        let name = Identifier(nameText(token), at: position)
        advance()
        return name
    }

    /// True when the token can be the name of a column, table or the like (`ColId`).
    func isColumnId(_ token: Token) -> Bool {
        switch token.kind {
        case .quotedWord: true
        case .word: token.category.rawValue <= KeywordCategory.columnName.rawValue
        default: false
        }
    }

    /// True when the token can be the name of a function or type.
    func isTypeOrFunction(_ token: Token) -> Bool {
        switch token.kind {
        case .quotedWord: true
        case .word:
            token.category == .none || token.category == .unreserved
                || token.category == .typeOrFunction
        default: false
        }
    }

    /// The name of a column, table, alias, role and so on (`ColId`).
    mutating func identifier() throws -> Identifier {
        guard isColumnId(token) else { throw unexpected() }
        return takeName()
    }

    /// Any word at all (`ColLabel`), as after AS or a dot.
    mutating func label() throws -> Identifier {
        guard token.kind == .word || token.kind == .quotedWord else { throw unexpected() }
        return takeName()
    }

    /// A word that is not reserved (`NonReservedWord`).
    mutating func nonReservedWord() throws -> Identifier {
        guard token.kind == .quotedWord || token.kind == .word && token.category != .reserved
        else { throw unexpected() }
        return takeName()
    }

    mutating func identifiers() throws -> [Identifier] { try list { try $0.identifier() } }

    /// `(a, b)` or nothing.
    mutating func optionalColumns() throws -> [Identifier] {
        at(.leftParen) ? try parenthesized { try $0.identifier() } : []
    }

    /// `a`, `a.b` or `a.b.c`.
    mutating func qualifiedName() throws -> QualifiedName {
        let first = try identifier()
        var parts = [first.text]
        while accept(.dot) { parts.append(try label().text) }
        if parts.count > 3 {
            throw syntaxError(
                "improper qualified name (too many dotted names): "
                    + parts.joined(separator: "."), at: first.position)
        }
        return QualifiedName(parts, at: first.position)
    }

    /// `[ONLY] name [*]`, `ONLY (name)`.
    mutating func tableName() throws -> TableName {
        if accept(.only) {
            if accept(.leftParen) {
                let name = try qualifiedName()
                try expect(.rightParen)
                return TableName(name, only: true)
            }
            return TableName(try qualifiedName(), only: true)
        }
        let name = try qualifiedName()
        accept(.star)
        return TableName(name)
    }

    // MARK: Literals

    var isString: Bool { isString(token) }

    func isString(_ token: Token) -> Bool {
        token.kind == .string || token.kind == .escapeString || token.kind == .dollarString
    }

    mutating func string() throws -> String {
        let bytes = tokens.bytes[Int(token.start)..<Int(token.end)]
        let text: String
        switch token.kind {
        case .string: text = LiteralText.string(bytes)
        case .dollarString: text = LiteralText.dollarString(bytes)
        case .escapeString: text = try LiteralText.escapeString(bytes, at: position)
        default: throw unexpected()
        }
        advance()
        return text
    }

    /// A whole number that fits 32 bits (`Iconst`).
    mutating func integer() throws -> Int {
        guard token.kind == .integer, let value = Int32(tokens.raw(token)) else {
            throw unexpected()
        }
        advance()
        return Int(value)
    }

    mutating func signedInteger() throws -> Int {
        if accept(.minus) { return -(try integer()) }
        accept(.plus)
        return try integer()
    }

    var isNumber: Bool {
        token.kind == .integer || token.kind == .numeric || token.kind == .plus
            || token.kind == .minus
    }

    /// A number with an optional sign, as text.
    mutating func number() throws -> String {
        let sign = accept(.minus) ? "-" : ""
        if sign.isEmpty { accept(.plus) }
        guard token.kind == .integer || token.kind == .numeric else { throw unexpected() }
        let text = tokens.raw(token)
        advance()
        return sign + text
    }
}
