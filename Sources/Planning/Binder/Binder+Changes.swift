import Basics
import Catalog
import SQLSyntax
import Vectors

/// INSERT, UPDATE, DELETE, COPY and TRUNCATE.
extension Binder {
    /// The table a statement changes, with a use that collects the columns concerned.
    private func target(
        _ name: QualifiedName, _ privilege: Privileges, verb: String
    ) throws -> (table: CatalogTable, use: Int) {
        let relation = try findRelation(name)
        switch relation {
        case .table(let table):
            uses.append(
                RelationUse(
                    relation: table.oid, role: role, privilege: privilege, columns: []))
            return (table, uses.count - 1)
        case .view(let view):
            throw SQLError(
                .objectNotInPrerequisiteState, "cannot \(verb) view \"\(view.name)\"",
                detail: "Views are not automatically updatable.", position: nil)
        case .system(let table):
            throw SQLError(
                .insufficientPrivilege, "permission denied for table \(table.name)")
        }
    }

    /// A use of the same table for reading, made when something reads it.
    private func readUse(_ table: CatalogTable) -> Int {
        uses.append(
            RelationUse(relation: table.oid, role: role, privilege: .select, columns: []))
        return uses.count - 1
    }

    /// Drops a reading use that nothing used, so that it asks for no privilege.
    private func settleReadUse(_ use: Int, keep: Bool = false) {
        if uses[use].columns.isEmpty, !keep { uses[use].privilege = [] }
    }

    /// Casts a value for storage in a column, or 42804.
    func assign(
        _ value: Expression, to column: CatalogColumn, at position: Int?
    ) throws -> Expression {
        if let cast = try coerce(value, to: column.type, .assignment, at: position ?? 0) {
            return cast
        }
        throw SQLError(
            .datatypeMismatch,
            "column \"\(column.name)\" is of type \(column.type.familyName) but expression is of "
                + "type \(value.type.familyName)",
            hint: "You will need to rewrite or cast the expression.", position: position)
    }

    private func columnIndex(
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

    private func targetIndices(
        _ columns: [InsertColumn], _ table: CatalogTable
    ) throws -> [Int] {
        var indices: [Int] = []
        for column in columns {
            guard column.fields.isEmpty else {
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

    // MARK: INSERT

    /// Binds an INSERT.
    package func bindInsert(_ insert: Insert) throws -> BoundInsert {
        let (table, use) = try target(insert.table, .insert, verb: "insert into")
        if insert.overriding != nil {
            throw SQLError.unsupported("OVERRIDING", position: insert.table.position)
        }
        let scope = Scope(parent: nil)
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
            for (index, column) in zip(indices, source.columns) {
                values[index] = .column(column.id, column.type)
            }
        }
        uses[use].columns = Set(insert.columns.isEmpty ? Array(table.columns.indices) : indices)
        let row = try wholeRow(table, values)
        let ids = row.map(\.id)
        let plan = try attach(with, to: collapse(input, row))
        let conflict = try insert.onConflict.map {
            try bindConflict($0, insert, table, excluded: ids)
        }
        let read = readUse(table)
        let (returning, outputs) = try bindReturning(
            insert.returning, table, ids, alias: insert.alias?.text, use: read)
        settleReadUse(read)
        try checkPrivileges()
        return BoundInsert(
            table: table.oid, source: finish(plan, outputs), onConflict: conflict, checks: [],
            checkColumns: ids, returning: returning, outputs: outputs)
    }

    /// All columns of the table in order: given values, else defaults.
    private func wholeRow(
        _ table: CatalogTable, _ values: [Expression?]
    ) throws -> [ProjectItem] {
        try zip(table.columns, values).map { column, value in
            ProjectItem(newColumn(), try value ?? bindDefault(of: column))
        }
    }

    /// A projection over VALUES whose rows need no other work becomes the rows themselves.
    private func collapse(_ input: Plan, _ items: [ProjectItem]) -> Plan {
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

    private func matchWidth(
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
        let key = table.keyIndices
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
            guard !key.isEmpty, Set(named) == Set(key) else { throw unmatched() }
        case .constraint(let name):
            guard let primary = table.primaryKey, primary.name == name.text else {
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
                key: key, update: nil, condition: nil, existing: existing, excluded: excluded)
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
        return BoundInsert.OnConflict(
            key: key, update: values, condition: condition, existing: existing,
            excluded: excluded)
    }

    // MARK: UPDATE and DELETE

    private func bindAssignments(
        _ assignments: [Assignment], _ table: CatalogTable, _ scope: Scope
    ) throws -> [(Int, Expression)] {
        let saved = scope.clause
        scope.clause = .assignment
        defer { scope.clause = saved }
        var result: [(Int, Expression)] = []
        func add(_ column: InsertColumn, _ expr: Expr) throws {
            let index = try targetIndices([column], table)[0]
            guard !result.contains(where: { $0.0 == index }) else {
                throw SQLError(
                    .syntaxError,
                    "multiple assignments to same column \"\(column.name.text)\"")
            }
            let target = table.columns[index]
            if case .setToDefault = expr.kind {
                result.append((index, try bindDefault(of: target)))
            } else {
                let value = try bind(expr, scope)
                result.append((index, try assign(value, to: target, at: leftmost(expr))))
            }
        }
        for assignment in assignments {
            guard assignment.isRow else {
                for column in assignment.columns { try add(column, assignment.value) }
                continue
            }
            guard case .row(let parts, _) = assignment.value.kind else {
                throw SQLError.unsupported(
                    "assignment of several columns from a subquery",
                    position: assignment.value.position)
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

    /// The scan of the changed table, with its locator.
    private func targetScan(
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
    package func bindUpdate(_ update: Update) throws -> BoundModify {
        let (table, use) = try target(update.table.name, .update, verb: "update")
        let read = readUse(table)
        let scope = Scope(parent: nil)
        let with = try bindWith(update.with, scope)
        let (node, relation, locator) = targetScan(
            table, update.table, alias: update.alias, read: read, command: .update)
        var plan = try changeInput(node, relation, update.from, update.filter, scope)
        var values: [Expression] = node.columns.map { .column($0.id, $0.type) }
        for (index, value) in try bindAssignments(update.assignments, table, scope) {
            values[index] = value
            uses[use].columns.insert(index)
        }
        let row = values.map { ProjectItem(newColumn(), $0) }
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
        return BoundModify(
            table: table.oid, source: finish(plan, outputs), isUpdate: true, checks: [],
            checkColumns: ids, returning: returning, outputs: outputs)
    }

    /// Binds a DELETE.
    package func bindDelete(_ delete: Delete) throws -> BoundModify {
        let (table, _) = try target(delete.table.name, .delete, verb: "delete from")
        let read = readUse(table)
        let scope = Scope(parent: nil)
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

    // MARK: RETURNING

    private func bindReturning(
        _ targets: [Target], _ table: CatalogTable, _ ids: [ColumnID], alias: String?, use: Int
    ) throws -> ([ProjectItem]?, [OutputColumn]) {
        var none: [ProjectItem] = []
        return try bindReturning(
            targets, table, ids, alias: alias, use: use, others: FromItems(), carried: &none)
    }

    /// RETURNING over the row in `ids`; columns of other FROM items are carried along in the source.
    private func bindReturning(
        _ targets: [Target], _ table: CatalogTable, _ ids: [ColumnID], alias: String?, use: Int,
        others: FromItems, carried: inout [ProjectItem]
    ) throws -> ([ProjectItem]?, [OutputColumn]) {
        guard !targets.isEmpty else { return (nil, []) }
        let scope = rowScope(table, ids, alias: alias, use: use)
        let otherColumns = others.relations.flatMap(\.columns)
        scope.items = FromItems(
            relations: scope.items.relations + others.relations,
            columns: scope.items.columns + otherColumns)
        scope.clause = .returning
        var items: [ProjectItem] = []
        var outputs: [OutputColumn] = []
        func add(_ expression: Expression, _ name: String, _ info: ColumnInfo) {
            items.append(ProjectItem(newColumn(), expression))
            outputs.append(
                OutputColumn(
                    name: name, type: expression.type, tableOID: info.tableOID,
                    columnNumber: info.columnNumber, typeModifier: info.typeModifier))
        }
        for target in targets {
            if case .star(let qualifier) = target.expr.kind {
                for column in try expandStar(qualifier, at: target.position, scope) {
                    for use in column.info.uses { uses[use.use].columns.insert(use.column) }
                    add(.column(column.id, column.type), column.name, column.info)
                }
                continue
            }
            let expression = try resolveUnknown(
                try bind(target.expr, scope), at: leftmost(target.expr))
            var info = ColumnInfo()
            if case .column(let id, _) = expression { info = columnInfo[id] ?? info }
            add(expression, target.alias?.text ?? outputName(target.expr), info)
        }
        // What comes from the other tables passes through the source under names of its own.
        var passed: [ColumnID: ColumnID] = [:]
        let foreign = Dictionary(
            otherColumns.map { ($0.id, $0.type) }, uniquingKeysWith: { first, _ in first })
        func carry(_ expression: Expression) -> Expression {
            if case .column(let id, let type) = expression, foreign[id] != nil {
                let fresh = passed[id] ?? newColumn()
                if passed.updateValue(fresh, forKey: id) == nil {
                    carried.append(ProjectItem(fresh, .column(id, type)))
                }
                return .column(fresh, type)
            }
            return expression.mapOperands(carry)
        }
        if !foreign.isEmpty {
            items = items.map { ProjectItem($0.id, carry($0.expression)) }
        }
        return (items, outputs)
    }

    // MARK: COPY and TRUNCATE

    /// Binds COPY … FROM.
    package func bindCopyIn(_ copy: Copy) throws -> BoundCopyIn {
        guard case .table(let name, let listed) = copy.subject else {
            throw SQLError(.syntaxError, "COPY FROM needs a table")
        }
        let (table, use) = try target(name, .insert, verb: "copy to")
        let indices =
            listed.isEmpty
            ? Array(table.columns.indices)
            : try listed.map { try columnIndex($0, table) }
        uses[use].columns = Set(indices)
        let input = indices.map { (newColumn(), table.columns[$0].type) }
        var values: [Expression?] = Array(repeating: nil, count: table.columns.count)
        for (index, column) in zip(indices, input) {
            values[index] = .column(column.0, column.1)
        }
        let items = try wholeRow(table, values)
        let scope = rowScope(table, items.map(\.id))
        let filter = try copy.filter.map {
            try bindCondition($0, "WHERE", clause: .filter, scope)
        }
        try checkPrivileges()
        return BoundCopyIn(
            table: table.oid, names: indices.map { table.columns[$0].name }, input: input,
            items: items, checks: [], filter: filter, nextColumn: nextColumn)
    }

    /// Binds COPY … TO: the query whose rows go out.
    package func bindCopyOut(_ copy: Copy) throws -> BoundQuery {
        switch copy.subject {
        case .statement(.query(let query)): return try bindQuery(query)
        case .statement: throw SQLError.unsupported("COPY of a data-modifying statement")
        case .table(let name, let listed):
            if case .view(let view) = try findRelation(name) {
                throw SQLError(
                    .wrongObjectType, "cannot copy from view \"\(view.name)\"",
                    hint: "Try the COPY (SELECT ...) TO variant.")
            }
            let targets =
                listed.isEmpty
                ? [Target(Expr(.star(qualifier: []), at: name.position))]
                : listed.map { Target(Expr(.column([$0.text]), at: $0.position)) }
            let select = Select(
                targets: targets, from: [.table(TableName(name), alias: nil, sample: nil)])
            return try bindQuery(Query(.select(select), at: name.position))
        }
    }

    /// Checks a TRUNCATE; the tables' OIDs.
    package func bindTruncate(_ truncate: Truncate) throws -> [UInt32] {
        let tables = try truncate.tables.map {
            try target($0.name, .truncate, verb: "truncate").table
        }
        try checkPrivileges()
        return tables.map(\.oid)
    }
}
