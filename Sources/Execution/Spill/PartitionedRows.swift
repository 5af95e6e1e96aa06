import Basics
import Vectors

/// Rows divided by bits of their hash into partitions, in memory as long as the budget allows, then on
/// disk. One writer; afterwards each partition may be read by another thread.
final class PartitionedRows {
    static let bits = 6
    static let count = 1 << bits
    /// Bits at the top of the hash that earlier divisions used up.
    let usedBits: Int
    let types: [SQLType]
    private let context: QueryContext
    private let statistics: OperatorStatistics
    private var partitions: [Partition]
    /// Rows in memory, and the bytes reserved for them.
    private(set) var heldRows = 0
    private(set) var heldBytes = 0
    private var positions: UnsafeMutablePointer<UInt32>
    private var capacity = 0
    /// Rows of a full batch.
    private static let batchRows = 4096

    private struct Partition {
        var open: [Column] = []
        var held: [Batch] = []
        var heldBytes = 0
        var run: SpillRun?
        var rowCount = 0
    }

    init(
        _ types: [SQLType], usedBits: Int = 0, _ context: QueryContext,
        _ statistics: OperatorStatistics
    ) {
        self.types = types
        self.usedBits = usedBits
        self.context = context
        self.statistics = statistics
        partitions = [Partition](repeating: Partition(), count: Self.count)
        positions = .allocate(capacity: 1)
    }

    deinit {
        positions.deallocate()
        context.memory.release(partitions.reduce(0) { $0 + $1.heldBytes })
    }

    /// The partition of a hash whose highest `usedBits` bits are used up.
    @inline(__always)
    static func index(_ hash: UInt64, usedBits: Int) -> Int {
        Int(truncatingIfNeeded: (hash << UInt64(usedBits)) >> UInt64(64 - bits))
    }

    /// Adds rows; writes what is held to disk when memory is short.
    func append(_ columns: [Vector], hashes: UnsafePointer<UInt64>, count: Int) throws {
        try withUnsafeTemporaryAllocation(of: Int.self, capacity: Self.count * 2 + 1) { buffer in
            guard let starts = buffer.baseAddress else { return }
            starts.initialize(repeating: 0, count: Self.count * 2 + 1)
            let next = starts + Self.count + 1
            let shift = usedBits
            for row in 0..<count { starts[Self.index(hashes[row], usedBits: shift) + 1] += 1 }
            for index in 0..<Self.count {
                starts[index + 1] += starts[index]
                next[index] = starts[index]
            }
            if capacity < count {
                positions.deallocate()
                capacity = max(count, Vector.standardCapacity)
                positions = .allocate(capacity: capacity)
            }
            let (positions, usedBits) = (positions, usedBits)
            for row in 0..<count {
                let partition = Self.index(hashes[row], usedBits: usedBits)
                positions[next[partition]] = UInt32(truncatingIfNeeded: row)
                next[partition] += 1
            }
            for index in 0..<Self.count where starts[index] < starts[index + 1] {
                try add(
                    columns, positions + starts[index], starts[index + 1] - starts[index],
                    to: index)
            }
        }
        if context.memory.isTight, heldBytes >= context.memory.leastHeld {
            try spill()
        }
    }

    private func add(
        _ columns: [Vector], _ rows: UnsafePointer<UInt32>, _ count: Int, to index: Int
    ) throws {
        if partitions[index].open.isEmpty {
            let capacity = partitions[index].held.isEmpty ? 64 : Self.batchRows
            partitions[index].open = types.map { Column($0, capacity: capacity) }
        }
        var grown = 0
        let open = partitions[index].open
        for place in 0..<open.count {
            let column = open[place]
            grown -= column.count == 0 ? 0 : column.byteCount
            column.append(columns[place], positions: rows, count: count)
            grown += column.byteCount
        }
        partitions[index].rowCount += count
        heldRows += count
        partitions[index].heldBytes += grown
        heldBytes += grown
        if partitions[index].open[0].count >= Self.batchRows { close(index) }
        // Beyond the budget rows go to disk right after; without one the query ends here.
        if grown > 0 { try context.memory.reserve(grown, mayExceed: context.spill.isAvailable) }
    }

    private func close(_ index: Int) {
        let columns = partitions[index].open
        guard let first = columns.first else { return }
        partitions[index].held.append(
            Batch(columns: columns.map(\.vector), count: first.count))
        partitions[index].open = []
    }

    /// Writes all rows in memory to disk.
    func spill() throws {
        guard context.spill.isAvailable else { return }
        for index in 0..<Self.count where partitions[index].heldBytes > 0 {
            close(index)
            let run = partitions[index].run ?? SpillRun(types, context.spill, statistics)
            partitions[index].run = run
            for batch in partitions[index].held { try run.append(batch) }
            try run.finish()
            release(index)
        }
    }

    private func release(_ index: Int) {
        heldRows -= partitions[index].held.reduce(0) { $0 + $1.count }
        context.memory.release(partitions[index].heldBytes)
        heldBytes -= partitions[index].heldBytes
        partitions[index].heldBytes = 0
        partitions[index].held = []
        partitions[index].open = []
    }

    func rowCount(_ index: Int) -> Int { partitions[index].rowCount }

    /// Called after the last row, before several threads read.
    func finish() {
        for index in 0..<Self.count { close(index) }
    }

    /// All rows of a partition, those in memory first.
    func forEachBatch(_ index: Int, _ body: (Batch) throws -> Void) throws {
        for batch in partitions[index].held {
            try context.cancellation.check()
            try body(batch)
        }
        guard let reader = partitions[index].run?.makeReader() else { return }
        while let batch = try reader.next() { try body(batch) }
    }

    /// Takes the rows of all partitions that are in memory out of it.
    func drain(_ body: (Int, Batch) throws -> Void) throws {
        for index in 0..<Self.count where partitions[index].heldBytes > 0 {
            close(index)
            for batch in partitions[index].held {
                partitions[index].rowCount -= batch.count
                try body(index, batch)
            }
            release(index)
        }
    }
}
