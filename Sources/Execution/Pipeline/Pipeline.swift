import Basics
import Glibc
import Planning
import Synchronization
import Vectors

/// Drives streams into sinks.
enum Pipeline {
    /// Runs the stream with as many workers as source and context allow. Every worker has a sink of its
    /// own; `merge` takes them one at a time, in the order of the workers, when all have ended.
    static func run<S: LocalSink>(
        _ stream: Stream, _ owner: Operator?, _ context: QueryContext,
        makeSink: @escaping @Sendable () throws -> S, merge: (S) throws -> Void
    ) throws {
        let states = Mutex<[Int: UncheckedBox<(sink: S, driver: Driver)>]>([:])
        /// `isLast`: nothing comes after, so that each worker ends its sink itself.
        func run(
            _ source: any BatchSource, _ stage: Int, morsels: Int, isLast: Bool
        ) throws {
            let workers = max(1, min(context.threads, source.parallelism))
            try context.pool.run(workers) { worker in
                // Stages keep what they have counted from the source's batches to the epilogues'.
                var state = states.withLock { $0[worker] }
                if state == nil {
                    let sink = try makeSink()
                    state = UncheckedBox((sink, try Driver(stream, context, sink)))
                }
                guard let state else { return }
                try state.value.driver.drive(source, stage, morsels: morsels)
                if isLast { try state.value.sink.finish() }
                states.withLock { $0[worker] = state }
            }
        }
        try run(stream.source, 0, morsels: 0, isLast: stream.epilogues.isEmpty)
        for (index, epilogue) in stream.epilogues.enumerated() {
            // Their morsels come after all of the source's.
            try run(
                epilogue.source, epilogue.stage, morsels: (index + 1) << 24, isLast: false)
        }
        if !stream.epilogues.isEmpty {
            let all = states.withLock { $0 }
            try context.pool.run(all.count) { try all[$0]?.value.sink.finish() }
        }
        for (_, box) in states.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            try merge(box.value.sink)
        }
    }

    /// Runs the stream on the calling thread, in order.
    static func drive(_ stream: Stream, _ context: QueryContext, _ sink: LocalSink) throws {
        let driver = try Driver(stream, context, sink)
        try driver.drive(stream.source, 0, morsels: 0)
        for (index, epilogue) in stream.epilogues.enumerated() {
            // Their morsels come after all of the source's.
            try driver.drive(epilogue.source, epilogue.stage, morsels: (index + 1) << 24)
        }
        try sink.finish()
    }

    /// One worker's way through the stages.
    private struct Driver {
        let locals: [LocalStage]
        let owners: [Operator]
        let sink: LocalSink
        let stop: StopFlag
        let context: QueryContext

        init(_ stream: Stream, _ context: QueryContext, _ sink: LocalSink) throws {
            locals = try stream.stages.map { try $0.makeLocal(context) }
            owners = stream.stages.map(\.owner)
            self.sink = sink
            stop = stream.stop
            self.context = context
        }

        /// Sends all batches of a source through the stages from `stage` on.
        func drive(_ source: any BatchSource, _ stage: Int, morsels: Int) throws {
            if stop.isSet { return }
            let reader = try source.makeReader(context)
            let maker = stage > 0 && context.isAnalyzing ? owners[stage - 1].statistics : nil
            while !stop.isSet {
                try context.cancellation.check()
                let start = maker == nil ? 0 : monotonicNanoseconds()
                let batch = try reader.next()
                if let maker {
                    maker.add(nanoseconds: monotonicNanoseconds() - start)
                    maker.add(rows: batch?.count ?? 0)
                }
                guard let batch else { break }
                sink.begin(morsel: morsels + reader.ordinal)
                if batch.count > 0 { try push(batch, stage) }
            }
        }

        private func push(_ batch: Batch, _ stage: Int) throws {
            if stage == locals.count { return try sink.consume(batch) }
            guard context.isAnalyzing else {
                return try locals[stage].process(batch) { next in
                    if next.count > 0 { try push(next, stage + 1) }
                }
            }
            let statistics = owners[stage].statistics
            let start = monotonicNanoseconds()
            var above = 0
            try locals[stage].process(batch) { next in
                statistics.add(rows: next.count)
                let begin = monotonicNanoseconds()
                if next.count > 0 { try push(next, stage + 1) }
                above += monotonicNanoseconds() - begin
            }
            statistics.add(nanoseconds: monotonicNanoseconds() - start - above)
        }
    }
}

/// Carries a value that one thread at a time uses across a closure boundary.
struct UncheckedBox<T>: @unchecked Sendable {
    let value: T
    init(_ value: T) { self.value = value }
}

func monotonicNanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

extension Operator {
    /// All rows, kept.
    func collect(_ context: QueryContext) throws -> RowSet {
        statistics.addRun()
        let stream = try observed(context)
        let result = RowSet(types, memory: context.memory)
        try Pipeline.run(
            stream, self, context,
            makeSink: { [types] in CollectSink(RowSet(types, memory: context.memory)) },
            merge: { try result.append($0.rows) })
        return result
    }

    /// Runs the tree and hands every batch to `body` on the calling thread, in order.
    package func run(_ context: QueryContext, _ body: @escaping (Batch) throws -> Void) throws {
        statistics.addRun()
        try Pipeline.drive(try observed(context), context, ClosureSink(body))
    }
}

final class CollectSink: LocalSink {
    let rows: RowSet
    init(_ rows: RowSet) { self.rows = rows }
    override func consume(_ batch: Batch) throws { try rows.append(batch) }
}

/// Reads kept rows, vector by vector, perhaps in another order and only some of them.
final class RowSetSource: BatchSource, @unchecked Sendable {
    private let rows: RowSet
    private let order: [UInt32]?
    private let columnIndices: [Int]?
    private let next = Atomic<Int>(0)
    let isOrdered: Bool

    init(_ rows: RowSet, order: [UInt32]? = nil, columns: [Int]? = nil, isOrdered: Bool = true) {
        self.rows = rows
        self.order = order
        columnIndices = columns
        self.isOrdered = isOrdered
    }

    private var count: Int { order?.count ?? rows.count }
    var parallelism: Int {
        isOrdered ? 1 : max(1, (count + 16_383) / 16_384)
    }

    func makeReader(_ context: QueryContext) throws -> BatchReader { Reader(self) }

    private func take() -> (start: Int, Batch)? {
        let size = Vector.standardCapacity
        let start = next.wrappingAdd(size, ordering: .relaxed).oldValue
        guard start < count else { return nil }
        let range = start..<min(start + size, count)
        let columns = columnIndices?.map { rows.columns[$0] } ?? rows.columns
        if let order {
            return order.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return nil }
                let gathered = columns.map {
                    $0.gather(base + range.lowerBound, count: range.count)
                }
                return (start, Batch(columns: gathered, count: range.count))
            }
        }
        return (start, Batch(columns: columns.map { $0.slice(range) }, count: range.count))
    }

    private final class Reader: BatchReader {
        let source: RowSetSource
        init(_ source: RowSetSource) { self.source = source }
        override func next() throws -> Batch? {
            guard let (start, batch) = source.take() else { return nil }
            ordinal = start / Vector.standardCapacity
            return batch
        }
    }
}

/// A few batches that exist already.
final class BatchListSource: BatchSource, @unchecked Sendable {
    private let batches: [Batch]
    private let next = Atomic<Int>(0)
    init(_ batches: [Batch]) { self.batches = batches }
    var parallelism: Int { 1 }
    func makeReader(_ context: QueryContext) throws -> BatchReader { Reader(self) }

    private final class Reader: BatchReader {
        let source: BatchListSource
        init(_ source: BatchListSource) { self.source = source }
        override func next() throws -> Batch? {
            let index = source.next.wrappingAdd(1, ordering: .relaxed).oldValue
            return index < source.batches.count ? source.batches[index] : nil
        }
    }
}
