import Encodings
import Vectors

/// Where a segment's file lies.
package enum Tier: UInt8, Sendable {
    case hot = 0
    case archive = 1
}

/// A part of a table: every row of a table is in exactly one fragment.
package enum Fragment: Sendable {
    case segment(SegmentFragment)
    case tail(TailFragment)

    package var id: UInt32 {
        switch self {
        case .segment(let segment): segment.id
        case .tail(let tail): tail.id
        }
    }
    /// Rows, deleted ones included.
    package var rowCount: Int {
        switch self {
        case .segment(let segment): segment.rowCount
        case .tail(let tail): tail.rowCount
        }
    }
    package var deleted: DeleteBitmap? {
        switch self {
        case .segment(let segment): segment.deleted
        case .tail(let tail): tail.deleted
        }
    }
    package var liveRowCount: Int { rowCount - (deleted?.count ?? 0) }
}

/// A sorted segment on disk.
package struct SegmentFragment: Sendable {
    /// Keeps the file until nobody reads it.
    let file: SegmentFile
    package let deleted: DeleteBitmap?
    let spec: TableSpec

    package var id: UInt32 { file.id }
    package var segment: Segment { file.segment }
    package var tier: Tier { file.tier }
    /// Name of the file within its tier's directory.
    package var fileName: String { file.name }
    package var byteCount: Int { file.entry.byteCount }
    package var rowCount: Int { file.entry.rowCount }

    /// What the rows read in a column that the segment lacks.
    package func defaultFor(_ column: UInt32) -> Datum {
        spec.columns.first { $0.id == column }?.initial ?? .null
    }
}

/// Rows in memory: whole batches, unsorted, in the order of their commits.
package struct TailFragment: Sendable {
    package let id: UInt32
    /// What the batches' vectors hold, in order.
    package let columns: [ColumnSpec]
    /// Flat vectors (never constant) of at most 2,048 rows each; never changed.
    package let batches: [Batch]
    /// The fragment's row at which each batch starts.
    package let starts: [Int]
    package let rowCount: Int
    package let deleted: DeleteBitmap?
    let spec: TableSpec
    /// nil where the table has no primary key, and for a transaction's own rows.
    let keys: TailKeyIndex?
    let pin: FragmentPin
    /// Number of the log file with the first rows.
    let walFile: UInt64
    let byteCount: Int

    /// The place of a column in the batches; nil where it was added later.
    package func index(of column: UInt32) -> Int? { columns.firstIndex { $0.id == column } }

    /// What the rows read in a column that the batches lack.
    package func defaultFor(_ column: UInt32) -> Datum {
        spec.columns.first { $0.id == column }?.initial ?? .null
    }

    /// The batch that holds a row.
    package func batch(holding row: Int) -> Int {
        var low = 0
        var high = starts.count
        while low + 1 < high {
            let middle = (low + high) / 2
            if starts[middle] <= row { low = middle } else { high = middle }
        }
        return low
    }
}

/// One line of `Store.segments()`.
package struct SegmentInfo: Sendable {
    package var table: UInt32
    package var fragment: UInt32
    package var rowCount: Int
    package var deletedCount: Int
    package var byteCount: Int
    package var tier: Tier
    /// Full path.
    package var file: String
    /// Bounds of the sort key's first column; `.null` where there is none.
    package var min: Datum
    package var max: Datum
}
