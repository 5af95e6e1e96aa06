import Basics
import Planning
import Vectors

/// A set-returning function: its rows, for each row of its input.
final class TableFunctionOperator: Operator, @unchecked Sendable {
    private let node: TableFunctionNode
    private let arguments: [Compiled]

    init(_ node: TableFunctionNode, input: Operator, arguments: [Compiled]) {
        self.node = node
        self.arguments = arguments
        super.init(columns: Plan.tableFunction(node).columns, children: [input])
    }

    override var title: String { "Function \(node.function)" }

    override func stream(_ context: QueryContext) throws -> Stream {
        try children[0].observed(context).adding(CallStage(self))
    }

    private final class CallStage: Stage, @unchecked Sendable {
        let call: TableFunctionOperator
        init(_ call: TableFunctionOperator) {
            self.call = call
            super.init(call)
        }
        override func makeLocal(_ context: QueryContext) throws -> LocalStage {
            Local(call, context)
        }
    }

    private final class Local: LocalStage {
        let call: TableFunctionOperator
        let context: QueryContext
        private var builders: [VectorBuilder] = []
        private var inputRows: [UInt32] = []

        init(_ call: TableFunctionOperator, _ context: QueryContext) {
            self.call = call
            self.context = context
        }

        override func process(_ batch: Batch, _ emit: (Batch) throws -> Void) throws {
            let values = try call.arguments.map { try $0.evaluate(batch, context) }
            start()
            for row in 0..<batch.count {
                try context.cancellation.check()
                var ordinal: Int64 = 0
                try TableFunctions.rows(
                    call.node, values.map { $0.datum(at: row) }, values.map(\.type), context
                ) { columns in
                    ordinal += 1
                    try append(columns, ordinal, row, batch, emit)
                }
                if ordinal == 0, call.node.isOuter {
                    try append(
                        call.node.columns.map { _ in .null }, nil, row, batch, emit)
                }
            }
            try flush(batch, emit)
        }

        private func start() {
            builders = call.node.columns.map { VectorBuilder($0.1, capacity: 2048) }
            if call.node.ordinality != nil {
                builders.append(VectorBuilder(.bigint, capacity: 2048))
            }
            inputRows.removeAll(keepingCapacity: true)
        }

        private func append(
            _ columns: [Datum], _ ordinal: Int64?, _ row: Int, _ batch: Batch,
            _ emit: (Batch) throws -> Void
        ) throws {
            for (builder, value) in zip(builders, columns) { builder.append(value) }
            if call.node.ordinality != nil, let last = builders.last {
                last.append(ordinal.map(Datum.int) ?? .null)
            }
            inputRows.append(UInt32(truncatingIfNeeded: row))
            if inputRows.count == 2048 {
                try context.cancellation.check()
                try flush(batch, emit)
            }
        }

        private func flush(_ batch: Batch, _ emit: (Batch) throws -> Void) throws {
            guard !inputRows.isEmpty else { return }
            let count = inputRows.count
            let left = batch.gather(inputRows, count: count)
            try emit(Batch(columns: left.columns + builders.map { $0.single() }, count: count))
            start()
        }
    }
}

/// The set-returning functions.
enum TableFunctions {
    /// Calls `emit` with every row of one call.
    static func rows(
        _ node: TableFunctionNode, _ arguments: [Datum], _ types: [SQLType],
        _ context: QueryContext, _ emit: ([Datum]) throws -> Void
    ) throws {
        switch node.function {
        case "generate_series": try series(arguments, types, context, emit)
        case "unnest": try unnest(arguments, types, node, emit)
        case "generate_subscripts": try subscripts(arguments, emit)
        case "_pg_expandarray":
            guard case .bytes(let bytes)? = arguments.first, let element = node.columns.first
            else { return }
            for (index, value) in try ArrayValue.datums(bytes, as: element.1).enumerated() {
                try emit([value, .int(Int64(index + 1))])
            }
        default:
            guard let catalog = context.evaluation.catalog else {
                throw SQLError.unsupported("function \(node.function) in FROM", position: node.position)
            }
            if let rows = try catalog.rows(node.function, arguments) {
                for row in rows { try emit(row) }
                return
            }
            // Functions that give an array's elements, one a row.
            let value = try catalog.call(node.function, arguments)
            guard case .bytes(let bytes) = value, let element = node.columns.first else { return }
            for value in try ArrayValue.datums(bytes, as: element.1) { try emit([value]) }
        }
    }

    private static func series(
        _ arguments: [Datum], _ types: [SQLType], _ context: QueryContext,
        _ emit: ([Datum]) throws -> Void
    ) throws {
        if arguments.contains(where: \.isNull) { return }
        let zeroStep = SQLError(.invalidParameterValue, "step size cannot equal zero")
        switch types[0] {
        case .smallint, .integer, .bigint:
            guard case .int(var value) = arguments[0], case .int(let stop) = arguments[1]
            else { return }
            var step: Int64 = 1
            if arguments.count > 2, case .int(let given) = arguments[2] { step = given }
            guard step != 0 else { throw zeroStep }
            while step > 0 ? value <= stop : value >= stop {
                try emit([.int(value)])
                let (next, overflow) = value.addingReportingOverflow(step)
                if overflow { return }
                value = next
            }
        case .timestamp, .timestamptz, .date:
            guard arguments.count > 2 else { return }
            let resultType: SQLType = types[0] == .timestamptz ? .timestamptz : .timestamp
            guard
                let plus = FunctionTable.shared["+"].first(where: {
                    $0.arguments.count == 2 && $0.arguments[0] == resultType
                        && $0.arguments[1] == .interval
                }),
                case .int(let stop) = arguments[1], case .interval(let step) = arguments[2]
            else { return }
            let direction = step.comparable
            guard direction != 0 else { throw zeroStep }
            var value = arguments[0]
            while case .int(let now) = value, direction > 0 ? now <= stop : now >= stop {
                try emit([value])
                value = try plus.evaluate(
                    context.evaluation,
                    [
                        Vector.constant(value, resultType, count: 1),
                        Vector.constant(arguments[2], .interval, count: 1),
                    ], count: 1, result: resultType
                ).datum(at: 0)
            }
        default:
            guard case .decimal(var value) = arguments[0], case .decimal(let stop) = arguments[1]
            else { return }
            var step = Decimal(mantissa: 1, scale: 0)
            if arguments.count > 2, case .decimal(let given) = arguments[2] { step = given }
            guard step.mantissa != 0 else { throw zeroStep }
            while step.mantissa > 0
                ? Decimal.compare(value, stop) <= 0 : Decimal.compare(value, stop) >= 0
            {
                try emit([.decimal(value)])
                value = try Decimal.add(value, step)
            }
        }
    }

    private static func unnest(
        _ arguments: [Datum], _ types: [SQLType], _ node: TableFunctionNode,
        _ emit: ([Datum]) throws -> Void
    ) throws {
        var lists: [[Datum]] = []
        for (argument, column) in zip(arguments, node.columns) {
            if case .bytes(let bytes) = argument {
                lists.append(try ArrayValue.datums(bytes, as: column.1))
            } else {
                lists.append([])
            }
        }
        for row in 0..<(lists.map(\.count).max() ?? 0) {
            try emit(lists.map { row < $0.count ? $0[row] : .null })
        }
    }

    private static func subscripts(
        _ arguments: [Datum], _ emit: ([Datum]) throws -> Void
    ) throws {
        guard case .bytes(let bytes) = arguments[0] else { return }
        let bounds = try ArrayValue.bounds(bytes)
        guard arguments.count > 1, case .int(let dimension) = arguments[1], dimension >= 1,
            Int(dimension) <= bounds.count
        else { return }
        let range = bounds[Int(dimension) - 1]
        for index in range { try emit([.int(Int64(index))]) }
    }
}
