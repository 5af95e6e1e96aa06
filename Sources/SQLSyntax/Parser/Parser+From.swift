import Basics

/// The FROM clause.
extension Parser {
    /// A table, function, subquery or join.
    mutating func tableRef() throws -> TableRef {
        let outerHeight = height
        height = 0
        var left = try tableOperand()
        var joins = 0
        while startsJoin {
            joins += 1
            guard joins <= Self.joinsMax else { throw tooDeep() }
            left = try joinStep(left)
        }
        height = max(height, outerHeight)
        return left
    }

    private var startsJoin: Bool {
        switch token.keyword {
        case .join, .cross, .natural, .inner, .left, .right, .full: true
        default: false
        }
    }

    /// One JOIN with its right side and condition.
    private mutating func joinStep(_ left: TableRef) throws -> TableRef {
        try enter()
        defer { leave() }
        try grow()
        let place = position
        if accept(.cross) {
            try expect(.join)
            let right = try tableOperand()
            return .join(
                Join(
                    kind: .cross, left: left, right: right, condition: .none, position: place))
        }
        let isNatural = accept(.natural)
        let kind = try joinKind()
        try expect(.join)
        var right = try tableOperand()
        var condition = Join.Condition.natural
        if !isNatural {
            // `a JOIN b JOIN c ON … ON …`: the inner join belongs to the right side.
            while startsJoin { right = try joinStep(right) }
            condition = try joinCondition()
        }
        return .join(
            Join(kind: kind, left: left, right: right, condition: condition, position: place))
    }

    private mutating func joinKind() throws -> Join.Kind {
        switch token.keyword {
        case .inner:
            advance()
            return .inner
        case .left, .right, .full:
            let kind: Join.Kind = at(.left) ? .left : at(.right) ? .right : .full
            advance()
            accept(.outer)
            return kind
        default:
            return .inner
        }
    }

    private mutating func joinCondition() throws -> Join.Condition {
        if accept(.using) {
            let columns = try parenthesized { try $0.identifier() }
            return .using(columns, alias: accept(.as) ? try identifier() : nil)
        }
        try expect(.on)
        return .on(try expression())
    }

    // MARK: Operands

    @inline(never)
    private mutating func tableOperand() throws -> TableRef {
        let isLateral = accept(.lateral)
        if at(.leftParen) {
            if startsQueryInParens() { return try subquery(lateral: isLateral) }
            if isLateral {
                advance()
                throw unexpected()
            }
            return try joinInParens()
        }
        if at(.rows, .from) {
            return try rowsFrom(lateral: isLateral)
        }
        if startsFunctionInFrom {
            return try tableFunction(lateral: isLateral)
        }
        if token.category == .typeOrFunction {
            // Only a function can bear such a name: what is missing is its parenthesis.
            advance()
            throw unexpected()
        }
        if isLateral { throw unexpected() }
        let name = try tableName()
        let alias = try optionalAlias()
        return .table(name, alias: alias, sample: try sample())
    }

    private mutating func subquery(lateral: Bool) throws -> TableRef {
        let place = position
        let isValues = peek().keyword == .values
        let query = try parenthesizedQuery()
        guard let alias = try optionalAlias() else {
            if token.kind == .failure { throw unexpected() }
            throw syntaxError(
                "\(isValues ? "VALUES" : "subquery") in FROM must have an alias",
                hint: "For example, FROM (\(isValues ? "VALUES" : "SELECT") ...) [AS] foo.",
                at: place)
        }
        return .subquery(query, lateral: lateral, alias: alias)
    }

    private mutating func joinInParens() throws -> TableRef {
        try enter()
        defer { leave() }
        try expect(.leftParen)
        let inner = try tableRef()
        guard case .join(var join) = inner else {
            throw unexpected()
        }
        try expect(.rightParen)
        if let alias = try optionalAlias() { join.alias = alias }
        return .join(join)
    }

    /// `[AS] alias [(columns)]`.
    mutating func optionalAlias() throws -> TableAlias? {
        guard accept(.as) || isColumnId(token) else { return nil }
        let name = try identifier()
        return TableAlias(name, columns: try optionalColumns())
    }

    private mutating func sample() throws -> TableSample? {
        guard accept(.tablesample) else { return nil }
        let method = try qualifiedName()
        let arguments = try parenthesized { try $0.expression() }
        var seed: Expr?
        if accept(.repeatable) {
            try expect(.leftParen)
            seed = try expression()
            try expect(.rightParen)
        }
        return TableSample(method: method, arguments: arguments, seed: seed)
    }

    // MARK: Functions

    /// True when a call begins here: a name up to its parenthesis, or a special form.
    private var startsFunctionInFrom: Bool {
        switch token.keyword {
        case .current_date, .current_time, .current_timestamp, .localtime, .localtimestamp,
            .current_role, .current_user, .session_user, .user, .current_catalog,
            .current_schema:
            return true
        case .cast, .coalesce, .greatest, .least, .nullif, .extract, .position, .substring,
            .overlay, .trim:
            return peek().kind == .leftParen
        default: break
        }
        guard token.kind == .quotedWord || token.kind == .word && token.category != .reserved
        else { return false }
        var ahead = 1
        while peek(ahead).kind == .dot { ahead += 2 }
        if peek(ahead).kind != .leftParen { return false }
        return ahead > 1 ? token.category != .typeOrFunction : token.category != .columnName
    }

    private mutating func functionInFrom() throws -> Expr {
        if let special = try specialForm() { return special }
        return try nameExpression(windowless: true)
    }

    private mutating func tableFunction(lateral: Bool) throws -> TableRef {
        var function = TableFunction(calls: [], isLateral: lateral, position: position)
        function.calls = [try functionInFrom()]
        return try finish(&function)
    }

    private mutating func rowsFrom(lateral: Bool) throws -> TableRef {
        var function = TableFunction(
            calls: [], isLateral: lateral, isRowsFrom: true, position: position)
        advance()
        advance()
        function.calls = try parenthesized { parser in
            let call = try parser.functionInFrom()
            if parser.at(.as) {
                throw SQLError.unsupported(
                    "a column definition list in ROWS FROM", position: parser.position)
            }
            return call
        }
        return try finish(&function)
    }

    /// WITH ORDINALITY and the alias, which may hold column definitions.
    private mutating func finish(_ function: inout TableFunction) throws -> TableRef {
        function.withOrdinality = accept(.with, .ordinality)
        if at(.as), peek().kind == .leftParen {
            advance()
            function.columnDefinitions = try functionColumns()
            return .function(function, alias: nil)
        }
        guard accept(.as) || isColumnId(token) else { return .function(function, alias: nil) }
        let name = try identifier()
        // `(a int)` has a type behind the first name, `(a, b)` has not.
        if at(.leftParen), peek(2).kind != .comma, peek(2).kind != .rightParen {
            function.columnDefinitions = try functionColumns()
            return .function(function, alias: TableAlias(name))
        }
        return .function(function, alias: TableAlias(name, columns: try optionalColumns()))
    }

    private mutating func functionColumns() throws -> [FunctionColumn] {
        try parenthesized { parser in
            let name = try parser.identifier()
            let column = FunctionColumn(name: name, type: try parser.typeName())
            if parser.at(.collate) {
                throw SQLError.unsupported("COLLATE here", position: parser.position)
            }
            return column
        }
    }
}
