import Vectors

/// Guesses how many rows a plan gives, from table sizes, bounds and keys.
package struct CardinalityEstimator {
    private let statistics: any PlanStatistics
    /// Common table expressions in scope.
    private var definitions: [Int: (rows: Double, plan: Plan)] = [:]
    package init(_ statistics: any PlanStatistics) { self.statistics = statistics }

    /// Tells what scans of a common table expression read.
    package mutating func define(_ id: Int, _ plan: Plan) { definitions[id] = (rows(plan), plan) }

    private func defining(_ id: Int, _ plan: Plan) -> CardinalityEstimator {
        var inner = self
        inner.define(id, plan)
        return inner
    }

    package func rows(_ plan: Plan) -> Double {
        switch plan {
        case .scan(let node):
            let total = statistics.rowCount(node.table)
            return max(
                1,
                (node.security + node.filters).reduce(total) { $0 * selectivity($1, node) })
        case .values(let node): return Double(node.rows.count)
        case .tableFunction(let node): return (node.input.map(rows) ?? 1) * 100
        case .filter(let input, let conditions):
            return max(1, conditions.reduce(rows(input)) { $0 * selectivity($1, nil) })
        case .project(let input, _), .sort(let input, _), .window(let input, _):
            return rows(input)
        case .join(let node): return join(node)
        case .aggregate(let node):
            if node.keys.isEmpty { return 1 }
            let input = rows(node.input)
            let groups = node.keys.reduce(1.0) { product, key in
                let known: Double? =
                    if case .column(let id, _) = key.1 { distinct(id, in: node.input) } else { nil }
                return min(input, product * (known ?? input.squareRoot() * 10))
            }
            return max(1, min(input, groups))
        case .limit(let input, let count, _, _):
            if case .literal(.int(let limit), _)? = count { return min(rows(input), Double(limit)) }
            return rows(input)
        case .distinct(let input, _): return max(1, rows(input) / 2)
        case .setOperation(let node): return rows(node.left) + rows(node.right)
        case .with(let id, let definition, let body): return defining(id, definition).rows(body)
        case .cteScan(let id, _): return definitions[id]?.rows ?? 1000
        case .recursive(_, let base, _, _, _): return rows(base) * 10
        }
    }

    private func join(_ node: JoinNode) -> Double {
        let (left, right) = (rows(node.left), rows(node.right))
        if node.kind == .single { return left }
        let leftIDs = node.left.columnSet
        let sizes = keySizes(node.conditions, left: left, right: right) { id in
            (distinct(id, in: leftIDs.contains(id) ? node.left : node.right), leftIDs.contains(id))
        }
        // Keys of the left side that occur on the right, if the smaller set lies within the larger.
        let share = min(1, sizes.right / max(1, sizes.left)) * sizes.rest
        switch node.kind {
        case .semi: return max(1, left * share)
        case .anti, .nullAwareAnti: return max(1, left * max(0.05, 1 - share))
        default: break
        }
        let inner = left * right / max(1, max(sizes.left, sizes.right)) * sizes.rest
        switch node.kind {
        case .left: return max(left, inner)
        case .right: return max(right, inner)
        case .full: return max(max(left, right), inner)
        default: return max(1, inner)
        }
    }

    /// How many different keys each side of a join has, and the share of pairs with equal keys that
    /// pass the other conditions. `distinct` tells of a column its count, and whether it is a left one.
    func keySizes(
        _ conditions: [Expression], left: Double, right: Double,
        distinct: (ColumnID) -> (count: Double?, isLeft: Bool)
    ) -> (left: Double, right: Double, rest: Double) {
        var sizes = (left: 1.0, right: 1.0, rest: 1.0)
        for condition in conditions {
            guard condition.isEquality, case .call(_, let sides, _, _) = condition else {
                sizes.rest /= 3
                continue
            }
            for side in sides {
                let used = side.referencedColumns
                guard let first = used.min else { continue }
                let known = distinct(first)
                let isPlain = used.count == 1
                if known.isLeft {
                    sizes.left *= (isPlain ? known.count : nil) ?? left
                } else {
                    sizes.right *= (isPlain ? known.count : nil) ?? right
                }
            }
        }
        sizes.left = min(sizes.left, left)
        sizes.right = min(sizes.right, right)
        return sizes
    }

    /// How many different values a column of the plan may have at most; nil where nothing is known.
    func distinct(_ id: ColumnID, in plan: Plan) -> Double? {
        switch plan {
        case .scan(let node):
            guard let column = node.columns.first(where: { $0.id == id }) else { return nil }
            return statistics.distinctCount(node.table, column: column.index)
        case .project(let input, let items):
            guard let item = items.first(where: { $0.id == id }) else { return nil }
            return distinct(of: item.expression, in: input)
        case .filter(let input, _), .sort(let input, _), .limit(let input, _, _, _),
            .distinct(let input, _), .window(let input, _):
            return distinct(id, in: input)
        case .join(let node):
            let isLeft = node.left.offers(id)
            return distinct(id, in: isLeft ? node.left : node.right)
        case .aggregate(let node):
            guard let key = node.keys.first(where: { $0.0 == id }) else { return nil }
            return distinct(of: key.1, in: node.input)
        case .with(let cte, let definition, let body):
            return defining(cte, definition).distinct(id, in: body)
        case .cteScan(let cte, let columns):
            guard let column = columns.first(where: { $0.id == id }),
                let definition = definitions[cte]
            else { return nil }
            return distinct(column.source, in: definition.plan).map { min($0, definition.rows) }
        case .values, .tableFunction, .setOperation, .recursive: return nil
        }
    }

    private func distinct(of expression: Expression, in plan: Plan) -> Double? {
        if case .column(let id, _) = expression { distinct(id, in: plan) } else { nil }
    }

    /// The share of rows for which a condition is true.
    func selectivity(_ condition: Expression, _ scan: ScanNode?) -> Double {
        switch condition {
        case .and(let terms): return terms.reduce(1) { $0 * selectivity($1, scan) }
        case .or(let terms):
            return min(1, terms.reduce(0) { $0 + selectivity($1, scan) })
        case .not(let inner): return max(0.05, 1 - selectivity(inner, scan))
        case .isNull(_, let negated): return negated ? 0.9 : 0.1
        case .inList(_, let elements, _): return min(0.9, 0.04 * Double(elements.count))
        case .call(let function, let arguments, _, _) where arguments.count == 2:
            switch function.name {
            case "=": return equality(arguments, scan)
            case "<>": return 0.9
            case "<", "<=", ">", ">=": return range(function.name, arguments, scan)
            case "~~", "~~*": return 0.1
            case "!~~", "!~~*": return 0.9
            default: return 0.3
            }
        default: return 0.3
        }
    }

    private func column(
        _ expression: Expression, _ scan: ScanNode?
    ) -> (table: UInt32, index: Int)? {
        guard let scan, case .column(let id, _) = expression,
            let column = scan.columns.first(where: { $0.id == id })
        else { return nil }
        return (scan.table, column.index)
    }

    private func equality(_ arguments: [Expression], _ scan: ScanNode?) -> Double {
        for argument in arguments {
            guard let (table, index) = column(argument, scan) else { continue }
            if let count = statistics.distinctCount(table, column: index) {
                return 1 / max(1, count)
            }
        }
        return 0.04
    }

    private func range(
        _ name: String, _ arguments: [Expression], _ scan: ScanNode?
    ) -> Double {
        var operation = name
        var (left, right) = (arguments[0], arguments[1])
        if case .literal = left {
            (left, right) = (right, left)
            operation = ["<": ">", "<=": ">=", ">": "<", ">=": "<="][name] ?? name
        }
        guard let (table, index) = column(left, scan),
            let bounds = statistics.bounds(table, column: index),
            case .literal(.int(let value), let type) = right, type.physical != .decimal
        else { return 0.35 }
        let width = Double(bounds.high) - Double(bounds.low) + 1
        let below = (Double(value) - Double(bounds.low)) / width
        let share = operation.hasPrefix("<") ? below : 1 - below
        return min(1, max(0.0005, share))
    }
}

extension Expression {
    /// `a = b`.
    var isEquality: Bool {
        if case .call(let function, let arguments, _, _) = self {
            return function.name == "=" && arguments.count == 2
        }
        return false
    }
}
