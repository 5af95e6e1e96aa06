import Vectors

/// What is known of a chunk's or a column's values without reading them.
///
/// Order is SQL's: NaN is greater than every number, strings order bytewise. Bounds are absent
/// (`.null`) where all rows are NULL and for types that have none (interval, uuid has).
package struct ChunkZone: Sendable {
    package var rowCount: Int
    package var nullCount: Int
    /// No value is smaller. `.null`: unknown, or all rows are NULL.
    package var min: Datum
    /// No value is greater. `.null`: unknown, or all rows are NULL.
    package var max: Datum
    /// Whether `min` and `max` occur; long strings are cut to a bound that does not.
    package var isExact: Bool

    package init(rowCount: Int, nullCount: Int, min: Datum, max: Datum, isExact: Bool) {
        self.rowCount = rowCount
        self.nullCount = nullCount
        self.min = min
        self.max = max
        self.isExact = isExact
    }

    package var isAllNull: Bool { nullCount == rowCount }
    package var hasBounds: Bool { !min.isNull }
}
