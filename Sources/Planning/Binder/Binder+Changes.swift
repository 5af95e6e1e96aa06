import Basics
import Catalog
import SQLSyntax
import Vectors

/// UPDATE and DELETE, and what all statements that change rows share.
extension Binder {
    /// The table a statement changes, with a use that collects the columns concerned.
    func target(
        _ name: QualifiedName, _ privilege: Privileges, verb: String
    ) throws -> (table: CatalogTable, use: Int) {
        let relation = try findRelation(name)
        switch relation {
        case .table(let table):
            guard table.materialized == nil else {
                throw SQLError(
                    .wrongObjectType, "cannot change materialized view \"\(table.name)\"")
            }
            uses.append(
                RelationUse(
                    relation: table.oid, role: role, privilege: privilege, columns: []))
            return (table, uses.count - 1)
        case .view(let view):
            throw SQLError(
                .objectNotInPrerequisiteState, "cannot \(verb) view \"\(view.name)\"",
                detail: "Views are not automatically updatable.", position: nil)
        case .sequence(let sequence):
            throw SQLError(.wrongObjectType, "cannot change sequence \"\(sequence.name)\"")
        case .system(let table):
            throw SQLError(
                .insufficientPrivilege, "permission denied for table \(table.name)")
        }
    }

    /// A use of the same table for reading, made when something reads it.
    func readUse(_ table: CatalogTable) -> Int {
        uses.append(
            RelationUse(relation: table.oid, role: role, privilege: .select, columns: []))
        return uses.count - 1
    }

    /// Drops a reading use that nothing used, so that it asks for no privilege.
    func settleReadUse(_ use: Int, keep: Bool = false) {
        if uses[use].columns.isEmpty, !keep { uses[use].privilege = [] }
    }

    /// Casts a value for storage in a column, or 42804.
    func assign(
        _ value: Expression, to column: CatalogColumn, at position: Int?
    ) throws -> Expression {
        if let cast = try coerce(value, to: column.type, .assignment, at: position ?? 0) {
            return try rounded(cast, to: column.precision, at: position ?? 0)
        }
        throw SQLError(
            .datatypeMismatch,
            "column \"\(column.name)\" is of type \(column.type.familyName) but expression is of "
                + "type \(value.type.familyName)",
            hint: "You will need to rewrite or cast the expression.", position: position)
    }

    func columnIndex(
        _ name: Identifier, _ table: CatalogTable
    ) throws -> Int {
        guard let index = table.columnIndex(name.text) else {
            throw SQLError(
                .undefinedColumn,
                "column \"\(name.text)\" of relation \"\(table.name)\" does not exist",
                position: name.position)
        }
        return index
    }

    func targetIndices(
        _ columns: [InsertColumn], _ table: CatalogTable, allowsIndex: Bool = false
    ) throws -> [Int] {
        var indices: [Int] = []
        for column in columns {
            guard column.fields.isEmpty, column.index == nil || allowsIndex else {
                throw SQLError.unsupported(
                    "assignment to a part of a column", position: column.name.position)
            }
            let index = try columnIndex(column.name, table)
            guard !indices.contains(index) else {
                throw SQLError(
                    .duplicateColumn,
                    "column \"\(column.name.text)\" specified more than once",
                    position: column.name.position)
            }
            indices.append(index)
        }
        return indices
    }

    // MARK: UPDATE and DELETE

    func bindAssignments(
        _ assignments: [Assignment], _ table: CatalogTable, _ scope: Scope
    ) throws -> [(Int, Expression)] {
        let saved = scope.clause
        scope.clause = .assignment
        defer { scope.clause = saved }
        var result: [(Int, Expression)] = []
        func add(_ column: InsertColumn, _ expr: Expr) throws {
            let index = try targetIndices([column], table, allowsIndex: true)[0]
            if let place = column.index {
                return try addElement(index, place, expr)
            }
            guard !result.contains(where: { $0.0 == index }) else {
                throw SQLError(
                    .syntaxError,
                    "multiple assignments to same column \"\(column.name.text)\"")
            }
            let target = table.columns[index]
            if case .setToDefault = expr.kind {
                result.append((index, try bindDefault(of: target)))
            } else {
                try refuseGiven(target, updating: true, at: column.name.position)
                let value = try bind(expr, scope)
                result.append((index, try assign(value, to: target, at: leftmost(expr))))
            }
        }
        func addElement(_ index: Int, _ place: Expr, _ expr: Expr) throws {
            let target = table.columns[index]
            guard let element = target.type.element else {
                throw SQLError(
                    .datatypeMismatch,
                    "cannot subscript type \(target.type.familyName) because it does not support "
                        + "subscripting", position: place.position)
            }
            try refuseGiven(target, updating: true, at: place.position)
            // Several elements of one array are set one after the other.
            let known = result.firstIndex { $0.0 == index }
            let stored = scope.items.relations.first?.columns[index]
            for use in stored?.info.uses ?? [] { uses[use.use].columns.insert(use.column) }
            let array =
                known.map { result[$0].1 }
                ?? stored.map { .column($0.id, $0.type) } ?? .literal(.null, target.type)
            let value = try require(
                try bind(expr, scope), as: element, .assignment, at: leftmost(expr))
            let whole = try resolveCall(
                "array_assign", [array, try subscriptIndex(place, scope), value], positions: [],
                at: place.position)
            if let known { result[known].1 = whole } else { result.append((index, whole)) }
        }
        func add(_ columns: [InsertColumn], from query: Query, at position: Int) throws {
            let values = try scalars(query, count: columns.count, scope, at: position)
            for (column, value) in zip(columns, values) {
                let index = try targetIndices([column], table)[0]
                try refuseGiven(table.columns[index], updating: true, at: position)
                result.append(
                    (index, try assign(value, to: table.columns[index], at: position)))
            }
        }
        for assignment in assignments {
            guard assignment.isRow else {
                for column in assignment.columns { try add(column, assignment.value) }
                continue
            }
            let parts: [Expr]
            switch assignment.value.kind {
            case .row(let list, _): parts = list
            case .scalarSubquery(let query):
                try add(assignment.columns, from: query, at: assignment.value.position)
                continue
            default:
                guard assignment.columns.count == 1 else {
                    throw SQLError(
                        .featureNotSupported,
                        "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() "
                            + "expression", position: assignment.value.position)
                }
                parts = [assignment.value]
            }
            guard parts.count == assignment.columns.count else {
                throw SQLError(
                    .syntaxError, "number of columns does not match number of values",
                    position: assignment.position)
            }
            for (column, expr) in zip(assignment.columns, parts) { try add(column, expr) }
        }
        return result
    }

    /// 428C9 for a value given to a column that makes its own.
    func refuseGiven(
        _ column: CatalogColumn, updating: Bool, overriding: Bool = false, at position: Int
    ) throws {
        let isGenerated = column.generated != nil
        guard isGenerated || column.identity == .always && !overriding else { return }
        throw SQLError(
            .generatedAlways,
            updating
                ? "column \"\(column.name)\" can only be updated to DEFAULT"
                : "cannot insert a non-DEFAULT value into column \"\(column.name)\"",
            detail: isGenerated
                ? "Column \"\(column.name)\" is a generated column."
                : "Column \"\(column.name)\" is an identity column defined as GENERATED ALWAYS.",
            hint: isGenerated || updating
                ? nil : "Use OVERRIDING SYSTEM VALUE to override.", position: position)
    }

    /// A row's values in table order with those of generated columns computed from the others.
    func generating(_ values: [Expression], _ table: CatalogTable) throws -> [Expression] {
        guard table.columns.contains(where: { $0.generated != nil }) else { return values }
        let ids = table.columns.map { _ in newColumn() }
        let given = Dictionary(
            zip(ids, values).map { ($0, $1) }, uniquingKeysWith: { first, _ in first })
        return try zip(table.columns, values).map { column, value in
            try bindGenerated(column, table, ids)?.replacing(given) ?? value
        }
    }

    /// The scan of the changed table, with its locator.
    func targetScan(
        _ table: CatalogTable, _ name: TableName, alias: Identifier?, read: Int,
        command: CatalogPolicy.Command
    ) -> (ScanNode, ScopeRelation, locator: ColumnID) {
        let columns = table.columns.enumerated().map { index, column in
            ScanNode.Column(id: newColumn(), index: index, type: column.type)
        }
        let locator = newColumn()
        let node = ScanNode(
            table: table.oid, name: table.name, alias: alias?.text ?? table.name,
            columns: columns, locator: locator)
        scanOrigins[columns.first?.id ?? locator] = ScanOrigin(role: role, commands: [command])
        var relation = rowRelation(
            table, columns.map(\.id), alias: alias?.text, use: read)
        relation.position = name.position
        if let alias { hiddenAliases[table.name] = alias.text }
        return (node, relation, locator)
    }

    /// Joins the changed table with FROM or USING and filters.
    private func changeInput(
        _ node: ScanNode, _ relation: ScopeRelation, _ from: [TableRef], _ filter: Expr?,
        _ scope: Scope
    ) throws -> Plan {
        var plan = Plan.scan(node)
        let own = FromItems(relations: [relation], columns: relation.columns)
        if !from.isEmpty {
            let inner = Scope(parent: scope)
            let other = try bindFrom(from, inner)
            guard !inner.items.relations.contains(where: { $0.alias == relation.alias }) else {
                throw SQLError(
                    .duplicateAlias,
                    "table name \"\(relation.alias)\" specified more than once")
            }
            plan = .join(JoinNode(kind: .inner, left: plan, right: other, conditions: []))
            scope.items = own + inner.items
        } else {
            scope.items = own
        }
        if let filter {
            let condition = try bindCondition(filter, "WHERE", clause: .filter, scope)
            plan = .filter(plan, condition.conjuncts)
        }
        return plan
    }

    /// Binds an UPDATE.
    package func bindUpdate(_ update: Update) throws -> BoundModify { try bindUpdate(update, nil) }

    /// The same within the scope of a WITH clause.
    func bindUpdate(_ update: Update, _ outer: Scope?) throws -> BoundModify {
        let (table, use) = try target(update.table.name, .update, verb: "update")
        let read = readUse(table)
        let scope = Scope(parent: outer)
        let with = try bindWith(update.with, scope)
        let (node, relation, locator) = targetScan(
            table, update.table, alias: update.alias, read: read, command: .update)
        var plan = try changeInput(node, relation, update.from, update.filter, scope)
        var values: [Expression] = node.columns.map { .column($0.id, $0.type) }
        for (index, value) in try bindAssignments(update.assignments, table, scope) {
            values[index] = value
            uses[use].columns.insert(index)
        }
        let row = try generating(values, table).map { ProjectItem(newColumn(), $0) }
        let ids = row.map(\.id)
        var items = [ProjectItem(newColumn(), .column(locator, .bigint))] + row
        var others = scope.items
        others.relations.removeFirst()
        let (returning, outputs) = try bindReturning(
            update.returning, table, ids, alias: update.alias?.text, use: read, others: others,
            carried: &items)
        plan = try attach(with, to: .project(plan, items))
        let reads = !uses[read].columns.isEmpty
        settleReadUse(read)
        if reads || !update.returning.isEmpty, let key = node.columns.first?.id {
            scanOrigins[key]?.commands = [.select, .update]
        }
        try checkPrivileges()
        var bound = BoundModify(
            table: table.oid, source: finish(plan, outputs), isUpdate: true, checks: [],
            checkColumns: ids, returning: returning, outputs: outputs)
        bound.constraints = try bindChecks(table, ids)
        return bound
    }

    /// Binds a DELETE.
    package func bindDelete(_ delete: Delete) throws -> BoundModify { try bindDelete(delete, nil) }

    /// The same within the scope of a WITH clause.
    func bindDelete(_ delete: Delete, _ outer: Scope?) throws -> BoundModify {
        let (table, _) = try target(delete.table.name, .delete, verb: "delete from")
        let read = readUse(table)
        let scope = Scope(parent: outer)
        let with = try bindWith(delete.with, scope)
        let (node, relation, locator) = targetScan(
            table, delete.table, alias: delete.alias, read: read, command: .delete)
        var plan = try changeInput(node, relation, delete.using, delete.filter, scope)
        var items = [ProjectItem(newColumn(), .column(locator, .bigint))]
        let ids = node.columns.map { _ in newColumn() }
        if !delete.returning.isEmpty {
            items += zip(ids, node.columns).map { ProjectItem($0, .column($1.id, $1.type)) }
        }
        var others = scope.items
        others.relations.removeFirst()
        let (returning, outputs) = try bindReturning(
            delete.returning, table, ids, alias: delete.alias?.text, use: read, others: others,
            carried: &items)
        plan = try attach(with, to: .project(plan, items))
        let reads = !uses[read].columns.isEmpty
        settleReadUse(read)
        if reads || !delete.returning.isEmpty, let key = node.columns.first?.id {
            scanOrigins[key]?.commands = [.select, .delete]
        }
        try checkPrivileges()
        return BoundModify(
            table: table.oid, source: finish(plan, outputs), isUpdate: false, checks: [],
            checkColumns: ids, returning: returning, outputs: outputs)
    }
}
