import Basics

/// Binding strengths of PostgreSQL's operators, weakest first.
enum Precedence {
    static let or = 1
    static let and = 2
    static let not = 3
    static let isTest = 4
    static let comparison = 5
    static let matching = 6
    static let other = 7
    static let additive = 8
    static let multiplicative = 9
    static let power = 10
    static let atTimeZone = 11
    static let collate = 12
    static let sign = 13
    static let postfix = 14
}

/// Operators, by precedence climbing.
extension Parser {
    /// An expression whose operators bind at least as strongly as `least`. A restricted expression
    /// (`b_expr`) has no AND, IN, LIKE and the like: those words end it.
    mutating func expression(_ least: Int = 0, restricted: Bool = false) throws -> Expr {
        let outerHeight = height
        height = 0
        var left = try prefix(restricted: restricted)
        if token.kind == .comma || token.kind == .rightParen {
            height = max(height, outerHeight)
            return left
        }
        // Binary operators are gathered here and put on `left` when something else follows.
        var chain: [OperatorTerm] = []
        // The strength of the last operator if it must not meet another of its kind.
        var unassociable = 0
        while true {
            let strength = self.strength(of: token, restricted: restricted)
            if strength == 0 || strength < least { break }
            if strength == unassociable { throw unexpected() }
            unassociable = 0
            let isComparison = strength == Precedence.comparison
            if isComparison || strength >= Precedence.other && strength <= Precedence.power {
                let op = try operatorName()
                if let quantifier = try acceptQuantifier(restricted) {
                    try settle(&left, &chain)
                    left = try quantified(left, op, quantifier)
                    try grow()
                    continue
                }
                if chain.isEmpty {
                    if case .binary(let first, let rest) = left.kind {
                        left = first
                        chain = rest
                    } else {
                        try grow()
                    }
                }
                let operand = try expression(strength + 1, restricted: restricted)
                chain.append(OperatorTerm(op, operand))
                if isComparison { unassociable = strength }
                continue
            }
            try settle(&left, &chain)
            switch strength {
            case Precedence.or, Precedence.and:
                left = try conjunction(left, strength)
            case Precedence.isTest:
                if try isTest(&left, restricted: restricted) { unassociable = strength }
            case Precedence.matching:
                if try matching(&left) { unassociable = strength }
            case Precedence.atTimeZone:
                left = try atTimeZone(left)
            default:
                let place = position
                advance()
                left = Expr(.collate(left, try qualifiedName()), at: place)
            }
            try grow()
        }
        try settle(&left, &chain)
        height = max(height, outerHeight)
        return left
    }

    private func settle(_ left: inout Expr, _ chain: inout [OperatorTerm]) throws {
        guard let last = chain.last else { return }
        left = Expr(.binary(first: left, rest: chain), at: last.op.position)
        chain = []
    }

    /// How strongly the token binds as an infix operator; 0 when it is none.
    private func strength(of token: Token, restricted: Bool) -> Int {
        switch token.kind {
        case .less, .greater, .equals, .lessEquals, .greaterEquals, .notEquals:
            return Precedence.comparison
        case .plus, .minus: return Precedence.additive
        case .star, .slash, .percent: return Precedence.multiplicative
        case .caret: return Precedence.power
        case .op: return Precedence.other
        case .word:
            guard let keyword = token.keyword else { return 0 }
            return strength(of: keyword, restricted: restricted)
        default: return 0
        }
    }

    private func strength(of keyword: Keyword, restricted: Bool) -> Int {
        switch keyword {
        case .operator: return peek().kind == .leftParen ? Precedence.other : 0
        case .is:
            if restricted {
                let distinct = peek().keyword == .distinct
                    || peek().keyword == .not && peek(2).keyword == .distinct
                return distinct ? Precedence.isTest : 0
            }
            return Precedence.isTest
        case _ where restricted: return 0
        case .or: return Precedence.or
        case .and: return Precedence.and
        case .isnull, .notnull: return Precedence.isTest
        case .between, .in, .like, .ilike, .overlaps: return Precedence.matching
        case .similar: return peek().keyword == .to ? Precedence.matching : 0
        case .not:
            switch peek().keyword {
            case .between, .in, .like, .ilike, .similar: return Precedence.matching
            default: return 0
            }
        case .at: return peek().keyword == .time ? Precedence.atTimeZone : 0
        case .collate: return Precedence.collate
        default: return 0
        }
    }

    /// The operator here, also as `OPERATOR(schema.op)`.
    mutating func operatorName() throws -> OperatorName {
        let place = position
        guard accept(.operator) else {
            guard isOperatorSymbol(token) else { throw unexpected() }
            let symbol = token.kind == .notEquals ? "<>" : tokens.raw(token)
            advance()
            return OperatorName(symbol, at: place)
        }
        try expect(.leftParen)
        var schema: String?
        while isColumnId(token) {
            schema = try identifier().text
            try expect(.dot)
        }
        guard isOperatorSymbol(token) else { throw unexpected() }
        let symbol = token.kind == .notEquals ? "<>" : tokens.raw(token)
        advance()
        try expect(.rightParen)
        return OperatorName(symbol, schema: schema, at: place)
    }

    private func isOperatorSymbol(_ token: Token) -> Bool {
        token.kind.rawValue >= TokenKind.op.rawValue
            && token.kind.rawValue <= TokenKind.notEquals.rawValue
    }

    // MARK: Prefixes

    @inline(never)
    private mutating func prefix(restricted: Bool) throws -> Expr {
        switch token.kind {
        case .minus, .plus: return try signed(restricted)
        case .op: return try prefixOperator(restricted)
        case .word where token.keyword == .not && !restricted: return try negation()
        case .word where token.keyword == .operator: return try prefixOperator(restricted)
        default: break
        }
        var expr = try primary()
        while at(.doubleColon) {
            let place = position
            advance()
            expr = Expr(.cast(expr, try typeName()), at: place)
            try grow()
        }
        return expr
    }

    private mutating func signed(_ restricted: Bool) throws -> Expr {
        try enter()
        defer { leave() }
        let op = try operatorName()
        let operand = try prefix(restricted: restricted)
        if op.symbol == "-" {
            switch operand.kind {
            case .integer(let digits): return Expr(.integer(negated(digits)), at: op.position)
            case .numeric(let digits): return Expr(.numeric(negated(digits)), at: op.position)
            default: break
            }
        }
        try grow()
        return Expr(.unary(op, operand), at: op.position)
    }

    private func negated(_ digits: String) -> String {
        digits.hasPrefix("-") ? String(digits.dropFirst()) : "-" + digits
    }

    private mutating func prefixOperator(_ restricted: Bool) throws -> Expr {
        try enter()
        defer { leave() }
        let op = try operatorName()
        let operand = try expression(Precedence.other + 1, restricted: restricted)
        try grow()
        return Expr(.unary(op, operand), at: op.position)
    }

    private mutating func negation() throws -> Expr {
        try enter()
        defer { leave() }
        let place = position
        advance()
        let operand = try expression(Precedence.not)
        try grow()
        return Expr(.not(operand), at: place)
    }

    // MARK: Infix words

    private mutating func conjunction(_ left: Expr, _ strength: Int) throws -> Expr {
        let place = position
        let keyword: Keyword = strength == Precedence.or ? .or : .and
        var operands: [Expr]
        switch left.kind {
        case .and(let some) where keyword == .and: operands = some
        case .or(let some) where keyword == .or: operands = some
        default: operands = [left]
        }
        while accept(keyword) { operands.append(try expression(strength + 1)) }
        return Expr(keyword == .or ? .or(operands) : .and(operands), at: place)
    }

    /// Everything that begins with IS, and ISNULL and NOTNULL. True when it ended in an operand.
    private mutating func isTest(_ left: inout Expr, restricted: Bool) throws -> Bool {
        let place = position
        if accept(.isnull) {
            left = Expr(.isTest(left, .null, negated: false), at: place)
            return false
        }
        if accept(.notnull) {
            left = Expr(.isTest(left, .null, negated: true), at: place)
            return false
        }
        try expect(.is)
        let negated = accept(.not)
        if accept(.distinct) {
            try expect(.from)
            let right = try expression(Precedence.isTest + 1, restricted: restricted)
            left = Expr(.isDistinct(left, right, negated: negated), at: place)
            return true
        }
        let test: IsTest
        switch token.keyword {
        case .null: test = .null
        case .true: test = .true
        case .false: test = .false
        case .unknown: test = .unknown
        case .document, .normalized, .of:
            throw SQLError.unsupported("IS \(tokens.raw(token).uppercased())", position: position)
        default: throw unexpected()
        }
        advance()
        left = Expr(.isTest(left, test, negated: negated), at: place)
        return false
    }

    /// BETWEEN, IN, LIKE, ILIKE, SIMILAR TO, OVERLAPS. True when it ended in an operand.
    @inline(never)
    private mutating func matching(_ left: inout Expr) throws -> Bool {
        let place = position
        let negated = accept(.not)
        switch token.keyword {
        case .between:
            advance()
            let symmetric = accept(.symmetric)
            if !symmetric { accept(.asymmetric) }
            let low = try expression(0, restricted: true)
            try expect(.and)
            let high = try expression(Precedence.matching + 1)
            left = Expr(
                .between(left, low: low, high: high, symmetric: symmetric, negated: negated),
                at: place)
            return true
        case .in:
            advance()
            if startsQueryInParens() {
                let query = try parenthesizedQuery()
                left = Expr(.inSubquery(left, query, negated: negated), at: place)
            } else {
                let items = try parenthesized { try $0.expression() }
                left = Expr(.inList(left, items, negated: negated), at: place)
            }
            return false
        case .overlaps:
            guard case .row = left.kind else { throw unexpected() }
            advance()
            let rightStart = self
            let right = try primary()
            guard case .row = right.kind else { throw rightStart.unexpected() }
            left = Expr(.overlaps(left, right), at: place)
            return false
        case .like, .ilike:
            let form: LikeExpr.Form = at(.like) ? .like : .ilike
            advance()
            if let quantifier = try acceptQuantifier(false) {
                let symbol = (negated ? "!" : "") + (form == .like ? "~~" : "~~*")
                left = try quantified(left, OperatorName(symbol, at: place), quantifier)
                return false
            }
            left = try like(left, form, negated, place)
            return true
        default:
            try expect(.similar)
            try expect(.to)
            left = try like(left, .similarTo, negated, place)
            return true
        }
    }

    private mutating func like(
        _ left: Expr, _ form: LikeExpr.Form, _ negated: Bool, _ place: Int
    ) throws -> Expr {
        let pattern = try expression(Precedence.matching + 1)
        let escape = accept(.escape) ? try expression(Precedence.matching + 1) : nil
        return Expr(
            .like(
                LikeExpr(
                    form: form, negated: negated, operand: left, pattern: pattern,
                    escape: escape)), at: place)
    }

    private mutating func atTimeZone(_ left: Expr) throws -> Expr {
        let place = position
        try expect(.at)
        try expect(.time)
        try expect(.zone)
        let zone = try expression(Precedence.atTimeZone + 1)
        var call = FunctionCall(
            QualifiedName(["pg_catalog", "timezone"], at: place),
            [FunctionArgument(zone), FunctionArgument(left)])
        call.usesKeywordSyntax = true
        return Expr(.function(call), at: place)
    }

    // MARK: ANY and ALL

    private mutating func acceptQuantifier(_ restricted: Bool) throws -> Quantifier? {
        if restricted { return nil }
        if accept(.any) || accept(.some) { return .any }
        return accept(.all) ? .all : nil
    }

    private mutating func quantified(
        _ left: Expr, _ op: OperatorName, _ quantifier: Quantifier
    ) throws -> Expr {
        if startsQueryInParens() {
            let query = try parenthesizedQuery()
            return Expr(.quantifiedSubquery(left, op, quantifier, query), at: op.position)
        }
        try expect(.leftParen)
        let array = try expression()
        try expect(.rightParen)
        return Expr(.quantifiedArray(left, op, quantifier, array), at: op.position)
    }
}
