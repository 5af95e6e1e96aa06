import Basics
import Vectors

/// Orders trees of inner joins: the largest relation streams, the others are hashed and joined in
/// the order that costs least by the estimates: the best of all up to ten relations, a good one
/// beyond.
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

    private func order(_ inputs: [Plan], _ conditions: [Expression]) -> Plan {
        let graph = JoinGraph(inputs, conditions, estimator)
        let sequence = graph.relations.count <= 10 ? graph.best() : graph.greedy()
        guard let first = sequence.first else { return .values(.oneRow) }
        var plan = graph.relations[first].plan
        var have = graph.relations[first].columns
        var rest = conditions
        for index in sequence.dropFirst() {
            let relation = graph.relations[index]
            have.formUnion(relation.columns)
            let usable = rest.filter { $0.referencedColumns.isSubset(of: have) }
            rest.removeAll { $0.referencedColumns.isSubset(of: have) }
            plan = .join(
                JoinNode(kind: .inner, left: plan, right: relation.plan, conditions: usable))
        }
        return rest.isEmpty ? plan : .filter(plan, rest)
    }
}
