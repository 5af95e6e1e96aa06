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
        let workers = max(1, min(context.threads, stream.source.parallelism))
        let sinks = Mutex<[(Int, UncheckedBox<S>)]>([])
        try context.pool.run(workers) { worker in
            let sink = try makeSink()
            try drive(stream, context, sink)
            sinks.withLock { $0.append((worker, UncheckedBox(sink))) }
        }
        for (_, box) in sinks.withLock({ $0 }).sorted(by: { $0.0 < $1.0 }) { try merge(box.value) }
    }

    /// Runs the stream on the calling thread, in order.
    static func drive(_ stream: Stream, _ context: QueryContext, _ sink: LocalSink) throws {
        let reader = try stream.source.makeReader(context)
        let locals = try stream.stages.map { try $0.makeLocal(context) }
        let driver = Driver(
            locals: locals, owners: stream.stages.map(\.owner), sink: sink,
            isAnalyzing: context.isAnalyzing)
        while !stream.stop.isSet {
            try context.cancellation.check()
            guard let batch = try reader.next() else { break }
            sink.begin(morsel: reader.ordinal)
            if batch.count > 0 { try driver.push(batch, 0) }
        }
        try sink.finish()
    }

    private struct Driver {
        let locals: [LocalStage]
        let owners: [Operator]
        let sink: LocalSink
        let isAnalyzing: Bool

        func push(_ batch: Batch, _ stage: Int) throws {
            if stage == locals.count { return try sink.consume(batch) }
            let statistics = owners[stage].statistics
            guard isAnalyzing else {
                return try locals[stage].process(batch) { next in
                    if next.count > 0 { try push(next, stage + 1) }
                }
            }
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
