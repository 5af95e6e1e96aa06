import Planning
import Vectors

/// How good a scan's rows must be for the best rows of an ORDER BY … LIMIT above it.
///
/// The bound gets tighter while the query runs: a scan asks for it at every chunk. It decides by the
/// value alone and cannot fail, so it may run ahead of row-security conditions; what it knows comes
/// from rows that have passed theirs.
struct SortBound: Sendable {
    /// The key among the scan's columns.
    let column: Int
    private let descending: Bool
    private let nullsFirst: Bool
    private let cut: SortCut

    /// nil for keys whose order is not that of 64-bit integers.
    init?(
        column: Int, type: SQLType, descending: Bool, nullsFirst: Bool, _ cut: SortCut
    ) {
        guard cut.best != nil, ScanCondition.isIntegerLike(type), !type.isObjectID else {
            return nil
        }
        switch type.physical {
        case .int16, .int32, .int64: break
        default: return nil
        }
        self.column = column
        self.descending = descending
        self.nullsFirst = nullsFirst
        self.cut = cut
    }

    /// The values that are still good enough; nil for all.
    ///
    /// - Parameter hasNulls: whether the rows in question may be NULL.
    func range(hasNulls: Bool) -> ClosedRange<Int64>? {
        // NULLs that come first are better than every value.
        if hasNulls && nullsFirst { return nil }
        let word = cut.prefix
        guard word > 1, word < .max - 1 else { return nil }
        let value = RowComparator.Key.integer(word, descending: descending)
        return descending ? value...Int64.max : Int64.min...value
    }
}
