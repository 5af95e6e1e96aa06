import Basics
import Encodings
import Planning
import Storage
import Vectors

/// MIN and MAX over a whole table: segments know the bounds of their columns, so that only what was
/// deleted from, and what is not yet in a segment, has to be read.
final class ZoneExtremaOperator: Operator, @unchecked Sendable {
    struct Item: Sendable {
        /// Place among the scan's columns.
        let column: Int
        let isMaximum: Bool
    }
    private let scan: ScanNode
    private let items: [Item]

    /// - Parameter general: the same by reading every row, for where bounds are not known.
    init(
        _ scan: ScanNode, items: [Item], columns: [(ColumnID, SQLType)], general: Operator
    ) {
        self.scan = scan
        self.items = items
        super.init(columns: columns, children: [general])
    }

    override var title: String { "ZoneExtrema \(scan.name)" }

    override func stream(_ context: QueryContext) throws -> Stream {
        guard let table = try context.tables.stored(scan.table) else {
            return try children[0].observed(context)
        }
        var results: [Vector] = []
        for (item, column) in zip(items, columns) {
            let id = try context.tables.columnID(scan.table, index: scan.columns[item.column].index)
            var search = ExtremumSearch(
                column: id, type: scan.columns[item.column].type, isMaximum: item.isMaximum)
            guard try search.run(table, context) else {
                statistics.note("general plan", 1)
                return try children[0].observed(context)
            }
            results.append(
                Vector.constant(search.best.map { .int($0) } ?? .null, column.1, count: 1))
        }
        return Stream(source: BatchListSource([Batch(columns: results, count: 1)]))
    }

    /// What of an aggregate can be answered so; nil where it cannot.
    static func items(_ node: AggregateNode) -> (ScanNode, [Item])? {
        guard node.keys.isEmpty, node.groupingSets == nil, node.groupings.isEmpty,
            !node.aggregates.isEmpty, case .scan(let scan) = node.input, scan.locator == nil,
            scan.security.isEmpty, scan.filters.isEmpty
        else { return nil }
        var items: [Item] = []
        for (_, call) in node.aggregates {
            guard call.function == .min || call.function == .max, call.filter == nil,
                case .column(let id, let type) = call.arguments.first, type == call.type,
                ScanCondition.isIntegerLike(type),
                let column = scan.columns.firstIndex(where: { $0.id == id })
            else { return nil }
            items.append(Item(column: column, isMaximum: call.function == .max))
        }
        return (scan, items)
    }
}

private struct ExtremumSearch {
    let column: UInt32
    let type: SQLType
    let isMaximum: Bool
    private(set) var best: Int64?

    init(column: UInt32, type: SQLType, isMaximum: Bool) {
        self.column = column
        self.type = type
        self.isMaximum = isMaximum
    }

    /// False where something is in the way of an answer.
    mutating func run(_ table: TableSnapshot, _ context: QueryContext) throws -> Bool {
        var touched: [(SegmentFragment, DeleteBitmap)] = []
        for fragment in table.fragments {
            switch fragment {
            case .segment(let segment):
                guard segment.segment.hasColumn(column) else { return false }
                if let deleted = segment.deleted {
                    touched.append((segment, deleted))
                } else if !take(segment.segment.bounds(column: column)) {
                    return false
                }
            case .tail(let tail):
                guard let place = tail.index(of: column) else { return false }
                for (batch, start) in zip(tail.batches, tail.starts) {
                    try context.cancellation.check()
                    read(batch.columns[place], batch.count, tail.deleted, start)
                }
            }
        }
        // Chunks that rows were deleted from, if their bounds promise anything.
        for (segment, deleted) in touched {
            for chunk in 0..<segment.segment.chunkCount {
                let zone = segment.segment.zone(column: column, chunk: chunk)
                if deleted.words(chunk: chunk) == nil {
                    guard take(zone) else { return false }
                    continue
                }
                guard let zone else { return false }
                if zone.nullCount == zone.rowCount { continue }
                guard case .int(let bound) = isMaximum ? zone.max : zone.min else { return false }
                if let best, isMaximum ? bound <= best : bound >= best { continue }
                try context.cancellation.check()
                let rows = segment.segment.rows(inChunk: chunk)
                let vector = Vector(type, capacity: rows)
                try segment.segment.chunk(column: column, index: chunk).decode(
                    rows: 0..<rows, into: vector)
                read(vector, rows, deleted, chunk << 16)
            }
        }
        return true
    }

    private mutating func take(_ zone: ChunkZone?) -> Bool {
        guard let zone else { return false }
        if zone.nullCount == zone.rowCount { return true }
        guard zone.isExact, case .int(let value) = isMaximum ? zone.max : zone.min else {
            return false
        }
        offer(value)
        return true
    }

    private mutating func offer(_ value: Int64) {
        best = best.map { isMaximum ? max($0, value) : min($0, value) } ?? value
    }

    private mutating func read(
        _ vector: Vector, _ count: Int, _ deleted: DeleteBitmap?, _ start: Int
    ) {
        switch vector.physical {
        case .int16: read(vector, Int16.self, count, deleted, start)
        case .int32: read(vector, Int32.self, count, deleted, start)
        default: read(vector, Int64.self, count, deleted, start)
        }
    }

    @inline(__always)
    private mutating func read<T: FixedWidthInteger & SignedInteger>(
        _ vector: Vector, _: T.Type, _ count: Int, _ deleted: DeleteBitmap?, _ start: Int
    ) {
        let values = vector.pointer(T.self)
        for row in 0..<count where !vector.isNull(row) {
            if let deleted, deleted.contains(start + row) { continue }
            offer(Int64(values[row & vector.rowMask]))
        }
    }
}
