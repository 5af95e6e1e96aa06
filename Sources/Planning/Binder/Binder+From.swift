import Basics
import Catalog
import SQLSyntax
import Vectors

/// A bound FROM item.
struct BoundFrom {
    var plan: Plan
    var items: FromItems
    /// Columns of items to the left that it refers to.
    var lateral: [(ColumnID, SQLType)] = []
}

/// FROM: tables, views, subqueries, functions and their joins.
extension Binder {
    /// Binds the whole clause; afterwards `scope` offers its columns.
    func bindFrom(_ list: [TableRef], _ scope: Scope) throws -> Plan {
        scope.items = FromItems()
        guard var whole = try list.first.map({ try bindTable($0, scope, left: FromItems()) })
        else { return .values(.oneRow) }
        for ref in list.dropFirst() {
            let next = try bindTable(ref, scope, left: whole.items)
            try checkAliases(whole.items, next.items)
            whole = try join(.inner, whole, next, conditions: [])
        }
        scope.items = whole.items
        return whole.plan
    }

    private func checkAliases(_ left: FromItems, _ right: FromItems) throws {
        let names = Set(left.relations.map { "\($0.schema ?? "")\u{0}\($0.alias)" })
        for relation in right.relations
        where names.contains("\(relation.schema ?? "")\u{0}\(relation.alias)") {
            throw SQLError(
                .duplicateAlias,
                "table name \"\(relation.alias)\" specified more than once")
        }
    }

    /// Joins two items; function calls over the left side become nodes on top of it.
    private func join(
        _ kind: JoinNode.Kind, _ left: BoundFrom, _ right: BoundFrom, conditions: [Expression]
    ) throws -> BoundFrom {
        let offered = left.plan.columnSet
        let lateral = right.lateral.filter { offered.contains($0.0) }
        var rest = left.lateral
        for column in right.lateral where !offered.contains(column.0) {
            if !rest.contains(where: { $0.0 == column.0 }) { rest.append(column) }
        }
        let items = left.items + right.items
        if !lateral.isEmpty, kind == .right || kind == .full {
            throw SQLError(
                .invalidColumnReference,
                "invalid reference to FROM-clause entry for table "
                    + "\"\(left.items.relations.first?.alias ?? "")\"",
                detail: "The combining JOIN type must be INNER or LEFT for a LATERAL reference.")
        }
        if !lateral.isEmpty, case .tableFunction(var node) = right.plan, node.input == nil {
            let isTrue = conditions.allSatisfy {
                if case .literal(.bool(true), _) = $0 { true } else { false }
            }
            if kind == .inner || (kind == .left && isTrue) {
                node.input = left.plan
                node.isOuter = kind == .left
                let plan = Plan.tableFunction(node)
                return BoundFrom(
                    plan: conditions.isEmpty || isTrue ? plan : .filter(plan, conditions),
                    items: items, lateral: rest)
            }
        }
        return BoundFrom(
            plan: .join(
                JoinNode(
                    kind: kind, left: left.plan, right: right.plan, conditions: conditions,
                    lateral: lateral)), items: items, lateral: rest)
    }

    private func bindTable(
        _ ref: TableRef, _ scope: Scope, left: FromItems
    ) throws -> BoundFrom {
        try enter(at: 0)
        defer { leave() }
        switch ref {
        case .table(let name, let alias, let sample):
            let bound = try bindNamed(name, alias, scope)
            guard let sample else { return bound }
            return try self.sample(bound, sample, scope)
        case .subquery(let query, let isLateral, let alias):
            guard let alias else {
                throw SQLError(
                    .syntaxError, "subquery in FROM must have an alias",
                    hint: "For example, FROM (SELECT ...) [AS] foo.", position: query.position)
            }
            scope.items = isLateral ? left : FromItems()
            scope.unreachable = isLateral ? [] : left.relations.map(\.alias)
            defer {
                scope.items = FromItems()
                scope.unreachable = []
            }
            let (bound, outer) = try bindInner(query, scope)
            let relation = try rename(
                ScopeRelation(
                    alias: alias.name.text, columns: bound.columns,
                    position: alias.name.position), alias)
            return BoundFrom(
                plan: bound.plan,
                items: FromItems(relations: [relation], columns: relation.columns),
                lateral: outer)
        case .function(let function, let alias):
            scope.items = left
            defer { scope.items = FromItems() }
            return try bindFunction(function, alias, scope)
        case .join(let form): return try bindJoin(form, scope, left: left)
        }
    }

    /// Applies `AS alias (column, …)`.
    func rename(_ relation: ScopeRelation, _ alias: TableAlias?) throws -> ScopeRelation {
        guard let alias else { return relation }
        var renamed = relation
        if relation.alias != alias.name.text { hiddenAliases[relation.alias] = alias.name.text }
        renamed.alias = alias.name.text
        renamed.schema = nil
        renamed.position = alias.name.position
        guard alias.columns.count <= relation.columns.count else {
            throw SQLError(
                .invalidColumnReference,
                "table \"\(alias.name.text)\" has \(relation.columns.count) columns available "
                    + "but \(alias.columns.count) columns specified",
                position: alias.name.position)
        }
        for (index, column) in alias.columns.enumerated() {
            renamed.columns[index].name = column.text
        }
        return renamed
    }

    // MARK: Names

    private func bindNamed(
        _ name: TableName, _ alias: TableAlias?, _ scope: Scope
    ) throws -> BoundFrom {
        if name.name.parts.count == 1 {
            var level: Scope? = scope
            while let current = level {
                if let entry = current.commonTables[name.name.name] {
                    return try reference(entry, name, alias, scope)
                }
                level = current.parent
            }
        }
        let relation = try findRelation(name.name)
        let (plan, bound) = try scan(relation, at: name.position, privilege: .select)
        let renamed = try rename(bound, alias)
        if case .scan(var node) = plan {
            node.alias = renamed.alias
            return BoundFrom(
                plan: .scan(node),
                items: FromItems(relations: [renamed], columns: renamed.columns))
        }
        return BoundFrom(
            plan: plan, items: FromItems(relations: [renamed], columns: renamed.columns))
    }

    /// The relation that a name means: what it meant when stored text was stored, else by the path.
    func findRelation(_ name: QualifiedName) throws -> CatalogRelation {
        if let pins {
            guard let pin = pins[name.position], let relation = catalog.relation(pin.relation)
            else {
                throw SQLError(
                    .undefinedTable,
                    "relation \"\(name.parts.joined(separator: "."))\" no longer exists")
            }
            return relation
        }
        return try catalog.requireRelation(
            named: name.parts, searchPath: context.searchPath, role: role,
            position: name.position)
    }

    /// A relation's plan with all its columns: a scan, or a view's query.
    func scan(
        _ relation: CatalogRelation, at position: Int, privilege: Privileges
    ) throws -> (Plan, ScopeRelation) {
        let use = noteUse(relation, privilege)
        let visible: Set<Int>? = pins?[position].map { Set($0.columns) }
        if pins == nil, recordsReferences {
            recorded.append(
                (
                    position: position, relation: relation.oid, columns: relation.columns.map(\.id),
                    use: use
                ))
        }
        var ids: [ColumnID] = []
        let plan: Plan
        var exposed: [SQLType] = relation.columns.map(\.type)
        switch relation {
        case .view(let view):
            let bound = try expand(view, at: position)
            guard bound.columns.count == view.columns.count else {
                throw SQLError(
                    .objectNotInPrerequisiteState,
                    "the definition of view \"\(view.name)\" no longer has its columns")
            }
            plan = bound.plan
            ids = bound.columns.map(\.id)
            exposed = bound.columns.map(\.type)
        case .sequence(let sequence):
            (plan, ids) = try sequenceRow(sequence)
        case .table, .system:
            if case .table(let table) = relation, table.materialized?.isPopulated == false {
                throw SQLError(
                    .objectNotInPrerequisiteState,
                    "materialized view \"\(table.name)\" has not been populated",
                    hint: "Use the REFRESH MATERIALIZED VIEW command.")
            }
            let columns = relation.columns.enumerated().map { index, column in
                ScanNode.Column(id: newColumn(), index: index, type: column.type)
            }
            ids = columns.map(\.id)
            var node = ScanNode(
                table: relation.oid, name: relation.name, alias: relation.name, columns: columns)
            if columns.isEmpty { node.locator = newColumn() }
            if let key = columns.first?.id ?? node.locator {
                scanOrigins[key] = ScanOrigin(role: policyRole ?? role)
            }
            plan = .scan(node)
        }
        var columns: [ScopeColumn] = []
        for (index, column) in relation.columns.enumerated()
        where visible?.contains(column.id) ?? true {
            columns.append(
                ScopeColumn(
                    name: column.name, id: ids[index], type: exposed[index],
                    info: ColumnInfo(
                        typeModifier: column.typeModifier, tableOID: relation.oid,
                        columnNumber: Int16(truncatingIfNeeded: column.id),
                        uses: [(use, index)])))
        }
        var bound = ScopeRelation(
            alias: relation.name, schema: catalog.schemaName(relation.schema), columns: columns,
            position: position)
        if case .table(let table) = relation { bound.key = table.keyIndices.map { ids[$0] } }
        return (plan, bound)
    }

    /// The one row of a sequence.
    private func sequenceRow(_ sequence: CatalogSequence) throws -> (Plan, [ColumnID]) {
        let oid = Expression.literal(.int(Int64(sequence.oid)), .oid)
        func call(_ name: String) throws -> Expression {
            try resolveCall(name, [oid], positions: [], at: 0)
        }
        let items = [
            ProjectItem(newColumn(), try call("storehouse_sequence_value")),
            ProjectItem(newColumn(), .literal(.int(0), .bigint)),
            ProjectItem(newColumn(), try call("storehouse_sequence_is_called")),
        ]
        return (.project(.values(.oneRow), items), items.map(\.id))
    }

    private func noteUse(_ relation: CatalogRelation, _ privilege: Privileges) -> Int {
        uses.append(
            RelationUse(
                relation: relation.oid, role: role, privilege: privilege, columns: []))
        return uses.count - 1
    }

    /// A view's query, bound with the rights of its owner.
    private func expand(_ view: CatalogView, at position: Int) throws -> BoundSelect {
        try enter(at: position)
        viewDepth += 1
        guard viewDepth <= Binder.viewDepthMax else { throw tooDeep(at: position) }
        let saved = (role, pins, hiddenAliases)
        defer {
            (role, pins, hiddenAliases) = saved
            viewDepth -= 1
            leave()
        }
        if !view.securityInvoker { role = view.owner }
        let query = try StoredText.query(view.definition)
        pins = Dictionary(
            view.definition.references.map { ($0.position, $0) },
            uniquingKeysWith: { first, _ in first })
        return try bindBody(query, Scope(parent: nil), keepUnknown: false)
    }

    // MARK: Common tables

    private func reference(
        _ entry: CommonTableEntry, _ name: TableName, _ alias: TableAlias?, _ scope: Scope
    ) throws -> BoundFrom {
        if entry.returnsNothing {
            throw SQLError(
                .featureNotSupported,
                "WITH query \"\(entry.name)\" does not have a RETURNING clause",
                position: name.position)
        }
        try include(height: entry.height + 1, at: name.position)
        if entry.isBeingDefined {
            entry.selfReferences += 1
        } else {
            entry.references += 1
        }
        for (id, type) in entry.outer {
            var level: Scope? = scope
            while let current = level, current !== entry.owner {
                current.noteOuter(id, type)
                level = current.parent
            }
        }
        var columns: [ScopeColumn] = []
        var links: [CTEColumn] = []
        for column in entry.columns {
            var copy = column
            copy.id = newColumn()
            columns.append(copy)
            links.append(CTEColumn(id: copy.id, source: column.id, type: column.type))
        }
        let relation = try rename(
            ScopeRelation(alias: entry.name, columns: columns, position: name.position), alias)
        return BoundFrom(
            plan: .cteScan(id: entry.id, columns: links),
            items: FromItems(relations: [relation], columns: relation.columns))
    }

    // MARK: Joins

    private func bindJoin(_ form: Join, _ scope: Scope, left outer: FromItems) throws -> BoundFrom {
        let left = try bindTable(form.left, scope, left: outer)
        let right = try bindTable(form.right, scope, left: outer + left.items)
        try checkAliases(left.items, right.items)
        let kind: JoinNode.Kind =
            switch form.kind {
            case .cross, .inner: .inner
            case .left: .left
            case .right: .right
            case .full: .full
            }
        var result: BoundFrom
        switch form.condition {
        case .none: result = try join(kind, left, right, conditions: [])
        case .on(let expr):
            scope.items = left.items + right.items
            let condition = try bindCondition(
                expr, "JOIN/ON", clause: .joinCondition, scope)
            scope.items = FromItems()
            result = try join(kind, left, right, conditions: condition.conjuncts)
        case .natural:
            let names = left.items.columns.map(\.name).filter { name in
                right.items.columns.contains { $0.name == name }
            }
            result = try joinUsing(
                kind, left, right, names.map { Identifier($0, at: form.position) }, alias: nil,
                position: form.position)
        case .using(let names, let alias):
            result = try joinUsing(
                kind, left, right, names, alias: alias, position: form.position)
        }
        if let alias = form.alias {
            let relation = try rename(
                ScopeRelation(
                    alias: alias.name.text, columns: result.items.columns,
                    position: alias.name.position), alias)
            result.items = FromItems(
                relations: [relation], columns: relation.columns,
                hidden: result.items.hidden + result.items.relations)
        }
        return result
    }

    /// USING and NATURAL: the named columns come out once, before all others.
    private func joinUsing(
        _ kind: JoinNode.Kind, _ left: BoundFrom, _ right: BoundFrom, _ names: [Identifier],
        alias: Identifier?, position: Int
    ) throws -> BoundFrom {
        var conditions: [Expression] = []
        var merged: [ScopeColumn] = []
        var computed: [ProjectItem] = []
        for (index, name) in names.enumerated() {
            if names.prefix(index).contains(where: { $0.text == name.text }) {
                throw SQLError(
                    .duplicateColumn,
                    "column name \"\(name.text)\" appears more than once in USING clause",
                    position: name.position)
            }
            let a = try usingColumn(name, left.items, "left")
            let b = try usingColumn(name, right.items, "right")
            for column in [a, b] {
                for use in column.info.uses { uses[use.use].columns.insert(use.column) }
            }
            let pair = [
                Expression.column(a.id, a.type), Expression.column(b.id, b.type),
            ]
            conditions.append(try compare("=", pair[0], pair[1], at: name.position))
            let (cast, type) = try unify(
                pair, "JOIN/USING", positions: [name.position, name.position])
            if kind != .full, a.type == type, kind != .right {
                merged.append(a)
            } else if kind == .right, b.type == type {
                merged.append(b)
            } else {
                let value: Expression =
                    switch kind {
                    case .full: .coalesce(cast, type)
                    case .right: cast[1]
                    default: cast[0]
                    }
                let id = newColumn()
                computed.append(ProjectItem(id, value))
                var column = ScopeColumn(name: name.text, id: id, type: type)
                column.info.uses = a.info.uses + b.info.uses
                merged.append(column)
            }
            merged[merged.count - 1].name = name.text
        }
        var result = try join(kind, left, right, conditions: conditions)
        if !computed.isEmpty {
            let through = result.plan.columns.map {
                ProjectItem($0.0, Expression.column($0.0, $0.1))
            }
            result.plan = .project(result.plan, through + computed)
        }
        let used = Set(names.map(\.text))
        let rest = (left.items.columns + right.items.columns).filter { !used.contains($0.name) }
        result.items.columns = merged + rest
        if let alias {
            result.items.relations.append(
                ScopeRelation(alias: alias.text, columns: merged, position: alias.position))
        }
        return result
    }

    private func usingColumn(
        _ name: Identifier, _ items: FromItems, _ side: String
    ) throws -> ScopeColumn {
        let matches = items.columns.filter { $0.name == name.text }
        guard let column = matches.first else {
            throw SQLError(
                .undefinedColumn,
                "column \"\(name.text)\" specified in USING clause does not exist in \(side) table")
        }
        guard matches.count == 1 else {
            throw SQLError(
                .ambiguousColumn,
                "common column name \"\(name.text)\" appears more than once in \(side) table")
        }
        return column
    }
}
