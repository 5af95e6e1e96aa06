import Vectors

/// The order of all commits: 1 is the first.
package typealias CommitNumber = UInt64

/// A column as storage knows it.
package struct ColumnSpec: Sendable {
    /// Never reused within a table.
    package var id: UInt32
    package var type: SQLType
    /// What rows written before the column was added read.
    package var initial: Datum

    package init(id: UInt32, type: SQLType, initial: Datum = .null) {
        self.id = id
        self.type = type
        self.initial = initial
    }
}

/// A table as storage knows it.
package struct TableSpec: Sendable {
    /// Never reused.
    package var id: UInt32
    package var columns: [ColumnSpec]
    /// Column ids by which segments are sorted, ascending, NULLs last; may be empty.
    package var sortKey: [UInt32]
    /// Column ids of the primary key, empty where there is none. It changes only while there are no
    /// rows.
    package var primaryKey: [UInt32]

    package init(
        id: UInt32, columns: [ColumnSpec], sortKey: [UInt32] = [], primaryKey: [UInt32] = []
    ) {
        self.id = id
        self.columns = columns
        self.sortKey = sortKey
        self.primaryKey = primaryKey
    }

    /// The place of a column in `columns`.
    package func index(of column: UInt32) -> Int? { columns.firstIndex { $0.id == column } }
}

/// A row's place in a snapshot: fragment id << 32 | row in the fragment. -1 is no row.
package enum Locator {
    /// The fragment of a transaction's own rows, in every table.
    package static let overlayFragment: UInt32 = 0x7FFF_FFFF
    /// The first fragment of a transaction's own rows that are segments already.
    static let stagedFragments: UInt32 = 0x7F00_0000
    package static let none: Int64 = -1

    @inline(__always)
    package static func make(_ fragment: UInt32, _ row: Int) -> Int64 {
        Int64(fragment) << 32 | Int64(row)
    }
    @inline(__always)
    package static func fragment(_ locator: Int64) -> UInt32 {
        UInt32(truncatingIfNeeded: locator >> 32)
    }
    /// Whether the fragment is one that only its transaction knows.
    static func isOwn(_ fragment: UInt32) -> Bool { fragment >= stagedFragments }
    @inline(__always)
    package static func row(_ locator: Int64) -> Int { Int(locator & 0xFFFF_FFFF) }
}
