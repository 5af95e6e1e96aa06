import Basics

/// Statements by their first words.
extension Parser {
    @inline(never)
    mutating func statement() throws -> Statement {
        switch token.keyword {
        case .select, .values, .table, .with, .insert, .update, .delete, .merge:
            return Parser.creating(try dataStatement())
        case .truncate: return try truncate()
        case .copy: return try copy()
        case .call: return try callStatement()
        case .explain: return try explain()
        case .create: return try create()
        case .alter: return try alter()
        case .drop: return try drop()
        case .comment: return try comment()
        case .grant, .revoke: return try grantOrRevoke()
        case .begin, .start, .commit, .end, .rollback, .abort, .savepoint, .release:
            return .transaction(try transaction())
        case .set: return .set(try set())
        case .reset: return try reset()
        case .show: return try show()
        case .prepare: return try prepare()
        case .execute: return try execute()
        case .deallocate: return try deallocate()
        case .declare: return try declareCursor()
        case .fetch, .move: return try fetchStatement()
        case .close: return try closeCursor()
        case .discard: return try discard()
        case .listen, .unlisten, .notify: return try notification()
        case .analyze, .analyse, .vacuum: return try maintenance()
        case .checkpoint:
            advance()
            return .checkpoint
        case .lock: return try lock()
        case .refresh: return try refresh()
        case .do, .cluster, .import, .load, .reassign, .reindex, .security:
            throw SQLError.unsupported(tokens.raw(token).uppercased(), position: position)
        default:
            guard at(.leftParen) else { throw unexpected() }
            return Parser.creating(.query(try query()))
        }
    }

    /// SELECT … INTO creates a table.
    private static func creating(_ statement: Statement) -> Statement {
        guard case .query(var query) = statement, case .select(var select) = query.body,
            let into = select.into
        else { return statement }
        select.into = nil
        query.body = .select(select)
        return .createTableAs(
            CreateTableAs(
                name: into.name.name, persistence: into.isTemporary ? .temporary : .permanent,
                ifNotExists: false, columns: [], options: [], query: query, withData: true))
    }

    private mutating func refresh() throws -> Statement {
        try expect(.refresh)
        try expect(.materialized)
        try expect(.view)
        let isConcurrent = accept(.concurrently)
        let name = try qualifiedName()
        return .refresh(
            Refresh(name: name, isConcurrent: isConcurrent, withData: try withData()))
    }

    /// `WITH [NO] DATA`, true where nothing is said.
    mutating func withData() throws -> Bool {
        guard accept(.with) else { return true }
        let isNegated = accept(.no)
        try expect(.data)
        return !isNegated
    }

    /// SELECT, INSERT, UPDATE or DELETE, each perhaps behind WITH.
    @inline(never)
    mutating func dataStatement() throws -> Statement {
        try enter()
        defer { leave() }
        let start = index
        let with = try optionalWith()
        switch token.keyword {
        case .insert: return .insert(try insert(with))
        case .update: return .update(try update(with))
        case .delete: return .delete(try delete(with))
        case .merge: return .merge(try merge(with))
        default:
            guard startsQuery else { throw unexpected() }
            // The query reads its WITH itself.
            if with != nil { rewind(to: start) }
            return .query(try query())
        }
    }

    private mutating func explain() throws -> Statement {
        try expect(.explain)
        var options: [Option] = []
        if at(.leftParen), !startsQueryInParens() {
            options = try parenthesized { try $0.genericOption() }
        } else {
            for keyword in [Keyword.analyze, .analyse, .verbose] where at(keyword) {
                let name = keyword == .verbose ? "verbose" : "analyze"
                options.append(Option(name: name, position: position))
                advance()
            }
        }
        switch token.keyword {
        case .select, .values, .table, .with, .insert, .update, .delete, .merge, .create,
            .declare, .execute:
            break
        case .refresh: throw SQLError.unsupported("EXPLAIN REFRESH", position: position)
        default: guard at(.leftParen) else { throw unexpected() }
        }
        return .explain(Explain(options: options, statement: try statement()))
    }

    /// `name [value]` of EXPLAIN, COPY, VACUUM.
    mutating func genericOption() throws -> Option {
        let place = position
        let name: String
        if at(.analyze) || at(.analyse) {
            name = "analyze"
            advance()
        } else {
            name = try nonReservedWord().text
        }
        return Option(name: name, value: try optionArgument(), position: place)
    }

    private mutating func optionArgument() throws -> OptionValue? {
        switch token.kind {
        case .comma, .rightParen: return nil
        case .star:
            advance()
            return .star
        case .leftParen:
            return .list(try parenthesized { try $0.booleanOrString() })
        default:
            if isNumber { return .number(try number()) }
            return .text(try booleanOrString())
        }
    }

    /// `true`, `false`, `on`, a word or a string.
    mutating func booleanOrString() throws -> String {
        if isString { return try string() }
        if at(.true) || at(.false) || at(.on) { return try label().text }
        return try nonReservedWord().text
    }

    /// `WITH (name = value, …)` behind tables and views.
    mutating func storageOptions() throws -> [Option] {
        try parenthesized { parser in
            let place = parser.position
            var name = try parser.label().text
            while parser.accept(.dot) { name += "." + (try parser.label().text) }
            guard parser.accept(.equals) else { return Option(name: name, position: place) }
            let value: OptionValue
            if parser.isNumber {
                value = .number(try parser.number())
            } else if parser.isString {
                value = .text(try parser.string())
            } else {
                value = .text(try parser.label().text)
            }
            return Option(name: name, value: value, position: place)
        }
    }

    private mutating func callStatement() throws -> Statement {
        try expect(.call)
        let place = position
        guard isTypeOrFunction(token) || isColumnId(token) else { throw unexpected() }
        var parts = [try label().text]
        while accept(.dot) { parts.append(try label().text) }
        guard at(.leftParen) else { throw unexpected() }
        var call = FunctionCall(QualifiedName(parts, at: place))
        try callArguments(of: &call)
        return .call(call)
    }

    private mutating func comment() throws -> Statement {
        try expect(.comment)
        try expect(.on)
        let object = try commentObject()
        try expect(.is)
        return .comment(Comment(object: object, text: accept(.null) ? nil : try string()))
    }

    private mutating func commentObject() throws -> Comment.Object {
        let place = position
        let word = tokens.raw(token).uppercased()
        let keyword = token.keyword
        guard token.kind == .word else { throw unexpected() }
        advance()
        switch keyword {
        case .table: return .table(try qualifiedName())
        case .materialized:
            try expect(.view)
            return .view(try qualifiedName())
        case .view: return .view(try qualifiedName())
        case .index: return .index(try qualifiedName())
        case .sequence: return .sequence(try qualifiedName())
        case .schema: return .schema(try identifier())
        case .role: return .role(try identifier())
        case .database: return .database(try identifier())
        case .column:
            var name = try qualifiedNameOfColumn()
            let column = Identifier(name.name, at: name.position)
            name.parts.removeLast()
            return .column(name, column)
        case .policy, .constraint:
            let name = try identifier()
            try expect(.on)
            let table = try qualifiedName()
            return keyword == .policy ? .policy(name, on: table) : .constraint(name, on: table)
        case nil:
            rewind(to: index - 1)
            throw unexpected()
        default:
            throw SQLError.unsupported("COMMENT ON \(word)", position: place)
        }
    }

    /// A column's name with its table's before it; up to four parts.
    private mutating func qualifiedNameOfColumn() throws -> QualifiedName {
        let first = try identifier()
        var parts = [first.text]
        while accept(.dot) { parts.append(try label().text) }
        guard (2...4).contains(parts.count) else {
            throw syntaxError("column name must be qualified", at: first.position)
        }
        return QualifiedName(parts, at: first.position)
    }

    private mutating func maintenance() throws -> Statement {
        let isVacuum = at(.vacuum)
        advance()
        var options: [Option] = []
        if at(.leftParen) {
            options = try parenthesized { try $0.genericOption() }
        } else {
            let words: [Keyword] = isVacuum ? [.full, .freeze, .verbose, .analyze] : [.verbose]
            for word in words where at(word) {
                options.append(Option(name: word.rawValue, position: position))
                advance()
            }
        }
        let tables =
            isColumnId(token)
            ? try list { parser in
                Maintenance.Table(
                    name: try parser.qualifiedName(), columns: try parser.optionalColumns())
            } : []
        let work = Maintenance(options: options, tables: tables)
        return isVacuum ? .vacuum(work) : .analyze(work)
    }

    private mutating func lock() throws -> Statement {
        try expect(.lock)
        accept(.table)
        let tables = try list { try $0.tableName() }
        var mode = "access exclusive"
        if accept(.in) {
            var words: [String] = []
            while !at(.mode) {
                switch token.keyword {
                case .access, .row, .share, .update, .exclusive: words.append(try label().text)
                default: throw unexpected()
                }
            }
            mode = words.joined(separator: " ")
            let modes = [
                "access share", "row share", "row exclusive", "share update exclusive", "share",
                "share row exclusive", "exclusive", "access exclusive",
            ]
            guard modes.contains(mode) else { throw unexpected() }
            try expect(.mode)
        }
        return .lock(LockTable(tables: tables, mode: mode, noWait: accept(.nowait)))
    }
}
