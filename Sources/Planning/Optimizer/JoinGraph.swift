import Vectors

/// Relations to be joined, and the conditions between them, as sets of bits and counts of values.
struct JoinGraph {
    struct Relation {
        let plan: Plan
        let columns: ColumnSet
        let rows: Double
    }
    let relations: [Relation]

    /// A condition: the relations that it names, and for an equality how many values each side has.
    private struct Link {
        var relations: UInt64 = 0
        var sides: [(relations: UInt64, distinct: Double?)] = []
        /// Plain conditions count as passing a third.
        var isEquality: Bool { !sides.isEmpty }
    }
    private let links: [Link]

    init(_ inputs: [Plan], _ conditions: [Expression], _ estimator: CardinalityEstimator) {
        let relations = inputs.map {
            Relation(plan: $0, columns: $0.columnSet, rows: estimator.rows($0))
        }
        func members(_ columns: ColumnSet) -> UInt64 {
            var found: UInt64 = 0
            for (index, relation) in relations.enumerated().prefix(64)
            where !relation.columns.isDisjoint(with: columns) {
                found |= 1 << UInt64(index)
            }
            return found
        }
        self.relations = relations
        links = conditions.map { condition in
            var link = Link(relations: members(condition.referencedColumns))
            guard condition.isEquality, case .call(_, let sides, _, _) = condition else {
                return link
            }
            link.sides = sides.map { side in
                let used = side.referencedColumns
                let owner = members(used)
                guard used.count == 1, let column = used.min,
                    let relation = relations.first(where: { $0.columns.contains(column) })
                else { return (owner, nil) }
                return (owner, estimator.distinct(column, in: relation.plan))
            }
            return link
        }
    }

    /// The relation that streams.
    private var largest: Int? {
        relations.indices.max { relations[$0].rows < relations[$1].rows }
    }

    /// Rows of what is joined already with one relation more; nil where no equality ties it.
    private func rows(_ rows: Double, _ have: UInt64, joining index: Int) -> (Double, Bool) {
        let added: UInt64 = 1 << UInt64(index)
        let both = have | added
        let other = relations[index].rows
        var (left, right, rest) = (1.0, 1.0, 1.0)
        var isTied = false
        for link in links
        where link.relations & added != 0 && link.relations & ~both == 0 {
            guard link.isEquality, link.relations != added else {
                rest /= 3
                continue
            }
            isTied = true
            for side in link.sides where side.relations != 0 {
                if side.relations & added == 0 {
                    left *= side.distinct ?? rows
                } else {
                    right *= side.distinct ?? other
                }
            }
        }
        let keys = max(1, max(min(left, rows), min(right, other)))
        return (max(1, rows * other / keys * rest), isTied)
    }

    // MARK: Orders

    /// The order in which the fewest rows go from join to join, by dynamic programming over sets of
    /// joined relations. Relations that nothing ties wait until nothing else is left.
    func best() -> [Int] {
        guard let first = largest, relations.count <= 20 else { return greedy() }
        struct Step {
            var cost: Double
            var rows: Double
            var last: Int
            var before: Int
        }
        let start = 1 << first
        let all = (1 << relations.count) - 1
        var steps = [Step?](repeating: nil, count: all + 1)
        steps[start] = Step(cost: 0, rows: relations[first].rows, last: first, before: 0)
        for have in start...all {
            guard let step = steps[have] else { continue }
            let open = relations.indices.filter { have & (1 << $0) == 0 }
            let joined = open.map { rows(step.rows, UInt64(have), joining: $0) }
            let someTied = joined.contains(where: \.1)
            for (index, (after, isTied)) in zip(open, joined) where isTied || !someTied {
                let cost = step.cost + after
                let next = have | 1 << index
                if let known = steps[next], known.cost <= cost { continue }
                steps[next] = Step(cost: cost, rows: after, last: index, before: have)
            }
        }
        var order: [Int] = []
        var have = all
        while have != 0, let step = steps[have] {
            order.append(step.last)
            have = step.before
        }
        return order.reversed()
    }

    /// Always the relation next that leaves fewest rows.
    func greedy() -> [Int] {
        guard let first = largest else { return [] }
        var order = [first]
        var have: UInt64 = first < 64 ? 1 << UInt64(first) : 0
        var count = relations[first].rows
        var open = relations.indices.filter { $0 != first }
        while !open.isEmpty {
            let candidates = open.map { (index: $0, joined: rows(count, have, joining: $0)) }
            let someTied = candidates.contains { $0.joined.1 }
            let next = candidates.filter { $0.joined.1 || !someTied }.min {
                ($0.joined.0, relations[$0.index].rows) < ($1.joined.0, relations[$1.index].rows)
            }
            guard let next else { break }
            count = next.joined.0
            if next.index < 64 { have |= 1 << UInt64(next.index) }
            order.append(next.index)
            open.removeAll { $0 == next.index }
        }
        return order
    }
}
