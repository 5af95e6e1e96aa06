import Basics
import Planning
import Vectors

/// Makes operators from an optimized plan: chooses between hash and nested loops, resolves columns.
package struct Lowering: Sendable {
    /// Row counts for choices and EXPLAIN.
    package let statistics: any PlanStatistics
    /// Output columns of each common table expression in scope.
    private var definitions: [Int: [ColumnID]] = [:]
    private var scans: [ColumnID: ScanOperator] = [:]

    private var estimator: CardinalityEstimator
    private var names = ColumnNames()

    package init(statistics: any PlanStatistics) {
        self.statistics = statistics
        estimator = CardinalityEstimator(statistics)
    }

    /// Tells of a common table whose rows are there already: what a statement of WITH returned.
    package mutating func define(_ change: BoundChange) {
        definitions[change.id] = change.columns.map(\.0)
    }

    /// The operators of a secured plan; nothing else can be run.
    package func lower(_ secured: SecuredPlan) throws -> Operator {
        var named = self
        named.names = ColumnNames(secured.plan, statistics)
        return try named.lower(secured.plan)
    }

    func lower(_ plan: Plan) throws -> Operator {
        let made = try make(plan)
        made.estimatedRows = estimator.rows(plan)
        return made
    }

    func layout(_ columns: [(ColumnID, SQLType)]) -> Layout { Layout(columns, self) }

    private func make(_ plan: Plan) throws -> Operator {
        switch plan {
        case .scan(let node): return try scan(node)
        case .values(let node):
            let layout = layout([])
            return ValuesOperator(
                columns: node.columns,
                rows: try node.rows.map { try $0.map { try Compiled.compile($0, layout) } })
        case .tableFunction(let node):
            let input = try lower(node.input ?? .values(.oneRow))
            let layout = layout(input.columns)
            return TableFunctionOperator(
                node, input: input,
                arguments: try node.calls.map { call in
                    try call.arguments.map { try Compiled.compile($0, layout) }
                })
        case .filter(let input, let conditions):
            if let top = try topPerGroup(input, conditions) { return top }
            let source = try lower(input)
            let layout = layout(source.columns)
            return FilterOperator(
                source, try conditions.map { try Compiled.compile($0, layout) },
                expressions: conditions, names: names)
        case .project(let input, let items):
            let source = try lower(input)
            let layout = layout(source.columns)
            return ProjectOperator(
                source, columns: items.map { ($0.id, $0.expression.type) },
                expressions: try items.map { try Compiled.compile($0.expression, layout) })
        case .join(let node): return try join(node, columns: plan.columns)
        case .aggregate(let node):
            if let (scan, items) = ZoneExtremaOperator.items(node) {
                return ZoneExtremaOperator(
                    scan, items: items, columns: plan.columns,
                    general: try generalAggregate(node, columns: plan.columns))
            }
            if let pairs = PairShape(node, definition: { definitions[$0] }) {
                return PairCountOperator(pairs, columns: plan.columns)
            }
            if let star = try StarLowering(self).lower(
                node.withFiltersInArguments, columns: plan.columns)
            {
                return star
            }
            return try generalAggregate(node, columns: plan.columns)
        case .window(let input, let calls): return try window(input, calls)
        case .sort(let input, let keys): return try sort(input, keys)
        case .limit(let input, let count, let offset, let ties):
            return try limit(input, count, offset, ties)
        case .distinct(let input, let on): return try distinct(input, on)
        case .setOperation(let node): return try setOperation(node)
        case .with(let id, let definition, let body):
            var inner = self
            inner.definitions[id] = definition.columns.map(\.0)
            inner.estimator.define(id, definition)
            return WithOperator(
                id: id, definition: try lower(definition), body: try inner.lower(body))
        case .cteScan(let id, let columns): return try cteScan(id, columns)
        case .recursive(let id, let base, let step, let all, let columns):
            var inner = self
            inner.definitions[id] = base.columns.map(\.0)
            inner.estimator.define(id, base)
            return RecursiveOperator(
                id: id, base: try lower(base), step: try inner.lower(step), all: all,
                columns: columns.map { ($0.id, $0.type) })
        }
    }

    /// The same, where the scan whose first output column that is has been lowered already.
    func reusing(_ scan: ScanOperator) -> Lowering {
        var copy = self
        if let column = scan.columns.first { copy.scans[column.0] = scan }
        return copy
    }

    func scan(_ node: ScanNode) throws -> ScanOperator {
        let columns = Plan.scan(node).columns
        if let column = columns.first, let known = scans[column.0] { return known }
        let layout = layout(columns)
        return ScanOperator(
            node,
            conditions: try (node.security + node.filters).map {
                try ScanCondition($0, layout, columns)
            }, names: names)
    }

    private func cteScan(_ id: Int, _ columns: [CTEColumn]) throws -> Operator {
        let offered = definitions[id] ?? []
        return CTEScanOperator(
            id: id, columns: columns.map { ($0.id, $0.type) },
            indices: try columns.map { column in
                guard let index = offered.firstIndex(of: column.source) else {
                    throw SQLError(
                        .internalError, "column \(column.source.raw) is not in expression \(id)")
                }
                return index
            })
    }

    func generalAggregate(
        _ node: AggregateNode, columns: [(ColumnID, SQLType)]
    ) throws -> Operator {
        let input = try lower(node.input)
        let layout = layout(input.columns)
        if let divided = try distinctFirst(node, input, columns: columns) { return divided }
        return AggregateOperator(
            input, columns: columns,
            keys: try node.keys.map { try Compiled.compile($0.1, layout) },
            aggregates: try node.aggregates.map { try CompiledAggregate($0.1, layout) },
            sets: node.groupingSets ?? [Array(node.keys.indices)],
            groupings: node.groupings.map(\.1))
    }

    /// `row_number() = 1` over a window, without the window; nil for anything else.
    private func topPerGroup(_ plan: Plan, _ conditions: [Expression]) throws -> Operator? {
        guard case .window(let input, let calls) = plan, calls.count == 1,
            case .rowNumber = calls[0].1.function,
            let place = conditions.firstIndex(where: { $0.isFirst(calls[0].0) })
        else { return nil }
        let (id, call) = calls[0]
        let source = try lower(input)
        let inner = layout(source.columns)
        let top = TopPerGroupOperator(
            source, partition: try call.partition.map { try Compiled.compile($0, inner) },
            order: try call.order.map { try Compiled.compile($0.expression, inner) },
            template: call)
        top.estimatedRows = CardinalityEstimator(statistics).rows(plan)
        let columns = source.columns + [(id, call.type)]
        let numbered = ProjectOperator(
            top, columns: columns,
            expressions: source.columns.indices.map { Compiled.column($0) }
                + [.constant(Vector.constant(.int(1), call.type, count: 1))])
        var rest = conditions
        rest.remove(at: place)
        if rest.isEmpty { return numbered }
        let outer = layout(columns)
        return FilterOperator(
            numbered, try rest.map { try Compiled.compile($0, outer) },
            expressions: rest, names: names)
    }

    /// Calls that are all DISTINCT over one argument: first the distinct rows of keys and argument,
    /// then plain calls over those. So the rows of one group are shared among the workers.
    private func distinctFirst(
        _ node: AggregateNode, _ input: Operator, columns: [(ColumnID, SQLType)]
    ) throws -> Operator? {
        guard node.groupingSets == nil, let first = node.aggregates.first,
            first.1.arguments.count == 1
        else { return nil }
        let argument = first.1.arguments[0]
        for (_, call) in node.aggregates {
            guard call.isDistinct, call.filter == nil, call.order.isEmpty,
                call.arguments.map(\.identity) == [argument.identity],
                try AggregateState.make(call.function, [argument.type], call.type) != nil
            else { return nil }
        }
        // The argument goes by the first call's name until that has a value.
        let name = first.0
        let inner = layout(input.columns)
        let keys = node.keys.map { ($0.0, $0.1.type) }
        let distinct = AggregateOperator(
            input, columns: keys + [(name, argument.type)],
            keys: try (node.keys.map(\.1) + [argument]).map { try Compiled.compile($0, inner) },
            aggregates: [], sets: [Array(0...keys.count)], groupings: [])
        distinct.estimatedRows = input.estimatedRows
        let outer = layout(distinct.columns)
        return AggregateOperator(
            distinct, columns: columns,
            keys: try keys.map { try Compiled.compile(.column($0.0, $0.1), outer) },
            aggregates: try node.aggregates.map { _, call in
                var plain = call
                plain.isDistinct = false
                plain.arguments = [.column(name, argument.type)]
                return try CompiledAggregate(plain, outer)
            },
            sets: [Array(keys.indices)], groupings: node.groupings.map(\.1))
    }

    private func window(_ input: Plan, _ calls: [(ColumnID, WindowCall)]) throws -> Operator {
        var source = try lower(input)
        var groups: [(key: String, calls: [(ColumnID, WindowCall)])] = []
        for call in calls {
            let key = Explain.windowKey(call.1)
            if let index = groups.firstIndex(where: { $0.key == key }) {
                groups[index].calls.append(call)
            } else {
                groups.append((key, [call]))
            }
        }
        for group in groups {
            let layout = layout(source.columns)
            let template = group.calls[0].1
            source = WindowOperator(
                source, columns: source.columns + group.calls.map { ($0.0, $0.1.type) },
                calls: try group.calls.map { _, original in
                    var call = original
                    if case .aggregate(let function) = call.function {
                        call.arguments = CompiledAggregate.widened(call.arguments, of: function)
                    }
                    return WindowOperator.Call(
                        call: call,
                        arguments: try call.arguments.map { try Compiled.compile($0, layout) },
                        filter: try call.filter.map { try Compiled.compile($0, layout) })
                },
                partition: try template.partition.map { try Compiled.compile($0, layout) },
                order: try template.order.map { try Compiled.compile($0.expression, layout) },
                template: template)
        }
        let wanted = input.columns + calls.map { ($0.0, $0.1.type) }
        let layout = layout(source.columns)
        return ProjectOperator(
            source, columns: wanted,
            expressions: try wanted.map { try Compiled.compile(.column($0.0, $0.1), layout) })
    }

    private func sort(
        _ input: Plan, _ keys: [SortKey], limit: Expression? = nil, offset: Expression? = nil
    ) throws -> Operator {
        let source = try lower(input)
        let layout = layout(source.columns)
        return SortOperator(
            source, keys: try keys.map { try Compiled.compile($0.expression, layout) },
            order: keys, limit: try limit.map { try Compiled.compile($0, self.layout([])) },
            offset: try offset.map { try Compiled.compile($0, self.layout([])) })
    }

    private func limit(
        _ input: Plan, _ count: Expression?, _ offset: Expression?, _ ties: [SortKey]?
    ) throws -> Operator {
        if ties == nil, count != nil, case .sort(let inner, let keys) = input {
            return try sort(inner, keys, limit: count, offset: offset)
        }
        // The projection above a sort hides its helper columns: cut below it.
        if ties == nil, count != nil, case .project(.sort(let inner, let keys), let items) = input,
            items.allSatisfy({ $0.expression.isPlainColumn })
        {
            let sorted = try sort(inner, keys, limit: count, offset: offset)
            let layout = layout(sorted.columns)
            return ProjectOperator(
                sorted, columns: items.map { ($0.id, $0.expression.type) },
                expressions: try items.map { try Compiled.compile($0.expression, layout) })
        }
        let source = try lower(input)
        let layout = layout(source.columns)
        return LimitOperator(
            source, limit: try count.map { try Compiled.compile($0, self.layout([])) },
            offset: try offset.map { try Compiled.compile($0, self.layout([])) },
            ties: try ties?.map { try Compiled.compile($0.expression, layout) })
    }

    private func distinct(_ input: Plan, _ on: [Expression]?) throws -> Operator {
        let source = try lower(input)
        let layout = layout(source.columns)
        if let on {
            return DistinctOnOperator(
                source, keys: try on.map { try Compiled.compile($0, layout) },
                keyTypes: on.map(\.type))
        }
        return AggregateOperator(
            source, columns: source.columns,
            keys: try source.columns.map { try Compiled.compile(.column($0.0, $0.1), layout) },
            aggregates: [], sets: [Array(source.columns.indices)], groupings: [])
    }

    private func setOperation(_ node: SetOperationNode) throws -> Operator {
        func side(_ plan: Plan) throws -> Operator {
            let source = try lower(plan)
            let layout = self.layout(source.columns)
            return ProjectOperator(
                source, columns: node.columns,
                expressions: try source.columns.map {
                    try Compiled.compile(.column($0.0, $0.1), layout)
                })
        }
        let (left, right) = (try side(node.left), try side(node.right))
        guard node.kind == .union else {
            return SetOperator(
                node.kind, all: node.all, left: left, right: right, columns: node.columns)
        }
        let append = AppendOperator(columns: node.columns, children: [left, right])
        if node.all { return append }
        let layout = self.layout(node.columns)
        return AggregateOperator(
            append, columns: node.columns,
            keys: try node.columns.map { try Compiled.compile(.column($0.0, $0.1), layout) },
            aggregates: [], sets: [Array(node.columns.indices)], groupings: [])
    }

    // MARK: Joins

    private func join(_ node: JoinNode, columns: [(ColumnID, SQLType)]) throws -> Operator {
        let left = try lower(node.left)
        let right = try lower(node.right)
        let both = layout(left.columns + right.columns)
        if !node.lateral.isEmpty {
            let positions = Layout(left.columns, self).position
            return LateralJoinOperator(
                isLeft: node.kind == .left || node.kind == .single, left: left, right: right,
                columns: columns,
                outer: node.lateral.compactMap { column in
                    positions[column.0].map { (column.0, $0) }
                },
                conditions: try node.conditions.map { try Compiled.compile($0, both) })
        }
        let split = JoinKeys(node, left: left.columns, right: right.columns)
        if split.pairs.isEmpty {
            // What may be equal counts as equal for NOT IN.
            let conditions =
                node.kind == .nullAwareAnti
                ? node.conditions.map { .coalesce([$0, .literal(.bool(true), .boolean)], .boolean) }
                : node.conditions
            return NestedLoopJoinOperator(
                node.kind, left: left, right: right, columns: columns,
                conditions: try conditions.map { try Compiled.compile($0, both) })
        }
        // The table is made of the smaller side; while estimates are close, or few rows expected,
        // of the right one: clients that do not sort rely on the left side's order.
        let buildsLeft =
            JoinShape.canBuildLeft(node.kind) && right.estimatedRows > 1000
            && left.estimatedRows * (node.kind == .inner ? 4 : 2) < right.estimatedRows
        let (probe, build) = buildsLeft ? (right, left) : (left, right)
        let (probeLayout, buildLayout) = (layout(probe.columns), layout(build.columns))
        let pairs = layout(probe.columns + build.columns)
        return HashJoinOperator(
            node.kind, shape: JoinShape(node.kind, buildsLeft: buildsLeft), probe: probe,
            build: build, columns: columns,
            probeKeys: try split.pairs.map {
                try Compiled.compile(buildsLeft ? $0.right : $0.left, probeLayout)
            },
            buildKeys: try split.pairs.map {
                try Compiled.compile(buildsLeft ? $0.left : $0.right, buildLayout)
            },
            keyTypes: split.pairs.map(\.right.type),
            residual: try split.residual.map { try Compiled.compile($0, pairs) },
            conditions: node.conditions, names: names)
    }
}

/// A join's conditions, divided into hashable equalities and the rest.
struct JoinKeys {
    private(set) var pairs: [(left: Expression, right: Expression)] = []
    private(set) var residual: [Expression] = []

    init(
        _ node: JoinNode, left: [(ColumnID, SQLType)], right: [(ColumnID, SQLType)]
    ) {
        let leftIDs = ColumnSet(left)
        let rightIDs = ColumnSet(right)
        for condition in node.conditions {
            if let pair = Self.pair(condition, leftIDs, rightIDs) {
                pairs.append(pair)
            } else {
                residual.append(condition)
            }
        }
    }

    private static func pair(
        _ condition: Expression, _ left: ColumnSet, _ right: ColumnSet
    ) -> (left: Expression, right: Expression)? {
        guard case .call(let function, let arguments, _, _) = condition, function.name == "=",
            arguments.count == 2
        else { return nil }
        let sides = arguments.map(\.referencedColumns)
        guard !sides[0].isEmpty, !sides[1].isEmpty else { return nil }
        let pair: (Expression, Expression)
        if sides[0].isSubset(of: left), sides[1].isSubset(of: right) {
            pair = (arguments[0], arguments[1])
        } else if sides[1].isSubset(of: left), sides[0].isSubset(of: right) {
            pair = (arguments[1], arguments[0])
        } else {
            return nil
        }
        return commonType(pair.0, pair.1)
    }

    /// Both sides in one form of memory, so that equal values hash equally.
    private static func commonType(
        _ left: Expression, _ right: Expression
    ) -> (left: Expression, right: Expression)? {
        let (a, b) = (left.type, right.type)
        if a.isHashComparable(with: b), a.physical == b.physical { return (left, right) }
        let wide: SQLType
        switch (a, b) {
        case (.smallint, .integer), (.integer, .smallint): wide = .integer
        case (.smallint, .bigint), (.bigint, .smallint), (.integer, .bigint),
            (.bigint, .integer):
            wide = .bigint
        case (.smallint, .numeric), (.integer, .numeric), (.bigint, .numeric),
            (.numeric, .smallint), (.numeric, .integer), (.numeric, .bigint),
            (.numeric, .numeric), (.decimal, _), (_, .decimal):
            wide = .decimal
        case (.real, .double), (.double, .real): wide = .double
        default: return nil
        }
        func cast(_ side: Expression) -> Expression? {
            if side.type == wide { return side }
            guard let found = CastTable.cast(from: side.type, to: wide) else { return nil }
            return .call(found.function, [side], wide, position: 0)
        }
        guard let x = cast(left), let y = cast(right) else { return nil }
        return (x, y)
    }
}

extension Expression {
    var isPlainColumn: Bool { if case .column = self { true } else { false } }
}
