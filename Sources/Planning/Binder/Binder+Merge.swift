import Basics
import Catalog
import SQLSyntax
import Vectors

/// MERGE, and statements of a WITH clause that change rows.
extension Binder {
    /// Binds a MERGE: the source joined with the target; for each row the first clause that fits.
    package func bindMerge(_ merge: Merge) throws -> BoundMerge { try bindMerge(merge, nil) }

    /// The same within the scope of a WITH clause.
    func bindMerge(_ merge: Merge, _ outer: Scope?) throws -> BoundMerge {
        let (table, use) = try target(merge.table.name, .select, verb: "merge into")
        let scope = Scope(parent: outer)
        let with = try bindWith(merge.with, scope)
        let (node, relation, locator) = targetScan(
            table, merge.table, alias: merge.alias, read: use, command: .select)
        let inner = Scope(parent: scope)
        let source = try bindFrom([merge.source], inner)
        guard !inner.items.relations.contains(where: { $0.alias == relation.alias }) else {
            throw SQLError(
                .duplicateAlias, "name \"\(relation.alias)\" specified more than once",
                detail: "The name is used both as MERGE target table and data source.")
        }
        let own = FromItems(relations: [relation], columns: relation.columns)
        scope.items = own + inner.items
        let condition = try bindCondition(
            merge.condition, "JOIN/ON", clause: .joinCondition, scope)
        let inserts = merge.clauses.contains { !$0.isMatched }
        let joined = Plan.join(
            JoinNode(
                kind: inserts ? .left : .inner, left: source, right: .scan(node),
                conditions: condition.conjuncts))

        let place = Expression.column(locator, .bigint)
        var branches: [(condition: Expression, result: Expression)] = []
        for (index, clause) in merge.clauses.enumerated() {
            var tests = [Expression.isNull(place, negated: clause.isMatched)]
            if !clause.isMatched { scope.items = inner.items }
            if let written = clause.condition {
                tests.append(
                    try bindCondition(written, "WHEN", clause: .mergeWhen, scope))
            }
            scope.items = own + inner.items
            branches.append(
                (.conjunction(tests), .literal(.int(Int64(index)), .bigint)))
        }
        let chosen = ProjectItem(
            newColumn(), .caseWhen(branches, otherwise: .literal(.int(-1), .bigint), .bigint))
        let through = joined.columns.map { ProjectItem($0.0, .column($0.0, $0.1)) }
        var plan = Plan.project(joined, through + [chosen])

        let number = Expression.column(chosen.id, .bigint)
        let stored = node.columns.map { Expression.column($0.id, $0.type) }
        var actions: [BoundMerge.Action] = []
        var rows: [[Expression]?] = []
        for clause in merge.clauses {
            let (action, row) = try mergeRow(
                clause, table, stored, scope, matched: own + inner.items, unmatched: inner.items)
            actions.append(action)
            rows.append(row)
        }
        func chosenValue(
            _ type: SQLType, _ otherwise: Expression, _ value: (Int) -> Expression?
        ) throws -> Expression {
            var branches: [(condition: Expression, result: Expression)] = []
            for index in merge.clauses.indices {
                guard let result = value(index) else { continue }
                branches.append(
                    (
                        try compare("=", number, .literal(.int(Int64(index)), .bigint), at: 0),
                        result
                    ))
            }
            return branches.isEmpty ? otherwise : .caseWhen(branches, otherwise: otherwise, type)
        }
        var items = [
            ProjectItem(
                newColumn(),
                try chosenValue(.bigint, .literal(.int(0), .bigint)) {
                    .literal(.int(actions[$0].rawValue), .bigint)
                }), ProjectItem(newColumn(), place),
        ]
        let ids = try table.columns.indices.map { column in
            let value = try chosenValue(
                table.columns[column].type, .literal(.null, table.columns[column].type)
            ) { rows[$0]?[column] }
            let item = ProjectItem(newColumn(), value)
            items.append(item)
            return item.id
        }
        plan = try attach(with, to: .project(plan, items))
        try checkPrivileges()
        return BoundMerge(
            table: table.oid, source: finish(plan, []), checkColumns: ids,
            constraints: try bindChecks(table, ids), actions: Set(actions))
    }

    /// What one clause does, and the whole new row where it makes one.
    private func mergeRow(
        _ clause: Merge.Clause, _ table: CatalogTable, _ stored: [Expression], _ scope: Scope,
        matched: FromItems, unmatched: FromItems
    ) throws -> (BoundMerge.Action, [Expression]?) {
        func use(_ privilege: Privileges, _ columns: [Int]) {
            uses.append(
                RelationUse(
                    relation: table.oid, role: role, privilege: privilege, columns: Set(columns)))
        }
        switch clause.action {
        case .nothing: return (.nothing, nil)
        case .delete:
            use(.delete, [])
            return (.delete, nil)
        case .update(let assignments):
            scope.items = matched
            var row = stored
            let assigned = try bindAssignments(assignments, table, scope)
            for (index, value) in assigned { row[index] = value }
            use(.update, assigned.map(\.0))
            return (.update, try generating(row, table))
        case .insert(let columns, let overriding, let values):
            scope.items = unmatched
            defer { scope.items = matched }
            let indices =
                columns.isEmpty
                ? Array(table.columns.indices) : try targetIndices(columns, table)
            var row: [Expression?] = Array(repeating: nil, count: table.columns.count)
            for (place, expr) in (values ?? []).enumerated() {
                guard place < indices.count else {
                    throw SQLError(
                        .syntaxError, "INSERT has more expressions than target columns",
                        position: leftmost(expr))
                }
                if case .setToDefault = expr.kind { continue }
                let column = table.columns[indices[place]]
                try refuseGiven(
                    column, updating: false, overriding: overriding != nil, at: leftmost(expr))
                if overriding == .user, column.identity != nil { continue }
                row[indices[place]] = try assign(
                    try bind(expr, scope), to: column, at: leftmost(expr))
            }
            if let values, !columns.isEmpty, values.count < columns.count {
                throw SQLError(
                    .syntaxError, "INSERT has more target columns than expressions",
                    position: columns[values.count].name.position)
            }
            use(.insert, values == nil ? [] : indices)
            let whole = try zip(table.columns, row).map { column, value in
                try value ?? bindDefault(of: column)
            }
            return (.insert, try generating(whole, table))
        }
    }

    /// A statement of WITH that changes rows: noted to be run first; its rows are a common table.
    func bindChange(
        _ statement: Statement, _ table: CommonTable, _ earlier: [CommonTableEntry],
        _ scope: Scope
    ) throws -> CommonTableEntry {
        guard scope.parent == nil, viewDepth == 0, !recordsReferences, !context.forbidsParameters
        else {
            throw SQLError(
                .featureNotSupported,
                "WITH clause containing a data-modifying statement must be at the top level",
                position: table.name.position)
        }
        let body: BoundChange.Body
        let outputs: [OutputColumn]
        switch statement {
        case .insert(let insert):
            var bound = try bindInsert(insert, scope)
            bound.source.plan = try attach(earlier, to: bound.source.plan)
            outputs = bound.returning == nil ? [] : bound.outputs
            body = .insert(bound)
        case .update(let update):
            var bound = try bindUpdate(update, scope)
            bound.source.plan = try attach(earlier, to: bound.source.plan)
            outputs = bound.returning == nil ? [] : bound.outputs
            body = .modify(bound)
        case .delete(let delete):
            var bound = try bindDelete(delete, scope)
            bound.source.plan = try attach(earlier, to: bound.source.plan)
            outputs = bound.returning == nil ? [] : bound.outputs
            body = .modify(bound)
        case .merge:
            throw SQLError(
                .featureNotSupported, "MERGE not supported in WITH query",
                position: table.name.position)
        default: throw SQLError.unsupported("this statement in WITH")
        }
        let columns = outputs.map {
            ScopeColumn(name: $0.name, id: newColumn(), type: $0.type)
        }
        let entry = CommonTableEntry(
            name: table.name.text, id: newColumn().raw, columns: try rename(columns, table),
            isMaterialized: true, owner: scope)
        entry.returnsNothing = outputs.isEmpty
        changes.append(
            BoundChange(
                id: entry.id, columns: entry.columns.map { ($0.id, $0.type) }, body: body))
        return entry
    }
}
