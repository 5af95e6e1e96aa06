import Basics
import Catalog
import SQLSyntax
import Vectors

/// INSERT with its ON CONFLICT.
extension Binder {
    /// Binds an INSERT.
    package func bindInsert(_ insert: Insert) throws -> BoundInsert { try bindInsert(insert, nil) }

    /// The same within the scope of a WITH clause.
    func bindInsert(_ insert: Insert, _ outer: Scope?) throws -> BoundInsert {
        let (table, use) = try target(insert.table, .insert, verb: "insert into")
        let scope = Scope(parent: outer)
        let with = try bindWith(insert.with, scope)
        let named = try targetIndices(insert.columns, table)
        var indices = insert.columns.isEmpty ? Array(table.columns.indices) : named
        var values: [Expression?] = Array(repeating: nil, count: table.columns.count)
        var input = Plan.values(.oneRow)
        switch insert.source {
        case .defaultValues: indices = []
        case .query(let query):
            let source = try bindInsertSource(query, scope, table, &indices, insert)
            input = source.plan
            for (index, column) in zip(indices, source.columns)
            where insert.overriding != .user || table.columns[index].identity == nil {
                values[index] = .column(column.id, column.type)
            }
        }
        uses[use].columns = Set(insert.columns.isEmpty ? Array(table.columns.indices) : indices)
        let row = try wholeRow(table, values)
        var ids = row.map(\.id)
        var plan = collapse(input, row)
        if table.columns.contains(where: { $0.generated != nil }) {
            let items = try zip(row, table.columns).map { item, column in
                ProjectItem(
                    newColumn(),
                    try bindGenerated(column, table, ids) ?? .column(item.id, item.expression.type))
            }
            plan = .project(plan, items)
            ids = items.map(\.id)
        }
        plan = try attach(with, to: plan)
        let conflict = try insert.onConflict.map {
            try bindConflict($0, insert, table, excluded: ids)
        }
        let read = readUse(table)
        let (returning, outputs) = try bindReturning(
            insert.returning, table, ids, alias: insert.alias?.text, use: read)
        settleReadUse(read)
        try checkPrivileges()
        var bound = BoundInsert(
            table: table.oid, source: finish(plan, outputs), onConflict: conflict, checks: [],
            checkColumns: ids, returning: returning, outputs: outputs)
        bound.constraints = try bindChecks(table, ids)
        return bound
    }

    /// All columns of the table in order: given values, else defaults.
    func wholeRow(
        _ table: CatalogTable, _ values: [Expression?]
    ) throws -> [ProjectItem] {
        try zip(table.columns, values).map { column, value in
            ProjectItem(
                newColumn(),
                try value.map { try rounded($0, to: column.precision, at: 0) }
                    ?? bindDefault(of: column))
        }
    }

    /// A projection over VALUES whose rows need no other work becomes the rows themselves.
    func collapse(_ input: Plan, _ items: [ProjectItem]) -> Plan {
        guard case .values(let node) = input, !node.rows.isEmpty, !node.columns.isEmpty else {
            return .project(input, items)
        }
        var places: [ColumnID: Int] = [:]
        for (index, column) in node.columns.enumerated() { places[column.0] = index }
        enum Part {
            case place(Int)
            case value(Expression)
        }
        var parts: [Part] = []
        for item in items {
            switch item.expression {
            case .column(let id, _):
                guard let place = places[id] else { return .project(input, items) }
                parts.append(.place(place))
            case .literal: parts.append(.value(item.expression))
            default: return .project(input, items)
            }
        }
        let rows = node.rows.map { row in
            parts.map { part in
                switch part {
                case .place(let index): row[index]
                case .value(let expression): expression
                }
            }
        }
        return .values(
            ValuesNode(columns: items.map { ($0.id, $0.expression.type) }, rows: rows))
    }

    /// The query of an INSERT with its columns cast to the targets'.
    private func bindInsertSource(
        _ query: Query, _ scope: Scope, _ table: CatalogTable, _ indices: inout [Int],
        _ insert: Insert
    ) throws -> BoundSelect {
        if case .values(let rows) = query.body, query.with == nil, query.orderBy.isEmpty,
            query.limit == nil, query.offset == nil
        {
            return try bindInsertValues(rows, scope, table, &indices, insert)
        }
        let inner = Scope(parent: scope)
        let bound = try bindBody(query, inner, keepUnknown: true)
        try matchWidth(bound.columns.count, &indices, insert, at: query.position)
        let targets = indices.map { table.columns[$0] }
        for column in targets {
            try refuseGiven(
                column, updating: false, overriding: insert.overriding != nil,
                at: query.position)
        }
        for (column, target) in zip(bound.columns, targets)
        where !CastRules.canCoerce(column.type, target.type, .assignment) {
            let index = targets.firstIndex { $0.id == target.id } ?? 0
            _ = try assign(
                .column(column.id, column.type), to: target,
                at: outputPosition(query, index))
        }
        return try cast(
            bound, to: targets.map(\.type), .assignment, at: query.position)
    }

    func matchWidth(
        _ width: Int, _ indices: inout [Int], _ insert: Insert, at position: Int
    ) throws {
        if width > indices.count {
            throw SQLError(
                .syntaxError, "INSERT has more expressions than target columns",
                position: position)
        }
        if width < indices.count {
            guard insert.columns.isEmpty else {
                throw SQLError(
                    .syntaxError, "INSERT has more target columns than expressions",
                    position: insert.columns[width].name.position)
            }
            indices = Array(indices.prefix(width))
        }
    }

    private func bindInsertValues(
        _ rows: [[Expr]], _ scope: Scope, _ table: CatalogTable, _ indices: inout [Int],
        _ insert: Insert
    ) throws -> BoundSelect {
        let inner = Scope(parent: scope)
        inner.clause = .insertValues
        let width = rows.first?.count ?? 0
        let extra = rows.first.flatMap { $0.count > indices.count ? $0[indices.count] : nil }
        try matchWidth(
            width, &indices, insert, at: extra?.position ?? rows.first?.first?.position ?? 0)
        let targets = indices.map { table.columns[$0] }
        var bound: [[Expression]] = []
        bound.reserveCapacity(rows.count)
        for row in rows {
            guard row.count == width else {
                throw SQLError(
                    .syntaxError, "VALUES lists must all be the same length",
                    position: row.first?.position)
            }
            var values: [Expression] = []
            values.reserveCapacity(width)
            for (expr, column) in zip(row, targets) {
                if case .setToDefault = expr.kind {
                    values.append(try bindDefault(of: column))
                } else {
                    try refuseGiven(
                        column, updating: false, overriding: insert.overriding != nil,
                        at: leftmost(expr))
                    let value = try bind(expr, inner)
                    values.append(try assign(value, to: column, at: leftmost(expr)))
                }
            }
            bound.append(values)
        }
        let columns = targets.map {
            ScopeColumn(name: $0.name, id: newColumn(), type: $0.type)
        }
        return BoundSelect(
            plan: .values(
                ValuesNode(columns: columns.map { ($0.id, $0.type) }, rows: bound)),
            columns: columns)
    }

    private func bindConflict(
        _ conflict: OnConflict, _ insert: Insert, _ table: CatalogTable, excluded: [ColumnID]
    ) throws -> BoundInsert.OnConflict {
        var keys =
            (table.primaryKey == nil ? [] : [table.keyIndices])
            + table.constraints.filter(\.isUnique).map { table.indices(of: $0) }
        func unmatched() -> SQLError {
            SQLError(
                .invalidColumnReference,
                "there is no unique or exclusion constraint matching the ON CONFLICT specification")
        }
        switch conflict.target {
        case .columns(let items, let filter):
            if let filter {
                throw SQLError.unsupported("ON CONFLICT … WHERE", position: filter.position)
            }
            let named = try items.map { item -> Int in
                guard case .column(let parts) = item.expr.kind, parts.count == 1 else {
                    throw unmatched()
                }
                return try columnIndex(Identifier(parts[0], at: item.expr.position), table)
            }
            guard let key = keys.first(where: { Set($0) == Set(named) }) else {
                throw unmatched()
            }
            keys = [key]
        case .constraint(let name):
            if table.primaryKey?.name == name.text {
                keys = [table.keyIndices]
            } else if let found = table.constraint(named: name.text), found.kind == .unique {
                keys = [table.indices(of: found)]
            } else {
                throw SQLError(
                    .undefinedObject,
                    "constraint \"\(name.text)\" for table \"\(table.name)\" does not exist")
            }
        case nil:
            if case .update = conflict.action {
                throw SQLError(
                    .syntaxError,
                    "ON CONFLICT DO UPDATE requires inference specification or constraint name",
                    hint: "For example, ON CONFLICT (column_name).", position: conflict.position)
            }
        }
        let existing = table.columns.map { _ in newColumn() }
        guard case .update(let assignments, let filter) = conflict.action else {
            return BoundInsert.OnConflict(
                keys: keys, update: nil, condition: nil, existing: existing, excluded: excluded,
                namesKey: conflict.target != nil)
        }
        uses.append(
            RelationUse(relation: table.oid, role: role, privilege: .update, columns: []))
        let update = uses.count - 1
        let read = readUse(table)
        let scope = Scope(parent: nil)
        let stored = rowRelation(table, existing, alias: insert.alias?.text, use: read)
        var proposed = rowRelation(table, excluded, alias: "excluded", use: nil)
        proposed.key = []
        scope.items = FromItems(
            relations: [stored, proposed], columns: stored.columns + proposed.columns)
        var values: [Expression] = zip(existing, table.columns).map { .column($0, $1.type) }
        for (index, value) in try bindAssignments(assignments, table, scope) {
            values[index] = value
            uses[update].columns.insert(index)
        }
        let condition = try filter.map {
            try bindCondition($0, "WHERE", clause: .filter, scope)
        }
        settleReadUse(read)
        values = try generating(values, table)
        return BoundInsert.OnConflict(
            keys: keys, update: values, condition: condition, existing: existing,
            excluded: excluded, namesKey: true)
    }
}
