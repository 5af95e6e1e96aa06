import Vectors

/// Drops columns that nothing above needs, down to the scans.
enum Pruning {
    static func rewrite(_ plan: Plan) -> Plan {
        prune(plan, plan.columnSet)
    }

    private static func used(_ expressions: [Expression]) -> ColumnSet {
        expressions.reduce(into: []) { $0.formUnion($1.referencedColumns) }
    }

    private static func used(_ keys: [SortKey]) -> ColumnSet { used(keys.map(\.expression)) }

    private static func prune(
        _ plan: Plan, _ needed: ColumnSet
    ) -> Plan {
        switch plan {
        case .scan(var node):
            let wanted = needed.union(used(node.security + node.filters))
            node.columns.removeAll { !wanted.contains($0.id) }
            if let locator = node.locator, !needed.contains(locator) { node.locator = nil }
            return .scan(node)
        case .values: return plan
        case .cteScan(let id, let columns):
            return .cteScan(id: id, columns: columns.filter { needed.contains($0.id) })
        case .tableFunction(var node):
            if let input = node.input {
                node.input = prune(input, needed.union(used(node.arguments)))
            }
            return .tableFunction(node)
        case .filter(let input, let conditions):
            return .filter(prune(input, needed.union(used(conditions))), conditions)
        case .project(let input, let items):
            let kept = items.filter { needed.contains($0.id) }
            return .project(prune(input, used(kept.map(\.expression))), kept)
        case .join(var node):
            let wanted = needed.union(used(node.conditions)).union(ColumnSet(node.lateral))
                .union(node.lateral.isEmpty ? [] : node.right.referencedColumns)
            node.left = prune(node.left, wanted)
            node.right = prune(node.right, wanted)
            node.dropped = node.left.columnSet.union(node.right.columnSet)
            node.dropped.subtract(needed)
            return .join(node)
        case .aggregate(var node):
            node.aggregates.removeAll { !needed.contains($0.0) }
            node.input = prune(
                node.input,
                used(node.keys.map(\.1) + node.aggregates.map { .aggregate($0.1) }))
            return .aggregate(node)
        case .window(let input, let calls):
            let kept = calls.filter { needed.contains($0.0) }
            let inner = prune(
                input, needed.union(used(kept.map { .window($0.1) })))
            return kept.isEmpty ? inner : .window(inner, kept)
        case .sort(let input, let keys):
            return .sort(prune(input, needed.union(used(keys))), keys)
        case .limit(let input, let count, let offset, let ties):
            return .limit(
                prune(input, needed.union(used(ties ?? []))), count: count,
                offset: offset, withTies: ties)
        case .distinct(let input, let on):
            let wanted = on.map { needed.union(used($0)) } ?? input.columnSet
            return .distinct(prune(input, wanted), on: on)
        case .setOperation(var node):
            node.left = prune(node.left, node.left.columnSet)
            node.right = prune(node.right, node.right.columnSet)
            return .setOperation(node)
        case .with(let id, let definition, let body):
            // Subqueries may read the definition too, out of this pass's sight: keep it whole.
            let whole = definition.columnSet
            return .with(
                id: id, definition: prune(definition, whole),
                body: prune(body, needed))
        case .recursive(let id, let base, let step, let all, let columns):
            return .recursive(
                id: id, base: prune(base, base.columnSet),
                step: prune(step, step.columnSet), all: all,
                columns: columns)
        }
    }
}
