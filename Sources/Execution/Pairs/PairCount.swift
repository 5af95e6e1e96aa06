import Basics
import Planning
import Synchronization
import Vectors

/// Counts pairs of values that occur together: rows of one expression joined with themselves by equal
/// `together`, grouped by both rows' `item`, `count(*)`, where the items differ (or are in order).
///
/// No pair is ever made a row. Items get numbers in their order and rows lie by `together` with their
/// items sorted. Of few items all pairs are counted at once in a triangle of counts (`PairMatrix`); else
/// for one item after the other its partners are counted in an array, by an index of the places where it
/// occurs.
final class PairCountOperator: Operator, @unchecked Sendable {
    private let shape: PairShape

    init(_ shape: PairShape, columns: [(ColumnID, SQLType)]) {
        self.shape = shape
        super.init(columns: columns)
    }

    override var title: String { "PairCount over CTE \(shape.id)" }

    override func stream(_ context: QueryContext) throws -> Stream {
        guard let rows = context.materialized.get(shape.id) else {
            throw SQLError(
                .internalError, "common table expression \(shape.id) has not been computed")
        }
        let table = try PairTable(
            together: rows.columns[shape.together], item: rows.columns[shape.item],
            count: rows.count, context)
        let matrix = try PairMatrix(table, context)
        if matrix == nil { table.index() }
        return Stream(source: PairSource(self, table, matrix, shape, columns.map(\.1), context))
    }
}

/// Hands out the pairs, the lower item of each taken by one worker.
private final class PairSource: BatchSource, @unchecked Sendable {
    private let owner: PairCountOperator
    private let table: PairTable
    private let matrix: PairMatrix?
    private let shape: PairShape
    private let types: [SQLType]
    private let context: QueryContext
    private let next = Atomic<Int>(0)

    init(
        _ owner: PairCountOperator, _ table: PairTable, _ matrix: PairMatrix?,
        _ shape: PairShape, _ types: [SQLType], _ context: QueryContext
    ) {
        self.owner = owner
        self.table = table
        self.matrix = matrix
        self.shape = shape
        self.types = types
        self.context = context
    }

    var parallelism: Int { max(1, table.codes.count >> 14) }
    func makeReader(_ context: QueryContext) throws -> BatchReader { Reader(self) }

    private final class Reader: BatchReader {
        private let source: PairSource
        private var counts: [Int64]
        private var lower: [UInt32] = []
        private var higher: [UInt32] = []
        private var found: [Int64] = []

        init(_ source: PairSource) {
            self.source = source
            counts = [Int64](repeating: 0, count: max(source.table.ordered.count, 1))
        }

        override func next() throws -> Batch? {
            let began = source.context.isAnalyzing ? monotonicNanoseconds() : 0
            lower.removeAll(keepingCapacity: true)
            higher.removeAll(keepingCapacity: true)
            found.removeAll(keepingCapacity: true)
            while found.count < Vector.standardCapacity {
                try source.context.cancellation.check()
                let item = source.next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard item < source.table.ordered.count else { break }
                count(item)
            }
            let batch = found.isEmpty ? nil : source.batch(lower, higher, found)
            if source.context.isAnalyzing {
                source.owner.statistics.add(nanoseconds: monotonicNanoseconds() - began)
            }
            return batch
        }

        /// Adds an item's partners, from all places where it occurs.
        private func add(_ item: Int, to counts: UnsafeMutableBufferPointer<Int64>) {
            let table = source.table
            table.codes.withUnsafeBufferPointer { codes in
                table.groupEnd.withUnsafeBufferPointer { ends in
                    for index in table.placeStart[item]..<table.placeStart[item + 1] {
                        let place = Int(table.places[index])
                        for other in (place + 1)..<max(place + 1, Int(ends[place])) {
                            counts[Int(codes[other])] &+= 1
                        }
                    }
                }
            }
        }

        private func count(_ item: Int) {
            let code = UInt32(truncatingIfNeeded: item)
            counts.withUnsafeMutableBufferPointer { counts in
                if let matrix = source.matrix {
                    matrix.counts(item, into: counts)
                } else {
                    add(item, to: counts)
                }
                // A row pairs with its equals too; those are not asked for.
                counts[item] = 0
                for other in (item + 1)..<max(item + 1, counts.count) where counts[other] != 0 {
                    let partner = UInt32(truncatingIfNeeded: other)
                    lower.append(code)
                    higher.append(partner)
                    found.append(counts[other])
                    if source.shape.isSymmetric {
                        lower.append(partner)
                        higher.append(code)
                        found.append(counts[other])
                    }
                    counts[other] = 0
                }
            }
        }
    }

    private func batch(_ lower: [UInt32], _ higher: [UInt32], _ counts: [Int64]) -> Batch {
        let columns = zip(shape.outputs, types).map { output, type in
            switch output {
            case .lower: return table.items.gather(lower.map { table.ordered[Int($0)] })
            case .higher: return table.items.gather(higher.map { table.ordered[Int($0)] })
            case .count:
                let vector = Vector(type, capacity: counts.count)
                vector.count = counts.count
                counts.withUnsafeBufferPointer {
                    if let base = $0.baseAddress {
                        vector.pointer(Int64.self).update(from: base, count: counts.count)
                    }
                }
                return vector
            }
        }
        return Batch(columns: columns, count: counts.count)
    }
}
