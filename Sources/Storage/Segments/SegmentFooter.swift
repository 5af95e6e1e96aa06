import Encodings
import Vectors

/// A stored column: the catalog's number for it, and its type.
package struct SegmentColumn: Sendable, Equatable {
    package var id: UInt32
    package var type: SQLType
    package init(id: UInt32, type: SQLType) {
        self.id = id
        self.type = type
    }
}

/// The decoded footer.
package struct SegmentFooter: Sendable {
    package var rowCount: Int
    package var columns: [SegmentColumn]
    /// Place of a column id in `columns`.
    package var index: [UInt32: Int]
    /// The sort key's columns, most significant first.
    package var sortKey: [UInt32]
    /// The sort key of the first row, one datum a column.
    package var sortKeyFirst: [Datum]
    /// The sort key of the last row.
    package var sortKeyLast: [Datum]
}
