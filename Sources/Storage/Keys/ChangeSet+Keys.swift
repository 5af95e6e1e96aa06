import Vectors

extension ChangeSet {
    /// The first row whose key is in the table already, as this transaction sees it, or in a row
    /// before it; nil where all keys are new.
    ///
    /// - Parameter keys: one vector per primary key column, in the key's order, flat or constant,
    ///   without NULLs.
    package mutating func firstTaken(_ id: UInt32, keys: Batch) throws -> Int? {
        let spec = try spec(id)
        guard !spec.primaryKey.isEmpty, keys.count > 0 else { return nil }
        let hashes = KeyHash.hashes(keys.columns, count: keys.count)
        var first = Self.firstRepeated(keys, hashes)
        indexAppends(id, spec)
        for fragment in fragments(id, spec) {
            for match in try KeyLookup.matches(
                in: fragment, keys: keys.columns, hashes: hashes, columns: spec.primaryKey)
            {
                first = min(first ?? match.key, match.key)
            }
        }
        return first
    }

    /// The table's parts as the transaction sees them, without waiting for those being written.
    private func fragments(_ id: UInt32, _ spec: TableSpec) -> [Fragment] {
        guard let change = tables[id] else { return basedOn.table(id)?.fragments ?? [] }
        if !change.deletes.isEmpty { return table(id)?.fragments ?? [] }
        var fragments = change.truncated ? [] : basedOn.table(id)?.fragments ?? []
        fragments += change.staged.map { $0.current(spec) }
        if !change.appends.isEmpty {
            fragments.append(
                .tail(
                    TailFragment(
                        id: Locator.overlayFragment, spec: spec, columns: spec.columns,
                        batches: change.appends, deleted: nil, keys: change.keys)))
        }
        return fragments
    }

    /// The first row that has the key of an earlier one.
    private static func firstRepeated(_ keys: Batch, _ hashes: [UInt64]) -> Int? {
        let size = 1 << (Int.bitWidth - (keys.count * 2).leadingZeroBitCount)
        return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: size) { slots in
            slots.initialize(repeating: 0)
            for row in 0..<keys.count {
                var slot = Int(truncatingIfNeeded: hashes[row] >> 20) & (size - 1)
                while slots[slot] != 0 {
                    let other = Int(slots[slot]) - 1
                    if hashes[other] == hashes[row],
                        keys.columns.allSatisfy({ RowCompare.areEqual($0, row, $0, other) })
                    {
                        return row
                    }
                    slot = (slot + 1) & (size - 1)
                }
                slots[slot] = UInt32(truncatingIfNeeded: row + 1)
            }
            return nil
        }
    }

    /// Makes sure that the rows in memory can be found by key.
    private mutating func indexAppends(_ id: UInt32, _ spec: TableSpec) {
        guard tables[id]?.keys == nil else { return }
        let index = TailKeyIndex()
        var row = 0
        let places = spec.primaryKey.compactMap { spec.index(of: $0) }
        for batch in tables[id]?.appends ?? [] {
            index.insert(
                KeyHash.hashes(places.map { batch.columns[$0] }, count: batch.count),
                firstRow: row)
            row += batch.count
        }
        tables[id, default: TableChange()].keys = index
    }
}
