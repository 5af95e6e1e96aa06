import Basics
import Vectors

/// Orders trees of inner joins: the largest relation streams, the others are hashed and joined in the
/// order that keeps what streams smallest.
struct JoinOrdering {
    private var estimator: CardinalityEstimator
    init(_ statistics: any PlanStatistics) { estimator = CardinalityEstimator(statistics) }

    func rewrite(_ plan: Plan) throws -> Plan {
        if case .setOperation = plan { return try rewriteInput(plan) }
        if case .with(let id, let definition, let body) = plan {
            let ordered = try rewrite(definition)
            var inner = self
            inner.estimator.define(id, ordered)
            return .with(id: id, definition: ordered, body: try inner.rewrite(body))
        }
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
    }

    private func order(_ inputs: [Plan], _ all: [Expression]) -> Plan {
        var rest = inputs.map {
            Relation(plan: $0, columns: Set($0.columns.map(\.0)), rows: estimator.rows($0))
        }
        var conditions = all
        var counts: [ColumnID: Double] = [:]
        for id in all.reduce(into: Set(), { $0.formUnion($1.referencedColumns) }) {
            for relation in rest where relation.columns.contains(id) {
                counts[id] = estimator.distinct(id, in: relation.plan)
            }
        }
        guard let first = rest.indices.max(by: { rest[$0].rows < rest[$1].rows }) else {
            return .values(.oneRow)
        }
        let start = rest.remove(at: first)
        var plan = start.plan
        var have = start.columns
        var rows = start.rows
        /// Rows that come out when the relation is joined next.
        func joined(_ relation: Relation) -> Double {
            let both = have.union(relation.columns)
            let usable = conditions.filter {
                $0.referencedColumns.isSubset(of: both)
                    && !$0.referencedColumns.isDisjoint(with: relation.columns)
            }
            let sizes = estimator.keySizes(usable, left: rows, right: relation.rows) {
                (counts[$0], have.contains($0))
            }
            return rows * relation.rows / max(1, max(sizes.left, sizes.right)) * sizes.rest
        }
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
            let candidates = (connected.isEmpty ? Array(rest.indices) : connected).map {
                (index: $0, joined: joined(rest[$0]))
            }
            guard
                let (next, after) = candidates.min(by: {
                    ($0.joined, rest[$0.index].rows) < ($1.joined, rest[$1.index].rows)
                })
            else { break }
            rows = max(1, after)
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
