import Encodings
import Vectors

/// A zone as plain numbers: loops over thousands of them count no references.
package struct IntegerZone: Sendable {
    /// No value is smaller, and none is greater than `high`. Nothing is known where `low` is greater:
    /// no integers, no bounds, or all rows are NULL.
    package let low: Int64
    package let high: Int64
    package let nullCount: Int32
    package let rowCount: Int32

    init(_ zone: ChunkZone) {
        rowCount = Int32(clamping: zone.rowCount)
        nullCount = Int32(clamping: zone.nullCount)
        if case .int(let low) = zone.min, case .int(let high) = zone.max {
            self.low = low
            self.high = high
        } else {
            low = .max
            high = .min
        }
    }

    package var hasBounds: Bool { low <= high }
    package var isAllNull: Bool { nullCount == rowCount }

    /// Whether no row has a value in low…high, by the bounds.
    @inline(__always)
    package func excludes(_ low: Int64, _ high: Int64) -> Bool {
        isAllNull || (hasBounds && (self.low > high || self.high < low))
    }
}

/// The zones of one column of a segment.
package struct IntegerZones: Sendable {
    package let chunks: [IntegerZone]
    /// Over all chunks.
    package let whole: IntegerZone
}

extension Segment {
    /// A column's zones as numbers. nil for columns it does not hold.
    package func integerZones(column: UInt32) -> IntegerZones? {
        footer.index[column].map { footer.stored[$0].integers }
    }
}
