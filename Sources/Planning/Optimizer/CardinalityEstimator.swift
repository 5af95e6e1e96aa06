import Vectors

/// Guesses how many rows a plan gives, from table sizes, bounds and keys.
package struct CardinalityEstimator {
    private let statistics: any PlanStatistics
    package init(_ statistics: any PlanStatistics) { self.statistics = statistics }

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
            return max(1, min(rows(node.input), rows(node.input).squareRoot() * 10))
        case .limit(let input, let count, _, _):
            if case .literal(.int(let limit), _)? = count { return min(rows(input), Double(limit)) }
            return rows(input)
        case .distinct(let input, _): return max(1, rows(input) / 2)
        case .setOperation(let node): return rows(node.left) + rows(node.right)
        case .with(_, _, let body): return rows(body)
        case .cteScan: return 1000
        case .recursive(_, let base, _, _, _): return rows(base) * 10
        }
    }

    private func join(_ node: JoinNode) -> Double {
        let (left, right) = (rows(node.left), rows(node.right))
        switch node.kind {
        case .semi: return max(1, left / 2)
        case .anti, .nullAwareAnti: return max(1, left / 2)
        case .single: return left
        default: break
        }
        let equalities = node.conditions.filter(\.isEquality).count
        let base = equalities == 0 ? left * right : max(left, right)
        let inner = node.conditions.dropFirst(equalities).reduce(base) { rows, _ in rows / 3 }
        switch node.kind {
        case .left: return max(left, inner)
        case .right: return max(right, inner)
        case .full: return max(left + right, inner)
        default: return max(1, inner)
        }
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
            if statistics.isUnique(table, columns: [index]) {
                return 1 / max(1, statistics.rowCount(table))
            }
            if let bounds = statistics.bounds(table, column: index) {
                let width = Double(bounds.high) - Double(bounds.low) + 1
                return max(1 / max(width, 1), 1 / max(1, statistics.rowCount(table)))
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
