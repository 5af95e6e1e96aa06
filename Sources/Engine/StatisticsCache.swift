import Storage
import Synchronization

/// What segments tell of columns, kept while the table's segments stay the same: a table of many
/// segments is walked once, not for every statement.
final class StatisticsCache: Sendable {
    struct Column {
        /// Smallest and largest value, for integer-like columns.
        var bounds: (low: Int64, high: Int64)?
        /// How many values there may be: from the bounds, or as the largest segment's dictionary has.
        var distinct: Double?
    }

    private struct Table {
        let segments: [UInt64]
        var columns: [UInt32: Column] = [:]
    }
    private let tables = Mutex<[UInt32: Table]>([:])
    private static let capacity = 4096

    /// - Parameters:
    ///   - id: the column's number in the segments.
    ///   - segments: the segments' ids; others than before make what is known void.
    func column(
        _ id: UInt32, of table: UInt32, segments: [UInt64], find: () -> Column
    ) -> Column {
        let known = tables.withLock { tables -> Column? in
            guard let entry = tables[table], entry.segments == segments else { return nil }
            return entry.columns[id]
        }
        if let known { return known }
        let found = find()
        tables.withLock { tables in
            if tables[table]?.segments != segments {
                if tables.count >= Self.capacity { tables.removeAll() }
                tables[table] = Table(segments: segments)
            }
            tables[table]?.columns[id] = found
        }
        return found
    }
}

extension StatisticsCache.Column {
    /// - Parameter id: the column's number in the segments.
    init(_ id: UInt32, _ segments: [SegmentFragment]) {
        for segment in segments {
            guard let zone = segment.segment.integerZones(column: id)?.whole, zone.hasBounds
            else { continue }
            bounds = bounds.map { (min($0.low, zone.low), max($0.high, zone.high)) }
                ?? (zone.low, zone.high)
        }
        if let bounds {
            distinct = Double(bounds.high) - Double(bounds.low) + 1
            return
        }
        guard let largest = segments.max(by: { $0.rowCount < $1.rowCount }),
            largest.segment.hasColumn(id),
            let dictionary = try? largest.segment.dictionary(column: id)
        else { return }
        distinct = Double(dictionary.count)
    }
}
