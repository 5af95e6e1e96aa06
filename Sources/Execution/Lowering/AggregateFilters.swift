import Basics
import Planning
import Vectors

extension AggregateNode {
    /// The node with `f(x) FILTER (WHERE c)` as `f(CASE WHEN c THEN x END)` where `f` skips NULLs, so
    /// that it fits where calls have no filter. The argument is evaluated for the same rows as before.
    var withFiltersInArguments: AggregateNode {
        var node = self
        for index in node.aggregates.indices {
            if let call = node.aggregates[index].1.withFilterInArgument {
                node.aggregates[index].1 = call
            }
        }
        return node
    }
}

extension AggregateCall {
    /// nil where there is no filter, or it must stay one.
    fileprivate var withFilterInArgument: AggregateCall? {
        guard let filter, !isDistinct, order.isEmpty else { return nil }
        var call = self
        let value: Expression
        switch function {
        case .countStar:
            call.function = .count
            value = .literal(.int(1), .integer)
        case .count, .sum, .avg, .min, .max:
            guard arguments.count == 1 else { return nil }
            value = arguments[0]
        default: return nil
        }
        call.filter = nil
        call.arguments = [
            .caseWhen([(condition: filter, result: value)], otherwise: nil, value.type)
        ]
        return call
    }
}
