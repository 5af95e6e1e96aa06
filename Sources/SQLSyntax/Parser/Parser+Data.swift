import Basics

/// INSERT, UPDATE, DELETE, TRUNCATE.
extension Parser {
    mutating func insert(_ with: WithClause?) throws -> Insert {
        try expect(.insert)
        try expect(.into)
        let table = try qualifiedName()
        let alias = accept(.as) ? try identifier() : nil
        var columns: [InsertColumn] = []
        if at(.leftParen), !startsQueryInParens() {
            columns = try parenthesized { try $0.insertColumn() }
        }
        let overriding = try overridingClause()
        let source: Insert.Source
        if columns.isEmpty, overriding == nil, accept(.default) {
            try expect(.values)
            source = .defaultValues
        } else {
            guard startsQuery else { throw unexpected() }
            source = .query(try query())
        }
        return Insert(
            with: with, table: table, alias: alias, columns: columns, overriding: overriding,
            source: source, onConflict: try onConflict(), returning: try returning())
    }

    private mutating func insertColumn() throws -> InsertColumn {
        var column = InsertColumn(name: try identifier())
        while accept(.dot) { column.fields.append(try label().text) }
        if at(.leftBracket) {
            let place = position
            advance()
            column.index = try expression()
            if at(.colon) {
                throw SQLError.unsupported("assignment to an array slice", position: place)
            }
            try expect(.rightBracket)
            if at(.leftBracket) {
                throw SQLError.unsupported(
                    "assignment to an element of several dimensions", position: place)
            }
        }
        return column
    }

    mutating func returning() throws -> [Target] { accept(.returning) ? try targets() : [] }

    private mutating func onConflict() throws -> OnConflict? {
        let place = position
        guard accept(.on) else { return nil }
        try expect(.conflict)
        var target: OnConflict.Target?
        if at(.leftParen) {
            let columns = try parenthesized { try $0.conflictItem() }
            target = .columns(columns, filter: accept(.where) ? try expression() : nil)
        } else if accept(.on) {
            try expect(.constraint)
            target = .constraint(try identifier())
        }
        try expect(.do)
        if accept(.nothing) { return OnConflict(target: target, action: .nothing, position: place) }
        try expect(.update)
        try expect(.set)
        let assignments = try list { try $0.assignment() }
        let filter = accept(.where) ? try expression() : nil
        return OnConflict(
            target: target, action: .update(assignments, filter: filter), position: place)
    }

    /// A column, a call or an expression in parentheses, as in an index.
    private mutating func conflictItem() throws -> SortItem {
        guard at(.leftParen) || isColumnId(token) || isTypeOrFunction(token) else {
            throw unexpected()
        }
        var expr = try primary()
        if at(.collate) {
            let place = position
            advance()
            expr = Expr(.collate(expr, try qualifiedName()), at: place)
        }
        return SortItem(expr)
    }

    private mutating func assignment() throws -> Assignment {
        let place = position
        if at(.leftParen) {
            let columns = try parenthesized { try $0.insertColumn() }
            try expect(.equals)
            let value = try expression()
            return Assignment(columns: columns, value: value, isRow: true, position: place)
        }
        let column = try insertColumn()
        try expect(.equals)
        let value = try expression()
        return Assignment(columns: [column], value: value, isRow: false, position: place)
    }

    /// `[AS] alias`, where SET is none.
    private mutating func dmlAlias() throws -> Identifier? {
        if accept(.as) { return try identifier() }
        return isColumnId(token) && !at(.set) ? try identifier() : nil
    }

    mutating func update(_ with: WithClause?) throws -> Update {
        try expect(.update)
        let table = try tableName()
        let alias = try dmlAlias()
        try expect(.set)
        let assignments = try list { try $0.assignment() }
        let from = accept(.from) ? try list { try $0.tableRef() } : []
        let filter = try whereOrCurrent()
        return Update(
            with: with, table: table, alias: alias, assignments: assignments, from: from,
            filter: filter, returning: try returning())
    }

    mutating func delete(_ with: WithClause?) throws -> Delete {
        try expect(.delete)
        try expect(.from)
        let table = try tableName()
        let alias = try dmlAlias()
        let using = accept(.using) ? try list { try $0.tableRef() } : []
        let filter = try whereOrCurrent()
        return Delete(
            with: with, table: table, alias: alias, using: using, filter: filter,
            returning: try returning())
    }

    mutating func merge(_ with: WithClause?) throws -> Merge {
        try expect(.merge)
        try expect(.into)
        let table = try tableName()
        let alias = try dmlAlias()
        try expect(.using)
        let source = try tableRef()
        try expect(.on)
        let condition = try expression()
        var clauses: [Merge.Clause] = []
        repeat { clauses.append(try mergeClause()) } while at(.when)
        return Merge(
            with: with, table: table, alias: alias, source: source, condition: condition,
            clauses: clauses)
    }

    private mutating func mergeClause() throws -> Merge.Clause {
        let place = position
        try expect(.when)
        let isMatched = !accept(.not)
        try expect(.matched)
        let condition = accept(.and) ? try expression() : nil
        try expect(.then)
        return Merge.Clause(
            isMatched: isMatched, condition: condition,
            action: try mergeAction(isMatched: isMatched), position: place)
    }

    private mutating func mergeAction(isMatched: Bool) throws -> Merge.Action {
        if accept(.do) {
            try expect(.nothing)
            return .nothing
        }
        if isMatched {
            if accept(.delete) { return .delete }
            try expect(.update)
            try expect(.set)
            return .update(try list { try $0.assignment() })
        }
        try expect(.insert)
        var columns: [InsertColumn] = []
        if at(.leftParen) { columns = try parenthesized { try $0.insertColumn() } }
        let overriding = try overridingClause()
        if columns.isEmpty, overriding == nil, accept(.default) {
            try expect(.values)
            return .insert([], overriding: nil, values: nil)
        }
        try expect(.values)
        return .insert(
            columns, overriding: overriding,
            values: try parenthesized { try $0.expression() })
    }

    private mutating func overridingClause() throws -> Insert.Overriding? {
        guard accept(.overriding) else { return nil }
        let kind: Insert.Overriding = at(.user) ? .user : .system
        if !accept(.user) { try expect(.system) }
        try expect(.value)
        return kind
    }

    private mutating func whereOrCurrent() throws -> Expr? {
        guard accept(.where) else { return nil }
        let place = position
        if accept(.current, .of) {
            return Expr(.currentOf(try identifier().text), at: place)
        }
        return try expression()
    }

    mutating func truncate() throws -> Statement {
        try expect(.truncate)
        accept(.table)
        let tables = try list { try $0.tableName() }
        var restart = false
        if accept(.restart) {
            try expect(.identity)
            restart = true
        } else if accept(.continue) {
            try expect(.identity)
        }
        return .truncate(
            Truncate(tables: tables, restartIdentity: restart, cascade: acceptCascade()))
    }

    /// CASCADE, RESTRICT or nothing; true for CASCADE.
    mutating func acceptCascade() -> Bool {
        if accept(.cascade) { return true }
        accept(.restrict)
        return false
    }
}
