import Basics
import Catalog
import SQLSyntax
import Vectors

/// One item of a bound select list, or a hidden one that only ORDER BY or DISTINCT ON need.
struct BoundTarget {
    var expression: Expression
    var name: String
    var position: Int
    /// As written, to tell apart two outputs of one name.
    var mark: String { expression.fingerprint }
}

/// SELECT … FROM … WHERE … GROUP BY … HAVING … WINDOW … with its ORDER BY and LIMIT.
extension Binder {
    func bindSelect(
        _ select: Select, _ query: Query, _ scope: Scope, keepUnknown: Bool
    ) throws -> BoundSelect {
        if let into = select.into {
            throw SQLError(
                .syntaxError, "SELECT ... INTO is not allowed here",
                position: into.name.position)
        }
        var plan = try bindFrom(select.from, scope)
        if let filter = select.filter {
            let condition = try bindCondition(filter, "WHERE", clause: .filter, scope)
            plan = .filter(plan, condition.conjuncts)
        }
        scope.mentions = [:]
        scope.clause = .targets
        try defineWindows(select.windows, scope)
        var targets = try bindTargets(select.targets, scope)
        if !keepUnknown {
            for index in targets.indices {
                targets[index].expression = try resolveUnknown(
                    targets[index].expression, at: targets[index].position)
            }
        }
        let count = targets.count
        let grouping = try bindGrouping(select, scope, targets)
        let having = try select.having.map {
            try bindCondition($0, "HAVING", clause: .having, scope)
        }
        var order = try bindOrder(query.orderBy, scope, &targets, clause: .orderBy)
        var distinctOn: [Int]?
        if case .on(let exprs) = select.distinct {
            distinctOn = try exprs.map {
                try targetIndex($0, scope, &targets, clause: .distinctOn)
            }
            try checkDistinctOrder(
                distinctOn ?? [], order, at: exprs.first.map { leftmost($0) })
        }
        if case .distinct = select.distinct, targets.count > count {
            throw SQLError(
                .invalidColumnReference,
                "for SELECT DISTINCT, ORDER BY expressions must appear in select list",
                position: targets[count].position)
        }
        if case .all = select.distinct {
        } else {
            for target in targets {
                try requireEquality(target.expression.type, at: target.position)
            }
        }

        // Everything above FROM now lives in `targets` and `having`; cut it into nodes.
        var expressions = targets.map(\.expression)
        var condition = having
        let needsGroups =
            grouping.isPresent || having != nil || expressions.contains(where: \.containsAggregate)
            || scope.setCalls.contains { $0.arguments.contains(where: \.containsAggregate) }
        try lock(query, select, scope, hasGroups: needsGroups)
        if needsGroups {
            var cutter = GroupCutter(binder: self, scope: scope, grouping: grouping)
            expressions = try expressions.map { try cutter.cut($0) }
            condition = try condition.map { try cutter.cut($0) }
            for index in scope.setCalls.indices {
                scope.setCalls[index].arguments = try scope.setCalls[index].arguments.map {
                    try cutter.cut($0)
                }
            }
            plan = cutter.node(over: plan)
        }
        if let condition { plan = .filter(plan, condition.conjuncts) }
        plan = cutWindows(plan, &expressions, scope)
        plan = callSets(scope.setCalls, over: plan)

        let items = expressions.map { ProjectItem(newColumn(), $0) }
        plan = .project(plan, items)
        var columns = (0..<count).map { index -> ScopeColumn in
            let id = items[index].id
            return ScopeColumn(
                name: targets[index].name, id: id, type: items[index].expression.type,
                info: outputInfo(targets[index].expression, select, index))
        }
        if case .distinct = select.distinct { plan = .distinct(plan, on: nil) }
        for index in order.indices {
            let item = items[order[index].target]
            order[index].key.expression = .column(item.id, item.expression.type)
        }
        let keys = order.map(\.key)
        if !keys.isEmpty { plan = .sort(plan, keys) }
        if let distinctOn {
            plan = .distinct(
                plan,
                on: distinctOn.map { .column(items[$0].id, items[$0].expression.type) })
        }
        plan = try bindLimit(query, plan, keys)
        if items.count > count {
            let visible = (0..<count).map { index in
                ProjectItem(
                    newColumn(), .column(items[index].id, items[index].expression.type))
            }
            plan = .project(plan, visible)
            for index in 0..<count { columns[index].id = visible[index].id }
        }
        return BoundSelect(plan: plan, columns: columns)
    }

    /// The set-returning calls of a select list: those that need no other's rows go in step, a call
    /// over another's rows comes above it.
    private func callSets(_ calls: [SetCall], over input: Plan) -> Plan {
        var plan = input
        var waiting = calls
        while !waiting.isEmpty {
            let pending = ColumnSet(waiting.flatMap(\.columns))
            let ready = waiting.filter { set in
                set.arguments.allSatisfy { $0.referencedColumns.isDisjoint(with: pending) }
            }
            // Calls are bound innermost first, so the first can always go.
            let level = ready.isEmpty ? [waiting[0]] : ready
            let taken = ColumnSet(level.flatMap(\.columns))
            waiting.removeAll { set in set.columns.contains { taken.contains($0.0) } }
            plan = .tableFunction(
                TableFunctionNode(
                    input: plan,
                    calls: level.map {
                        .init(
                            $0.function, $0.arguments, columns: $0.columns, names: $0.names,
                            position: $0.position)
                    }))
        }
        return plan
    }

    // MARK: Select list

    private func bindTargets(_ targets: [Target], _ scope: Scope) throws -> [BoundTarget] {
        var result: [BoundTarget] = []
        for target in targets {
            if case .star(let qualifier) = target.expr.kind {
                for column in try expandStar(qualifier, at: target.position, scope) {
                    for use in column.info.uses { uses[use.use].columns.insert(use.column) }
                    columnInfo[column.id] = column.info
                    if scope.mentions[column.id] == nil {
                        let owner = scope.items.relations.first {
                            $0.columns.contains { $0.id == column.id }
                        }
                        scope.mentions[column.id] = (
                            (owner.map { "\($0.alias)." } ?? "") + column.name, target.position
                        )
                    }
                    result.append(
                        BoundTarget(
                            expression: .column(column.id, column.type), name: column.name,
                            position: target.position))
                }
                continue
            }
            if case .fieldStar(let operand) = target.expr.kind,
                case .function(let call) = operand.kind,
                SetFunction.overloads(try functionName(call.name)) != nil
            {
                let set = try bindSetCall(call, try functionName(call.name), scope)
                for (column, name) in zip(set.columns, set.names) {
                    result.append(
                        BoundTarget(
                            expression: .column(column.0, column.1), name: name,
                            position: target.position))
                }
                continue
            }
            if case .fieldStar(let operand) = target.expr.kind,
                let fields = try rowFields(operand, scope)
            {
                for field in fields {
                    result.append(
                        BoundTarget(
                            expression: field.value, name: field.name, position: target.position))
                }
                continue
            }
            let expression = try bind(target.expr, scope)
            result.append(
                BoundTarget(
                    expression: expression,
                    name: target.alias?.text ?? outputName(target.expr),
                    position: leftmost(target.expr)))
        }
        guard result.count <= 1664 else {
            throw SQLError(
                .programLimitExceeded, "target lists can have at most 1664 entries")
        }
        return result
    }

    /// The columns of `*` or `t.*`.
    func expandStar(
        _ qualifier: [String], at position: Int, _ scope: Scope
    ) throws -> [ScopeColumn] {
        guard let name = qualifier.last else {
            guard !scope.items.relations.isEmpty else {
                throw SQLError(
                    .syntaxError, "SELECT * with no tables specified is not valid",
                    position: position)
            }
            return scope.items.columns
        }
        let schema = qualifier.count > 1 ? qualifier[qualifier.count - 2] : nil
        guard
            let relation = scope.items.relations.first(where: {
                $0.alias == name && (schema == nil || $0.schema == schema)
            })
        else {
            throw missingRelation(qualifier.joined(separator: "."), at: position, in: scope)
        }
        return relation.columns
    }

    /// The name PostgreSQL gives to a column without alias.
    func outputName(_ expr: Expr) -> String { figureName(expr)?.name ?? "?column?" }

    private func figureName(_ expr: Expr) -> (name: String, isStrong: Bool)? {
        switch expr.kind {
        case .column(let parts): return parts.last.map { ($0, true) }
        case .field(_, let name): return (name, true)
        case .function(let call): return (call.name.name, true)
        case .cast(let operand, let type):
            if let inner = figureName(operand), inner.isStrong { return inner }
            return (type.name.name, false)
        case .typedLiteral(let type, _): return (type.name.name, false)
        case .collate(let operand, _): return figureName(operand)
        case .subscripted(let operand, _): return figureName(operand)
        case .caseWhen(let form):
            if let otherwise = form.otherwise, let inner = figureName(otherwise), inner.isStrong {
                return inner
            }
            return ("case", false)
        case .coalesce: return ("coalesce", true)
        case .greatest: return ("greatest", true)
        case .least: return ("least", true)
        case .nullIf: return ("nullif", true)
        case .array: return ("array", true)
        case .arraySubquery: return ("array", true)
        case .exists: return ("exists", true)
        case .scalarSubquery(let query):
            guard case .select(let select) = query.body, let target = select.targets.first else {
                return nil
            }
            if let alias = target.alias { return (alias.text, true) }
            return figureName(target.expr)
        case .sqlValue(let value, _): return (value.rawValue, true)
        case .grouping: return ("grouping", true)
        case .row(_, explicit: true): return ("row", true)
        case .overlaps: return ("overlaps", true)
        case .like(let like) where like.escape != nil: return nil
        default: return nil
        }
    }

    /// What clients learn of an output: its table if it is a plain column, a cast's modifiers.
    private func outputInfo(_ expression: Expression, _ select: Select, _ index: Int) -> ColumnInfo
    {
        if case .column(let id, _) = expression {
            var info = columnInfo[id] ?? ColumnInfo()
            info.uses = []
            return info
        }
        if case .call(let function, let arguments, let type, _) = expression,
            arguments.count == 1, Builtins.isCast(function)
        {
            return ColumnInfo(typeModifier: type.typeModifier)
        }
        if case .call(let function, let arguments, .record, _) = expression,
            function.name == "row", case .column(let id, _)? = arguments.first,
            let fields = recordFields[id]
        {
            return ColumnInfo(fields: fields)
        }
        if case .call(let function, let arguments, let type, _) = expression, type.takesPrecision,
            arguments.count == 2, function.name == type.typname,
            case .literal(.int(let modifier), _) = arguments[1]
        {
            return ColumnInfo(typeModifier: Int32(truncatingIfNeeded: modifier))
        }
        if case .literal(_, let type) = expression, case .varchar = type {
            return ColumnInfo(typeModifier: type.typeModifier)
        }
        return ColumnInfo()
    }

    // MARK: ORDER BY

    struct BoundOrder {
        var key: SortKey
        var target: Int
    }

    func bindOrder(
        _ items: [SortItem], _ scope: Scope, _ targets: inout [BoundTarget], clause: Clause
    ) throws -> [BoundOrder] {
        var seen = Set<Int>()
        var order: [BoundOrder] = []
        for item in items {
            let index = try targetIndex(item.expr, scope, &targets, clause: clause)
            let expression = targets[index].expression
            let key = try directed(item, expression)
            if seen.insert(index).inserted { order.append(BoundOrder(key: key, target: index)) }
        }
        return order
    }

    /// The sort key of one ORDER BY item over a bound expression.
    func directed(_ item: SortItem, _ expression: Expression) throws -> SortKey {
        var descending = item.descending
        if let op = item.usingOperator {
            switch op.symbol {
            case "<", "<=": descending = false
            case ">", ">=": descending = true
            default:
                throw SQLError(
                    .wrongObjectType, "operator \(op.symbol) is not a valid ordering operator",
                    hint: "Ordering operators must be \"<\" or \">\" members of btree operator "
                        + "families.", position: op.position)
            }
        }
        try requireOrder(expression.type, at: leftmost(item.expr))
        return SortKey(expression, descending: descending, nullsFirst: item.nullsFirst)
    }

    /// A sort key whose expression stands for itself: in windows and aggregates.
    func sortKey(_ item: SortItem, _ scope: Scope) throws -> SortKey {
        let expression = try resolveUnknown(try bind(item.expr, scope), at: leftmost(item.expr))
        return try directed(item, expression)
    }

    /// The target that an item of ORDER BY or DISTINCT ON means; made as a hidden one if need be.
    private func targetIndex(
        _ expr: Expr, _ scope: Scope, _ targets: inout [BoundTarget], clause: Clause
    ) throws -> Int {
        let visible = targets.count
        switch expr.kind {
        case .column(let parts) where parts.count == 1:
            let matches = targets.indices.filter { targets[$0].name == parts[0] && $0 < visible }
            if let first = matches.first {
                guard Set(matches.map { targets[$0].mark }).count == 1 else {
                    throw SQLError(
                        .ambiguousColumn, "\(clause.name) \"\(parts[0])\" is ambiguous",
                        position: expr.position)
                }
                return first
            }
        case .integer(let text):
            guard let ordinal = Int(text), ordinal >= 1, ordinal <= visible else {
                throw SQLError(
                    .invalidColumnReference,
                    "\(clause.name) position \(text) is not in select list",
                    position: expr.position)
            }
            return ordinal - 1
        case .string, .numeric, .boolean, .null:
            throw SQLError(
                .syntaxError, "non-integer constant in \(clause.name)", position: expr.position)
        default: break
        }
        let saved = scope.clause
        scope.clause = clause
        defer { scope.clause = saved }
        let expression = try resolveUnknown(try bind(expr, scope), at: leftmost(expr))
        let mark = expression.fingerprint
        if let index = targets.firstIndex(where: { $0.mark == mark }) { return index }
        targets.append(
            BoundTarget(expression: expression, name: "", position: leftmost(expr)))
        return targets.count - 1
    }

    private func checkDistinctOrder(
        _ on: [Int], _ order: [BoundOrder], at position: Int?
    ) throws {
        var wanted = Set(on)
        for entry in order {
            if wanted.isEmpty { return }
            guard on.contains(entry.target) else {
                throw SQLError(
                    .invalidColumnReference,
                    "SELECT DISTINCT ON expressions must match initial ORDER BY expressions",
                    position: position)
            }
            wanted.remove(entry.target)
        }
    }

    // MARK: LIMIT

    func bindLimit(_ query: Query, _ plan: Plan, _ keys: [SortKey]) throws -> Plan {
        let count = try query.limit?.count.map { try limitValue($0, "LIMIT") }
        let offset = try query.offset.map { try limitValue($0, "OFFSET") }
        let ties = query.limit?.withTies ?? false
        if ties, keys.isEmpty {
            throw SQLError(
                .syntaxError, "WITH TIES cannot be specified without ORDER BY clause",
                position: query.limit?.position)
        }
        guard count != nil || offset != nil else { return plan }
        return .limit(plan, count: count, offset: offset, withTies: ties ? keys : nil)
    }

    private func limitValue(_ expr: Expr, _ what: String) throws -> Expression {
        let scope = Scope(parent: nil)
        scope.clause = .limit
        let bound: Expression
        do {
            bound = try bind(expr, scope)
        } catch let error as SQLError
            where error.state == .undefinedColumn && error.position != nil
        {
            throw SQLError(
                .invalidColumnReference, "argument of \(what) must not contain variables",
                position: error.position)
        }
        guard let cast = try coerce(bound, to: .bigint, .assignment, at: leftmost(expr)) else {
            throw SQLError(
                .datatypeMismatch,
                "argument of \(what) must be type bigint, not type \(bound.type.familyName)",
                position: leftmost(expr))
        }
        return cast
    }

    // MARK: Types that compare

    func requireOrder(_ type: SQLType, at position: Int) throws {
        switch type {
        case .json, .jsonb, .record, .void, .trigger:
            throw SQLError(
                .undefinedFunction,
                "could not identify an ordering operator for type \(type.familyName)",
                hint: "Use an explicit ordering operator or modify the query.", position: position)
        default: return
        }
    }

    func requireEquality(_ type: SQLType, at position: Int) throws {
        switch type {
        case .json, .void, .trigger:
            throw SQLError(
                .undefinedFunction,
                "could not identify an equality operator for type \(type.familyName)",
                position: position)
        default: return
        }
    }
}
