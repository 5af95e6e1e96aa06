import Basics
import Synchronization
import Vectors

/// Finishes an aggregation: merges the workers' groups partition by partition, each partition on
/// whichever worker asks next, and hands out result rows.
final class AggregateSource: BatchSource, @unchecked Sendable {
    /// A piece of work: one set's groups, all of them or those of a partition.
    fileprivate struct Task {
        let shares: [WorkerGroups]
        let partition: Int?
    }

    private let tasks: [Task]
    private let next = Atomic<Int>(0)

    /// - Parameter workers: for each grouping set, the workers' shares, frozen.
    init(_ sets: [[WorkerGroups]]) {
        var tasks: [Task] = []
        for shares in sets {
            if shares.contains(where: \.isLarge) {
                for share in shares { share.divide() }
                for partition in 0..<PartitionedRows.count {
                    tasks.append(Task(shares: shares, partition: partition))
                }
            } else {
                tasks.append(Task(shares: shares, partition: nil))
            }
        }
        self.tasks = tasks
    }

    fileprivate var owner: AggregateOperator? { tasks.first?.shares.first?.set.owner }
    var parallelism: Int { tasks.count }

    func makeReader(_ context: QueryContext) throws -> BatchReader {
        AggregateReader(self, context)
    }

    fileprivate func take() -> (Int, Task)? {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        return index < tasks.count ? (index, tasks[index]) : nil
    }
}

private final class AggregateReader: BatchReader {
    private let source: AggregateSource
    private let context: QueryContext
    private var owner: AggregateOperator? { source.owner }
    private var output: GroupOutput?
    /// Partitions still to do, the next one last.
    private var pieces: [Piece] = []

    /// Groups and rows of a partition, or of a part of one that did not fit in memory at once.
    private struct Piece {
        let shares: [WorkerGroups]
        let partition: Int
        /// Rows that were divided further, and the part of them; else the shares' own.
        var rows: PartitionedRows?
        var part = 0
        /// The hash bits that all keys share, and how many they are.
        var prefix: UInt64
        var bits: Int
    }

    init(_ source: AggregateSource, _ context: QueryContext) {
        self.source = source
        self.context = context
    }

    override func next() throws -> Batch? {
        guard context.isAnalyzing else { return try advance() }
        let start = monotonicNanoseconds()
        defer { owner?.statistics.add(nanoseconds: monotonicNanoseconds() - start) }
        return try advance()
    }

    private func advance() throws -> Batch? {
        while true {
            try context.cancellation.check()
            if let batch = output?.next() { return batch }
            output = nil
            if let piece = pieces.popLast() {
                output = try aggregate(piece)
                continue
            }
            guard let (index, task) = source.take() else { return nil }
            ordinal = index
            guard let partition = task.partition else {
                output = try merge(task.shares).output()
                continue
            }
            pieces = [
                Piece(
                    shares: task.shares, partition: partition, prefix: UInt64(partition),
                    bits: PartitionedRows.bits)
            ]
        }
    }

    private func merge(_ shares: [WorkerGroups]) throws -> GroupTable {
        let result = shares[0].first
        for share in shares.dropFirst() { try result.merge(share.first) }
        return result
    }

    private func aggregate(_ piece: Piece) throws -> GroupOutput? {
        do {
            return try table(piece).output()
        } catch let error as SQLError where error.state == .outOfMemory {
            guard piece.bits + PartitionedRows.bits <= Self.bitsMax,
                context.spill.isAvailable
            else { throw error }
        }
        try divide(piece)
        return nil
    }

    /// Hash bits that partitions may be divided by; what is still too large then, stays so.
    private static let bitsMax = 30

    private func table(_ piece: Piece) throws -> GroupTable {
        let table = try GroupTable(piece.shares[0].set, sharedBits: piece.bits, context)
        table.keys.reserve(expectedGroups(piece))
        for share in piece.shares {
            if let divided = share.divided {
                try take(share.first, divided.rows(piece.partition), piece, table)
            }
            if let other = share.tables.isEmpty ? nil : share.tables[piece.partition] {
                let all = [UInt32](0..<UInt32(truncatingIfNeeded: other.count))
                try take(other, all[...], piece, table)
            }
        }
        let (inputs, keyCount) = (table.set.owner.inputs, table.set.keys.count)
        try forEachBatch(piece) { batch in
            try table.update(
                inputs.restored(batch, keyCount: keyCount), hashes: table.set.hashes(batch))
        }
        return table
    }

    /// As many groups for the rows as the first tables had for theirs.
    private func expectedGroups(_ piece: Piece) -> Int {
        guard piece.rows == nil else { return 0 }
        var (groups, rows, coming) = (0, 0, 0)
        for share in piece.shares {
            groups += share.first.count
            rows += share.firstRows
            coming += share.partitions?.rowCount(piece.partition) ?? 0
        }
        return rows == 0 ? 0 : Int(Double(coming) * Double(groups) / Double(rows))
    }

    /// Merges those of the groups that belong to the piece.
    private func take(
        _ other: GroupTable, _ groups: ArraySlice<UInt32>, _ piece: Piece, _ table: GroupTable
    ) throws {
        var groups = groups
        if piece.bits > PartitionedRows.bits {
            let shift = UInt64(64 - piece.bits)
            groups = groups.filter { other.keys.hash(Int($0)) >> shift == piece.prefix }[...]
        }
        try groups.withUnsafeBufferPointer {
            if let base = $0.baseAddress { try table.merge(other, base, count: groups.count) }
        }
    }

    private func forEachBatch(_ piece: Piece, _ body: (Batch) throws -> Void) throws {
        if let rows = piece.rows { return try rows.forEachBatch(piece.part, body) }
        for share in piece.shares {
            try share.partitions?.forEachBatch(piece.partition, body)
        }
    }

    /// Divides a piece by further bits of the hash.
    private func divide(_ piece: Piece) throws {
        let set = piece.shares[0].set
        let rows = PartitionedRows(
            set.rowTypes, usedBits: piece.bits, context, set.owner.statistics)
        try forEachBatch(piece) { batch in
            if let hashes = set.hashes(batch) {
                return try rows.append(batch.columns, hashes: hashes, count: batch.count)
            }
            let hashes = VectorHash.rows(
                Array(batch.columns.prefix(set.keys.count)), count: batch.count)
            try hashes.withUnsafeBufferPointer {
                guard let base = $0.baseAddress else { return }
                try rows.append(batch.columns, hashes: base, count: batch.count)
            }
        }
        try rows.spill()
        for part in (0..<PartitionedRows.count).reversed() {
            pieces.append(
                Piece(
                    shares: piece.shares, partition: piece.partition, rows: rows, part: part,
                    prefix: piece.prefix << UInt64(PartitionedRows.bits) | UInt64(part),
                    bits: piece.bits + PartitionedRows.bits))
        }
    }
}
