import Basics
import Encodings
import Vectors

/// A row whose key hash was asked for.
package struct KeyMatch: Sendable, Equatable {
    /// Index into the hashes given.
    package var hash: Int
    /// Row of the segment. Equal hashes are no proof of equal keys: compare the values.
    package var row: UInt32
}

/// Hashes are stored as Int64 with the sign bit flipped, which keeps their order.
enum KeyOrder {
    @inline(__always)
    static func signed(_ hash: UInt64) -> Int64 { Int64(bitPattern: hash ^ (1 << 63)) }
}

extension Segment {
    /// Whether the segment was written with key hashes.
    package var hasKeys: Bool { footer.keys != nil }

    /// Whether some key may have the hash; false is certain. About 1 % of absent hashes pass.
    package func mayContain(hash: UInt64) throws -> Bool {
        guard let keys = footer.keys else { return true }
        return try filter(keys).mayContain(hash)
    }

    /// The places of the hashes that some key may have, in order.
    func candidates(among hashes: [UInt64]) throws -> [Int] {
        guard let keys = footer.keys else { return [] }
        let filter = try filter(keys)
        return hashes.indices.filter { filter.mayContain(hashes[$0]) }
    }

    private func filter(_ keys: StoredKeys) throws -> KeyFilter {
        let key = ChunkCache.Key(segment: id, column: Self.filterPlace, chunk: 0)
        if case .bytes(let bytes)? = cache.find(key) { return try KeyFilter(bytes) }
        let bytes = try load(keys.filter, name(Self.filterPlace))
        let filter = try KeyFilter(bytes)
        cache.insert(key, .bytes(bytes))
        return filter
    }

    /// All rows whose key hash is among the ascending hashes, ordered by hash.
    ///
    /// Asks the filter first, then looks only into the chunks and blocks that can hold a hash.
    package func keyLookup(sorted hashes: UnsafeBufferPointer<UInt64>) throws -> [KeyMatch] {
        guard let keys = footer.keys, !hashes.isEmpty, rowCount > 0 else { return [] }
        let filter = try filter(keys)
        let candidates = hashes.indices.filter { filter.mayContain(hashes[$0]) }
        guard !candidates.isEmpty else { return [] }
        var matches: [KeyMatch] = []
        for chunk in 0..<chunkCount {
            guard case .int(let low) = keys.hashes.zones[chunk].min,
                case .int(let high) = keys.hashes.zones[chunk].max
            else { continue }
            let from = candidates.partitioningIndex { KeyOrder.signed(hashes[$0]) >= low }
            let to = candidates.partitioningIndex { KeyOrder.signed(hashes[$0]) > high }
            guard from < to else { continue }
            var search = KeySearch(
                hashes: try self.chunk(
                    keys.hashes, type: .bigint, place: Self.hashPlace, index: chunk),
                rows: try self.chunk(
                    keys.rows, type: .integer, place: Self.rowPlace, index: chunk))
            defer { search.deallocate() }
            for candidate in candidates[from..<to] {
                search.find(KeyOrder.signed(hashes[candidate])) { row in
                    matches.append(KeyMatch(hash: candidate, row: row))
                }
            }
        }
        // A run of equal hashes may cross chunks; matches come ordered by chunk, then hash.
        return matches.sorted { ($0.hash, $0.row) < ($1.hash, $1.row) }
    }
}

/// Searches one chunk of the key run for ascending hashes; keeps the block it is in decoded.
private struct KeySearch {
    let hashes: ColumnChunk
    let rows: ColumnChunk
    private let values = UnsafeMutablePointer<Int64>.allocate(capacity: 1024)
    private let rowValues = UnsafeMutablePointer<Int64>.allocate(capacity: 1024)
    private let firsts: [Int64]
    private var decoded = -1

    init(hashes: ColumnChunk, rows: ColumnChunk) {
        self.hashes = hashes
        self.rows = rows
        var firsts = [Int64](repeating: 0, count: hashes.blockCount)
        withUnsafePointer(to: UInt16(0)) { zero in
            for block in firsts.indices {
                firsts.withUnsafeMutableBufferPointer {
                    guard let start = $0.baseAddress else { return }
                    hashes.values(block: block, positions: zero, count: 1, into: start + block)
                }
            }
        }
        self.firsts = firsts
    }

    func deallocate() {
        values.deallocate()
        rowValues.deallocate()
    }

    mutating func find(_ hash: Int64, _ found: (UInt32) -> Void) {
        // The hash may start in the last block that begins before it.
        var block = max(firsts.partitioningIndex { $0 >= hash } - 1, 0)
        while block < firsts.count, firsts[block] <= hash {
            if decoded != block {
                hashes.values(block: block, into: values)
                rows.values(block: block, into: rowValues)
                decoded = block
            }
            let count = hashes.rows(inBlock: block)
            var at = (0..<count).partitioningIndex { values[$0] >= hash }
            while at < count, values[at] == hash {
                found(UInt32(truncatingIfNeeded: rowValues[at]))
                at += 1
            }
            if at < count { return }
            block += 1
        }
    }
}

extension RandomAccessCollection where Index == Int {
    /// The first index whose element satisfies a predicate that holds from some element on.
    func partitioningIndex(where holds: (Element) -> Bool) -> Int {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
