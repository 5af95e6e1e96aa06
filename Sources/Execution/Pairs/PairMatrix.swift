import Basics
import Vectors

/// Counts of all pairs of items at once, a triangle of them for each worker: group after group, so that
/// memory is read in order and only the counts lie about.
final class PairMatrix: @unchecked Sendable {
    private let triangles: [UnsafeMutablePointer<UInt32>]
    /// Where an item's row would begin if it held all items.
    private let rowStart: [Int]
    private let itemCount: Int
    private let memory: MemoryBudget
    private let reserved: Int
    private static let countsMax = 1 << 24

    /// nil where the triangles would be too large for what there is to count.
    init?(_ table: PairTable, _ context: QueryContext) throws {
        let items = table.ordered.count
        let size = items * (items + 1) / 2
        guard items > 0, items < 1 << 16, size <= Self.countsMax,
            UInt64(size) <= table.pairCount, table.pairCount < UInt64(UInt32.max),
            context.memory.hasRoom(for: size * 4 * context.threads)
        else { return nil }
        itemCount = items
        let divisions = table.divisionStart.count - 1
        let workers = max(1, min(context.threads, divisions))
        memory = context.memory
        reserved = size * 4 * workers
        try context.memory.reserve(reserved)
        rowStart = (0..<items).map { $0 * items - $0 * ($0 + 1) / 2 }
        triangles = (0..<workers).map { _ in
            let made = UnsafeMutablePointer<UInt32>.allocate(capacity: size)
            made.initialize(repeating: 0, count: size)
            return made
        }
        let next = SharedCounter()
        try context.pool.run(workers) { [self] worker in
            while true {
                let index = next.take()
                if index >= divisions { return }
                try context.cancellation.check()
                count(
                    table, table.divisionStart[index]..<table.divisionStart[index + 1],
                    triangles[worker])
            }
        }
    }

    deinit {
        for triangle in triangles { triangle.deallocate() }
        memory.release(reserved)
    }

    private func count(
        _ table: PairTable, _ rows: Range<Int>, _ triangle: UnsafeMutablePointer<UInt32>
    ) {
        table.codes.withUnsafeBufferPointer { codes in
            table.groupEnd.withUnsafeBufferPointer { ends in
                rowStart.withUnsafeBufferPointer { starts in
                    for row in rows {
                        let counts = triangle + starts[Int(codes[row])]
                        for other in (row + 1)..<max(row + 1, Int(ends[row])) {
                            counts[Int(codes[other])] &+= 1
                        }
                    }
                }
            }
        }
    }

    /// Writes how often an item occurs with each item above it.
    func counts(_ item: Int, into out: UnsafeMutableBufferPointer<Int64>) {
        for other in (item + 1)..<max(item + 1, itemCount) {
            var sum: Int64 = 0
            for triangle in triangles { sum &+= Int64(triangle[rowStart[item] + other]) }
            out[other] = sum
        }
    }
}
