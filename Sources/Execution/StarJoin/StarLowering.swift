import Basics
import Planning
import Vectors

/// Recognises aggregates over a star: one stored fact table, filtered, joined by single equalities with
/// dimensions that nothing else connects, grouped by the dimensions' attributes or by fact columns.
///
/// A dimension may itself be any plan (a snowflake's joins, a subquery). Whether its keys are unique and
/// dense enough is known only when it has run, so the operator carries the general plan as well.
struct StarLowering {
    private let lowering: Lowering
    init(_ lowering: Lowering) { self.lowering = lowering }

    /// nil where the shape does not fit.
    func lower(_ node: AggregateNode, columns: [(ColumnID, SQLType)]) throws -> Operator? {
        guard node.groupingSets == nil, node.groupings.isEmpty, !node.aggregates.isEmpty,
            let shape = StarShape(node.input), lowering.statistics.rowCount(shape.fact.table) > 4096
        else { return nil }
        let factColumns = Plan.scan(shape.fact).columns
        let factIDs = ColumnSet(factColumns)
        var keys: [StarKey] = []
        for (_, expression) in node.keys {
            let used = expression.referencedColumns
            if expression.containsSubquery || used.isEmpty { return nil }
            if case .column(let id, let type) = expression,
                let index = factColumns.firstIndex(where: { $0.0 == id })
            {
                guard ScanCondition.isIntegerLike(type) || type.isText else { return nil }
                keys.append(.fact(index))
            } else if let dimension = shape.dimensions.firstIndex(where: { dimension in
                used.isSubset(of: dimension.plan.columnSet)
            }) {
                keys.append(.attribute(dimension, expression))
            } else {
                return nil
            }
        }
        for (_, call) in node.aggregates {
            let used = Expression.aggregate(call).referencedColumns
            guard !call.isDistinct, call.order.isEmpty, call.filter == nil,
                used.isSubset(of: factIDs), !Expression.aggregate(call).containsSubquery,
                try AggregateState.make(call.function, call.arguments.map(\.type), call.type) != nil
            else { return nil }
        }
        // A plain scan with nothing to gather gains only where groups are few: let the sizes decide.
        if shape.dimensions.isEmpty, keys.contains(where: { $0.isAttribute }) { return nil }
        let layout = lowering.layout(factColumns)
        let dimensions = try shape.dimensions.map { dimension in
            let source = try lowering.lower(dimension.plan)
            let inner = lowering.layout(source.columns)
            return StarDimensionPlan(
                source: source, key: try Compiled.compile(dimension.key, inner),
                keyType: dimension.key.type, factColumn: dimension.factColumn,
                totalRows: CardinalityEstimator(lowering.statistics).rows(
                    dimension.plan.withoutFilters))
        }
        let resolved = try keys.map { key in
            switch key {
            case .fact(let index): return StarGroupKey.fact(index)
            case .attribute(let dimension, let expression):
                let inner = lowering.layout(dimensions[dimension].source.columns)
                return .attribute(dimension, try Compiled.compile(expression, inner))
            }
        }
        let aggregates = try node.aggregates.map { _, call in
            StarAggregate(call, try CompiledAggregate(call, layout), factColumns)
        }
        let fact = try lowering.scan(shape.fact)
        // Joins above know this scan: the general plan reads through it as well.
        let general = lowering.reusing(fact)
        return StarOperator(
            fact: fact, dimensions: dimensions, keys: resolved, aggregates: aggregates,
            columns: columns, general: { try general.generalAggregate(node, columns: columns) })
    }

    private enum StarKey {
        case fact(Int)
        case attribute(Int, Expression)
        var isAttribute: Bool { if case .attribute = self { true } else { false } }
    }
}

extension SQLType {
    var isText: Bool {
        switch self {
        case .text, .varchar: true
        default: false
        }
    }
}

extension Plan {
    /// The plan with no conditions on its scans, for judging what share of rows a dimension keeps.
    var withoutFilters: Plan {
        switch self {
        case .scan(var node):
            node.filters = []
            return .scan(node)
        case .filter(let input, _): return input.withoutFilters
        case .project(let input, let items): return .project(input.withoutFilters, items)
        case .join(var node):
            node.left = node.left.withoutFilters
            node.right = node.right.withoutFilters
            return .join(node)
        default: return self
        }
    }
}

/// A plan seen as a star.
struct StarShape {
    struct Dimension {
        var plan: Plan
        var key: Expression
        /// Index among the fact scan's columns.
        var factColumn: Int
    }
    let fact: ScanNode
    private(set) var dimensions: [Dimension] = []

    init?(_ plan: Plan) {
        var relations: [Plan] = []
        var conditions: [Expression] = []
        guard Self.flatten(plan, &relations, &conditions), let first = relations.first,
            case .scan(let scan) = first, scan.locator == nil
        else { return nil }
        fact = scan
        let factSet = ColumnSet(scan.columns.map(\.id))
        var rest = Array(relations.dropFirst())
        // Relations that join only with a dimension become part of it.
        for condition in conditions {
            guard case .call(let function, let sides, _, _) = condition, function.name == "=",
                sides.count == 2
            else { return nil }
            if sides.contains(where: { !$0.referencedColumns.isDisjoint(with: factSet) }) {
                continue
            }
            let owners = sides.map { side in
                let used = side.referencedColumns
                return rest.firstIndex { used.isSubset(of: $0.columnSet) }
            }
            guard let a = owners[0], let b = owners[1] else { return nil }
            if a == b {
                rest[a] = .filter(rest[a], [condition])
                continue
            }
            let (low, high) = (min(a, b), max(a, b))
            let right = rest.remove(at: high)
            rest[low] = .join(
                JoinNode(kind: .inner, left: rest[low], right: right, conditions: [condition]))
        }
        for relation in rest {
            let ids = relation.columnSet
            let own = conditions.filter { condition in
                let used = condition.referencedColumns
                return !used.isDisjoint(with: ids) && !used.isDisjoint(with: factSet)
            }
            guard own.count == 1, case .call(_, let sides, _, _) = own[0],
                let dimension = Self.dimension(relation, sides, scan)
            else { return nil }
            dimensions.append(dimension)
        }
    }

    private static func dimension(
        _ relation: Plan, _ sides: [Expression], _ fact: ScanNode
    ) -> Dimension? {
        for (factSide, other) in [(sides[0], sides[1]), (sides[1], sides[0])] {
            guard case .column(let id, let type) = factSide,
                let index = fact.columns.firstIndex(where: { $0.id == id }),
                other.referencedColumns.isSubset(of: relation.columnSet), !other.containsSubquery
            else { continue }
            let integers =
                ScanCondition.isIntegerLike(type) && ScanCondition.isIntegerLike(other.type)
                && type.unitScale == other.type.unitScale
            guard integers || (type.isText && other.type.isText) else { return nil }
            return Dimension(plan: relation, key: other, factColumn: index)
        }
        return nil
    }

    private static func flatten(
        _ plan: Plan, _ relations: inout [Plan], _ conditions: inout [Expression]
    ) -> Bool {
        guard case .join(let node) = plan, node.kind == .inner, node.lateral.isEmpty else {
            relations.append(plan)
            return true
        }
        conditions += node.conditions
        return flatten(node.left, &relations, &conditions)
            && flatten(node.right, &relations, &conditions)
    }
}

extension SQLType {
    /// Digits after the point of the integer that the type is in memory, or a number of its own for
    /// dates and times, so that equal scales mean comparable integers.
    var unitScale: Int {
        switch self {
        case .numeric(_, let scale): scale
        case .date: -1
        case .time: -2
        case .timestamp: -3
        case .timestamptz: -4
        default: 0
        }
    }
}
