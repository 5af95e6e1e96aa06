import Basics
import Vectors

/// One worker's share of a grouping set.
///
/// Groups are formed in a table as long as they are few. Beyond that rows are divided by their hash
/// into partitions, which are aggregated one by one when all rows have come: then each table is small,
/// and no two workers share one. Rows that pile up meanwhile are aggregated within their partition,
/// if that makes them fewer, or written to disk.
///
///     few groups ──> too many groups, or too little memory ──> partitions
final class WorkerGroups {
    let set: GroupingSet
    let first: GroupTable
    private(set) var partitions: PartitionedRows?
    /// Partitions' tables of rows that had piled up.
    private(set) var tables: [GroupTable?] = []
    /// Rows that the first table took.
    private(set) var firstRows = 0
    private let context: QueryContext
    /// Rows in memory that are aggregated when they take so many bytes.
    private var pileMax: Int
    private let caches: [TextCache]

    /// More groups than this leave the fast caches: then rows are divided, unless they are many times
    /// as many, as where rows of one group follow each other.
    private static let groupsMax = 1 << 17
    private static let groupsManyMax = 1 << 20
    private static let rowsPerGroup = 4

    init(_ set: GroupingSet, _ context: QueryContext) throws {
        self.set = set
        self.context = context
        first = try GroupTable(set, context)
        pileMax = min(256 << 20, context.memory.limit / (16 * context.threads))
        caches = set.types.map { _ in TextCache() }
    }

    func consume(_ rows: AggregateRows) throws {
        var rows = rows
        if set.keys.count < rows.keys.count || set.keys != Array(rows.keys.indices) {
            rows.keys = set.keys.map { rows.keys[$0] }
        }
        guard let partitions else {
            try first.update(rows)
            firstRows += rows.count
            if !set.keys.isEmpty { try divideIfNeeded() }
            return
        }
        let hashes = hash(rows.keys, rows.count)
        var columns = rows.keys + set.owner.inputs.kept(rows)
        if set.keepsHashes { columns.append(hashes) }
        try partitions.append(
            columns, hashes: UnsafePointer(hashes.pointer(UInt64.self)), count: rows.count)
        if partitions.heldBytes > pileMax {
            // As if every row were a group, in a table that has just grown.
            let bytes = partitions.heldRows * (first.byteCount / max(first.count, 1)) * 2
            if context.memory.hasRoom(for: bytes * context.threads) { try absorb(partitions) }
        }
    }

    private func divideIfNeeded() throws {
        var isShort = false
        if context.spill.isAvailable, first.count > 1 {
            let (bytes, memory) = (first.byteCount, context.memory)
            let share = memory.limit / (8 * context.threads * set.owner.setCount)
            isShort = bytes > share || memory.isTight && bytes > memory.leastHeld
        }
        let isLarge =
            first.count > Self.groupsMax
            && (first.count > Self.groupsManyMax || firstRows < first.count * Self.rowsPerGroup)
        guard isLarge || isShort else { return }
        partitions = PartitionedRows(set.rowTypes, context, set.owner.statistics)
        tables = [GroupTable?](repeating: nil, count: PartitionedRows.count)
    }

    private func hash(_ keys: [Vector], _ count: Int) -> Vector {
        let hashes = Vector(.bigint, capacity: max(count, 1))
        hashes.count = count
        let out = hashes.pointer(UInt64.self)
        out.initialize(repeating: 0, count: count)
        for (key, cache) in zip(keys, caches) { cache.addHashes(key, count: count, to: out) }
        return hashes
    }

    /// Aggregates what has piled up; if that hardly makes it fewer, never again.
    private func absorb(_ partitions: PartitionedRows) throws {
        var rows = 0
        var groups = 0
        try partitions.drain { index, batch in
            try context.cancellation.check()
            let table =
                try tables[index]
                ?? GroupTable(set, sharedBits: PartitionedRows.bits, context)
            tables[index] = table
            let before = table.count
            let restored = set.owner.inputs.restored(batch, keyCount: set.keys.count)
            try table.update(restored, hashes: set.hashes(batch))
            rows += batch.count
            groups += table.count - before
        }
        let held = tables.reduce(0) { $0 + ($1?.byteCount ?? 0) }
        if groups * 2 > rows || held > context.memory.limit / (4 * context.threads) {
            pileMax = .max
        }
    }

    /// Whether its groups are so many that all workers should merge them.
    var isLarge: Bool { partitions != nil || first.count > 1 << 15 }

    /// Where the groups of the first table lie by partition; made once, then read by all workers.
    private(set) var divided: GroupedRows?

    /// Called once after the last row, before several threads read.
    func freeze() {
        first.freeze()
        for table in tables { table?.freeze() }
        partitions?.finish()
    }

    /// Divides the first table's groups as rows are divided.
    func divide() {
        var indices = [UInt32](repeating: 0, count: max(first.count, 1))
        for group in 0..<first.count {
            indices[group] = UInt32(
                truncatingIfNeeded: PartitionedRows.index(first.keys.hash(group), usedBits: 0))
        }
        divided = indices.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map {
                GroupedRows($0, rows: first.count, groupCount: PartitionedRows.count)
            }
        }
    }
}
