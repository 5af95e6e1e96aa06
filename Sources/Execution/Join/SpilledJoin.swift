import Basics
import Planning
import Synchronization
import Vectors

/// A run of a join whose build side is larger than the memory it may take.
///
/// Both sides go to temporary files, divided by hash: partners are always in the same partition.
/// When the probe side has ended, the partitions are joined one after the other, each in memory;
/// one that is still too large is divided again, up to a depth that only many rows of one key can
/// reach.
final class SpilledJoin: @unchecked Sendable {
    /// A partition: files of all workers that wrote to it.
    struct Part {
        var build: [SpillRun]
        var probe: [SpillRun]
        var usedBits: Int
    }
    let join: HashJoinOperator
    let hasNullKey: Bool
    private let build: [JoinPartitions]
    private let probes = Mutex<[UncheckedBox<JoinPartitions>]>([])

    init(_ join: HashJoinOperator, _ build: [JoinPartitions], hasNullKey: Bool) {
        self.join = join
        self.build = build
        self.hasNullKey = hasNullKey
    }

    fileprivate func makeProbe(_ context: QueryContext) -> JoinPartitions {
        let made = JoinPartitions(
            join.children[0].types, join.words, usedBits: 0, context, join.statistics)
        let box = UncheckedBox(made)
        probes.withLock { $0.append(box) }
        return made
    }

    /// All partitions, once both sides are complete.
    fileprivate func parts() throws -> [Part] {
        let probes = probes.withLock { $0 }.map(\.value)
        for side in probes { try side.finish() }
        return (0..<JoinPartitions.count).map { index in
            Part(
                build: build.map { $0.runs[index] }, probe: probes.map { $0.runs[index] },
                usedBits: JoinPartitions.bits)
        }
    }
}

/// Writes probe rows to their partitions; nothing comes out yet.
final class SpillProbeStage: Stage, @unchecked Sendable {
    private let spilled: SpilledJoin
    init(_ owner: Operator, _ spilled: SpilledJoin) {
        self.spilled = spilled
        super.init(owner)
    }

    override func makeLocal(_ context: QueryContext) throws -> LocalStage {
        Local(spilled, context)
    }

    private final class Local: LocalStage {
        let join: HashJoinOperator
        let context: QueryContext
        let partitions: JoinPartitions
        var words: [UInt64] = []
        init(_ spilled: SpilledJoin, _ context: QueryContext) {
            join = spilled.join
            self.context = context
            partitions = spilled.makeProbe(context)
        }

        override func process(_ batch: Batch, _ emit: (Batch) throws -> Void) throws {
            let keys = try join.probeKeys.map { try $0.evaluate(batch, context) }
            if words.count < batch.count { words = [UInt64](repeating: 0, count: batch.count) }
            try words.withUnsafeMutableBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                join.words.write(keys, count: batch.count, to: base)
                try partitions.append(batch.columns, base, count: batch.count)
            }
        }
    }
}

/// Joins the partitions, one at a time: each may take all the memory there is.
final class SpilledJoinSource: BatchSource, @unchecked Sendable {
    private let spilled: SpilledJoin
    init(_ spilled: SpilledJoin) { self.spilled = spilled }
    var parallelism: Int { 1 }
    func makeReader(_ context: QueryContext) throws -> BatchReader {
        try Reader(spilled, context)
    }

    private final class Reader: BatchReader {
        private let spilled: SpilledJoin
        private let join: HashJoinOperator
        private let context: QueryContext
        private var parts: [SpilledJoin.Part]
        private var current: SpilledPart?
        private var ready: [Batch] = []
        private var taken = 0

        init(_ spilled: SpilledJoin, _ context: QueryContext) throws {
            self.spilled = spilled
            self.context = context
            join = spilled.join
            parts = try spilled.parts().reversed()
        }

        override func next() throws -> Batch? {
            while taken == ready.count {
                ready.removeAll(keepingCapacity: true)
                taken = 0
                try context.cancellation.check()
                if let current {
                    if try !current.advance({ ready.append($0) }) { self.current = nil }
                } else {
                    guard let part = parts.popLast() else { return nil }
                    try open(part)
                }
            }
            taken += 1
            return ready[taken - 1]
        }

        /// Reads a partition's build rows, or divides it.
        private func open(_ part: SpilledJoin.Part) throws {
            let rowCount = part.build.reduce(0) { $0 + $1.rowCount }
            let bytes = part.build.reduce(0) { $0 + $1.byteCount }
            // Columns that grow, words, and the table.
            let needed = bytes * 3 + rowCount * 56
            if needed > context.memory.available, part.usedBits < JoinPartitions.bitsMax {
                return try divide(part)
            }
            if rowCount == 0, join.shape.ignoresUnmatchedProbe { return }
            current = try SpilledPart(part, spilled, context)
        }

        private func divide(_ part: SpilledJoin.Part) throws {
            join.statistics.note("partitions divided again", 1)
            func again(
                _ runs: [SpillRun], _ types: [SQLType], _ keys: (Batch) throws -> [Vector]
            ) throws -> JoinPartitions {
                let target = JoinPartitions(
                    types, join.words, usedBits: part.usedBits, context, join.statistics)
                var words: [UInt64] = []
                for run in runs {
                    let reader = run.makeReader()
                    while let batch = try reader.next() {
                        try context.cancellation.check()
                        if words.count < batch.count {
                            words = [UInt64](repeating: 0, count: batch.count)
                        }
                        let keys = try keys(batch)
                        try words.withUnsafeMutableBufferPointer { buffer in
                            guard let base = buffer.baseAddress else { return }
                            join.words.write(keys, count: batch.count, to: base)
                            try target.append(batch.columns, base, count: batch.count)
                        }
                    }
                }
                try target.finish()
                return target
            }
            let build = try again(part.build, join.buildTypes) { batch in
                join.keyPlaces.map { batch.columns[$0] }
            }
            let probe = try again(part.probe, join.children[0].types) { batch in
                try join.probeKeys.map { try $0.evaluate(batch, context) }
            }
            let rowCount = part.build.reduce(0) { $0 + $1.rowCount }
            for index in (0..<JoinPartitions.count).reversed() {
                // One key cannot be divided.
                let isStuck = build.runs[index].rowCount == rowCount
                parts.append(
                    SpilledJoin.Part(
                        build: [build.runs[index]], probe: [probe.runs[index]],
                        usedBits: isStuck
                            ? JoinPartitions.bitsMax : part.usedBits + JoinPartitions.bits))
            }
        }
    }
}

/// A partition in memory: its table, and where its probe rows and its unmatched rows stand.
private final class SpilledPart {
    private let state: JoinState
    private let probe: HashJoinProbe
    private var readers: [BatchReader]
    private let rest: BatchReader?
    /// Rows of a batch that are joined at a time, so that repeated keys do not fill the memory.
    private static let rowsMax = 256

    init(_ part: SpilledJoin.Part, _ spilled: SpilledJoin, _ context: QueryContext) throws {
        let join = spilled.join
        let rows = RowSet(join.buildTypes, memory: context.memory)
        let words = WordBuffer(context.memory)
        for run in part.build {
            let reader = run.makeReader()
            while let batch = try reader.next() {
                try words.append(
                    join.keyPlaces.map { batch.columns[$0] }, count: batch.count, join.words)
                try rows.append(batch)
            }
        }
        let table = try JoinTable(rows, join.words, [words], context)
        let state = JoinState(join, table, hasNullKey: spilled.hasNullKey, isEmpty: false)
        self.state = state
        probe = HashJoinProbe(state, context)
        readers = part.probe.map { $0.makeReader() }
        rest = try join.shape.emitsBuild.map {
            try BuildRowsSource(state, matched: $0).makeReader(context)
        }
    }

    /// Gives some more batches; false where there are none left.
    func advance(_ emit: (Batch) -> Void) throws -> Bool {
        while let reader = readers.last {
            guard let batch = try reader.next() else {
                readers.removeLast()
                continue
            }
            if state.table.isUnique || batch.count <= Self.rowsMax {
                try probe.process(batch, emit)
                return true
            }
            var start = 0
            while start < batch.count {
                let count = min(Self.rowsMax, batch.count - start)
                try probe.process(
                    Batch(
                        columns: batch.columns.map { $0.slice(start, count: count) },
                        count: count), emit)
                start += count
            }
            return true
        }
        guard let batch = try rest?.next() else { return false }
        emit(batch)
        return true
    }
}
