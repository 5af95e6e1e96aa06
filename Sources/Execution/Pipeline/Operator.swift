import Basics
import Planning
import Synchronization
import Vectors

/// A physical operator: part of a tree that can be run any number of times.
///
/// `stream` runs whatever must be complete first (the build side of a join, a sort's input) and
/// gives the rest as a source and a chain of stages, which `Pipeline` drives with as many workers
/// as fit.
package class Operator: @unchecked Sendable {
    package let columns: [(ColumnID, SQLType)]
    package let children: [Operator]
    /// The optimizer's guess, for EXPLAIN.
    package var estimatedRows: Double
    let statistics = OperatorStatistics()

    init(columns: [(ColumnID, SQLType)], children: [Operator] = [], estimatedRows: Double = 0) {
        self.columns = columns
        self.children = children
        self.estimatedRows = estimatedRows
    }

    func stream(_ context: QueryContext) throws -> Stream {
        preconditionFailure("\(Self.self) does not say how it runs")
    }

    /// As `stream`; under EXPLAIN ANALYZE with the time that went into it without the operators
    /// below, and a count of the rows that come out of a blocking operator.
    final func observed(_ context: QueryContext) throws -> Stream {
        guard context.isAnalyzing else { return try stream(context) }
        let below = nanosecondsBelow
        let start = monotonicNanoseconds()
        var made = try stream(context)
        let elapsed = monotonicNanoseconds() - start
        if !countsItself {
            statistics.add(nanoseconds: max(0, elapsed - (nanosecondsBelow - below)))
            if made.stages.isEmpty {
                made.source = CountingSource(made.source, statistics)
            }
        }
        return made
    }

    /// Whether the operator keeps its own statistics.
    var countsItself: Bool { false }

    /// The stored column that an output column is, where dropping rows of that scan by it drops
    /// only rows of this operator that have the same values there.
    func scanColumn(_ index: Int) -> ScanColumn? { nil }

    /// Time of the whole subtree.
    final var totalNanoseconds: Int { statistics.nanoseconds + nanosecondsBelow }

    private var nanosecondsBelow: Int {
        children.reduce(0) { $0 + $1.statistics.nanoseconds + $1.nanosecondsBelow }
    }

    /// What EXPLAIN shows: a name, then lines of detail.
    package var title: String { String(describing: Self.self) }
    package var details: [String] { [] }

    final var types: [SQLType] { columns.map(\.1) }
}

/// What EXPLAIN ANALYZE tells of one operator, summed over workers and runs.
package final class OperatorStatistics: Sendable {
    private let rowsAtomic = Atomic<Int>(0)
    private let nanosecondsAtomic = Atomic<Int>(0)
    private let runsAtomic = Atomic<Int>(0)
    private let notesLock = Mutex<[(String, Int)]>([])

    package var rows: Int { rowsAtomic.load(ordering: .relaxed) }
    /// Own time, without the operators below and above, summed over workers.
    package var nanoseconds: Int { nanosecondsAtomic.load(ordering: .relaxed) }
    package var runs: Int { runsAtomic.load(ordering: .relaxed) }
    /// Counters such as "segments read", in order of first mention.
    package var notes: [(String, Int)] { notesLock.withLock { $0 } }

    func add(rows: Int) { rowsAtomic.wrappingAdd(rows, ordering: .relaxed) }
    func add(nanoseconds: Int) {
        nanosecondsAtomic.wrappingAdd(nanoseconds, ordering: .relaxed)
    }
    func addRun() { runsAtomic.wrappingAdd(1, ordering: .relaxed) }
    func note(_ name: String, _ amount: Int) {
        notesLock.withLock { notes in
            if let index = notes.firstIndex(where: { $0.0 == name }) {
                notes[index].1 += amount
            } else {
                notes.append((name, amount))
            }
        }
    }
}

/// Batches on their way: a source, and stages that each batch passes through in order.
struct Stream {
    /// Batches that come when everything before has passed: an outer join's rows without a
    /// partner.
    struct Epilogue {
        var source: any BatchSource
        /// The first stage that they pass through.
        var stage: Int
    }
    var source: any BatchSource
    var stages: [Stage] = []
    /// In the order in which they run, which is that of their stages.
    private(set) var epilogues: [Epilogue] = []
    /// Set by a stage that needs no more rows.
    var stop = StopFlag()

    init(source: any BatchSource) { self.source = source }

    /// The stream through one more stage; `then` gives batches of the stage's own when no other is
    /// left to come, and is asked for readers only then.
    func adding(_ stage: Stage, then: (any BatchSource)? = nil) -> Stream {
        var copy = self
        copy.stages.append(stage)
        if let then { copy.epilogues.append(Epilogue(source: then, stage: copy.stages.count)) }
        return copy
    }

    /// The same batches, read by one worker: where order or a running count matters.
    func readByOne() -> Stream {
        var copy = self
        copy.source = SingleReaderSource(source)
        for index in copy.epilogues.indices {
            copy.epilogues[index].source = SingleReaderSource(copy.epilogues[index].source)
        }
        return copy
    }
}

final class StopFlag: Sendable {
    private let flag = Atomic<Bool>(false)
    func set() { flag.store(true, ordering: .relaxed) }
    var isSet: Bool { flag.load(ordering: .relaxed) }
}

/// Hands out batches to one or more workers.
protocol BatchSource: AnyObject, Sendable {
    /// How many readers may be worth having; 1 where order matters.
    var parallelism: Int { get }
    func makeReader(_ context: QueryContext) throws -> BatchReader
}

/// One worker's view of a source.
package class BatchReader {
    /// The place of the last batch's morsel in the whole source; 0 where one reader gets everything.
    /// A reader's morsels come in ascending order, and no two readers share one.
    final var ordinal = 0
    package func next() throws -> Batch? { nil }
}

/// A step that turns one batch into any number; shared by the workers.
class Stage: @unchecked Sendable {
    let owner: Operator
    init(_ owner: Operator) { self.owner = owner }
    func makeLocal(_ context: QueryContext) throws -> LocalStage {
        preconditionFailure("\(Self.self) has no local part")
    }
}

/// One worker's part of a stage.
class LocalStage {
    func process(_ batch: Batch, _ emit: (Batch) throws -> Void) throws {}
}

/// One worker's end of a pipeline.
class LocalSink {
    /// The place of the morsel that rows come from, and how many of them have come.
    private var ordinal = 0
    private var rowsOfMorsel = 0

    final func begin(morsel: Int) {
        if morsel == ordinal { return }
        ordinal = morsel
        rowsOfMorsel = 0
    }

    /// The place of the next row in the pipeline's input, whichever worker takes it; `count` rows are
    /// numbered from there on.
    final func position(_ count: Int) -> Int {
        defer { rowsOfMorsel += count }
        return ordinal << 32 + rowsOfMorsel
    }

    /// Called by the worker when all its rows have come.
    func finish() throws {}

    func consume(_ batch: Batch) throws {}
}

/// A sink from a closure; for one worker.
final class ClosureSink: LocalSink {
    private let body: (Batch) throws -> Void
    init(_ body: @escaping (Batch) throws -> Void) { self.body = body }
    override func consume(_ batch: Batch) throws { try body(batch) }
}

/// Counts the rows that a source hands out.
final class CountingSource: BatchSource {
    private let inner: any BatchSource
    private let statistics: OperatorStatistics
    init(_ inner: any BatchSource, _ statistics: OperatorStatistics) {
        self.inner = inner
        self.statistics = statistics
    }
    var parallelism: Int { inner.parallelism }
    func makeReader(_ context: QueryContext) throws -> BatchReader {
        Reader(try inner.makeReader(context), statistics)
    }

    private final class Reader: BatchReader {
        private let inner: BatchReader
        private let statistics: OperatorStatistics
        init(_ inner: BatchReader, _ statistics: OperatorStatistics) {
            self.inner = inner
            self.statistics = statistics
        }
        override func next() throws -> Batch? {
            let batch = try inner.next()
            ordinal = inner.ordinal
            if let batch { statistics.add(rows: batch.count) }
            return batch
        }
    }
}
