import Synchronization

/// Key hash → rows of one tail fragment, shared by all its versions.
///
/// Rows of a commit that failed stay in it until other rows take their numbers, so an entry is only
/// a hint: callers ignore rows beyond their own version and compare the values.
final class TailKeyIndex: Sendable {
    private struct Table: ~Copyable {
        var hashes: [UInt64] = Array(repeating: 0, count: 64)
        /// Row + 1; 0 is an empty slot.
        var rows: [UInt32] = Array(repeating: 0, count: 64)
        var count = 0

        mutating func insert(_ hash: UInt64, _ row: UInt32) {
            if count * 2 >= rows.count { grow() }
            var slot = Int(truncatingIfNeeded: hash) & (rows.count - 1)
            while rows[slot] != 0 {
                if hashes[slot] == hash, rows[slot] == row + 1 { return }
                slot = (slot + 1) & (rows.count - 1)
            }
            hashes[slot] = hash
            rows[slot] = row + 1
            count += 1
        }

        mutating func grow() {
            let oldHashes = hashes
            let oldRows = rows
            hashes = Array(repeating: 0, count: oldRows.count * 4)
            rows = Array(repeating: 0, count: oldRows.count * 4)
            count = 0
            for (index, row) in oldRows.enumerated() where row != 0 {
                insert(oldHashes[index], row - 1)
            }
        }
    }

    private let table = Mutex(Table())

    /// Enters hashes of consecutive rows.
    func insert(_ hashes: [UInt64], firstRow: Int) {
        table.withLock { table in
            for (offset, hash) in hashes.enumerated() {
                table.insert(hash, UInt32(firstRow + offset))
            }
        }
    }

    /// Rows below the limit that may have the hashes, as (index into hashes, row).
    func candidates(_ hashes: [UInt64], limit: Int) -> [(index: Int, row: Int)] {
        table.withLock { table in
            var found: [(index: Int, row: Int)] = []
            let mask = table.rows.count - 1
            for (index, hash) in hashes.enumerated() {
                var slot = Int(truncatingIfNeeded: hash) & mask
                while table.rows[slot] != 0 {
                    let row = Int(table.rows[slot]) - 1
                    if table.hashes[slot] == hash, row < limit { found.append((index, row)) }
                    slot = (slot + 1) & mask
                }
            }
            return found
        }
    }
}
