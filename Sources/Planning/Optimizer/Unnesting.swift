import Basics
import Vectors

/// Turns subqueries of WHERE and of the select list into joins where they can be.
///
/// EXISTS and IN become semi joins, their negations anti joins; a correlated scalar aggregate becomes
/// an outer join with the aggregate grouped by its correlated columns (Kim's method, with counts of
/// empty groups set right). What does not fit stays a subquery, which execution runs once for every
/// distinct set of outer values.
enum Unnesting {
    static func rewrite(_ plan: Plan, _ ids: inout ColumnIDs) throws -> Plan {
        let inner = try plan.mapParts(
            plan: { try rewrite($0, &ids) }, expression: { $0 })
        switch inner {
        case .filter(let input, let conditions):
            var source = input
            var rest: [Expression] = []
            for condition in conditions.flatMap(\.conjuncts) {
                if let joined = try membership(condition, source, &ids) {
                    source = joined
                } else {
                    let (expression, joined) = try scalars(condition, source, &ids)
                    source = joined
                    rest.append(expression)
                }
            }
            return rest.isEmpty ? source : .filter(source, rest)
        case .project(let input, let items):
            var source = input
            var changed: [ProjectItem] = []
            for item in items {
                let (expression, joined) = try scalars(item.expression, source, &ids)
                source = joined
                changed.append(ProjectItem(item.id, expression))
            }
            return .project(source, changed)
        default: return inner
        }
    }

    // MARK: EXISTS and IN

    private static func membership(
        _ condition: Expression, _ input: Plan, _ ids: inout ColumnIDs
    ) throws -> Plan? {
        var negated = false
        var inner = condition
        while case .not(let operand) = inner {
            negated.toggle()
            inner = operand
        }
        guard case .subquery(let subquery) = inner, isLocal(subquery, input) else { return nil }
        let plan = try rewrite(subquery.plan, &ids)
        switch subquery.kind {
        case .exists:
            if subquery.outer.isEmpty { return nil }
            guard let (bare, conditions) = pull(plan, outer(subquery)) else { return nil }
            return .join(
                JoinNode(
                    kind: negated ? .anti : .semi, left: input, right: bare,
                    conditions: conditions))
        case .quantified(let left, let operators, let all):
            guard !all, operators.allSatisfy({ $0.name == "=" }),
                !left.contains(where: \.containsSubquery)
            else { return nil }
            if negated, !subquery.outer.isEmpty || operators.count > 1 { return nil }
            let outputs = plan.columns
            guard let (bare, conditions) = pull(plan, outer(subquery)),
                outputs.count == left.count
            else { return nil }
            let equalities = zip(zip(left, outputs), operators).map { pair, function in
                Expression.call(
                    function, [pair.0, .column(pair.1.0, pair.1.1)], .boolean,
                    position: subquery.position)
            }
            return .join(
                JoinNode(
                    kind: negated ? .nullAwareAnti : .semi, left: input, right: bare,
                    conditions: equalities + conditions))
        case .scalar, .array: return nil
        }
    }

    private static func outer(_ subquery: Subquery) -> ColumnSet {
        ColumnSet(subquery.outer)
    }

    /// Whether all outer columns come from this input, not from further out.
    private static func isLocal(_ subquery: Subquery, _ input: Plan) -> Bool {
        outer(subquery).isSubset(of: input.columnSet)
    }

    // MARK: Scalar aggregates

    private static func scalars(
        _ expression: Expression, _ input: Plan, _ ids: inout ColumnIDs
    ) throws -> (Expression, Plan) {
        guard expression.containsSubquery else { return (expression, input) }
        var source = input
        func visit(_ node: Expression, _ ids: inout ColumnIDs) throws -> Expression {
            if case .subquery(let subquery) = node {
                guard case .scalar = subquery.kind, !subquery.outer.isEmpty,
                    isLocal(subquery, source),
                    let (value, joined) = try scalar(subquery, source, &ids)
                else { return node }
                source = joined
                return value
            }
            switch node {
            // Branches run only for rows that reach them: leave their subqueries alone.
            case .caseWhen, .coalesce: return node
            default: return try node.mapOperands { try visit($0, &ids) }
            }
        }
        let changed = try visit(expression, &ids)
        return (changed, source)
    }

    private static func scalar(
        _ subquery: Subquery, _ input: Plan, _ ids: inout ColumnIDs
    ) throws -> (Expression, Plan)? {
        let plan = try rewrite(subquery.plan, &ids)
        let item: Expression
        var aggregate: AggregateNode
        switch plan {
        case .project(.aggregate(let node), let items) where items.count == 1:
            (item, aggregate) = (items[0].expression, node)
        case .aggregate(let node) where node.aggregates.count == 1:
            item = .column(node.aggregates[0].0, node.aggregates[0].1.type)
            aggregate = node
        default: return nil
        }
        let outerColumns = outer(subquery)
        guard aggregate.keys.isEmpty, aggregate.groupingSets == nil,
            item.referencedColumns.isDisjoint(with: outerColumns),
            !item.containsSubquery,
            aggregate.aggregates.allSatisfy({ call in
                Expression.aggregate(call.1).referencedColumns.isDisjoint(with: outerColumns)
            }),
            let (bare, conditions) = pull(aggregate.input, outerColumns), !conditions.isEmpty
        else { return nil }
        var joinConditions: [Expression] = []
        for condition in conditions {
            guard case .call(let function, let sides, let type, let position) = condition,
                function.name == "=", sides.count == 2
            else { return nil }
            let columns = sides.map(\.referencedColumns)
            let innerSide: Int
            if columns[0].isDisjoint(with: outerColumns), columns[1].isSubset(of: outerColumns) {
                innerSide = 0
            } else if columns[1].isDisjoint(with: outerColumns),
                columns[0].isSubset(of: outerColumns)
            {
                innerSide = 1
            } else {
                return nil
            }
            let key = ids.make()
            aggregate.keys.append((key, sides[innerSide]))
            var operands = sides
            operands[innerSide] = .column(key, sides[innerSide].type)
            joinConditions.append(.call(function, operands, type, position: position))
        }
        aggregate.input = bare
        // An empty group has no row to join: its counts are 0, everything else is NULL.
        var replacement: [ColumnID: Expression] = [:]
        for (id, call) in aggregate.aggregates
        where [.count, .countStar, .regrCount].contains(call.function) {
            replacement[id] = .coalesce(
                [.column(id, call.type), .literal(.int(0), call.type)], call.type)
        }
        guard let value = item.substituting(replacement) else { return nil }
        return (
            value,
            .join(
                JoinNode(
                    kind: .left, left: input, right: .aggregate(aggregate),
                    conditions: joinConditions))
        )
    }

    // MARK: Pulling correlated conditions out

    /// The plan without its references to `outer`, and the conditions that made them; nil where they
    /// are not conditions of its filters and inner joins.
    private static func pull(
        _ plan: Plan, _ outer: ColumnSet
    ) -> (Plan, [Expression])? {
        if plan.referencedColumns.isDisjoint(with: outer) { return (plan, []) }
        func split(_ list: [Expression]) -> (own: [Expression], pulled: [Expression])? {
            var (own, pulled): ([Expression], [Expression]) = ([], [])
            for condition in list.flatMap(\.conjuncts) {
                if condition.referencedColumns.isDisjoint(with: outer) {
                    own.append(condition)
                } else if condition.containsSubquery {
                    return nil
                } else {
                    pulled.append(condition)
                }
            }
            return (own, pulled)
        }
        switch plan {
        case .filter(let input, let conditions):
            guard let (inner, below) = pull(input, outer), let (own, pulled) = split(conditions)
            else { return nil }
            return (own.isEmpty ? inner : .filter(inner, own), below + pulled)
        case .project(let input, let items):
            guard
                items.allSatisfy({ $0.expression.referencedColumns.isDisjoint(with: outer) }),
                let (inner, conditions) = pull(input, outer)
            else { return nil }
            let have = ColumnSet(items.map(\.id))
            let offered = inner.columns
            let needed = conditions.reduce(into: ColumnSet()) {
                $0.formUnion($1.referencedColumns)
            }
            let extra = offered.filter { needed.contains($0.0) && !have.contains($0.0) }
                .map { ProjectItem($0.0, .column($0.0, $0.1)) }
            return (.project(inner, items + extra), conditions)
        case .join(var node) where node.lateral.isEmpty:
            guard let (left, leftConditions) = pull(node.left, outer) else { return nil }
            node.left = left
            if node.kind == .inner {
                guard let (right, rightConditions) = pull(node.right, outer),
                    let (own, pulled) = split(node.conditions)
                else { return nil }
                node.right = right
                node.conditions = own
                return (.join(node), leftConditions + rightConditions + pulled)
            }
            guard [.left, .semi, .anti].contains(node.kind),
                node.right.referencedColumns.isDisjoint(with: outer),
                node.conditions.allSatisfy({ $0.referencedColumns.isDisjoint(with: outer) })
            else { return nil }
            return (.join(node), leftConditions)
        case .sort(let input, _): return pull(input, outer)
        case .distinct(let input, nil):
            // Only semi and anti joins come here, which do not count duplicates.
            return pull(input, outer)
        default: return nil
        }
    }
}
