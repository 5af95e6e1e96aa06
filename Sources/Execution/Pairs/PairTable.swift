import Basics
import Synchronization
import Vectors

/// Rows by what they have together, their items as numbers in ascending order.
final class PairTable: @unchecked Sendable {
    /// Distinct items, and their numbers in order: `ordered[rank]` is a row of `items`.
    private(set) var items: Vector
    private(set) var ordered: [UInt32] = []
    /// The items of all rows, group after group, ascending in each.
    private(set) var codes: [UInt32] = []
    /// Where a row's group ends in `codes`.
    private(set) var groupEnd: [UInt32] = []
    /// Where divisions of whole groups begin in `codes`, and where the last ends.
    private(set) var divisionStart: [Int] = []
    /// Pairs of rows.
    private(set) var pairCount: UInt64 = 0
    /// By item the places where it occurs, once `index` has run.
    private(set) var places: [UInt32] = []
    private(set) var placeStart: [Int] = []
    private let memory: MemoryBudget
    private var reserved = 0

    private static let morsel = 1 << 16
    private static let divisionRows = 1 << 15

    init(together: Column, item: Column, count total: Int, _ context: QueryContext) throws {
        memory = context.memory
        var (groups, values, count) = (together.vector, item.vector, total)
        items = Vector(values.type, capacity: 1)
        if groups.hasNulls || values.hasNulls {
            let rows = JoinTable.rowsWithoutNull([groups, values], count)
            groups = groups.gather(rows)
            values = values.gather(rows)
            count = rows.count
        }
        guard count > 0 else {
            placeStart = [0]
            divisionStart = [0]
            return
        }
        try memory.reserve(count * 16)
        reserved = count * 16
        try number(values, count, context)
        try gather(groups, count, context)
    }

    deinit { memory.release(reserved) }

    /// Gives every row the rank of its item.
    private func number(_ values: Vector, _ count: Int, _ context: QueryContext) throws {
        let morsels = (count + Self.morsel - 1) / Self.morsel
        let workers = max(1, min(context.threads, morsels))
        let next = Atomic<Int>(0)
        let found = Mutex<[(Int, UncheckedBox<KeyTable>)]>([])
        let owners = UncheckedPointer(UnsafeMutablePointer<Int>.allocate(capacity: morsels))
        defer { owners.base.deallocate() }
        var raw = [UInt32](repeating: 0, count: count)
        var ranks: [[UInt32]] = []
        try raw.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            let out = UncheckedPointer(base)
            try context.pool.run(workers) { worker in
                let table = KeyTable([values.type], memory: context.memory)
                while true {
                    let morsel = next.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard morsel < morsels else { break }
                    try context.cancellation.check()
                    owners.base[morsel] = worker
                    var start = morsel * Self.morsel
                    let end = min(start + Self.morsel, count)
                    while start < end {
                        let rows = min(2048, end - start)
                        try table.findOrInsert(
                            [values.slice(start, count: rows)], count: rows,
                            into: out.base + start)
                        start += rows
                    }
                }
                found.withLock { $0.append((worker, UncheckedBox(table))) }
            }
            ranks = try rank(found.withLock { $0 }, workers, values.type, context)
            for morsel in 0..<morsels {
                let map = ranks[owners.base[morsel]]
                let start = morsel * Self.morsel
                for row in start..<min(start + Self.morsel, count) {
                    base[row] = map[Int(base[row])]
                }
            }
        }
        codes = raw
    }

    /// Puts the workers' items together; returns for each worker the ranks of its numbers.
    private func rank(
        _ found: [(Int, UncheckedBox<KeyTable>)], _ workers: Int, _ type: SQLType,
        _ context: QueryContext
    ) throws -> [[UInt32]] {
        let all = KeyTable([type], memory: context.memory)
        var maps = [[UInt32]](repeating: [], count: workers)
        for (worker, box) in found.sorted(by: { $0.0 < $1.0 }) {
            let table = box.value
            var map = [UInt32](repeating: 0, count: max(table.count, 1))
            try map.withUnsafeMutableBufferPointer {
                guard let base = $0.baseAddress, table.count > 0 else { return }
                let keys = table.keys.batch(0..<table.count)
                try all.findOrInsert(keys.columns, count: keys.count, into: base)
            }
            maps[worker] = map
        }
        let kept = all.keys.batch(0..<all.count)
        items = kept.columns[0]
        ordered = try RowComparator([.init(items, false, false)]).sorted(
            all.count, context.cancellation)
        var rank = [UInt32](repeating: 0, count: all.count)
        for (place, item) in ordered.enumerated() {
            rank[Int(item)] = UInt32(truncatingIfNeeded: place)
        }
        return maps.map { map in all.count == 0 ? map : map.map { rank[Int($0)] } }
    }

    /// Brings the rows of each group together, their items in order. Rows are divided by their
    /// groups' hashes, and each division is grouped by one worker.
    private func gather(_ groups: Vector, _ count: Int, _ context: QueryContext) throws {
        var bits = 0
        while count >> bits > Self.divisionRows, bits < 12 { bits += 1 }
        let rows = try DividedRows(groups, count: count, bits: bits, context)
        var gathered = [UInt32](repeating: 0, count: count)
        var ends = [UInt32](repeating: 0, count: count)
        let pairs = Mutex<UInt64>(0)
        try gathered.withUnsafeMutableBufferPointer { gathered in
            try ends.withUnsafeMutableBufferPointer { ends in
                try codes.withUnsafeBufferPointer { codes in
                    guard let target = gathered.baseAddress, let last = ends.baseAddress,
                        let source = codes.baseAddress
                    else { return }
                    nonisolated(unsafe) let (out, ends, codes) = (target, last, source)
                    let next = SharedCounter()
                    try context.pool.run(max(1, min(context.threads, rows.count))) { _ in
                        while true {
                            let index = next.take()
                            if index >= rows.count { return }
                            try context.cancellation.check()
                            let found = try Self.arrange(
                                rows, index, groups, codes, into: out, ends: ends, context)
                            pairs.withLock { $0 = $0 &+ found }
                        }
                    }
                }
            }
        }
        codes = gathered
        groupEnd = ends
        divisionStart = rows.starts
        pairCount = pairs.withLock { $0 }
    }

    /// Writes a division's items group by group, sorted; how many pairs they make.
    private static func arrange(
        _ rows: DividedRows, _ index: Int, _ groups: Vector, _ codes: UnsafePointer<UInt32>,
        into out: UnsafeMutablePointer<UInt32>, ends: UnsafeMutablePointer<UInt32>,
        _ context: QueryContext
    ) throws -> UInt64 {
        let base = rows.starts[index]
        let count = rows.starts[index + 1] - base
        guard count > 0 else { return 0 }
        let order = rows.order + base
        let table = KeyTable(
            [groups.type], sharedBits: rows.bits, isSparse: true, memory: context.memory)
        return try withUnsafeTemporaryAllocation(of: UInt32.self, capacity: count) {
            guard let numbers = $0.baseAddress else { return 0 }
            var start = 0
            while start < count {
                let part = min(Vector.standardCapacity, count - start)
                try table.findOrInsert(
                    [groups.gather(order + start, count: part)], count: part,
                    hashes: rows.hashes + base + start, into: numbers + start)
                start += part
            }
            var next = [Int](repeating: 0, count: table.count + 1)
            for row in 0..<count { next[Int(numbers[row]) + 1] += 1 }
            for group in 1..<next.count { next[group] += next[group - 1] }
            let starts = next
            next.withUnsafeMutableBufferPointer { next in
                for row in 0..<count {
                    let group = Int(numbers[row])
                    out[base + next[group]] = codes[Int(order[row])]
                    next[group] += 1
                }
            }
            var pairs: UInt64 = 0
            for group in 0..<table.count {
                let (first, last) = (base + starts[group], base + starts[group + 1])
                sort(out, first, last)
                let size = UInt64(last - first)
                pairs = pairs &+ size &* (size &- 1) / 2
                for row in first..<last { ends[row] = UInt32(truncatingIfNeeded: last) }
            }
            return pairs
        }
    }

    private static func sort(_ codes: UnsafeMutablePointer<UInt32>, _ start: Int, _ end: Int) {
        if end - start > 64 {
            var group = UnsafeMutableBufferPointer(start: codes + start, count: end - start)
            group.sort()
        } else {
            insertionSort(codes, start, end)
        }
    }

    /// Indexes where every item occurs, for counting item by item.
    func index() {
        guard placeStart.isEmpty else { return }
        var itemStart = [Int](repeating: 0, count: ordered.count + 1)
        for code in codes { itemStart[Int(code) + 1] += 1 }
        for item in 1..<itemStart.count { itemStart[item] += itemStart[item - 1] }
        var next = itemStart
        var found = [UInt32](repeating: 0, count: codes.count)
        for row in codes.indices {
            let code = Int(codes[row])
            found[next[code]] = UInt32(truncatingIfNeeded: row)
            next[code] += 1
        }
        placeStart = itemStart
        places = found
    }

    private static func insertionSort(
        _ codes: UnsafeMutablePointer<UInt32>, _ start: Int, _ end: Int
    ) {
        for row in start..<end {
            let code = codes[row]
            var place = row
            while place > start, codes[place - 1] > code {
                codes[place] = codes[place - 1]
                place -= 1
            }
            codes[place] = code
        }
    }
}

private struct UncheckedPointer<T>: @unchecked Sendable {
    let base: UnsafeMutablePointer<T>
    init(_ base: UnsafeMutablePointer<T>) { self.base = base }
}
