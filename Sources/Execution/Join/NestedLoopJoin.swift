import Basics
import Planning
import Synchronization
import Vectors

/// A join without usable equalities: every pair of rows is looked at, right side kept in memory.
final class NestedLoopJoinOperator: Operator, @unchecked Sendable {
    fileprivate let kind: JoinNode.Kind
    fileprivate let filter: PairFilter
    /// Places of the output columns among those of left and right.
    private let places: [Int]

    init(
        _ kind: JoinNode.Kind, left: Operator, right: Operator, columns: [(ColumnID, SQLType)],
        conditions: [Compiled]
    ) {
        self.kind = kind
        filter = PairFilter(conditions)
        let both = left.columns + right.columns
        places = columns.compactMap { column in both.firstIndex { $0.0 == column.0 } }
        super.init(columns: columns, children: [left, right])
    }

    override var title: String { filter.isEmpty ? "CrossJoin" : "NestedLoopJoin (\(kind))" }

    /// The columns that come out, of left and right ones side by side.
    fileprivate func output(_ both: [Vector], count: Int) -> Batch {
        Batch(columns: places.map { both[$0] }, count: count)
    }

    override func stream(_ context: QueryContext) throws -> Stream {
        let right = try children[1].collect(context)
        let state = NestedLoopState(self, right)
        let stage = NestedLoopStage(self, state)
        let marks = kind == .right || kind == .full
        return try children[0].observed(context).adding(
            stage, then: marks ? UnmatchedSource(state) : nil)
    }
}

private final class NestedLoopState: @unchecked Sendable {
    let join: NestedLoopJoinOperator
    let right: RowSet
    /// Right rows that have found a partner.
    let matched: Mutex<[UInt8]>
    init(_ join: NestedLoopJoinOperator, _ right: RowSet) {
        self.join = join
        self.right = right
        matched = Mutex([UInt8](repeating: 0, count: right.count))
    }
}

/// After the left side has ended: right rows without a partner.
private final class UnmatchedSource: BatchSource, @unchecked Sendable {
    private let state: NestedLoopState
    init(_ state: NestedLoopState) { self.state = state }
    var parallelism: Int { 1 }
    func makeReader(_ context: QueryContext) throws -> BatchReader { Reader(state) }

    private final class Reader: BatchReader {
        private let state: NestedLoopState
        private var row = 0
        init(_ state: NestedLoopState) { self.state = state }

        override func next() throws -> Batch? {
            var rows: [UInt32] = []
            state.matched.withLock { matched in
                while row < matched.count, rows.count < Vector.standardCapacity {
                    if matched[row] == 0 { rows.append(UInt32(truncatingIfNeeded: row)) }
                    row += 1
                }
            }
            if rows.isEmpty { return nil }
            let right = rows.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.map { state.right.gather($0, count: rows.count).columns } ?? []
            }
            let types = state.join.children[0].types
            return state.join.output(
                types.map { Vector.nulls($0, count: rows.count) } + right, count: rows.count)
        }
    }
}

private final class NestedLoopStage: Stage, @unchecked Sendable {
    private let join: NestedLoopJoinOperator
    private let state: NestedLoopState
    init(_ join: NestedLoopJoinOperator, _ state: NestedLoopState) {
        self.join = join
        self.state = state
        super.init(join)
    }

    override func makeLocal(_ context: QueryContext) throws -> LocalStage {
        Local(join, state, context)
    }

    private final class Local: LocalStage {
        let join: NestedLoopJoinOperator
        let state: NestedLoopState
        let context: QueryContext
        init(_ join: NestedLoopJoinOperator, _ state: NestedLoopState, _ context: QueryContext) {
            self.join = join
            self.state = state
            self.context = context
        }

        override func process(_ batch: Batch, _ emit: (Batch) throws -> Void) throws {
            var found = [UInt8](repeating: 0, count: batch.count)
            let marks = join.kind == .right || join.kind == .full
            let filtersLeft =
                join.kind == .semi || join.kind == .anti || join.kind == .nullAwareAnti
            for row in 0..<batch.count {
                var start = 0
                while start < state.right.count {
                    try context.cancellation.check()
                    let range = start..<min(state.right.count, start + Vector.standardCapacity)
                    start = range.upperBound
                    let pairs = pair(batch, row, range)
                    let kept = try join.filter.select(pairs, context)
                    if kept.isEmpty { continue }
                    if join.kind == .single, found[row] != 0 || kept.count > 1 {
                        throw SQLError(
                            .cardinalityViolation,
                            "more than one row returned by a subquery used as an expression")
                    }
                    found[row] = 1
                    if filtersLeft { break }
                    if marks {
                        state.matched.withLock { flags in
                            for index in kept { flags[range.lowerBound + Int(index)] = 1 }
                        }
                    }
                    let passed =
                        kept.count == pairs.count ? pairs : pairs.gather(kept, count: kept.count)
                    try emit(join.output(passed.columns, count: kept.count))
                }
            }
            try emitRest(batch, found, emit)
        }

        private func pair(_ batch: Batch, _ row: Int, _ range: Range<Int>) -> Batch {
            let left = batch.columns.map {
                Vector.constant($0.datum(at: row), $0.type, count: range.count)
            }
            return Batch(
                columns: left + state.right.batch(range).columns, count: range.count)
        }

        private func emitRest(
            _ batch: Batch, _ found: [UInt8], _ emit: (Batch) throws -> Void
        ) throws {
            let wanted: UInt8
            switch join.kind {
            case .semi: wanted = 1
            case .anti, .nullAwareAnti, .left, .full, .single: wanted = 0
            case .inner, .right: return
            }
            var rows: [UInt32] = []
            for row in 0..<batch.count where found[row] == wanted {
                rows.append(UInt32(truncatingIfNeeded: row))
            }
            if rows.isEmpty { return }
            var part = batch.gather(rows, count: rows.count)
            if join.kind == .left || join.kind == .full || join.kind == .single {
                part.columns += state.right.columns.map {
                    Vector.nulls($0.type, count: rows.count)
                }
            }
            try emit(join.output(part.columns, count: rows.count))
        }
    }
}
