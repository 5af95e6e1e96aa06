import Basics
import Vectors

/// Maps rows of key columns to dense numbers 0, 1, 2, … in order of first appearance.
///
/// Open addressing with linear probing; a slot holds 32 bits of the hash and the key's number, so that a
/// probe touches the keys only where the hash agrees. Batches are matched column by column. NULL equals
/// NULL, as GROUP BY and DISTINCT ask; joins leave NULL keys out beforehand.
final class KeyTable {
    let keys: RowSet
    private var slots: UnsafeMutablePointer<UInt64>
    private var mask: Int
    private var hashes: [UInt64] = []
    private let memory: MemoryBudget
    private var reserved = 0
    private static let empty = UInt64.max

    var count: Int { keys.count }

    init(_ types: [SQLType], memory: MemoryBudget) {
        keys = RowSet(types, memory: memory)
        self.memory = memory
        mask = 1023
        slots = .allocate(capacity: 1024)
        slots.initialize(repeating: Self.empty, count: 1024)
    }

    deinit {
        slots.deallocate()
        memory.release(reserved)
    }

    /// Scratch of one caller, kept to spare allocations; several probes may read one table at a time.
    final class Probe {
        private unowned let table: KeyTable
        fileprivate var pending: [UInt32] = []
        fileprivate var place: [UInt32] = []
        fileprivate var compareRow: [UInt32] = []
        fileprivate var compareKey: [UInt32] = []
        fileprivate var keep: [UInt8] = []
        fileprivate var fresh: [UInt32] = []

        fileprivate init(_ table: KeyTable) { self.table = table }

        /// Writes every row's number, `UInt32.max` for unknown keys.
        func find(
            _ columns: [Vector], count rows: Int, into out: UnsafeMutablePointer<UInt32>
        ) throws {
            try table.match(
                columns, rows, VectorHash.rows(columns, count: rows), inserting: false, self, out)
        }

        fileprivate func prepare(_ rows: Int) {
            guard pending.count < rows else { return }
            pending = [UInt32](repeating: 0, count: rows)
            place = pending
            compareRow = pending
            compareKey = pending
            keep = [UInt8](repeating: 0, count: rows)
        }
    }

    func makeProbe() -> Probe { Probe(self) }
    private lazy var own = Probe(self)

    /// Writes every row's number to `out`, numbering new keys.
    func findOrInsert(
        _ columns: [Vector], count rows: Int, into out: UnsafeMutablePointer<UInt32>
    ) throws {
        try match(columns, rows, VectorHash.rows(columns, count: rows), inserting: true, own, out)
    }

    /// Writes every row's number, `UInt32.max` for unknown keys.
    func find(
        _ columns: [Vector], count rows: Int, into out: UnsafeMutablePointer<UInt32>
    ) throws {
        try own.find(columns, count: rows, into: out)
    }

    fileprivate func match(
        _ columns: [Vector], _ rows: Int, _ rowHashes: [UInt64], inserting: Bool,
        _ scratch: Probe, _ out: UnsafeMutablePointer<UInt32>
    ) throws {
        guard rows > 0 else { return }
        if inserting { try grow(for: rows) }
        scratch.prepare(rows)
        var pendingCount = rows
        for row in 0..<rows {
            scratch.pending[row] = UInt32(truncatingIfNeeded: row)
            scratch.place[row] = UInt32(truncatingIfNeeded: Int(truncatingIfNeeded: rowHashes[row]) & mask)
        }
        while pendingCount > 0 {
            scratch.fresh.removeAll(keepingCapacity: true)
            var candidates = 0
            for index in 0..<pendingCount {
                let row = Int(scratch.pending[index])
                let tag = rowHashes[row] >> 32
                var slot = Int(scratch.place[row])
                while true {
                    let entry = slots[slot]
                    if entry == Self.empty {
                        if inserting {
                            let number = UInt32(truncatingIfNeeded: keys.count + scratch.fresh.count)
                            slots[slot] = tag << 32 | UInt64(number)
                            hashes.append(rowHashes[row])
                            scratch.fresh.append(UInt32(truncatingIfNeeded: row))
                            out[row] = number
                        } else {
                            out[row] = .max
                        }
                        break
                    }
                    if entry >> 32 == tag {
                        out[row] = UInt32(truncatingIfNeeded: entry)
                        scratch.compareRow[candidates] = UInt32(truncatingIfNeeded: row)
                        scratch.compareKey[candidates] = UInt32(truncatingIfNeeded: entry)
                        candidates += 1
                        break
                    }
                    slot = (slot + 1) & mask
                }
                scratch.place[row] = UInt32(truncatingIfNeeded: slot)
            }
            if !scratch.fresh.isEmpty {
                try scratch.fresh.withUnsafeBufferPointer {
                    try keys.append(columns, positions: $0.baseAddress, count: scratch.fresh.count)
                }
            }
            pendingCount = compare(columns, candidates, scratch)
        }
    }

    /// Rows whose candidate differs go on at the next slot; returns how many.
    private func compare(_ columns: [Vector], _ candidates: Int, _ scratch: Probe
    ) -> Int {
        guard candidates > 0 else { return 0 }
        for index in 0..<candidates { scratch.keep[index] = 1 }
        scratch.keep.withUnsafeMutableBufferPointer { flags in
            guard let flagBase = flags.baseAddress else { return }
            scratch.compareRow.withUnsafeBufferPointer { left in
                scratch.compareKey.withUnsafeBufferPointer { right in
                    guard let leftBase = left.baseAddress, let rightBase = right.baseAddress
                    else { return }
                    for (column, key) in zip(columns, keys.columns) {
                        Vector.equalRows(
                            column, leftBase, key.vector, rightBase, count: candidates,
                            keep: flagBase)
                    }
                }
            }
        }
        var differing = 0
        for index in 0..<candidates where scratch.keep[index] == 0 {
            let row = scratch.compareRow[index]
            scratch.place[Int(row)] = UInt32(truncatingIfNeeded: (Int(scratch.place[Int(row)]) + 1) & mask)
            scratch.pending[differing] = row
            differing += 1
        }
        return differing
    }

    /// Keeps the load under one half with `rows` more keys.
    private func grow(for rows: Int) throws {
        let needed = (keys.count + rows) * 2
        guard needed > mask + 1 else { return }
        var capacity = mask + 1
        while capacity < needed { capacity *= 2 }
        try memory.reserve(capacity * 8 - reserved)
        reserved = capacity * 8
        slots.deallocate()
        slots = .allocate(capacity: capacity)
        slots.initialize(repeating: Self.empty, count: capacity)
        mask = capacity - 1
        for (number, hash) in hashes.enumerated() {
            var slot = Int(truncatingIfNeeded: hash) & mask
            while slots[slot] != Self.empty { slot = (slot + 1) & mask }
            slots[slot] = (hash & ~0xFFFF_FFFF) | UInt64(number)
        }
    }
}
