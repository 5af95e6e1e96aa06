import Basics
import Planning
import Synchronization
import Vectors

/// Window calls that share PARTITION BY and ORDER BY.
///
/// Few rows are sorted by both, and come out in that order. Of many rows each worker spreads its own
/// over buckets by a hash of the partition keys, so that a partition lies in one bucket; then workers
/// take bucket after bucket, find its partitions, sort each, add the calls' columns and pass the rows
/// on.
final class WindowOperator: Operator, @unchecked Sendable {
    struct Call: @unchecked Sendable {
        let call: WindowCall
        let arguments: [Compiled]
        let filter: Compiled?
    }
    let calls: [Call]
    let partition: [Compiled]
    let order: [Compiled]
    let template: WindowCall
    /// Columns of the input; keys that are none of them follow in kept rows.
    let width: Int
    /// Where the keys lie in kept rows.
    let partitionColumns: [Int]
    let orderColumns: [Int]
    /// Keys that are no columns of the input.
    let keys: [Compiled]
    let keptTypes: [SQLType]

    init(
        _ input: Operator, columns: [(ColumnID, SQLType)], calls: [Call], partition: [Compiled],
        order: [Compiled], template: WindowCall
    ) {
        self.calls = calls
        self.partition = partition
        self.order = order
        self.template = template
        width = input.columns.count
        var keys: [Compiled] = []
        var types = input.types
        func place(_ key: Compiled, _ type: SQLType) -> Int {
            if case .column(let index) = key, types[index] == type { return index }
            keys.append(key)
            types.append(type)
            return types.count - 1
        }
        partitionColumns = zip(partition, template.partition).map { place($0, $1.type) }
        orderColumns = zip(order, template.order).map { place($0, $1.expression.type) }
        self.keys = keys
        keptTypes = types
        super.init(columns: columns, children: [input])
    }

    override var title: String { "Window" }

    override func stream(_ context: QueryContext) throws -> Stream {
        let input = try children[0].observed(context)
        let isSequential = min(context.threads, input.source.parallelism) <= 1
        var parts: [WindowScatter] = []
        try Pipeline.run(
            input, self, context, makeSink: { WindowScatter(self, context) },
            merge: { parts.append($0) })
        let isSpread = parts.contains { $0.isSpread }
        var buckets: [[RowSet]] = []
        if isSpread {
            for part in parts { try part.spread() }
            for bucket in 0..<WindowScatter.bucketCount {
                let pieces = parts.map { $0.buckets[bucket] }.filter { $0.count > 0 }
                if !pieces.isEmpty { buckets.append(pieces) }
            }
        } else {
            let pieces = parts.map(\.staged).filter { $0.count > 0 }
            if !pieces.isEmpty { buckets.append(pieces) }
        }
        return Stream(
            source: WindowSource(
                self, buckets, isSpread: isSpread, keepsTies: isSequential, context))
    }
}

/// One worker's input rows with their keys: kept as they come while they are few, then in buckets.
final class WindowScatter: LocalSink {
    /// Highest bits of the hash that choose a bucket.
    static let bucketBits = 6
    static let bucketCount = 1 << bucketBits
    private static let stagingLimit = 1 << 16

    private let owner: WindowOperator
    private let context: QueryContext
    private(set) var staged: RowSet
    private(set) var buckets: [RowSet] = []
    private var positions: [UInt32] = []
    private var hashes: [UInt64] = []
    private let caches: [TextCache]
    private var starts = [Int](repeating: 0, count: WindowScatter.bucketCount + 1)

    init(_ owner: WindowOperator, _ context: QueryContext) {
        self.owner = owner
        self.context = context
        staged = RowSet(owner.keptTypes, memory: context.memory)
        caches = owner.partitionColumns.map { _ in TextCache() }
    }

    var isSpread: Bool { !buckets.isEmpty }

    override func consume(_ batch: Batch) throws {
        let columns = batch.columns + (try owner.keys.map { try $0.evaluate(batch, context) })
        if isSpread { return try scatter(columns, batch.count) }
        try staged.append(columns, count: batch.count)
        if staged.count > Self.stagingLimit, !owner.partition.isEmpty { try spread() }
    }

    /// Moves what is kept into buckets.
    func spread() throws {
        guard !isSpread else { return }
        buckets = (0..<Self.bucketCount).map { _ in
            RowSet(owner.keptTypes, memory: context.memory)
        }
        var start = 0
        while start < staged.count {
            let rows = staged.batch(start..<min(start + 8192, staged.count))
            try scatter(rows.columns, rows.count)
            start += rows.count
        }
        staged = RowSet(owner.keptTypes, memory: context.memory)
    }

    private func scatter(_ columns: [Vector], _ count: Int) throws {
        if hashes.count < count { hashes = [UInt64](repeating: 0, count: count) }
        hashes.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            base.update(repeating: 0, count: count)
            for (place, cache) in zip(owner.partitionColumns, caches) {
                cache.addHashes(columns[place], count: count, to: base)
            }
        }
        if positions.count < count { positions = [UInt32](repeating: 0, count: count) }
        for index in starts.indices { starts[index] = 0 }
        let shift = UInt64(64 - Self.bucketBits)
        try starts.withUnsafeMutableBufferPointer { starts in
            try positions.withUnsafeMutableBufferPointer { positions in
                guard let base = positions.baseAddress else { return }
                for row in 0..<count { starts[Int(hashes[row] >> shift) + 1] += 1 }
                for index in 1...Self.bucketCount { starts[index] += starts[index - 1] }
                for row in 0..<count {
                    let bucket = Int(hashes[row] >> shift)
                    base[starts[bucket]] = UInt32(truncatingIfNeeded: row)
                    starts[bucket] += 1
                }
                // Now starts[b] is where bucket b ends.
                var begin = 0
                for bucket in 0..<Self.bucketCount where starts[bucket] > begin {
                    try buckets[bucket].append(
                        columns, positions: base + begin, count: starts[bucket] - begin)
                    begin = starts[bucket]
                }
            }
        }
    }
}

/// Hands out finished buckets in batches.
private final class WindowSource: BatchSource, @unchecked Sendable {
    private let owner: WindowOperator
    private let buckets: Mutex<[[RowSet]]>
    private let next = Atomic<Int>(0)
    private let isSpread: Bool
    private let keepsTies: Bool
    private let context: QueryContext
    let parallelism: Int

    init(
        _ owner: WindowOperator, _ buckets: [[RowSet]], isSpread: Bool, keepsTies: Bool,
        _ context: QueryContext
    ) {
        self.owner = owner
        self.buckets = Mutex(buckets)
        self.isSpread = isSpread
        self.keepsTies = keepsTies
        self.context = context
        parallelism = max(1, buckets.count)
    }

    func makeReader(_ context: QueryContext) throws -> BatchReader { Reader(self) }

    /// The next bucket's rows with the calls' columns; nil after the last.
    func take() throws -> Batch? {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        // The bucket is let go of here: its memory is free as soon as it has been sorted.
        let pieces: [RowSet]? = buckets.withLock { all in
            guard index < all.count else { return nil }
            defer { all[index] = [] }
            return all[index]
        }
        guard let pieces, let first = pieces.first else { return nil }
        let start = context.isAnalyzing ? monotonicNanoseconds() : 0
        var rows = first
        if pieces.count > 1 {
            rows = RowSet(owner.keptTypes, memory: context.memory)
            for piece in pieces { try rows.append(piece) }
        }
        let partitions = try WindowPartitions(
            rows, owner, isSpread: isSpread, keepsTies: keepsTies, context)
        var columns = partitions.batch.columns
        for call in owner.calls {
            columns.append(
                try WindowEvaluator(call, partitions, owner.template, context).evaluate())
        }
        if context.isAnalyzing {
            owner.statistics.add(nanoseconds: monotonicNanoseconds() - start)
        }
        return Batch(columns: columns, count: rows.count)
    }

    private final class Reader: BatchReader {
        private let source: WindowSource
        private var current: Batch?
        private var start = 0
        init(_ source: WindowSource) { self.source = source }

        override func next() throws -> Batch? {
            while true {
                if let batch = current, start < batch.count {
                    let count = min(Vector.standardCapacity, batch.count - start)
                    defer { start += count }
                    return Batch(
                        columns: batch.columns.map { $0.slice(start, count: count) }, count: count)
                }
                current = try source.take()
                start = 0
                if current == nil { return nil }
            }
        }
    }
}
