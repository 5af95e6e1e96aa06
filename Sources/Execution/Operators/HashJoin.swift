import Basics
import Planning
import Synchronization
import Vectors

/// A join whose conditions include equalities: the right side is hashed, the left side streams by.
final class HashJoinOperator: Operator, @unchecked Sendable {
    let kind: JoinNode.Kind
    /// Equality keys: over the left input's, and the right input's columns.
    let leftKeys: [Compiled]
    let rightKeys: [Compiled]
    let keyTypes: [SQLType]
    /// Further conditions over left and right columns side by side.
    let residual: [Compiled]
    private let text: String

    init(
        _ kind: JoinNode.Kind, left: Operator, right: Operator, columns: [(ColumnID, SQLType)],
        leftKeys: [Compiled], rightKeys: [Compiled], keyTypes: [SQLType], residual: [Compiled],
        text: String
    ) {
        self.kind = kind
        self.leftKeys = leftKeys
        self.rightKeys = rightKeys
        self.keyTypes = keyTypes
        self.residual = residual
        self.text = text
        super.init(columns: columns, children: [left, right])
    }

    override var title: String { "HashJoin (\(kind))" }
    override var details: [String] { text.isEmpty ? [] : ["on \(text)"] }

    override func stream(_ context: QueryContext) throws -> Stream {
        children[1].statistics.addRun()
        let built = try children[1].collect(context)
        let table = try JoinTable(built, keyTypes: keyTypes, context: context) { batch in
            try rightKeys.map { try $0.evaluate(batch, context) }
        }
        let state = JoinState(self, table)
        let left = try children[0].observed(context)
        if table.keyCount == 0, kind == .inner || kind == .semi {
            return Stream(source: BatchListSource([]))
        }
        let probing = left.adding(HashJoinStage(self, state))
        guard kind == .right || kind == .full else { return probing }
        return Stream(source: OuterJoinSource(self, state, probing))
    }
}

/// What the workers of one run of a join share.
final class JoinState: @unchecked Sendable {
    let join: HashJoinOperator
    let table: JoinTable
    /// For right and full joins: which build rows have found a partner.
    private let matched = Mutex<[UInt8]>([])

    init(_ join: HashJoinOperator, _ table: JoinTable) {
        self.join = join
        self.table = table
        if join.kind == .right || join.kind == .full {
            matched.withLock { $0 = [UInt8](repeating: 0, count: table.rows.count) }
        }
    }

    func markMatched(_ rows: UnsafePointer<UInt32>, _ count: Int) {
        matched.withLock { flags in
            for index in 0..<count { flags[Int(rows[index])] = 1 }
        }
    }

    var unmatched: [UInt32] {
        matched.withLock { flags in
            (0..<UInt32(truncatingIfNeeded: flags.count)).filter { flags[Int($0)] == 0 }
        }
    }
}

final class HashJoinStage: Stage, @unchecked Sendable {
    private let state: JoinState
    init(_ owner: Operator, _ state: JoinState) {
        self.state = state
        super.init(owner)
    }

    override func makeLocal(_ context: QueryContext) throws -> LocalStage {
        HashJoinProbe(state, context)
    }
}

/// One worker's probing.
private final class HashJoinProbe: LocalStage {
    private let state: JoinState
    private let context: QueryContext
    private let probe: KeyTable.Probe
    private var numbers: [UInt32] = []
    private var probeRows: [UInt32] = []
    private var buildRows: [UInt32] = []

    init(_ state: JoinState, _ context: QueryContext) {
        self.state = state
        self.context = context
        probe = state.table.makeProbe()
    }

    private var join: HashJoinOperator { state.join }

    override func process(_ batch: Batch, _ emit: (Batch) throws -> Void) throws {
        let keys = try join.leftKeys.map { try $0.evaluate(batch, context) }
        try findKeys(keys, batch.count)
        switch join.kind {
        case .semi, .anti, .nullAwareAnti: try emitFiltered(batch, keys, emit)
        default: try emitPairs(batch, emit)
        }
    }

    /// `numbers[row]`: the row's key number, `UInt32.max` where it matches nothing.
    private func findKeys(_ keys: [Vector], _ count: Int) throws {
        if numbers.count < count { numbers = [UInt32](repeating: 0, count: max(count, 2048)) }
        try numbers.withUnsafeMutableBufferPointer {
            guard let base = $0.baseAddress else { return }
            try probe.find(keys, count: count, into: base)
        }
        for key in keys where key.hasNulls {
            for row in 0..<count where key.isNull(row) { numbers[row] = .max }
        }
    }

    // MARK: Semi and anti joins

    private func emitFiltered(
        _ batch: Batch, _ keys: [Vector], _ emit: (Batch) throws -> Void
    ) throws {
        var hit = [UInt8](repeating: 0, count: batch.count)
        if join.residual.isEmpty {
            for row in 0..<batch.count where numbers[row] != .max { hit[row] = 1 }
        } else {
            try forEachPairBatch(batch, outer: false) { pairs, probeRows, _ in
                var positions: [UInt32] = []
                let kept = try filterPairs(pairs, &positions)
                for index in kept { hit[Int(probeRows[Int(index)])] = 1 }
            }
        }
        if join.kind == .nullAwareAnti, state.table.rows.count > 0 {
            for row in 0..<batch.count
            where state.table.hasNullKey || keys.contains(where: { $0.isNull(row) }) {
                hit[row] = 1
            }
        }
        let wanted: UInt8 = join.kind == .semi ? 1 : 0
        var rows: [UInt32] = []
        for row in 0..<batch.count where hit[row] == wanted {
            rows.append(UInt32(truncatingIfNeeded: row))
        }
        if rows.count == batch.count { return try emit(batch) }
        if !rows.isEmpty { try emit(batch.gather(rows, count: rows.count)) }
    }

    // MARK: Joins that give pairs

    private func emitPairs(_ batch: Batch, _ emit: (Batch) throws -> Void) throws {
        let keepsLeft = join.kind == .left || join.kind == .full || join.kind == .single
        let marks = join.kind == .right || join.kind == .full
        if join.residual.isEmpty {
            try forEachPairBatch(batch, outer: keepsLeft) { pairs, _, buildRows in
                if marks { state.markMatched(buildRows.filter { $0 != .max }) }
                try emit(pairs)
            }
            return
        }
        var found = [UInt8](repeating: 0, count: batch.count)
        try forEachPairBatch(batch, outer: false) { pairs, probeRows, buildRows in
            var positions: [UInt32] = []
            let kept = try filterPairs(pairs, &positions)
            if kept.isEmpty { return }
            for index in kept {
                let row = Int(probeRows[Int(index)])
                if join.kind == .single, found[row] != 0 { throw Self.tooManyRows }
                found[row] = 1
            }
            if marks { state.markMatched(kept.map { buildRows[Int($0)] }) }
            try emit(pairs.gather(kept, count: kept.count))
        }
        guard keepsLeft else { return }
        var rest: [UInt32] = []
        for row in 0..<batch.count where found[row] == 0 {
            rest.append(UInt32(truncatingIfNeeded: row))
        }
        if rest.isEmpty { return }
        let left = batch.gather(rest, count: rest.count)
        let nulls = state.table.rows.columns.map { Vector.nulls($0.type, count: rest.count) }
        try emit(Batch(columns: left.columns + nulls, count: rest.count))
    }

    private static let tooManyRows = SQLError(
        .cardinalityViolation,
        "more than one row returned by a subquery used as an expression")

    /// Positions of pairs that pass the residual conditions.
    private func filterPairs(_ pairs: Batch, _ scratch: inout [UInt32]) throws -> [UInt32] {
        var kept = [UInt32](0..<UInt32(truncatingIfNeeded: pairs.count))
        var current = pairs
        for condition in join.residual where !kept.isEmpty {
            if scratch.count < current.count {
                scratch = [UInt32](repeating: 0, count: current.count)
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

    /// Pairs of probe and build rows in batches; with `outer`, rows without partner come with NULLs.
    private func forEachPairBatch(
        _ batch: Batch, outer: Bool,
        _ body: (Batch, [UInt32], [UInt32]) throws -> Void
    ) throws {
        let isSingle = join.kind == .single && join.residual.isEmpty
        probeRows.removeAll(keepingCapacity: true)
        buildRows.removeAll(keepingCapacity: true)
        for row in 0..<batch.count {
            let key = numbers[row]
            if key == .max {
                if outer {
                    probeRows.append(UInt32(truncatingIfNeeded: row))
                    buildRows.append(.max)
                }
            } else {
                var partner = state.table.first(key)
                if isSingle, state.table.following(partner) != .max { throw Self.tooManyRows }
                while partner != .max {
                    probeRows.append(UInt32(truncatingIfNeeded: row))
                    buildRows.append(partner)
                    partner = state.table.following(partner)
                    if probeRows.count == 4096 { try flush(batch, outer, body) }
                }
            }
        }
        try flush(batch, outer, body)
    }

    private func flush(
        _ batch: Batch, _ outer: Bool, _ body: (Batch, [UInt32], [UInt32]) throws -> Void
    ) throws {
        let count = probeRows.count
        guard count > 0 else { return }
        try context.cancellation.check()
        let left = batch.gather(probeRows, count: count)
        let right = buildRows.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { base in
                state.table.rows.columns.map {
                    $0.gather(base, count: count, hasMissing: outer)
                }
            } ?? []
        }
        try body(
            Batch(columns: left.columns + right, count: count), probeRows, buildRows)
        probeRows.removeAll(keepingCapacity: true)
        buildRows.removeAll(keepingCapacity: true)
    }
}

extension JoinState {
    func markMatched(_ rows: [UInt32]) {
        rows.withUnsafeBufferPointer {
            if let base = $0.baseAddress { markMatched(base, rows.count) }
        }
    }
}

/// Runs the probe side of a right or full join on one worker, then gives the build rows that found no
/// partner.
private final class OuterJoinSource: BatchSource, @unchecked Sendable {
    private let join: HashJoinOperator
    private let state: JoinState
    private let probing: Stream

    init(_ join: HashJoinOperator, _ state: JoinState, _ probing: Stream) {
        self.join = join
        self.state = state
        self.probing = probing
    }

    var parallelism: Int { 1 }

    func makeReader(_ context: QueryContext) throws -> BatchReader {
        let rows = RowSet(join.types, memory: context.memory)
        try Pipeline.run(
            probing, join, context,
            makeSink: { [types = join.types] in CollectSink(RowSet(types, memory: context.memory)) },
            merge: { try rows.append($0.rows) })
        let rest = state.unmatched
        let left = join.children[0].types
        var start = 0
        while start < rest.count {
            let part = Array(rest[start..<min(rest.count, start + 2048)])
            let right = part.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.map { base in
                    state.table.rows.columns.map { $0.gather(base, count: part.count) }
                } ?? []
            }
            try rows.append(
                Batch(
                    columns: left.map { Vector.nulls($0, count: part.count) } + right,
                    count: part.count))
            start += part.count
        }
        return try RowSetSource(rows).makeReader(context)
    }
}
