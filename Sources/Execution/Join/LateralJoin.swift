import Basics
import Planning
import Vectors

/// A join whose right side refers to the left: it runs once for every distinct set of values.
final class LateralJoinOperator: Operator, @unchecked Sendable {
    private let isLeft: Bool
    private let outer: [(id: ColumnID, index: Int)]
    private let conditions: [Compiled]
    /// Places of the output columns among those of left and right.
    private let places: [Int]

    init(
        isLeft: Bool, left: Operator, right: Operator, columns: [(ColumnID, SQLType)],
        outer: [(id: ColumnID, index: Int)], conditions: [Compiled]
    ) {
        self.isLeft = isLeft
        self.outer = outer
        self.conditions = conditions
        let both = left.columns + right.columns
        places = columns.compactMap { column in both.firstIndex { $0.0 == column.0 } }
        super.init(columns: columns, children: [left, right])
    }

    override var title: String { isLeft ? "LateralLeftJoin" : "LateralJoin" }

    private func output(_ both: [Vector], count: Int) -> Batch {
        Batch(columns: places.map { both[$0] }, count: count)
    }

    override func stream(_ context: QueryContext) throws -> Stream {
        try children[0].observed(context).adding(ApplyStage(self))
    }

    private final class ApplyStage: Stage, @unchecked Sendable {
        let join: LateralJoinOperator
        init(_ join: LateralJoinOperator) {
            self.join = join
            super.init(join)
        }
        override func makeLocal(_ context: QueryContext) throws -> LocalStage {
            Local(join, context)
        }
    }

    private final class Local: LocalStage {
        let join: LateralJoinOperator
        let context: QueryContext
        init(_ join: LateralJoinOperator, _ context: QueryContext) {
            self.join = join
            self.context = context
        }

        override func process(_ batch: Batch, _ emit: (Batch) throws -> Void) throws {
            for row in 0..<batch.count {
                try context.cancellation.check()
                var bound: [ColumnID: Datum] = [:]
                for column in join.outer {
                    bound[column.id] = batch.columns[column.index].datum(at: row)
                }
                let inner = context.binding(bound)
                let rows = try join.children[1].collect(inner)
                var found = false
                var start = 0
                while start < rows.count {
                    let right = rows.batch(start..<min(rows.count, start + 2048))
                    start += right.count
                    let left = batch.columns.map {
                        Vector.constant($0.datum(at: row), $0.type, count: right.count)
                    }
                    var positions: [UInt32] = []
                    let pairs = try inner.filter(
                        Batch(columns: left + right.columns, count: right.count),
                        join.conditions, &positions)
                    if pairs.count == 0 { continue }
                    found = true
                    try emit(join.output(pairs.columns, count: pairs.count))
                }
                if !found, join.isLeft {
                    let nulls = join.children[1].types.map { Vector.nulls($0, count: 1) }
                    let left = batch.gather([UInt32(truncatingIfNeeded: row)], count: 1)
                    try emit(join.output(left.columns + nulls, count: 1))
                }
            }
        }
    }
}
