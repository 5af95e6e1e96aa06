import Basics
import Planning
import Vectors

/// A join without usable equalities: every pair of rows is looked at, right side kept in memory.
final class NestedLoopJoinOperator: Operator, @unchecked Sendable {
    fileprivate let kind: JoinNode.Kind
    fileprivate let conditions: [Compiled]

    init(
        _ kind: JoinNode.Kind, left: Operator, right: Operator, columns: [(ColumnID, SQLType)],
        conditions: [Compiled]
    ) {
        self.kind = kind
        self.conditions = conditions
        super.init(columns: columns, children: [left, right])
    }

    override var title: String { conditions.isEmpty ? "CrossJoin" : "NestedLoopJoin (\(kind))" }

    override func stream(_ context: QueryContext) throws -> Stream {
        let right = try children[1].collect(context)
        let left = try children[0].observed(context)
        let state = NestedLoopState(right)
        let stage = NestedLoopStage(self, state)
        guard kind == .right || kind == .full else { return left.adding(stage) }
        var single = left
        single.source = SingleReaderSource(left.source)
        let rows = RowSet(types, memory: context.memory)
        try Pipeline.drive(
            single.adding(stage), context, ClosureSink { try rows.append($0) })
        let leftTypes = children[0].types
        for row in 0..<right.count where state.matched[row] == 0 {
            let part = right.batch(row..<(row + 1))
            try rows.append(
                Batch(columns: leftTypes.map { Vector.nulls($0, count: 1) } + part.columns, count: 1))
        }
        return Stream(source: RowSetSource(rows))
    }
}

private final class NestedLoopState: @unchecked Sendable {
    let right: RowSet
    /// Written only where one worker drives the join (right and full).
    var matched: [UInt8]
    init(_ right: RowSet) {
        self.right = right
        matched = [UInt8](repeating: 0, count: right.count)
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
        var scratch: [UInt32] = []
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
                    let kept = try positions(pairs)
                    if kept.isEmpty { continue }
                    if join.kind == .single, found[row] != 0 || kept.count > 1 {
                        throw SQLError(
                            .cardinalityViolation,
                            "more than one row returned by a subquery used as an expression")
                    }
                    found[row] = 1
                    if filtersLeft { break }
                    if marks {
                        for index in kept { state.matched[range.lowerBound + Int(index)] = 1 }
                    }
                    try emit(
                        kept.count == pairs.count
                            ? pairs : pairs.gather(kept, count: kept.count))
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

        private func positions(_ pairs: Batch) throws -> [UInt32] {
            var kept = [UInt32](0..<UInt32(truncatingIfNeeded: pairs.count))
            var current = pairs
            for condition in join.conditions where !kept.isEmpty {
                if scratch.count < current.count {
                    scratch = [UInt32](repeating: 0, count: max(2048, current.count))
                }
                let found = try scratch.withUnsafeMutableBufferPointer { buffer in
                    guard let base = buffer.baseAddress else { return 0 }
                    return try condition.select(current, context, into: base)
                }
                if found == current.count { continue }
                kept = (0..<found).map { kept[Int(scratch[$0])] }
                current = pairs.gather(kept, count: kept.count)
            }
            return kept
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
            try emit(part)
        }
    }
}
