import Basics
import Catalog
import SQLSyntax
import Vectors

/// Whole queries: WITH, VALUES, set operations, and what stands around a SELECT.
extension Binder {
    /// Binds a query in a scope of its own; `keepUnknown` leaves untyped literals to the user of it.
    func bindBody(_ query: Query, _ scope: Scope, keepUnknown: Bool) throws -> BoundSelect {
        try enter(at: query.position)
        defer { leave() }
        let tables = try bindWith(query.with, scope)
        var result: BoundSelect
        switch query.body {
        case .select(let select):
            result = try bindSelect(select, query, scope, keepUnknown: keepUnknown)
        case .values(let rows):
            if let lock = query.locking.first {
                throw SQLError(
                    .featureNotSupported, "\(lockName(lock)) cannot be applied to VALUES",
                    position: lock.position)
            }
            result = try bindValues(rows, scope, keepUnknown: keepUnknown)
            result = try orderOutputs(query, result)
        case .table(let name):
            let select = Select(
                targets: [Target(Expr(.star(qualifier: []), at: name.position))],
                from: [.table(name, alias: nil, sample: nil)])
            result = try bindSelect(select, query, scope, keepUnknown: keepUnknown)
        case .setOperations(let first, let rest):
            if let lock = query.locking.first { throw lockRefused(lock, "UNION/INTERSECT/EXCEPT") }
            result = try bindSetOperations(first, rest, scope)
            result = try orderOutputs(query, result)
        }
        try grow(tables.count, at: query.position)
        result.plan = try attach(tables, to: result.plan)
        return result
    }

    // MARK: FOR UPDATE

    private func lockName(_ lock: LockingClause) -> String {
        "FOR \(lock.strength.rawValue.uppercased())"
    }

    private func lockRefused(_ lock: LockingClause, _ what: String) -> SQLError {
        SQLError(
            .featureNotSupported, "\(lockName(lock)) is not allowed with \(what)",
            position: lock.position)
    }

    /// Notes the tables of FOR UPDATE and its like. Nobody waits: that a row was changed by somebody
    /// else shows at the commit of the transaction, if it changes something itself.
    func lock(_ query: Query, _ select: Select, _ scope: Scope, hasGroups: Bool) throws {
        for lock in query.locking {
            if case .all = select.distinct {} else { throw lockRefused(lock, "DISTINCT clause") }
            if !select.groupBy.isEmpty { throw lockRefused(lock, "GROUP BY clause") }
            if select.having != nil { throw lockRefused(lock, "HAVING clause") }
            if hasGroups { throw lockRefused(lock, "aggregate functions") }
            var relations = scope.items.relations
            if !lock.tables.isEmpty {
                relations = try lock.tables.map { name in
                    guard let found = relations.first(where: { $0.alias == name.name }) else {
                        throw SQLError(
                            .undefinedTable,
                            "relation \"\(name.name)\" in \(lockName(lock)) clause not found in "
                                + "FROM clause", position: name.position)
                    }
                    return found
                }
            }
            for oid in relations.compactMap({ $0.columns.first?.info.tableOID })
            where catalog.tables[oid] != nil {
                uses.append(
                    RelationUse(relation: oid, role: role, privilege: .update, columns: []))
                locked.insert(oid)
            }
        }
    }

    // MARK: VALUES

    private func bindValues(
        _ rows: [[Expr]], _ scope: Scope, keepUnknown: Bool
    ) throws -> BoundSelect {
        let saved = scope.clause
        scope.clause = .values
        defer { scope.clause = saved }
        guard let width = rows.first?.count else {
            throw SQLError(.syntaxError, "VALUES needs a row")
        }
        var bound: [[Expression]] = []
        for row in rows {
            guard row.count == width else {
                throw SQLError(
                    .syntaxError, "VALUES lists must all be the same length",
                    position: row.first?.position)
            }
            bound.append(try row.map { try bind($0, scope) })
        }
        var types: [SQLType] = []
        for column in 0..<width {
            let known = bound.map { $0[column] }
            // Thousands of rows of one type are the usual case.
            if let first = known.first?.type, first != .unknown,
                known.allSatisfy({ $0.type == first })
            {
                types.append(first)
                continue
            }
            if keepUnknown, known.allSatisfy({ $0.type == .unknown }) {
                types.append(.unknown)
                continue
            }
            let (cast, type) = try unify(
                known, "VALUES", positions: rows.map { leftmost($0[column]) })
            for index in bound.indices { bound[index][column] = cast[index] }
            types.append(type)
        }
        let columns = types.enumerated().map { index, type in
            ScopeColumn(name: "column\(index + 1)", id: newColumn(), type: type)
        }
        return BoundSelect(
            plan: .values(
                ValuesNode(columns: columns.map { ($0.id, $0.type) }, rows: bound)),
            columns: columns)
    }

    /// ORDER BY and LIMIT of VALUES and set operations: by output names and numbers only.
    private func orderOutputs(_ query: Query, _ bound: BoundSelect) throws -> BoundSelect {
        var keys: [SortKey] = []
        for item in query.orderBy {
            let position = leftmost(item.expr)
            var column: ScopeColumn?
            switch item.expr.kind {
            case .column(let parts) where parts.count == 1:
                let matches = bound.columns.filter { $0.name == parts[0] }
                guard matches.count <= 1 else {
                    throw SQLError(
                        .ambiguousColumn, "ORDER BY \"\(parts[0])\" is ambiguous",
                        position: position)
                }
                column = matches.first
                if column == nil {
                    throw SQLError(
                        .undefinedColumn, "column \"\(parts[0])\" does not exist",
                        position: position)
                }
            case .integer(let text):
                guard let ordinal = Int(text), bound.columns.indices.contains(ordinal - 1) else {
                    throw SQLError(
                        .invalidColumnReference,
                        "ORDER BY position \(text) is not in select list", position: position)
                }
                column = bound.columns[ordinal - 1]
            default: break
            }
            guard let column else {
                throw SQLError(
                    .featureNotSupported,
                    "invalid UNION/INTERSECT/EXCEPT ORDER BY clause",
                    detail: "Only result column names can be used, not expressions or functions.",
                    hint: "Add the expression/function to every SELECT, or move the UNION into a "
                        + "FROM clause.", position: position)
            }
            keys.append(try directed(item, .column(column.id, column.type)))
        }
        var plan = bound.plan
        if !keys.isEmpty { plan = .sort(plan, keys) }
        return BoundSelect(plan: try bindLimit(query, plan, keys), columns: bound.columns)
    }

    // MARK: WITH

    /// Defines the tables of a WITH clause in `scope`; they are attached to the finished plan.
    func bindWith(_ with: WithClause?, _ scope: Scope) throws -> [CommonTableEntry] {
        guard let with else { return [] }
        var entries: [CommonTableEntry] = []
        for table in with.tables {
            let name = table.name.text
            guard scope.commonTables[name] == nil else {
                throw SQLError(
                    .duplicateAlias, "WITH query name \"\(name)\" specified more than once",
                    position: table.name.position)
            }
            guard case .query(let query) = table.body else {
                if case .statement(let statement) = table.body {
                    let entry = try bindChange(statement, table, entries, scope)
                    scope.commonTables[name] = entry
                    entries.append(entry)
                }
                continue
            }
            let (entry, height) = try measured(at: table.name.position) {
                try bindCommonTable(table, query, isRecursive: with.isRecursive, scope)
            }
            entry.height = height
            scope.commonTables[name] = entry
            entries.append(entry)
        }
        return entries
    }

    /// One table of WITH that is a query.
    private func bindCommonTable(
        _ table: CommonTable, _ query: Query, isRecursive: Bool, _ scope: Scope
    ) throws -> CommonTableEntry {
        let name = table.name.text
        if isRecursive, let parts = recursiveParts(query), mentions(name, in: parts.1) {
            return try bindRecursive(table, query, parts, scope)
        }
        let inner = Scope(parent: scope)
        let bound = try bindBody(query, inner, keepUnknown: false)
        let entry = CommonTableEntry(
            name: name, id: newColumn().raw, columns: try rename(bound.columns, table),
            isMaterialized: table.isMaterialized, owner: scope)
        entry.plan = bound.plan
        entry.outer = inner.outer
        return entry
    }

    func rename(
        _ columns: [ScopeColumn], _ table: CommonTable
    ) throws -> [ScopeColumn] {
        guard table.columns.count <= columns.count else {
            throw SQLError(
                .invalidColumnReference,
                "WITH query \"\(table.name.text)\" has \(columns.count) columns available but "
                    + "\(table.columns.count) columns specified", position: table.name.position)
        }
        var renamed = columns
        for index in renamed.indices {
            renamed[index].info.uses = []
            if table.columns.indices.contains(index) {
                renamed[index].name = table.columns[index].text
            }
        }
        return renamed
    }

    /// The two sides of `base UNION [ALL] step`.
    private func recursiveParts(_ query: Query) -> (Query, Query, SetTerm)? {
        guard case .setOperations(let first, let rest) = query.body, let last = rest.last,
            last.operation == .union
        else { return nil }
        var base = first
        if rest.count > 1 {
            base = Query(
                .setOperations(first: first, rest: Array(rest.dropLast())), at: first.position)
        }
        return (base, last.query, last)
    }

    /// Whether a FROM clause anywhere in the query names this table.
    private func mentions(_ name: String, in query: Query) -> Bool {
        TableNames.of(query).contains(name)
    }

    private func bindRecursive(
        _ table: CommonTable, _ query: Query, _ parts: (Query, Query, SetTerm), _ scope: Scope
    ) throws -> CommonTableEntry {
        if let item = query.orderBy.first {
            throw SQLError.unsupported(
                "ORDER BY in a recursive query", position: item.expr.position)
        }
        if let expr = query.limit?.count ?? query.offset {
            throw SQLError.unsupported("LIMIT in a recursive query", position: expr.position)
        }
        if query.with != nil {
            throw SQLError.unsupported("WITH in a recursive query", position: query.position)
        }
        let inner = Scope(parent: scope)
        let base = try bindBody(parts.0, Scope(parent: inner), keepUnknown: false)
        let entry = CommonTableEntry(
            name: table.name.text, id: newColumn().raw,
            columns: try rename(base.columns, table), isMaterialized: true, owner: scope)
        entry.isBeingDefined = true
        inner.commonTables[entry.name] = entry
        let step = try bindBody(parts.1, Scope(parent: inner), keepUnknown: true)
        entry.isBeingDefined = false
        guard step.columns.count == base.columns.count else {
            throw SQLError(
                .syntaxError, "each UNION query must have the same number of columns",
                position: parts.1.position)
        }
        guard entry.selfReferences == 1 else {
            throw SQLError(
                SQLState("42P19"),
                "recursive reference to query \"\(entry.name)\" must not appear more than once",
                position: parts.1.position)
        }
        let types = base.columns.map(\.type)
        for (index, (column, type)) in zip(step.columns, types).enumerated() {
            guard column.type == .unknown || CastRules.canCoerce(column.type, type, .implicit)
            else {
                throw SQLError(
                    .datatypeMismatch,
                    "recursive query \"\(entry.name)\" column \(index + 1) has type "
                        + "\(type.familyName) in non-recursive term but type "
                        + "\(column.type.familyName) overall",
                    hint: "Cast the output of the non-recursive term to the correct type.",
                    position: table.name.position)
            }
        }
        let cast = try cast(step, to: types, .implicit, at: parts.1.position)
        let links = zip(entry.columns, base.columns).map { column, source in
            CTEColumn(id: newColumn(), source: source.id, type: column.type)
        }
        entry.plan = .recursive(
            id: entry.id, base: base.plan, step: cast.plan, all: parts.2.isAll, columns: links)
        entry.outer = inner.outer
        let finished = CommonTableEntry(
            name: entry.name, id: newColumn().raw,
            columns: zip(entry.columns, links).map { column, link in
                var copy = column
                copy.id = link.id
                return copy
            }, isMaterialized: nil, owner: scope)
        finished.plan = entry.plan
        finished.outer = entry.outer
        return finished
    }

    /// Puts common tables around the plan that reads them, or into it where one place does.
    func attach(_ entries: [CommonTableEntry], to plan: Plan) throws -> Plan {
        var result = plan
        // Later tables may read earlier ones, so they are placed first.
        for entry in entries.reversed() {
            guard let definition = entry.plan, entry.references > 0 else { continue }
            let inlines =
                entry.references == 1 && entry.isMaterialized != true && !definition.isVolatile
            guard inlines else {
                result = .with(id: entry.id, definition: definition, body: result)
                continue
            }
            result = try result.rewriteNodes { node in
                guard case .cteScan(let id, let columns) = node, id == entry.id else {
                    return node
                }
                return .project(
                    definition, columns.map { ProjectItem($0.id, .column($0.source, $0.type)) })
            }
        }
        return result
    }
}

/// The unqualified table names in a query's FROM clauses, nested queries included.
enum TableNames {
    static func of(_ query: Query) -> Set<String> {
        var names = Set<String>()
        collect(query, &names)
        return names
    }

    private static func collect(_ query: Query, _ names: inout Set<String>) {
        for table in query.with?.tables ?? [] {
            if case .query(let inner) = table.body { collect(inner, &names) }
        }
        switch query.body {
        case .select(let select):
            for ref in select.from { collect(ref, &names) }
        case .table(let name):
            if name.name.parts.count == 1 { names.insert(name.name.name) }
        case .values: break
        case .setOperations(let first, let rest):
            collect(first, &names)
            for term in rest { collect(term.query, &names) }
        }
    }

    private static func collect(_ ref: TableRef, _ names: inout Set<String>) {
        switch ref {
        case .table(let name, _, _):
            if name.name.parts.count == 1 { names.insert(name.name.name) }
        case .subquery(let query, _, _): collect(query, &names)
        case .function: break
        case .join(let join):
            collect(join.left, &names)
            collect(join.right, &names)
        }
    }
}
