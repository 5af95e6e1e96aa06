import Planning
import Synchronization
import Vectors

/// What EXPLAIN calls the columns of a plan; looked for only when somebody asks.
package final class ColumnNames: Sendable {
    private let plan: Plan?
    private let statistics: (any PlanStatistics)?
    private let names = Mutex<[ColumnID: String]?>(nil)

    init(_ plan: Plan, _ statistics: any PlanStatistics) {
        self.plan = plan
        self.statistics = statistics
    }

    /// Names nothing.
    init() { (plan, statistics) = (nil, nil) }

    subscript(_ id: ColumnID) -> String { all[id] ?? "#\(id.raw)" }

    private var all: [ColumnID: String] {
        names.withLock { known in
            if let known { return known }
            var found: [ColumnID: String] = [:]
            if let plan { collect(plan, &found) }
            known = found
            return found
        }
    }

    private func collect(_ plan: Plan, _ found: inout [ColumnID: String]) {
        for child in plan.inputs { collect(child, &found) }
        func name(_ id: ColumnID, _ expression: Expression) {
            let text = Explain.text(expression) { found[$0] ?? "#\($0.raw)" }
            // Long expressions have no name worth repeating.
            found[id] = text.utf8.count <= 60 ? text : "(…)"
        }
        switch plan {
        case .scan(let node):
            let alias = node.alias.isEmpty ? node.name : node.alias
            for column in node.columns {
                guard let own = statistics?.columnName(node.table, column: column.index) else {
                    continue
                }
                found[column.id] = "\(alias).\(own)"
            }
            if let locator = node.locator { found[locator] = "\(alias).locator" }
        case .project(_, let items):
            for item in items { name(item.id, item.expression) }
        case .aggregate(let node):
            for (id, expression) in node.keys { name(id, expression) }
            for (id, call) in node.aggregates { name(id, .aggregate(call)) }
        case .tableFunction(let node):
            for call in node.calls {
                for column in call.columns { found[column.0] = call.function }
            }
            if let ordinality = node.ordinality { found[ordinality] = "ordinality" }
        case .setOperation(let node):
            for (own, left) in zip(node.columns, node.left.columns) { found[own.0] = found[left.0] }
        case .cteScan(_, let columns), .recursive(_, _, _, _, let columns):
            for column in columns { found[column.id] = found[column.source] }
        default: break
        }
    }
}
