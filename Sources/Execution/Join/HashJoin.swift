import Basics
import Planning
import Synchronization
import Vectors

/// A join whose conditions include equalities: one side is put into a table, the other streams by.
///
/// `children` are the probe side and the build side. The build side is collected by all workers,
/// its table made by all of them (`JoinTableBuilder`), and what is known of its keys is handed to
/// the scan below the probe side (`RuntimeFilter`), so that rows without a partner are not even
/// decoded.
final class HashJoinOperator: Operator, @unchecked Sendable {
    let kind: JoinNode.Kind
    let shape: JoinShape
    let probeKeys: [Compiled]
    let buildKeys: [Compiled]
    let words: JoinWords
    /// For each key its place among the columns of the build side's table, where keys that are no
    /// plain columns come last.
    let keyPlaces: [Int]
    let keyTypes: [SQLType]
    /// Further conditions over probe and build columns side by side.
    let residual: PairFilter
    let outputs: [JoinOutput]
    private let conditions: [Expression]
    private let names: ColumnNames

    init(
        _ kind: JoinNode.Kind, shape: JoinShape, probe: Operator, build: Operator,
        columns: [(ColumnID, SQLType)], probeKeys: [Compiled], buildKeys: [Compiled],
        keyTypes: [SQLType], residual: [Compiled], conditions: [Expression], names: ColumnNames
    ) {
        self.kind = kind
        self.shape = shape
        self.probeKeys = probeKeys
        self.buildKeys = buildKeys
        self.keyTypes = keyTypes
        words = JoinWords(keyTypes)
        self.residual = PairFilter(residual)
        self.conditions = conditions
        self.names = names
        var next = build.columns.count
        keyPlaces = buildKeys.map { key in
            if case .column(let index) = key { return index }
            next += 1
            return next - 1
        }
        var origin: [ColumnID: JoinOutput] = [:]
        for (index, column) in build.columns.enumerated() { origin[column.0] = .build(index) }
        for (index, column) in probe.columns.enumerated() { origin[column.0] = .probe(index) }
        outputs = columns.compactMap { origin[$0.0] }
        super.init(columns: columns, children: [probe, build])
    }

    override var title: String { "HashJoin (\(kind))" }
    override var details: [String] {
        conditions.isEmpty
            ? [] : ["on: \(conditions.map { Explain.text($0, names) }.joined(separator: " AND "))"]
    }

    override func scanColumn(_ index: Int) -> ScanColumn? {
        switch outputs[index] {
        case .probe(let column): children[0].scanColumn(column)
        // A build row that goes early is missed only by pairs.
        case .build(let column):
            kind == .inner ? children[1].scanColumn(column) : nil
        }
    }

    override func stream(_ context: QueryContext) throws -> Stream {
        let table: JoinTable
        switch try build(context) {
        case .table(let made): table = made
        case .spilled(let spilled):
            return try children[0].observed(context).adding(
                SpillProbeStage(self, spilled), then: SpilledJoinSource(spilled))
        }
        if table.rows.count == 0, shape.ignoresUnmatchedProbe {
            return Stream(source: BatchListSource([]))
        }
        let state = JoinState(self, table)
        let filtered = context.filtering(RuntimeFilter.make(self, table, context))
        let probing = try children[0].observed(filtered)
        let stage = HashJoinStage(self, state)
        return probing.adding(
            stage, then: shape.emitsBuild.map { BuildRowsSource(state, matched: $0) })
    }

    /// What the table keeps: the build side's columns, then keys that are no columns.
    var buildTypes: [SQLType] {
        let types = children[1].types
        return types + zip(keyPlaces, keyTypes).filter { $0.0 >= types.count }.map(\.1)
    }

    private enum Built {
        case table(JoinTable)
        case spilled(SpilledJoin)
    }

    private func build(_ context: QueryContext) throws -> Built {
        let side = children[1]
        side.statistics.addRun()
        let stream = try side.observed(context)
        var sinks: [BuildSink] = []
        try Pipeline.run(
            stream, side, context, makeSink: { BuildSink(self, context) },
            merge: { sinks.append($0) })
        let start = context.isAnalyzing ? monotonicNanoseconds() : 0
        defer {
            if context.isAnalyzing {
                statistics.add(nanoseconds: monotonicNanoseconds() - start)
            }
        }
        statistics.note("build rows", sinks.reduce(0) { $0 + $1.rowCount })
        let isTooLarge = sinks.reduce(0) { $0 + $1.bytesForTable } > context.memory.available
        if sinks.contains(where: { $0.partitions != nil })
            || (isTooLarge && context.spill.isAvailable)
        {
            let parts = try sinks.map { try $0.spilled() }
            return .spilled(
                SpilledJoin(self, parts, hasNullKey: sinks.contains { $0.hasNullKey }))
        }
        let rows = sinks.first?.rows ?? RowSet(buildTypes, memory: context.memory)
        try rows.append(all: sinks.dropFirst().map(\.rows), context)
        let table: JoinTable
        if let texts = try JoinTexts(keyTypes, rows, places: keyPlaces, context) {
            let form = JoinWords(keyTypes, texts: texts)
            let buffer = try texts.words(of: rows, places: keyPlaces, form, context)
            table = try JoinTable(rows, form, [buffer], context)
        } else {
            table = try JoinTable(rows, words, sinks.map(\.words), context)
        }
        statistics.note(table.layoutName, 1)
        return .table(table)
    }
}

/// Keeps build rows, their words, and keys that are no columns; on disk when memory is short.
private final class BuildSink: LocalSink {
    private(set) var rows: RowSet
    private(set) var words: WordBuffer
    /// Set once rows have gone to disk; then all do.
    private(set) var partitions: JoinPartitions?
    private(set) var rowCount = 0
    private(set) var hasNullKey = false
    private let join: HashJoinOperator
    private let context: QueryContext

    init(_ join: HashJoinOperator, _ context: QueryContext) {
        self.join = join
        self.context = context
        rows = RowSet(join.buildTypes, memory: context.memory)
        words = WordBuffer(context.memory)
    }

    override func consume(_ batch: Batch) throws {
        let keys = try join.buildKeys.map { try $0.evaluate(batch, context) }
        var columns = batch.columns
        for (place, key) in zip(join.keyPlaces, keys) where place >= batch.columns.count {
            columns.append(key)
        }
        if !hasNullKey, let valid = JoinWords.validity(keys, count: batch.count) {
            hasNullKey = valid.contains(0)
        }
        rowCount += batch.count
        if let partitions { return try write(columns, keys, batch.count, to: partitions) }
        do {
            try words.append(keys, count: batch.count, join.words)
            try rows.append(columns, count: batch.count)
        } catch let error as SQLError where error.state == .outOfMemory {
            guard context.spill.isAvailable else { throw error }
            let isKept = rows.count == rowCount
            let partitions = try spilled()
            if !isKept { try write(columns, keys, batch.count, to: partitions) }
            return
        }
        if context.memory.isTight, context.spill.isAvailable,
            rows.byteCount >= context.memory.leastHeld
        {
            _ = try spilled()
        }
    }

    private func write(
        _ columns: [Vector], _ keys: [Vector], _ count: Int, to partitions: JoinPartitions
    ) throws {
        try withUnsafeTemporaryAllocation(of: UInt64.self, capacity: max(count, 1)) { buffer in
            guard let base = buffer.baseAddress else { return }
            join.words.write(keys, count: count, to: base)
            try partitions.append(columns, base, count: count)
        }
    }

    /// The rows on disk, all of them.
    func spilled() throws -> JoinPartitions {
        let made =
            partitions
            ?? JoinPartitions(join.buildTypes, join.words, usedBits: 0, context, join.statistics)
        partitions = made
        var start = 0
        while start < rows.count {
            let range = start..<min(rows.count, start + Vector.standardCapacity)
            try made.append(rows.batch(range).columns, words.words + start, count: range.count)
            start = range.upperBound
        }
        try made.finish()
        rows = RowSet(join.buildTypes, memory: context.memory)
        words = WordBuffer(context.memory)
        return made
    }

    /// About what the table takes beyond the rows as they are.
    var bytesForTable: Int { rows.byteCount / 2 + rows.count * 40 }
}

/// What the workers of one run of a join share.
final class JoinState: @unchecked Sendable {
    let join: HashJoinOperator
    let table: JoinTable
    /// A byte a build row that tells whether it has found a partner; nil where nobody asks.
    private let marks: UnsafeMutablePointer<Atomic<UInt8>>?

    /// Whether the whole build side, of which the table may be a part, has a NULL key, or no row.
    let hasNullKey: Bool
    let isEmpty: Bool

    init(
        _ join: HashJoinOperator, _ table: JoinTable, hasNullKey: Bool? = nil,
        isEmpty: Bool? = nil
    ) {
        self.join = join
        self.table = table
        self.hasNullKey = hasNullKey ?? table.hasNullKey
        self.isEmpty = isEmpty ?? (table.rows.count == 0)
        guard join.shape.emitsBuild != nil else {
            marks = nil
            return
        }
        let bytes = UnsafeMutableRawPointer.allocate(
            byteCount: max(table.rows.count, 1), alignment: 64)
        bytes.initializeMemory(as: UInt8.self, repeating: 0, count: max(table.rows.count, 1))
        marks = bytes.assumingMemoryBound(to: Atomic<UInt8>.self)
    }

    deinit { marks.map { UnsafeMutableRawPointer($0).deallocate() } }

    @inline(__always)
    func mark(_ row: UInt32) { marks?[Int(row)].store(1, ordering: .relaxed) }
    func isMarked(_ row: Int) -> Bool { marks?[row].load(ordering: .relaxed) == 1 }

    /// The output columns for probe rows and build rows side by side. Without probe columns those
    /// are NULL; `hasMissing` tells that `UInt32.max` among the build rows stands for none.
    func output(
        _ probe: [Vector]?, build rows: UnsafePointer<UInt32>, count: Int, hasMissing: Bool
    ) -> Batch {
        var columns: [Vector] = []
        columns.reserveCapacity(join.outputs.count)
        for (output, column) in zip(join.outputs, join.columns) {
            switch output {
            case .probe(let index):
                columns.append(probe?[index] ?? Vector.nulls(column.1, count: count))
            case .build(let index):
                columns.append(
                    table.rows.columns[index].gather(rows, count: count, hasMissing: hasMissing))
            }
        }
        return Batch(columns: columns, count: count)
    }
}

/// After the probe side has ended: build rows that found a partner, or those that did not.
final class BuildRowsSource: BatchSource, @unchecked Sendable {
    private let state: JoinState
    private let matched: Bool
    private let next = SharedCounter()

    init(_ state: JoinState, matched: Bool) {
        self.state = state
        self.matched = matched
    }

    var parallelism: Int { max(1, (state.table.rows.count + 16_383) / 16_384) }
    func makeReader(_ context: QueryContext) throws -> BatchReader { Reader(self) }

    /// The next rows, and their place among all.
    private func take() -> (batch: Batch, place: Int)? {
        while true {
            let place = next.take()
            let start = place * Vector.standardCapacity
            guard start < state.table.rows.count else { return nil }
            var rows: [UInt32] = []
            for row in start..<min(start + Vector.standardCapacity, state.table.rows.count)
            where state.isMarked(row) == matched {
                rows.append(UInt32(truncatingIfNeeded: row))
            }
            if rows.isEmpty { continue }
            return rows.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.map {
                    (state.output(nil, build: $0, count: rows.count, hasMissing: false), place)
                }
            }
        }
    }

    private final class Reader: BatchReader {
        let source: BuildRowsSource
        init(_ source: BuildRowsSource) { self.source = source }
        override func next() throws -> Batch? {
            guard let (batch, place) = source.take() else { return nil }
            ordinal = place
            return batch
        }
    }
}
