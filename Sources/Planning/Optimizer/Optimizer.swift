import Basics
import Vectors

/// Row counts that planning knows without reading rows.
package protocol PlanStatistics: Sendable {
    /// Live rows of a stored table; a guess for system tables.
    func rowCount(_ table: UInt32) -> Double
    /// Smallest and largest value of an integer-like column, where known.
    func bounds(_ table: UInt32, column: Int) -> (low: Int64, high: Int64)?
    /// Whether the columns hold a key: no two rows agree in all of them.
    func isUnique(_ table: UInt32, columns: [Int]) -> Bool
    /// About how many different values a column has at most, from keys, bounds and dictionaries.
    func distinctCount(_ table: UInt32, column: Int) -> Double?
    /// The column's name, for EXPLAIN.
    func columnName(_ table: UInt32, column: Int) -> String?
}

/// Rewrites a plan into one that gives the same rows sooner.
///
/// In order: constants are computed (`Folding`), correlated subqueries become joins (`Unnesting`),
/// conditions sink to the scans (`Pushdown`), inner joins are ordered (`JoinOrdering`), and columns
/// nobody needs go (`Pruning`).
/// Security conditions of scans are never moved or dropped.
package enum Optimizer {
    package static func optimize(
        _ secured: SecuredPlan, _ statistics: any PlanStatistics
    ) throws -> SecuredPlan {
        try secured.rewritten { plan, next in
            var ids = ColumnIDs(next: next)
            let better = try optimize(plan, statistics, &ids)
            try ConstantErrors.check(better)
            next = ids.next
            return better
        }
    }

    static func optimize(
        _ plan: Plan, _ statistics: any PlanStatistics, _ ids: inout ColumnIDs
    ) throws -> Plan {
        var current = try Unnesting.rewrite(Folding.rewrite(plan), &ids)
        current = try Pushdown.rewrite(current)
        current = try JoinOrdering(statistics).rewrite(current)
        current = current.inOrder(plan.columns)
        current = Pruning.rewrite(current)
        return try subqueries(current, statistics, &ids)
    }

    /// Optimizes what is left of subqueries in expressions.
    private static func subqueries(
        _ plan: Plan, _ statistics: any PlanStatistics, _ ids: inout ColumnIDs
    ) throws -> Plan {
        func expression(_ input: Expression, _ ids: inout ColumnIDs) throws -> Expression {
            let mapped = try input.mapOperands { try expression($0, &ids) }
            guard case .subquery(let subquery) = mapped else { return mapped }
            var inner = try optimize(subquery.plan, statistics, &ids)
            if case .exists = subquery.kind {
                inner = .limit(
                    inner, count: .literal(.int(1), .bigint), offset: nil, withTies: nil)
            }
            return .subquery(
                Subquery(
                    kind: subquery.kind, plan: inner, outer: subquery.outer,
                    type: subquery.type, position: subquery.position, id: subquery.id))
        }
        return try plan.mapParts(
            plan: { try subqueries($0, statistics, &ids) },
            expression: { try expression($0, &ids) })
    }
}

/// Hands out column ids that the statement does not use yet.
struct ColumnIDs {
    private(set) var next: Int
    init(next: Int) { self.next = next }
    mutating func make() -> ColumnID {
        defer { next += 1 }
        return ColumnID(next)
    }
}

extension Expression {
    /// Columns named anywhere inside, those that subqueries take from outside included.
    package var referencedColumns: ColumnSet {
        var found: ColumnSet = []
        collectColumns(into: &found)
        return found
    }

    fileprivate func collectColumns(into found: inout ColumnSet) {
        if case .column(let id, _) = self { found.insert(id) }
        if case .subquery(let subquery) = self {
            for column in subquery.outer { found.insert(column.0) }
        }
        forEachOperand { $0.collectColumns(into: &found) }
    }

    /// A copy with columns replaced, also where subqueries refer to them, if that is possible: nil
    /// where a subquery's outer column would become more than a column.
    func substituting(_ replacement: [ColumnID: Expression]) -> Expression? {
        var possible = true
        func visit(_ expression: Expression) -> Expression {
            if case .column(let id, _) = expression { return replacement[id] ?? expression }
            if case .subquery(let subquery) = expression,
                subquery.outer.contains(where: { replacement[$0.0] != nil })
            {
                possible = false
            }
            return expression.mapOperands(visit)
        }
        let result = visit(self)
        return possible ? result : nil
    }

    /// Whether some operand is a subquery.
    package var containsSubquery: Bool { contains { if case .subquery = $0 { true } else { false } } }

    /// A text equal for equal computations, for grouping calls that can share work.
    package var identity: String { fingerprint }
}

extension Plan {
    private func collectColumns(into found: inout ColumnSet) {
        forEachExpression { $0.collectColumns(into: &found) }
        if case .join(let node) = self { found.formUnion(ColumnSet(node.lateral)) }
        for input in inputs { input.collectColumns(into: &found) }
    }

    /// The plan with exactly these columns, in this order.
    func inOrder(_ wanted: [(ColumnID, SQLType)]) -> Plan {
        if columns.map(\.0) == wanted.map(\.0) { return self }
        return .project(self, wanted.map { ProjectItem($0.0, .column($0.0, $0.1)) })
    }

    /// Every column named by an expression anywhere in the plan, or that its subqueries take from
    /// outside; with the plan's own columns left out, what it needs from enclosing queries.
    var referencedColumns: ColumnSet {
        var found: ColumnSet = []
        collectColumns(into: &found)
        return found
    }
}
