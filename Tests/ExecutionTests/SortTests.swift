import Basics
import Execution
import Planning
import Storage
import Testing
import Vectors

/// Sorting by prefixes against sorting by comparison.
struct SortTests {
    private let context = QueryContext(
        evaluation: EvaluationContext(), tables: NoTables(), pool: WorkerPool(threadCount: 3),
        memory: MemoryBudget(limit: 1 << 30),
        spill: SpillFile(area: nil, limit: 0, cancellation: Cancellation()),
        cancellation: Cancellation(), parameters: [], threads: 3)

    private struct NoTables: TableSource {
        func stored(_ table: UInt32) throws -> TableSnapshot? { nil }
        func columnID(_ table: UInt32, index: Int) throws -> UInt32 { 0 }
        func system(_ table: UInt32) throws -> Batch { Batch(columns: [], count: 0) }
    }

    private func vector(_ type: SQLType, _ count: Int, _ value: (Int) -> Datum) -> Vector {
        let vector = Vector(type, capacity: count)
        vector.count = count
        let arena = StringArena()
        vector.owners.append(arena)
        for row in 0..<count { vector.store(value(row), at: row, arena: arena) }
        return vector
    }

    private func noise(_ row: Int) -> Int {
        Int(truncatingIfNeeded: VectorHash.mix(UInt64(row)) >> 20)
    }

    @Test(arguments: [100, 5000, 100_000])
    func prefixesAgreeWithComparison(_ count: Int) throws {
        let columns = [
            vector(.integer, count) { noise($0) % 7 == 0 ? .null : .int(Int64(noise($0) % 50) - 25) },
            vector(.bigint, count) { .int(noise($0) % 3 == 0 ? .min : noise($0) % 3 == 1 ? .max : Int64($0 % 9)) },
            vector(.text, count) { .bytes(Array("prefix \(noise($0) % 40)".utf8)) },
            vector(.double, count) {
                .double([0, -0.0, .nan, -1.5, .infinity, -.infinity, 1e-300][noise($0) % 7])
            },
            vector(.decimal, count) {
                .decimal(Decimal(mantissa: Int128(noise($0) % 90 - 45), scale: noise($0) % 2))
            },
        ]
        for first in columns.indices {
            for descending in [false, true] {
                for nullsFirst in [false, true] {
                    let keys = [columns[first], columns[(first + 1) % columns.count]].map {
                        RowComparator.Key($0, descending, nullsFirst)
                    }
                    let comparator = RowComparator(keys)
                    let expected = [UInt32](0..<UInt32(count)).sorted {
                        let order = comparator.compare($0, $1)
                        return order == 0 ? $0 < $1 : order < 0
                    }
                    #expect(try comparator.sorted(count, Cancellation()) == expected)
                    #expect(try comparator.sorted(count, context) == expected)
                }
            }
        }
    }
}
