import Basics
import Planning
import Vectors

/// Set-returning functions: their rows, for each row of the input.
final class TableFunctionOperator: Operator, @unchecked Sendable {
    private let node: TableFunctionNode
    /// By call.
    private let arguments: [[Compiled]]

    init(_ node: TableFunctionNode, input: Operator, arguments: [[Compiled]]) {
        self.node = node
        self.arguments = arguments
        super.init(columns: Plan.tableFunction(node).columns, children: [input])
    }

    override var title: String {
        "Function \(node.calls.map(\.function).joined(separator: ", "))"
    }

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
        let node: TableFunctionNode
        let arguments: [[Compiled]]
        let context: QueryContext
        private var builders: [VectorBuilder] = []
        private var inputRows: [UInt32] = []

        init(_ call: TableFunctionOperator, _ context: QueryContext) {
            node = call.node
            arguments = call.arguments
            self.context = context
        }

        override func process(_ batch: Batch, _ emit: (Batch) throws -> Void) throws {
            let values = try arguments.map { try $0.map { try $0.evaluate(batch, context) } }
            start()
            for row in 0..<batch.count {
                try context.cancellation.check()
                var ordinal: Int64 = 0
                try rows(values, row) { columns in
                    ordinal += 1
                    try append(columns, ordinal, row, batch, emit)
                }
                if ordinal == 0, node.isOuter {
                    try append(node.columns.map { _ in .null }, nil, row, batch, emit)
                }
            }
            try flush(batch, emit)
        }

        /// The rows for one row of the input.
        private func rows(
            _ values: [[Vector]], _ row: Int, _ body: ([Datum]) throws -> Void
        ) throws {
            func call(_ index: Int, _ body: ([Datum]) throws -> Void) throws {
                try TableFunctions.rows(
                    node.calls[index], values[index].map { $0.datum(at: row) },
                    values[index].map(\.type), context, body)
            }
            if node.calls.count == 1 { return try call(0, body) }
            var lists: [[[Datum]]] = []
            for index in node.calls.indices {
                var list: [[Datum]] = []
                try call(index) { columns in
                    list.append(columns)
                    if list.count % 1024 == 0 {
                        try context.cancellation.check()
                        try context.memory.reserve(1024 * 64 * columns.count)
                    }
                }
                lists.append(list)
            }
            for place in 0..<(lists.map(\.count).max() ?? 0) {
                try body(
                    zip(lists, node.calls).flatMap { list, call in
                        place < list.count ? list[place] : call.columns.map { _ in .null }
                    })
            }
        }

        private func start() {
            builders = node.columns.map { VectorBuilder($0.1, capacity: 2048) }
            if node.ordinality != nil {
                builders.append(VectorBuilder(.bigint, capacity: 2048))
            }
            inputRows.removeAll(keepingCapacity: true)
        }

        private func append(
            _ columns: [Datum], _ ordinal: Int64?, _ row: Int, _ batch: Batch,
            _ emit: (Batch) throws -> Void
        ) throws {
            for (builder, value) in zip(builders, columns) { builder.append(value) }
            if node.ordinality != nil, let last = builders.last {
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
