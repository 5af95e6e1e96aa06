import Basics
import Encodings
import Vectors

/// Finds live rows by primary key, fragment by fragment.
struct KeyLookup {
    /// A key given, and the row that holds it.
    struct Match {
        var key: Int
        var locator: Int64
    }

    let keys: [Vector]
    let hashes: [UInt64]
    /// Column ids of the keys.
    let columns: [UInt32]
    /// Keys with no NULL, by ascending hash.
    let order: [Int]

    init(keys: [Vector], count: Int, columns: [UInt32]) {
        self.init(
            keys: keys, hashes: KeyHash.hashes(keys, count: count), columns: columns,
            among: 0..<count)
    }

    private init(
        keys: [Vector], hashes: [UInt64], columns: [UInt32], among rows: some Sequence<Int>
    ) {
        self.keys = keys
        self.columns = columns
        self.hashes = hashes
        let whole = rows.filter { row in !keys.contains { $0.isNull(row) } }
        order = whole.sorted { hashes[$0] < hashes[$1] }
    }

    /// Rows of a fragment that hold some of many keys, few of which are expected there.
    static func matches(
        in fragment: Fragment, keys: [Vector], hashes: [UInt64], columns: [UInt32]
    ) throws -> [Match] {
        switch fragment {
        case .segment(let segment):
            do {
                // Most hashes fail the filter: only the rest is worth sorting.
                let rows = try segment.segment.candidates(among: hashes)
                if rows.isEmpty { return [] }
                let lookup = KeyLookup(keys: keys, hashes: hashes, columns: columns, among: rows)
                return try lookup.matches(in: segment, except: { _ in false })
            } catch let error as SQLError {
                throw error.naming(segment.file.path)
            }
        case .tail(let tail):
            let places = columns.compactMap { tail.index(of: $0) }
            guard let index = tail.keys, places.count == columns.count else {
                return KeyLookup(keys: keys, count: hashes.count, columns: columns)
                    .matches(in: tail)
            }
            let lookup = KeyLookup(keys: keys, hashes: hashes, columns: columns, among: [])
            return index.candidates(hashes, limit: tail.rowCount).compactMap {
                lookup.match(tail, places, key: $0.index, row: $0.row)
            }
        }
    }

    /// Rows of a tail that hold keys and are not deleted.
    func matches(in tail: TailFragment) -> [Match] {
        let places = columns.compactMap { tail.index(of: $0) }
        guard places.count == columns.count else { return [] }
        if let index = tail.keys {
            return index.candidates(hashes, limit: tail.rowCount).compactMap {
                match(tail, places, key: $0.index, row: $0.row)
            }
        }
        // A transaction's own rows have no index: look each one up among the keys.
        var found: [Match] = []
        for (batch, start) in zip(tail.batches, tail.starts) {
            let own = KeyHash.hashes(places.map { batch.columns[$0] }, count: batch.count)
            for (row, hash) in own.enumerated() {
                var at = firstPlace(of: hash)
                while at < order.count, hashes[order[at]] == hash {
                    if let match = match(tail, places, key: order[at], row: start + row) {
                        found.append(match)
                    }
                    at += 1
                }
            }
        }
        return found
    }

    private func firstPlace(of hash: UInt64) -> Int {
        var low = 0
        var high = order.count
        while low < high {
            let middle = (low + high) / 2
            if hashes[order[middle]] < hash { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func match(_ tail: TailFragment, _ places: [Int], key: Int, row: Int) -> Match? {
        if tail.deleted?.contains(row) == true { return nil }
        let batch = tail.batch(holding: row)
        let local = row - tail.starts[batch]
        for (index, place) in places.enumerated() {
            let vector = tail.batches[batch].columns[place]
            if keys[index].isNull(key) || vector.isNull(local)
                || !RowCompare.areEqual(keys[index], key, vector, local)
            {
                return nil
            }
        }
        return Match(key: key, locator: Locator.make(tail.id, row))
    }

    /// Rows of a segment that hold keys and are not deleted.
    ///
    /// - Parameter isFound: keys to leave out.
    func matches(in fragment: SegmentFragment, except isFound: (Int) -> Bool) throws -> [Match] {
        let segment = fragment.segment
        guard segment.hasKeys else { return [] }
        let wanted = order.filter { !isFound($0) }
        let sorted = wanted.map { hashes[$0] }
        do {
            let hits = try sorted.withUnsafeBufferPointer { try segment.keyLookup(sorted: $0) }
            let live = hits.filter { fragment.deleted?.contains(Int($0.row)) != true }
            return try verify(live, wanted, fragment)
        } catch let error as SQLError {
            throw error.naming(fragment.file.path)
        }
    }

    /// Keeps the hits whose values are equal.
    private func verify(
        _ hits: [KeyMatch], _ wanted: [Int], _ fragment: SegmentFragment
    ) throws -> [Match] {
        var found: [Match] = []
        let sorted = hits.sorted { $0.row < $1.row }
        var at = 0
        while at < sorted.count {
            let chunk = Int(sorted[at].row >> 16)
            var end = at
            while end < sorted.count, Int(sorted[end].row >> 16) == chunk { end += 1 }
            var positions: [UInt32] = []
            var slot: [Int] = []
            for hit in sorted[at..<end] {
                let position = hit.row & 0xFFFF
                if positions.last != position { positions.append(position) }
                slot.append(positions.count - 1)
            }
            let vectors = try columns.enumerated().map { index, column in
                let vector = Vector(keys[index].type, capacity: positions.count)
                let source = try fragment.segment.chunk(column: column, index: chunk)
                positions.withUnsafeBufferPointer {
                    guard let base = $0.baseAddress else { return }
                    source.decode(positions: base, count: $0.count, into: vector)
                }
                return vector
            }
            for (offset, hit) in sorted[at..<end].enumerated() {
                let key = wanted[hit.hash]
                let isEqual = vectors.indices.allSatisfy {
                    !vectors[$0].isNull(slot[offset])
                        && RowCompare.areEqual(keys[$0], key, vectors[$0], slot[offset])
                }
                if isEqual {
                    found.append(
                        Match(key: key, locator: Locator.make(fragment.id, Int(hit.row))))
                }
            }
            at = end
        }
        return found
    }
}
