import Basics
import Planning
import Synchronization
import Vectors

/// Compares rows of kept columns by several keys.
package struct RowComparator: @unchecked Sendable {
    package struct Key {
        let vector: Vector
        let descending: Bool
        let nullsFirst: Bool
        package init(_ vector: Vector, _ descending: Bool, _ nullsFirst: Bool) {
            self.vector = vector
            self.descending = descending
            self.nullsFirst = nullsFirst
        }
    }
    let keys: [Key]
    package init(_ keys: [Key]) { self.keys = keys }

    /// - Parameter first: the keys before it are known to be equal.
    package func compare(_ a: UInt32, _ b: UInt32, from first: Int = 0) -> Int {
        for index in first..<keys.count {
            let order = Self.compare(keys[index], Int(a), keys[index], Int(b))
            if order != 0 { return order }
        }
        return 0
    }

    /// <0, 0 or >0 for a row of one key column and a row of another that is sorted alike.
    @inline(__always)
    static func compare(_ a: Key, _ i: Int, _ b: Key, _ j: Int) -> Int {
        let (nullA, nullB) = (a.vector.isNull(i), b.vector.isNull(j))
        if nullA || nullB {
            if nullA && nullB { return 0 }
            return nullA == a.nullsFirst ? -1 : 1
        }
        let order = Vector.compare(a.vector, i, b.vector, j)
        return a.descending ? -order : order
    }

    /// Indices of all rows in order; equal rows keep theirs.
    package func sorted(_ count: Int, _ cancellation: Cancellation) throws -> [UInt32] {
        if keys.isEmpty || count < 2 {
            return [UInt32](0..<UInt32(truncatingIfNeeded: count))
        }
        let sorter = RowSorter(self, count, cancellation)
        try sorter.sort(0..<count, by: 0)
        return sorter.order
    }

    /// The same with all workers.
    package func sorted(_ count: Int, _ context: QueryContext) throws -> [UInt32] {
        guard context.threads > 1, count >= 1 << 15, !keys.isEmpty else {
            return try sorted(count, context.cancellation)
        }
        let sorter = RowSorter(self, count, context.cancellation)
        try sorter.sort(context)
        return sorter.order
    }
}

/// Sorts rows by 64-bit prefixes of one key after the other; values are looked at only where prefixes
/// agree and do not say all.
private final class RowSorter: @unchecked Sendable {
    private struct Entry {
        var prefix: UInt64
        var row: UInt32
    }
    private let comparator: RowComparator
    private let cancellation: Cancellation
    private let count: Int
    private let entries: UnsafeMutablePointer<Entry>
    private let scratch: UnsafeMutablePointer<Entry>
    /// Below this comparing is cheaper than counting.
    private static let countingLeast = 512
    /// Below this prefixes are not worth their making.
    private static let prefixLeast = 12

    init(_ comparator: RowComparator, _ count: Int, _ cancellation: Cancellation) {
        self.comparator = comparator
        self.cancellation = cancellation
        self.count = count
        entries = .allocate(capacity: count)
        scratch = .allocate(capacity: count)
        for row in 0..<count {
            entries[row] = Entry(prefix: 0, row: UInt32(truncatingIfNeeded: row))
        }
        scratch.initialize(repeating: Entry(prefix: 0, row: 0), count: count)
    }

    deinit {
        entries.deallocate()
        scratch.deallocate()
    }

    var order: [UInt32] {
        let entries = entries
        return [UInt32](unsafeUninitializedCapacity: count) { rows, filled in
            for index in 0..<count { rows[index] = entries[index].row }
            filled = count
        }
    }

    /// Divides the rows by samples of the first key into ranges, then sorts each range on whichever
    /// worker comes next.
    func sort(_ context: QueryContext) throws {
        let key = comparator.keys[0]
        let (slices, ranges) = (context.threads, 64)
        let length = (count + slices - 1) / slices
        let slice = { @Sendable [count] (index: Int) in
            min(count, index * length)..<min(count, (index + 1) * length)
        }
        try context.pool.run(slices) { [self] index in
            let rows = slice(index)
            key.prefixes(entries + rows.lowerBound, rows.count, { $0.row }, { $0.prefix = $1 })
        }
        let sampleCount = ranges * 32
        let samples = (0..<sampleCount).map {
            entries[$0 * (count - 1) / sampleCount].prefix
        }.sorted()
        let splitters = (1..<ranges).map { samples[$0 * 32] } + [.max]
        // Rows of each slice by range, then where each slice's share of a range starts.
        let counts = UnsafeMutablePointer<Int>.allocate(capacity: slices * ranges)
        defer { counts.deallocate() }
        counts.initialize(repeating: 0, count: slices * ranges)
        let places = UncheckedBox(counts)
        try context.pool.run(slices) { [self] index in
            let (mine, entries) = (places.value + index * ranges, entries)
            splitters.withUnsafeBufferPointer { splitters in
                for row in slice(index) {
                    mine[Self.range(of: entries[row].prefix, splitters)] += 1
                }
            }
        }
        var starts = [0]
        var place = 0
        for range in 0..<ranges {
            for index in 0..<slices {
                let rows = counts[index * ranges + range]
                counts[index * ranges + range] = place
                place += rows
            }
            starts.append(place)
        }
        try context.pool.run(slices) { [self] index in
            let (mine, entries, scratch) = (places.value + index * ranges, entries, scratch)
            splitters.withUnsafeBufferPointer { splitters in
                for row in slice(index) {
                    let range = Self.range(of: entries[row].prefix, splitters)
                    scratch[mine[range]] = entries[row]
                    mine[range] += 1
                }
            }
        }
        let next = Atomic<Int>(0)
        let bounds = starts
        try context.pool.run(slices) { [self] _ in
            while true {
                let range = next.wrappingAdd(1, ordering: .relaxed).oldValue
                if range >= ranges { return }
                let rows = bounds[range]..<bounds[range + 1]
                (entries + rows.lowerBound).update(
                    from: scratch + rows.lowerBound, count: rows.count)
                try sort(rows, by: 0)
            }
        }
    }

    /// The first range whose splitter is not below the prefix.
    @inline(__always)
    private static func range(
        of prefix: UInt64, _ splitters: UnsafeBufferPointer<UInt64>
    ) -> Int {
        var (low, step) = (0, splitters.count / 2)
        while step > 0 {
            low += splitters[low + step - 1] < prefix ? step : 0
            step /= 2
        }
        return low
    }

    /// Sorts a range whose rows agree in all keys before `index`; one level deeper for each key.
    func sort(_ range: Range<Int>, by index: Int) throws {
        if range.count < Self.prefixLeast { return compareSort(range, from: index) }
        try cancellation.check()
        let key = comparator.keys[index]
        key.prefixes(
            entries + range.lowerBound, range.count, { $0.row }, { $0.prefix = $1 })
        if range.count < Self.countingLeast {
            prefixSort(range)
        } else {
            countingSort(range)
        }
        let entries = entries
        var start = range.lowerBound
        while start < range.upperBound {
            let prefix = entries[start].prefix
            var end = start + 1
            while end < range.upperBound, entries[end].prefix == prefix { end += 1 }
            if end - start > 1 {
                if !key.isExact(prefix) {
                    compareSort(start..<end, from: index)
                } else if index + 1 < comparator.keys.count {
                    try sort(start..<end, by: index + 1)
                }
            }
            start = end
        }
    }

    private func prefixSort(_ range: Range<Int>) {
        var part = UnsafeMutableBufferPointer(
            start: entries + range.lowerBound, count: range.count)
        part.sort { $0.prefix != $1.prefix ? $0.prefix < $1.prefix : $0.row < $1.row }
    }

    private func compareSort(_ range: Range<Int>, from index: Int) {
        var part = UnsafeMutableBufferPointer(
            start: entries + range.lowerBound, count: range.count)
        part.sort {
            let order = comparator.compare($0.row, $1.row, from: index)
            return order == 0 ? $0.row < $1.row : order < 0
        }
    }

    /// Stable, byte by byte from the lowest, without the bytes that all prefixes share.
    private func countingSort(_ range: Range<Int>) {
        var (from, to) = (entries + range.lowerBound, scratch + range.lowerBound)
        var varying: UInt64 = 0
        for index in 1..<range.count { varying |= from[index].prefix ^ from[0].prefix }
        var isMoved = false
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 256) { counts in
            guard let counts = counts.baseAddress else { return }
            for byte in 0..<8 where (varying >> UInt64(byte * 8)) & 0xFF != 0 {
                let shift = UInt64(byte * 8)
                counts.initialize(repeating: 0, count: 256)
                for index in 0..<range.count {
                    counts[Int(truncatingIfNeeded: from[index].prefix >> shift) & 0xFF] += 1
                }
                var place = 0
                for value in 0..<256 { (counts[value], place) = (place, place + counts[value]) }
                for index in 0..<range.count {
                    let value = Int(truncatingIfNeeded: from[index].prefix >> shift) & 0xFF
                    to[counts[value]] = from[index]
                    counts[value] += 1
                }
                swap(&from, &to)
                isMoved.toggle()
            }
        }
        if isMoved {
            (entries + range.lowerBound).update(
                from: scratch + range.lowerBound, count: range.count)
        }
    }
}
