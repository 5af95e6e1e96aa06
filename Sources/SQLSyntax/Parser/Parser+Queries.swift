import Basics

/// Queries: WITH, SELECT, VALUES, TABLE, set operations, ORDER BY, LIMIT, locking.
extension Parser {
    /// True when the parenthesis here opens a query rather than an expression or a joined table.
    func startsQueryInParens() -> Bool {
        guard at(.leftParen) else { return false }
        return opensQuery(index)
    }

    /// Looks through a run of opening parentheses, from the innermost outwards: a group that holds
    /// a query makes the one around it a query only if more of a query follows its end.
    private func opensQuery(_ start: Int) -> Bool {
        let list = tokens.list
        var innermost = start
        while list[innermost + 1].kind == .leftParen { innermost += 1 }
        let first = list[innermost + 1]
        switch first.keyword {
        case .select, .with, .table: break
        case .values where list[innermost + 2].kind == .leftParen: break
        default: return false
        }
        if innermost - start > Self.depthMax { return false }
        var scan = innermost + 2
        var group = innermost
        while group > start {
            var open = 1
            while open > 0 {
                switch list[scan].kind {
                case .leftParen: open += 1
                case .rightParen: open -= 1
                case .end, .failure: return true
                default: break
                }
                scan += 1
            }
            switch list[scan].keyword {
            case .union, .intersect, .except, .order, .limit, .offset, .fetch, .for: break
            default: if list[scan].kind != .rightParen { return false }
            }
            group -= 1
        }
        return true
    }

    /// `( query )`.
    mutating func parenthesizedQuery() throws -> Query {
        try expect(.leftParen)
        let query = try query()
        try expect(.rightParen)
        return query
    }

    /// A query with everything that may stand around its body.
    @inline(never)
    mutating func query() throws -> Query {
        try enter()
        defer { leave() }
        let outerHeight = height
        height = 0
        let with = try optionalWith()
        var query = try setOperations(binding: 1)
        try queryTail(of: &query)
        if let with {
            guard query.with == nil else {
                throw syntaxError("multiple WITH clauses not allowed", at: with.position)
            }
            query.with = with
            query.position = with.position
        }
        try grow()
        height = max(height, outerHeight)
        return query
    }

    /// True when a query begins here, where nothing else in parentheses could.
    var startsQuery: Bool {
        switch token.keyword {
        case .select, .table, .with, .values: true
        default: at(.leftParen)
        }
    }

    // MARK: WITH

    mutating func optionalWith() throws -> WithClause? {
        let place = position
        guard accept(.with) else { return nil }
        let isRecursive = accept(.recursive)
        let tables = try list { try $0.commonTable() }
        return WithClause(isRecursive: isRecursive, tables: tables, position: place)
    }

    private mutating func commonTable() throws -> CommonTable {
        let name = try identifier()
        let columns = try optionalColumns()
        try expect(.as)
        var isMaterialized: Bool?
        if accept(.not) {
            try expect(.materialized)
            isMaterialized = false
        } else if accept(.materialized) {
            isMaterialized = true
        }
        let body: CommonTableBody
        try expect(.leftParen)
        switch token.keyword {
        case .insert, .update, .delete, .merge: body = .statement(try dataStatement())
        case .with: body = try withBody()
        default:
            guard startsQuery else { throw unexpected() }
            body = .query(try query())
        }
        try expect(.rightParen)
        if at(.search) || at(.cycle) {
            throw SQLError.unsupported("\(at(.search) ? "SEARCH" : "CYCLE")", position: position)
        }
        return CommonTable(
            name: name, columns: columns, isMaterialized: isMaterialized, body: body)
    }

    private mutating func withBody() throws -> CommonTableBody {
        switch try dataStatement() {
        case .query(let query): .query(query)
        case let other: .statement(other)
        }
    }

    // MARK: Set operations

    /// A chain of UNION and EXCEPT (1) or INTERSECT (2).
    private mutating func setOperations(binding: Int) throws -> Query {
        let first = binding == 1 ? try setOperations(binding: 2) : try queryOperand()
        var rest: [SetTerm] = []
        while let operation = setOperation(binding) {
            let place = position
            advance()
            let isAll = accept(.all)
            if !isAll { accept(.distinct) }
            let operand = binding == 1 ? try setOperations(binding: 2) : try queryOperand()
            rest.append(
                SetTerm(operation: operation, isAll: isAll, query: operand, position: place))
        }
        if rest.isEmpty { return first }
        return Query(.setOperations(first: first, rest: rest), at: first.position)
    }

    private func setOperation(_ binding: Int) -> SetTerm.Operation? {
        switch token.keyword {
        case .union where binding == 1: .union
        case .except where binding == 1: .except
        case .intersect where binding == 2: .intersect
        default: nil
        }
    }

    @inline(never)
    private mutating func queryOperand() throws -> Query {
        let place = position
        switch token.keyword {
        case .select: return Query(.select(try select()), at: place)
        case .values: return Query(try values(), at: place)
        case .table:
            advance()
            return Query(.table(try tableName()), at: place)
        default:
            guard at(.leftParen) else { throw unexpected() }
            return try parenthesizedQuery()
        }
    }

    /// `VALUES (…), (…)`.
    private mutating func values() throws -> QueryBody {
        try expect(.values)
        var rows: [[Expr]] = []
        repeat {
            try expect(.leftParen)
            var row: [Expr] = []
            row.reserveCapacity(rows.last?.count ?? 4)
            repeat {
                row.append(try literalBeforeSeparator() ?? expression())
            } while accept(.comma)
            try expect(.rightParen)
            rows.append(row)
        } while accept(.comma)
        return .values(rows)
    }

    /// A short cut for the plain literals of large VALUES lists.
    private mutating func literalBeforeSeparator() throws -> Expr? {
        let next = tokens.list[min(index + 1, tokens.list.count - 1)].kind
        guard next == .comma || next == .rightParen else { return nil }
        let place = position
        switch token.kind {
        case .integer:
            let text = tokens.raw(token)
            advance()
            return Expr(.integer(text), at: place)
        case .string:
            return Expr(.string(try string()), at: place)
        default:
            return nil
        }
    }

    // MARK: SELECT

    private mutating func select() throws -> Select {
        var select = Select(position: position)
        try expect(.select)
        if accept(.distinct) {
            select.distinct =
                accept(.on) ? .on(try parenthesized { try $0.expression() }) : .distinct
        } else {
            accept(.all)
        }
        if select.distinct != .all || canStartTarget { select.targets = try targets() }
        if accept(.into) { select.into = try intoTable() }
        if accept(.from) { select.from = try list { try $0.tableRef() } }
        if accept(.where) { select.filter = try expression() }
        if accept(.group) {
            try expect(.by)
            select.groupByDistinct = accept(.distinct)
            if !select.groupByDistinct { accept(.all) }
            select.groupBy = try list { try $0.groupItem() }
        }
        if accept(.having) { select.having = try expression() }
        if accept(.window) {
            select.windows = try list { parser in
                let name = try parser.identifier()
                try parser.expect(.as)
                return NamedWindow(name: name, spec: try parser.windowSpec())
            }
        }
        return select
    }

    /// False for `SELECT FROM t` and the like, which PostgreSQL allows.
    private var canStartTarget: Bool {
        switch token.kind {
        case .end, .semicolon, .rightParen: return false
        case .word: break
        default: return true
        }
        switch token.keyword {
        case .into, .from, .where, .group, .having, .window, .union, .except, .intersect, .order,
            .limit, .offset, .fetch, .for:
            return false
        default: return true
        }
    }

    mutating func targets() throws -> [Target] { try list { try $0.target() } }

    private mutating func target() throws -> Target {
        if at(.star) {
            let place = position
            advance()
            return Target(Expr(.star(qualifier: []), at: place))
        }
        let expr = try expression()
        if accept(.as) { return Target(expr, alias: try label()) }
        let isAlias = token.kind == .quotedWord || token.kind == .word && token.isBareLabel
        return Target(expr, alias: isAlias ? try label() : nil)
    }

    private mutating func intoTable() throws -> IntoTable {
        let isTemporary = accept(.temporary) || accept(.temp)
        accept(.table)
        return IntoTable(name: TableName(try qualifiedName()), isTemporary: isTemporary)
    }

    private mutating func groupItem() throws -> GroupItem {
        if at(.leftParen), peek().kind == .rightParen {
            advance()
            advance()
            return .empty
        }
        if at(.rollup), peek().kind == .leftParen {
            advance()
            return .rollup(try parenthesized { try $0.expression() })
        }
        if at(.cube), peek().kind == .leftParen {
            advance()
            return .cube(try parenthesized { try $0.expression() })
        }
        if accept(.grouping, .sets) {
            try enter()
            defer { leave() }
            let items = try parenthesized { try $0.groupItem() }
            try grow()
            return .groupingSets(items)
        }
        return .expr(try expression())
    }

    // MARK: The tail

    private mutating func queryTail(of query: inout Query) throws {
        let orderBy = try optionalOrderBy()
        if let first = orderBy.first {
            guard query.orderBy.isEmpty else {
                throw syntaxError("multiple ORDER BY clauses not allowed", at: first.expr.position)
            }
            query.orderBy = orderBy
        }
        var sawLocking = false
        var limit: Limit?
        var offset: Expr?
        while true {
            let place = position
            switch token.keyword {
            case .limit where limit == nil: limit = try limitClause()
            case .fetch where limit == nil: limit = try fetchClause()
            case .offset where offset == nil:
                advance()
                offset = try expression()
                if !accept(.row) { accept(.rows) }
            case .for where !sawLocking:
                sawLocking = true
                try locking(of: &query)
            default:
                if let limit, query.limit != nil {
                    throw syntaxError(
                        "multiple LIMIT clauses not allowed",
                        at: limit.count?.position ?? limit.position)
                }
                if let offset, query.offset != nil {
                    throw syntaxError("multiple OFFSET clauses not allowed", at: offset.position)
                }
                query.limit = limit ?? query.limit
                query.offset = offset ?? query.offset
                if let limit, limit.withTies, query.orderBy.isEmpty {
                    throw syntaxError(
                        "WITH TIES cannot be specified without ORDER BY clause", at: place)
                }
                return
            }
        }
    }

    private mutating func limitClause() throws -> Limit {
        let place = position
        try expect(.limit)
        var count: Expr?
        if !accept(.all) {
            let expr = try expression()
            if expr.kind != .null { count = expr }
        }
        if at(.comma) {
            throw syntaxError(
                "LIMIT #,# syntax is not supported",
                hint: "Use separate LIMIT and OFFSET clauses.", at: place)
        }
        return Limit(count: count, withTies: false, position: place)
    }

    private mutating func fetchClause() throws -> Limit {
        let place = position
        try expect(.fetch)
        if !accept(.first) { try expect(.next) }
        var count = Expr(.integer("1"), at: place)
        if !at(.row), !at(.rows) {
            count = isNumber ? try signedNumber() : try primary()
        }
        if !accept(.row) { try expect(.rows) }
        if accept(.with) {
            try expect(.ties)
            return Limit(count: count, withTies: true, position: place)
        }
        try expect(.only)
        return Limit(count: count, withTies: false, position: place)
    }

    private mutating func signedNumber() throws -> Expr {
        let place = position
        let text = try number()
        let isInteger = !text.contains { $0 == "." || $0 == "e" || $0 == "E" }
        return Expr(isInteger ? .integer(text) : .numeric(text), at: place)
    }

    private mutating func locking(of query: inout Query) throws {
        repeat {
            let place = position
            try expect(.for)
            if accept(.read) {
                try expect(.only)
                return
            }
            let strength: LockingClause.Strength
            if accept(.update) {
                strength = .update
            } else if accept(.no) {
                try expect(.key)
                try expect(.update)
                strength = .noKeyUpdate
            } else if accept(.key) {
                try expect(.share)
                strength = .keyShare
            } else {
                try expect(.share)
                strength = .share
            }
            let tables = accept(.of) ? try list { try $0.qualifiedName() } : []
            var wait = LockingClause.Wait.block
            if accept(.nowait) {
                wait = .noWait
            } else if accept(.skip) {
                try expect(.locked)
                wait = .skipLocked
            }
            query.locking.append(
                LockingClause(strength: strength, tables: tables, wait: wait, position: place))
        } while at(.for)
    }
}
