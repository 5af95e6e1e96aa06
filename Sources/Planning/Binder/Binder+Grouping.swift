import Basics
import Catalog
import SQLSyntax
import Vectors

/// GROUP BY, bound.
struct BoundGrouping {
    var keys: [Expression] = []
    /// Indices into `keys`; nil for one set of all.
    var sets: [[Int]]?
    var isPresent = false
}

extension Binder {
    func bindGrouping(
        _ select: Select, _ scope: Scope, _ targets: [BoundTarget]
    ) throws -> BoundGrouping {
        var grouping = BoundGrouping()
        guard !select.groupBy.isEmpty else { return grouping }
        grouping.isPresent = true
        var marks: [String: Int] = [:]
        func key(_ expr: Expr) throws -> [Int] {
            if case .row(let parts, explicit: false) = expr.kind { return try parts.flatMap(key) }
            let expression = try groupKey(expr, scope, targets)
            let mark = expression.fingerprint
            if let known = marks[mark] { return [known] }
            marks[mark] = grouping.keys.count
            grouping.keys.append(expression)
            return [grouping.keys.count - 1]
        }
        func sets(_ item: GroupItem) throws -> [[Int]] {
            switch item {
            case .expr(let expr): return [try key(expr)]
            case .empty: return [[]]
            case .rollup(let exprs):
                let parts = try exprs.map(key)
                return (0...parts.count).reversed().map { Array(parts.prefix($0).joined()) }
            case .cube(let exprs):
                let parts = try exprs.map(key)
                guard parts.count <= 12 else {
                    throw SQLError(
                        .programLimitExceeded, "CUBE is limited to 12 elements",
                        position: exprs.first?.position)
                }
                return (0..<(1 << parts.count)).map { mask in
                    parts.indices.filter { mask & (1 << (parts.count - 1 - $0)) == 0 }
                        .flatMap { parts[$0] }
                }
            case .groupingSets(let items): return try items.flatMap(sets)
            }
        }
        var product: [[Int]] = [[]]
        var isPlain = true
        for item in select.groupBy {
            if case .expr = item {} else { isPlain = false }
            let next = try sets(item)
            guard product.count * max(next.count, 1) <= 4096 else {
                throw SQLError(
                    .programLimitExceeded, "too many grouping sets present (maximum 4096)")
            }
            product = product.flatMap { left in
                next.map { right in left + right.filter { !left.contains($0) } }
            }
        }
        if select.groupByDistinct {
            var seen = Set<[Int]>()
            product = product.filter { seen.insert($0.sorted()).inserted }
        }
        if !isPlain, product.count != 1 || product[0].count != grouping.keys.count {
            grouping.sets = product
        }
        return grouping
    }

    /// One expression of GROUP BY: an input column, an output's name or number, or an expression.
    private func groupKey(
        _ expr: Expr, _ scope: Scope, _ targets: [BoundTarget]
    ) throws -> Expression {
        let position = expr.position
        func checked(_ expression: Expression) throws -> Expression {
            if expression.containsAggregate {
                throw SQLError(
                    .groupingError, "aggregate functions are not allowed in GROUP BY",
                    position: position)
            }
            if expression.containsWindow {
                throw SQLError(
                    .windowingError, "window functions are not allowed in GROUP BY",
                    position: position)
            }
            try requireEquality(expression.type, at: position)
            return expression
        }
        switch expr.kind {
        case .column(let parts) where parts.count == 1:
            let isInput = scope.items.columns.contains { $0.name == parts[0] }
            if !isInput {
                let matches = targets.filter { $0.name == parts[0] }
                if let first = matches.first {
                    guard Set(matches.map(\.mark)).count == 1 else {
                        throw SQLError(
                            .ambiguousColumn, "GROUP BY \"\(parts[0])\" is ambiguous",
                            position: position)
                    }
                    return try checked(first.expression)
                }
            }
        case .integer(let text):
            guard let ordinal = Int(text), ordinal >= 1, ordinal <= targets.count else {
                throw SQLError(
                    .invalidColumnReference, "GROUP BY position \(text) is not in select list",
                    position: position)
            }
            return try checked(targets[ordinal - 1].expression)
        case .string, .numeric, .boolean, .null:
            throw SQLError(
                .syntaxError, "non-integer constant in GROUP BY", position: position)
        default: break
        }
        let saved = scope.clause
        scope.clause = .groupBy
        defer { scope.clause = saved }
        return try checked(
            try resolveUnknown(try bind(expr, scope), at: leftmost(expr)))
    }
}

/// Cuts aggregates and grouping keys out of expressions, which then stand above the aggregate node.
struct GroupCutter {
    private let binder: Binder
    private let scope: Scope
    private let grouping: BoundGrouping
    private var keyIDs: [ColumnID] = []
    private var keyMarks: [String: Int] = [:]
    private var aggregates: [(ColumnID, AggregateCall)] = []
    private var aggregateMarks: [String: Int] = [:]
    private var groupings: [(ColumnID, [Int])] = []
    /// Every column that FROM offers at this level.
    private var own = ColumnSet()
    /// Columns that the grouped primary keys determine.
    private var determined = ColumnSet()
    private var dependents: [ColumnID: ColumnID] = [:]

    init(binder: Binder, scope: Scope, grouping: BoundGrouping) {
        self.binder = binder
        self.scope = scope
        self.grouping = grouping
        for (index, key) in grouping.keys.enumerated() {
            keyIDs.append(binder.newColumn())
            keyMarks[key.fingerprint] = index
        }
        own = ColumnSet(scope.items.columns.map(\.id))
        for relation in scope.items.relations {
            own.formUnion(ColumnSet(relation.columns.map(\.id)))
        }
        // Keys that every grouping set has.
        let plain = Set(
            grouping.keys.enumerated().compactMap { index, key -> ColumnID? in
                guard grouping.sets?.allSatisfy({ $0.contains(index) }) ?? true else { return nil }
                if case .column(let id, _) = key { return id }
                return nil
            })
        for relation in scope.items.relations + scope.items.hidden
        where !relation.key.isEmpty && relation.key.allSatisfy(plain.contains) {
            determined.formUnion(ColumnSet(relation.columns.map(\.id)))
        }
    }

    /// The node that computes what was cut out.
    func node(over input: Plan) -> Plan {
        .aggregate(
            AggregateNode(
                input: input,
                keys: zip(keyIDs, grouping.keys).map { ($0, $1) }, aggregates: aggregates,
                groupingSets: grouping.sets, groupings: groupings))
    }

    mutating func cut(_ expression: Expression) throws -> Expression {
        if case .literal = expression { return expression }
        if !keyMarks.isEmpty, let index = keyMarks[expression.fingerprint] {
            return .column(keyIDs[index], expression.type)
        }
        switch expression {
        case .aggregate(let call): return aggregate(call)
        case .grouping(let operands): return try groupingCall(operands)
        case .column(let id, let type):
            guard own.contains(id) else { return expression }
            return try dependent(id, type, inSubquery: false)
        case .subquery(let subquery): return try cut(subquery)
        default:
            var copy = self
            defer { self = copy }
            return try expression.mapOperands { try copy.cut($0) }
        }
    }

    private mutating func aggregate(_ call: AggregateCall) -> Expression {
        let whole = Expression.aggregate(call)
        let mark = whole.fingerprint
        if let known = aggregateMarks[mark], !whole.isVolatile {
            return .column(aggregates[known].0, call.type)
        }
        aggregateMarks[mark] = aggregates.count
        let id = binder.newColumn()
        aggregates.append((id, call))
        return .column(id, call.type)
    }

    private mutating func groupingCall(_ operands: [Expression]) throws -> Expression {
        let indices = try operands.map { operand -> Int in
            guard let index = keyMarks[operand.fingerprint] else {
                throw SQLError(
                    .groupingError,
                    "arguments to GROUPING must be grouping expressions of the associated query "
                        + "level")
            }
            return index
        }
        if grouping.sets == nil { return .literal(.int(0), .integer) }
        if let known = groupings.first(where: { $0.1 == indices }) {
            return .column(known.0, .integer)
        }
        let id = binder.newColumn()
        groupings.append((id, indices))
        return .column(id, .integer)
    }

    /// A column that is not a key itself: fine where a key determines it.
    private mutating func dependent(
        _ id: ColumnID, _ type: SQLType, inSubquery: Bool
    ) throws -> Expression {
        if let known = dependents[id] { return .column(known, type) }
        guard determined.contains(id) else {
            let mention = scope.mentions[id]
            let name = mention?.name ?? "?"
            throw SQLError(
                .groupingError,
                inSubquery
                    ? "subquery uses ungrouped column \"\(name)\" from outer query"
                    : "column \"\(name)\" must appear in the GROUP BY clause or be used in an "
                        + "aggregate function", position: mention?.position)
        }
        let fresh = binder.newColumn()
        aggregates.append(
            (
                fresh,
                AggregateCall(
                    function: .anyValue, arguments: [.column(id, type)], type: type)
            ))
        dependents[id] = fresh
        return .column(fresh, type)
    }

    /// A subquery sees the group's columns: those it takes from this level are renamed in its plan.
    private mutating func cut(_ subquery: Subquery) throws -> Expression {
        var renamed: [ColumnID: ColumnID] = [:]
        for (id, type) in subquery.outer where own.contains(id) {
            if let index = keyMarks[Expression.column(id, type).fingerprint] {
                renamed[id] = keyIDs[index]
            } else if case .column(let fresh, _) = try dependent(id, type, inSubquery: true) {
                renamed[id] = fresh
            }
        }
        var result = renamed.isEmpty ? subquery : subquery.renaming(renamed)
        if case .quantified(let left, let operators, let all) = result.kind {
            let cutLeft = try left.map { try cut($0) }
            result = Subquery(
                kind: .quantified(left: cutLeft, operators: operators, all: all),
                plan: result.plan, outer: result.outer, type: result.type,
                position: result.position)
        }
        return .subquery(result)
    }
}

extension Subquery {
    /// The same subquery over other outer columns; its left side is left alone.
    func renaming(_ names: [ColumnID: ColumnID]) -> Subquery {
        Subquery(
            kind: kind, plan: plan.renaming(names),
            outer: outer.map { (names[$0.0] ?? $0.0, $0.1) }, type: type, position: position)
    }
}

extension Plan {
    /// The same plan with references to some (outer) columns replaced, at any depth.
    func renaming(_ names: [ColumnID: ColumnID]) -> Plan {
        func expression(_ input: Expression) -> Expression {
            if case .column(let id, let type) = input, let other = names[id] {
                return .column(other, type)
            }
            let mapped = input.mapOperands(expression)
            if case .subquery(let subquery) = mapped,
                subquery.outer.contains(where: { names[$0.0] != nil })
            {
                return .subquery(subquery.renaming(names))
            }
            return mapped
        }
        let mapped = mapParts(plan: { $0.renaming(names) }, expression: expression)
        if case .join(var node) = mapped, node.lateral.contains(where: { names[$0.0] != nil }) {
            node.lateral = node.lateral.map { (names[$0.0] ?? $0.0, $0.1) }
            return .join(node)
        }
        return mapped
    }
}
