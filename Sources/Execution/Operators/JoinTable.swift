import Basics
import Planning
import Synchronization
import Vectors

/// The build side of a hash join: rows by key, chained where keys repeat.
final class JoinTable: @unchecked Sendable {
    let rows: RowSet
    private let keys: KeyTable
    /// First row of each key, and for each row the next of its key or `UInt32.max`.
    private var head: [UInt32] = []
    private var next: [UInt32] = []
    /// Whether some row's key had a NULL; such rows match nothing.
    private(set) var hasNullKey = false
    private(set) var isUnique = true
    private let lock = Mutex<Void>(())

    var keyCount: Int { keys.count }

    init(
        _ rows: RowSet, keyTypes: [SQLType], context: QueryContext,
        evaluate: (Batch) throws -> [Vector]
    ) throws {
        self.rows = rows
        keys = KeyTable(keyTypes, memory: context.memory)
        next = [UInt32](repeating: .max, count: rows.count)
        var numbers = [UInt32](repeating: 0, count: 4096)
        var last: [UInt32] = []
        var start = 0
        while start < rows.count {
            try context.cancellation.check()
            let batch = rows.batch(start..<min(rows.count, start + 4096))
            let vectors = try evaluate(batch)
            let present = Self.rowsWithoutNull(vectors, batch.count)
            if present.count < batch.count { hasNullKey = true }
            let parts =
                present.count == batch.count ? vectors : vectors.map { $0.gather(present) }
            try numbers.withUnsafeMutableBufferPointer {
                guard let base = $0.baseAddress else { return }
                try keys.findOrInsert(parts, count: present.count, into: base)
            }
            for index in 0..<present.count {
                let row = UInt32(truncatingIfNeeded: start) + present[index]
                let key = Int(numbers[index])
                if key == head.count {
                    head.append(row)
                    last.append(row)
                } else {
                    isUnique = false
                    next[Int(last[key])] = row
                    last[key] = row
                }
            }
            start += batch.count
        }
    }

    static func rowsWithoutNull(_ vectors: [Vector], _ count: Int) -> [UInt32] {
        if !vectors.contains(where: \.hasNulls) {
            return [UInt32](0..<UInt32(truncatingIfNeeded: count))
        }
        var present: [UInt32] = []
        present.reserveCapacity(count)
        for row in 0..<count where !vectors.contains(where: { $0.isNull(row) }) {
            present.append(UInt32(truncatingIfNeeded: row))
        }
        return present
    }

    /// One prober a worker: the key table's scratch is not shared.
    func first(_ key: UInt32) -> UInt32 { head[Int(key)] }
    func following(_ row: UInt32) -> UInt32 { next[Int(row)] }
    func makeProbe() -> KeyTable.Probe { keys.makeProbe() }
}
