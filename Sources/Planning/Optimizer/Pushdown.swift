import Basics
import Vectors

/// Sinks conditions towards the scans, and turns outer joins into inner ones where NULL-extended rows
/// would be filtered out anyway.
enum Pushdown {
    static func rewrite(_ plan: Plan) throws -> Plan { try push([], into: plan) }

    private static func above(_ plan: Plan, _ conditions: [Expression]) -> Plan {
        conditions.isEmpty ? plan : .filter(plan, conditions)
    }

    private static func push(_ conditions: [Expression], into plan: Plan) throws -> Plan {
        switch plan {
        case .filter(let input, let own):
            return try push(own.flatMap(\.factored) + conditions, into: input)
        case .project(let input, let items): return try project(conditions, input, items)
        case .join(let node): return try join(conditions, node)
        case .scan(var node):
            // A row's place is known only once the scan has read it.
            let place = node.locator.map { ColumnSet([$0]) } ?? []
            let (movable, rest) = divide(conditions) {
                !$0.isVolatile && $0.referencedColumns.isDisjoint(with: place)
            }
            node.filters += movable
            return above(.scan(node), rest)
        case .aggregate(let node): return try aggregate(conditions, node)
        case .sort(let input, let keys):
            return .sort(try push(conditions, into: input), keys)
        case .distinct(let input, nil):
            let (movable, rest) = divide(conditions) { !$0.isVolatile }
            return above(.distinct(try push(movable, into: input), on: nil), rest)
        case .setOperation(var node):
            return try setOperation(conditions, &node)
        case .with(let id, let definition, let body):
            return .with(
                id: id, definition: try push([], into: definition),
                body: try push(conditions, into: body))
        default:
            let inner = try plan.mapParts(
                plan: { try push([], into: $0) }, expression: { $0 })
            return above(inner, conditions)
        }
    }

    private static func divide(
        _ conditions: [Expression], _ test: (Expression) -> Bool
    ) -> (yes: [Expression], no: [Expression]) {
        var (yes, no): ([Expression], [Expression]) = ([], [])
        for condition in conditions {
            if test(condition) { yes.append(condition) } else { no.append(condition) }
        }
        return (yes, no)
    }

    private static func project(
        _ conditions: [Expression], _ input: Plan, _ items: [ProjectItem]
    ) throws -> Plan {
        var replacement: [ColumnID: Expression] = [:]
        for item in items { replacement[item.id] = item.expression }
        var moved: [Expression] = []
        var kept: [Expression] = []
        for condition in conditions {
            let used = condition.referencedColumns.compactMap { replacement[$0] }
            if !condition.isVolatile, !used.contains(where: { $0.isVolatile || $0.containsSubquery }),
                let changed = condition.substituting(replacement)
            {
                moved += changed.factored
            } else {
                kept.append(condition)
            }
        }
        return above(.project(try push(moved, into: input), items), kept)
    }

    private static func aggregate(
        _ conditions: [Expression], _ node: AggregateNode
    ) throws -> Plan {
        var changed = node
        var replacement: [ColumnID: Expression] = [:]
        if node.groupingSets == nil {
            for (id, expression) in node.keys { replacement[id] = expression }
        }
        var moved: [Expression] = []
        var kept: [Expression] = []
        for condition in conditions {
            if !condition.isVolatile, !condition.containsSubquery, !condition.referencedColumns.isEmpty,
                condition.referencedColumns.allSatisfy({ replacement[$0] != nil }),
                let inner = condition.substituting(replacement), !inner.isVolatile
            {
                moved += inner.conjuncts
            } else {
                kept.append(condition)
            }
        }
        changed.input = try push(moved, into: node.input)
        return above(.aggregate(changed), kept)
    }

    private static func setOperation(
        _ conditions: [Expression], _ node: inout SetOperationNode
    ) throws -> Plan {
        let (movable, kept) = divide(conditions) { !$0.isVolatile && !$0.containsSubquery }
        func side(_ plan: Plan) throws -> Plan {
            var replacement: [ColumnID: Expression] = [:]
            let columns = plan.columns
            for (output, own) in zip(node.columns, columns) {
                replacement[output.0] = .column(own.0, own.1)
            }
            return try push(movable.compactMap { $0.substituting(replacement) }, into: plan)
                .inOrder(columns)
        }
        let left = try side(node.left)
        let right = try side(node.right)
        node.left = left
        node.right = right
        return above(.setOperation(node), kept)
    }

    private static func join(_ conditions: [Expression], _ original: JoinNode) throws -> Plan {
        var node = original
        let leftIDs = node.left.columnSet
        let rightIDs = node.right.columnSet
        if !node.lateral.isEmpty {
            let (toLeft, kept) = divide(conditions) {
                $0.referencedColumns.isDisjoint(with: rightIDs) && !$0.isVolatile
            }
            node.left = try push(toLeft, into: node.left)
            node.right = try push([], into: node.right)
            return above(.join(node), kept)
        }
        node.kind = strengthened(node.kind, conditions, leftIDs, rightIDs)
        var own = node.conditions.flatMap(\.factored)
        var toLeft: [Expression] = []
        var toRight: [Expression] = []
        var kept: [Expression] = []
        switch node.kind {
        case .inner:
            for condition in own + conditions {
                let used = condition.referencedColumns
                if condition.isVolatile {
                    kept.append(condition)
                } else if used.isDisjoint(with: rightIDs) {
                    toLeft.append(condition)
                } else if used.isDisjoint(with: leftIDs) {
                    toRight.append(condition)
                } else if condition.containsSubquery {
                    kept.append(condition)
                } else {
                    continue
                }
            }
            own = (own + conditions).filter {
                let used = $0.referencedColumns
                return !$0.isVolatile && !$0.containsSubquery
                    && !used.isDisjoint(with: rightIDs) && !used.isDisjoint(with: leftIDs)
            }
            for condition in own {
                toLeft += condition.implied(on: leftIDs)?.factored ?? []
                toRight += condition.implied(on: rightIDs)?.factored ?? []
            }
        case .left, .single, .semi, .anti, .nullAwareAnti:
            for condition in conditions {
                if condition.referencedColumns.isDisjoint(with: rightIDs), !condition.isVolatile {
                    toLeft.append(condition)
                } else {
                    kept.append(condition)
                }
            }
            if node.kind != .nullAwareAnti {
                toRight = own.filter {
                    $0.referencedColumns.isDisjoint(with: leftIDs) && !$0.isVolatile
                        && !$0.referencedColumns.isEmpty
                }
                own.removeAll {
                    $0.referencedColumns.isDisjoint(with: leftIDs) && !$0.isVolatile
                        && !$0.referencedColumns.isEmpty
                }
            }
            if node.kind == .semi {
                toLeft += own.filter { $0.referencedColumns.isDisjoint(with: rightIDs) }
                own.removeAll { $0.referencedColumns.isDisjoint(with: rightIDs) }
            }
        case .right, .full:
            kept = conditions
        }
        node.conditions = own
        node.left = try push(toLeft, into: node.left)
        node.right = try push(toRight, into: node.right)
        return above(.join(node), kept)
    }

    /// An outer join whose NULL-extended rows some condition rejects is a stricter one.
    private static func strengthened(
        _ kind: JoinNode.Kind, _ conditions: [Expression], _ left: ColumnSet,
        _ right: ColumnSet
    ) -> JoinNode.Kind {
        let rejectsRight = conditions.contains { $0.rejectsNull(of: right) }
        let rejectsLeft = conditions.contains { $0.rejectsNull(of: left) }
        switch kind {
        case .left: return rejectsRight ? .inner : .left
        case .right: return rejectsLeft ? .inner : .right
        case .full:
            if rejectsLeft && rejectsRight { return .inner }
            if rejectsLeft { return .left }
            return rejectsRight ? .right : .full
        default: return kind
        }
    }
}

extension Expression {
    /// Whether the condition cannot be true when all the columns are NULL.
    func rejectsNull(of columns: ColumnSet) -> Bool {
        switch self {
        case .call: return isNullWhenNull(columns)
        case .isNull(let operand, negated: true): return operand.isNullWhenNull(columns)
        case .and(let terms): return terms.contains { $0.rejectsNull(of: columns) }
        case .or(let terms): return terms.allSatisfy { $0.rejectsNull(of: columns) }
        case .inList(let operand, _, _): return operand.isNullWhenNull(columns)
        default: return false
        }
    }

    private func isNullWhenNull(_ columns: ColumnSet) -> Bool {
        switch self {
        case .column(let id, _): return columns.contains(id)
        case .call(let function, let arguments, _, _):
            return function.isStrict && arguments.contains { $0.isNullWhenNull(columns) }
        default: return false
        }
    }
}
