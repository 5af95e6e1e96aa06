import Basics
import Planning
import Vectors

/// An aggregate call over resolved expressions.
struct CompiledAggregate: @unchecked Sendable {
    let call: AggregateCall
    let arguments: [Compiled]
    let order: [Compiled]
    let filter: Compiled?
    /// Whether it keeps its rows until the end.
    let collects: Bool

    init(_ original: AggregateCall, _ layout: Layout) throws {
        var call = original
        call.arguments = Self.widened(call.arguments, of: call.function)
        self.call = call
        arguments = try call.arguments.map { try Compiled.compile($0, layout) }
        order = try call.order.map { try Compiled.compile($0.expression, layout) }
        filter = try call.filter.map { try Compiled.compile($0, layout) }
        let plain = try AggregateState.make(
            call.function, call.arguments.map(\.type), call.type)
        collects = plain == nil || !call.order.isEmpty && Self.dependsOnOrder(call.function)
    }

    /// An aggregate's arguments as its state takes them: moments are taken over numeric or double
    /// precision, whatever came in.
    static func widened(
        _ arguments: [Expression], of function: AggregateFunction
    ) -> [Expression] {
        switch function {
        case .stddevSamp, .stddevPop, .varSamp, .varPop: break
        default: return arguments
        }
        guard let argument = arguments.first else { return arguments }
        let isExact = argument.type.isExactNumber || argument.type == .decimal
        let wide: SQLType = isExact ? .decimal : .double
        guard argument.type != wide,
            let cast = CastTable.cast(from: argument.type, to: wide)
        else { return arguments }
        return [.call(cast.function, [argument], wide, position: 0)] + arguments.dropFirst()
    }

    /// - Parameter isPositioned: whether updates bring `positions` where the call wants them.
    func makeState(_ context: QueryContext, isPositioned: Bool = false) throws -> AggregateState {
        let types = call.arguments.map(\.type)
        let plain = collects ? nil : try AggregateState.make(call.function, types, call.type)
        let base =
            plain
            ?? CollectState(call, context, isPositioned: isPositioned && wantsPositions)
        guard call.isDistinct else { return base }
        let keyTypes = base.wantsOrderKeys ? call.order.map(\.expression.type) : []
        return DistinctState(base, types + keyTypes, context)
    }

    /// Whether rows that are equal in the call's order have an order nevertheless: the input's.
    var wantsPositions: Bool { collects && !call.isDistinct }

    private static func dependsOnOrder(_ function: AggregateFunction) -> Bool {
        switch function {
        case .stringAgg, .arrayAgg, .jsonAgg, .jsonbAgg, .jsonObjectAgg, .jsonbObjectAgg,
            .percentileCont, .percentileDisc, .mode, .anyValue, .hypotheticalRank,
            .hypotheticalDenseRank, .hypotheticalPercentRank, .hypotheticalCumeDist:
            true
        default: false
        }
    }

    /// Values for the state: arguments, and order keys where it collects.
    func inputs(
        _ batch: Batch, _ state: AggregateState, _ context: QueryContext
    ) throws -> [Vector] {
        var values = try arguments.map { try $0.evaluate(batch, context) }
        if state.wantsOrderKeys { values += try order.map { try $0.evaluate(batch, context) } }
        return values
    }
}
