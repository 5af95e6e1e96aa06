import Planning
import Vectors

/// The aggregate that `PairCountOperator` answers.
struct PairShape: Sendable {
    enum Output: Sendable { case lower, higher, count }
    /// The common table expression, and places of its columns.
    let id: Int
    let together: Int
    let item: Int
    /// Each pair in both orders.
    let isSymmetric: Bool
    let outputs: [Output]

    /// - Parameter definition: columns of a common table expression in scope.
    init?(_ node: AggregateNode, definition: (Int) -> [ColumnID]?) {
        guard node.groupingSets == nil, node.groupings.isEmpty, node.keys.count == 2,
            case .join(let join) = node.input, join.kind == .inner, join.lateral.isEmpty,
            let (id, left) = Self.reference(join.left),
            let (other, right) = Self.reference(join.right), id == other,
            let sources = definition(id)
        else { return nil }
        func source(_ expression: Expression) -> (isLeft: Bool, place: Int)? {
            guard case .column(let column, _) = expression.withoutTextCast else { return nil }
            let isLeft = left[column] != nil
            guard let source = left[column] ?? right[column],
                let place = sources.firstIndex(of: source)
            else { return nil }
            return (isLeft, place)
        }
        var together: Int?
        var order: (lowerIsLeft: Bool?, item: Int)?
        for condition in join.conditions {
            guard case .call(let function, let sides, _, _) = condition, sides.count == 2,
                let a = source(sides[0]), let b = source(sides[1]), a.isLeft != b.isLeft,
                a.place == b.place, sides[0].type == sides[1].type
            else { return nil }
            switch function.name {
            case "=" where together == nil: together = a.place
            case "<>" where order == nil: order = (nil, a.place)
            case "<" where order == nil: order = (a.isLeft, a.place)
            case ">" where order == nil: order = (b.isLeft, a.place)
            default: return nil
            }
        }
        guard let together, let order, together != order.item else { return nil }
        self.id = id
        self.together = together
        item = order.item
        isSymmetric = order.lowerIsLeft == nil
        var outputs: [Output] = []
        for (_, key) in node.keys {
            guard case .column(_, let type) = key, ScanCondition.isIntegerLike(type) || type.isText,
                let (isLeft, place) = source(key), place == item
            else { return nil }
            outputs.append(isLeft == (order.lowerIsLeft ?? true) ? .lower : .higher)
        }
        guard Set(outputs).count == 2 else { return nil }
        for (_, call) in node.aggregates {
            guard call.function == .countStar, call.filter == nil else { return nil }
            outputs.append(.count)
        }
        self.outputs = outputs
    }

    /// A reference to a common table expression: its id, and its columns by what they show.
    private static func reference(_ plan: Plan) -> (Int, [ColumnID: ColumnID])? {
        switch plan {
        case .cteScan(let id, let columns):
            var sources: [ColumnID: ColumnID] = [:]
            for column in columns { sources[column.id] = column.source }
            return (id, sources)
        case .project(let input, let items):
            guard let (id, inner) = reference(input) else { return nil }
            var sources: [ColumnID: ColumnID] = [:]
            for item in items {
                guard case .column(let column, _) = item.expression else { return nil }
                sources[item.id] = inner[column]
            }
            return (id, sources)
        default: return nil
        }
    }
}

extension Expression {
    /// A text column under the casts that comparing it may have put around it.
    var withoutTextCast: Expression {
        if case .call(_, let inner, let type, _) = self, inner.count == 1, type == .text,
            inner[0].type.isText
        {
            return inner[0].withoutTextCast
        }
        return self
    }
}
