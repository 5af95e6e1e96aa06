import Basics
import Vectors

/// Rows divided by the highest bits of a column's hashes, in their order in each division.
final class DividedRows: @unchecked Sendable {
    let bits: Int
    let count: Int
    /// The rows, division by division, and their hashes.
    let order: UnsafeMutablePointer<UInt32>
    let hashes: UnsafeMutablePointer<UInt64>
    private(set) var starts: [Int]
    private let memory: MemoryBudget
    private let reserved: Int
    private static let morsel = 1 << 16

    init(_ column: Vector, count rows: Int, bits: Int, _ context: QueryContext) throws {
        self.bits = bits
        count = 1 << bits
        memory = context.memory
        reserved = rows * 12
        try context.memory.reserve(rows * 20)
        defer { context.memory.release(rows * 8) }
        order = .allocate(capacity: rows)
        hashes = .allocate(capacity: rows)
        starts = []
        let morsels = (rows + Self.morsel - 1) / Self.morsel
        let raw = UnsafeMutablePointer<UInt64>.allocate(capacity: rows)
        let places = UnsafeMutablePointer<Int>.allocate(capacity: morsels << bits)
        places.initialize(repeating: 0, count: morsels << bits)
        defer {
            raw.deallocate()
            places.deallocate()
        }
        nonisolated(unsafe) let (allHashes, allPlaces) = (raw, places)
        try Self.each(morsels, context) { index, cache in
            let range = index * Self.morsel..<min((index + 1) * Self.morsel, rows)
            var start = range.lowerBound
            while start < range.upperBound {
                let part = min(Vector.standardCapacity, range.upperBound - start)
                (allHashes + start).initialize(repeating: 0, count: part)
                let values = column.slice(start, count: part)
                cache.addHashes(values, count: part, to: allHashes + start)
                start += part
            }
            let own = allPlaces + index << bits
            for row in range { own[Self.division(allHashes[row], bits)] += 1 }
        }
        var total = 0
        for division in 0..<count {
            starts.append(total)
            for index in 0..<morsels {
                let place = index << bits + division
                (places[place], total) = (total, total + places[place])
            }
        }
        starts.append(total)
        nonisolated(unsafe) let (order, hashes) = (order, hashes)
        try Self.each(morsels, context) { index, _ in
            let own = allPlaces + index << bits
            for row in index * Self.morsel..<min((index + 1) * Self.morsel, rows) {
                let division = Self.division(allHashes[row], bits)
                let place = own[division]
                own[division] = place + 1
                order[place] = UInt32(truncatingIfNeeded: row)
                hashes[place] = allHashes[row]
            }
        }
    }

    deinit {
        order.deallocate()
        hashes.deallocate()
        memory.release(reserved)
    }

    @inline(__always)
    private static func division(_ hash: UInt64, _ bits: Int) -> Int {
        bits == 0 ? 0 : Int(truncatingIfNeeded: hash >> UInt64(64 - bits))
    }

    private static func each(
        _ count: Int, _ context: QueryContext, _ body: @escaping @Sendable (Int, TextCache) -> Void
    ) throws {
        let next = SharedCounter()
        try context.pool.run(max(1, min(context.threads, count))) { _ in
            let cache = TextCache()
            while true {
                let index = next.take()
                if index >= count { return }
                try context.cancellation.check()
                body(index, cache)
            }
        }
    }
}
