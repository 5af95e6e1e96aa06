import Basics
import Vectors

/// Orders trees of inner joins: the largest relation streams, the others are hashed and joined in the
/// order in which they shrink it most.
struct JoinOrdering {
    private let estimator: CardinalityEstimator
    init(_ statistics: any PlanStatistics) { estimator = CardinalityEstimator(statistics) }

    func rewrite(_ plan: Plan) throws -> Plan {
        if case .setOperation = plan { return try rewriteInput(plan) }
        guard case .join(let node) = plan, node.kind == .inner, node.lateral.isEmpty else {
            return try plan.mapParts(plan: rewrite, expression: { $0 })
        }
        var relations: [Plan] = []
        var conditions: [Expression] = []
        flatten(plan, &relations, &conditions)
        let inputs = try relations.map(rewrite)
        return order(inputs, conditions)
    }

    /// Set operations match columns by place, so their inputs keep the order they had.
    private func rewriteInput(_ plan: Plan) throws -> Plan {
        guard case .setOperation(var node) = plan else { return try rewrite(plan) }
        node.left = try rewrite(node.left).inOrder(node.left.columns)
        node.right = try rewrite(node.right).inOrder(node.right.columns)
        return .setOperation(node)
    }

    private func flatten(
        _ plan: Plan, _ relations: inout [Plan], _ conditions: inout [Expression]
    ) {
        if case .join(let node) = plan, node.kind == .inner, node.lateral.isEmpty {
            conditions += node.conditions
            flatten(node.left, &relations, &conditions)
            flatten(node.right, &relations, &conditions)
        } else {
            relations.append(plan)
        }
    }

    private struct Relation {
        let plan: Plan
        let columns: Set<ColumnID>
        let rows: Double
        /// Rows that pass, as a share of the unfiltered relation: what joining with it leaves.
        let share: Double
    }

    private func order(_ inputs: [Plan], _ all: [Expression]) -> Plan {
        var rest = inputs.map { plan in
            let rows = estimator.rows(plan)
            return Relation(
                plan: plan, columns: Set(plan.columns.map(\.0)), rows: rows,
                share: min(1, rows / max(1, estimator.rows(plan.unfiltered))))
        }
        var conditions = all
        guard let first = rest.indices.max(by: { rest[$0].rows < rest[$1].rows }) else {
            return .values(.oneRow)
        }
        let start = rest.remove(at: first)
        var plan = start.plan
        var have = start.columns
        while !rest.isEmpty {
            func connects(_ relation: Relation) -> Bool {
                conditions.contains {
                    let used = $0.referencedColumns
                    return $0.isEquality && !used.isDisjoint(with: relation.columns)
                        && !used.isDisjoint(with: have)
                        && used.isSubset(of: have.union(relation.columns))
                }
            }
            let connected = rest.indices.filter { connects(rest[$0]) }
            let candidates = connected.isEmpty ? Array(rest.indices) : connected
            guard
                let next = candidates.min(by: {
                    (rest[$0].share, rest[$0].rows) < (rest[$1].share, rest[$1].rows)
                })
            else { break }
            let relation = rest.remove(at: next)
            have.formUnion(relation.columns)
            let usable = conditions.filter { $0.referencedColumns.isSubset(of: have) }
            conditions.removeAll { $0.referencedColumns.isSubset(of: have) }
            plan = .join(
                JoinNode(kind: .inner, left: plan, right: relation.plan, conditions: usable))
        }
        return conditions.isEmpty ? plan : .filter(plan, conditions)
    }
}

extension Plan {
    /// The plan without filters at its top, for comparing sizes.
    var unfiltered: Plan {
        switch self {
        case .filter(let input, _): return input.unfiltered
        case .project(let input, _): return input.unfiltered
        case .scan(var node):
            node.filters = []
            return .scan(node)
        default: return self
        }
    }
}
