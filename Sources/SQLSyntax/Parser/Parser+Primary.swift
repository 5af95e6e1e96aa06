import Basics

/// Operands: literals, names, parentheses and the forms that begin with a key word.
extension Parser {
    /// `c_expr` of PostgreSQL's grammar.
    mutating func primary() throws -> Expr {
        let place = position
        switch token.kind {
        case .integer:
            let text = tokens.raw(token)
            advance()
            return Expr(.integer(text), at: place)
        case .numeric:
            let text = tokens.raw(token)
            advance()
            return Expr(.numeric(text), at: place)
        case .string, .escapeString, .dollarString:
            return Expr(.string(try string()), at: place)
        case .binaryString, .hexString:
            return bitString(place)
        case .parameter:
            return try parameter()
        default: break
        }
        try enter()
        defer { leave() }
        let outerHeight = height
        height = 0
        let expr = try compound()
        try grow()
        height = max(height, outerHeight)
        return expr
    }

    @inline(never)
    private mutating func compound() throws -> Expr {
        switch token.kind {
        case .leftParen: return try parens()
        case .quotedWord: return try nameExpression()
        case .word:
            if token.keyword == nil { return try nameExpression() }
            return try keywordExpression()
        default: throw unexpected()
        }
    }

    private mutating func bitString(_ place: Int) -> Expr {
        let digits = LiteralText.bitString(tokens.bytes[Int(token.start)..<Int(token.end)])
        let radix: Character = token.kind == .hexString ? "x" : "b"
        advance()
        return Expr(.bitString(radix: radix, digits: digits), at: place)
    }

    private mutating func parameter() throws -> Expr {
        let place = position
        guard let number = Int(tokens.raw(token).dropFirst()), number > 0, number <= 65_535 else {
            throw SQLError(
                .undefinedParameter, "there is no parameter \(tokens.raw(token))",
                position: place)
        }
        advance()
        parameterCount = max(parameterCount, number)
        return try indirection(Expr(.parameter(number), at: place))
    }

    // MARK: Parentheses

    @inline(never)
    private mutating func parens() throws -> Expr {
        let place = position
        if startsQueryInParens() {
            let query = try parenthesizedQuery()
            return try indirection(Expr(.scalarSubquery(query), at: place))
        }
        advance()
        let first = try expression()
        if accept(.comma) {
            var items = [first]
            repeat { items.append(try expression()) } while accept(.comma)
            try expect(.rightParen)
            return Expr(.row(items, explicit: false), at: place)
        }
        try expect(.rightParen)
        return try indirection(first)
    }

    /// `.field`, `.*`, `[index]` behind an expression.
    mutating func indirection(_ base: Expr) throws -> Expr {
        var expr = base
        while true {
            if at(.dot) {
                let place = position
                advance()
                if accept(.star) { return Expr(.fieldStar(expr), at: place) }
                expr = Expr(.field(expr, try label().text), at: expr.position)
            } else if at(.leftBracket) {
                expr = Expr(.subscripted(expr, try subscripts()), at: expr.position)
            } else {
                return expr
            }
            try grow()
        }
    }

    private mutating func subscripts() throws -> [Subscript] {
        var items: [Subscript] = []
        while accept(.leftBracket) {
            if accept(.colon) {
                items.append(.slice(nil, at(.rightBracket) ? nil : try expression()))
            } else {
                let lower = try expression()
                if accept(.colon) {
                    items.append(.slice(lower, at(.rightBracket) ? nil : try expression()))
                } else {
                    items.append(.index(lower))
                }
            }
            try expect(.rightBracket)
        }
        return items
    }

    // MARK: Names

    /// A column, a function call or a literal of a type given by name.
    @inline(never)
    mutating func nameExpression(windowless: Bool = false) throws -> Expr {
        let first = token
        let place = position
        let isFunctionOnly = first.category == .typeOrFunction
        let name = try label()
        if at(.leftParen), first.category != .columnName {
            return try call(QualifiedName([name.text], at: place), windowless: windowless)
        }
        if isString, first.category != .columnName {
            let type = TypeName(QualifiedName([name.text], at: place))
            return Expr(.typedLiteral(type, try string()), at: place)
        }
        guard !isFunctionOnly || at(.dot) else { throw unexpected() }
        guard at(.dot) || at(.leftBracket) else {
            return Expr(.column([name.text]), at: place)
        }
        var parts = [name.text]
        while at(.dot) {
            advance()
            if accept(.star) {
                if isFunctionOnly { throw unexpected() }
                return Expr(.star(qualifier: parts), at: place)
            }
            parts.append(try label().text)
        }
        if at(.leftParen) {
            return try call(QualifiedName(parts, at: place), windowless: windowless)
        }
        if isString {
            let type = TypeName(QualifiedName(parts, at: place))
            return Expr(.typedLiteral(type, try string()), at: place)
        }
        if isFunctionOnly { throw unexpected() }
        return try indirection(Expr(.column(parts), at: place))
    }

    // MARK: Key words

    @inline(never)
    private mutating func keywordExpression() throws -> Expr {
        let place = position
        switch token.keyword {
        case .null:
            advance()
            return Expr(.null, at: place)
        case .true:
            advance()
            return Expr(.boolean(true), at: place)
        case .false:
            advance()
            return Expr(.boolean(false), at: place)
        case .default:
            advance()
            return Expr(.setToDefault, at: place)
        case .case: return try caseExpression()
        case .array: return try arrayExpression()
        case .row where peek().kind == .leftParen: return try rowExpression()
        case .exists where peek().kind == .leftParen:
            advance()
            return Expr(.exists(try parenthesizedQuery()), at: place)
        default: break
        }
        if let expr = try specialForm() { return expr }
        if startsTypedLiteral { return try typedLiteral() }
        if token.category == .reserved { throw unexpected() }
        return try nameExpression()
    }

    private mutating func typedLiteral() throws -> Expr {
        let place = position
        var type = try simpleType(forLiteral: true)
        let text = try string()
        if type.name.name == "interval", type.modifiers.isEmpty { try intervalFields(of: &type) }
        return Expr(.typedLiteral(type, text), at: place)
    }

    private mutating func caseExpression() throws -> Expr {
        let place = position
        try expect(.case)
        let operand = at(.when) ? nil : try expression()
        var branches: [CaseExpr.Branch] = []
        try expect(.when)
        repeat {
            let when = try expression()
            try expect(.then)
            branches.append(CaseExpr.Branch(when: when, then: try expression()))
        } while accept(.when)
        let otherwise = accept(.else) ? try expression() : nil
        try expect(Keyword.end)
        return Expr(
            .caseWhen(CaseExpr(operand: operand, branches: branches, otherwise: otherwise)),
            at: place)
    }

    private mutating func arrayExpression() throws -> Expr {
        let place = position
        try expect(.array)
        if at(.leftParen) {
            guard startsQueryInParens() else {
                advance()
                throw unexpected()
            }
            return Expr(.arraySubquery(try parenthesizedQuery()), at: place)
        }
        guard at(.leftBracket) else { throw unexpected() }
        var array = try arrayItems()
        array.position = place
        return array
    }

    /// `[a, b]` or `[[…], […]]`.
    private mutating func arrayItems() throws -> Expr {
        try enter()
        defer { leave() }
        let place = position
        try expect(.leftBracket)
        if accept(.rightBracket) { return Expr(.array([]), at: place) }
        let items: [Expr]
        if at(.leftBracket) {
            items = try list { try $0.arrayItems() }
        } else {
            items = try list { try $0.expression() }
        }
        try expect(.rightBracket)
        try grow()
        return Expr(.array(items), at: place)
    }

    private mutating func rowExpression() throws -> Expr {
        let place = position
        try expect(.row)
        try expect(.leftParen)
        let items = at(.rightParen) ? [] : try list { try $0.expression() }
        try expect(.rightParen)
        return Expr(.row(items, explicit: true), at: place)
    }
}
