import Catalog
import Planning
import Storage
import Synchronization

/// Numbers the optimizer asks for, from one snapshot.
final class SnapshotStatistics: PlanStatistics {
    private let catalog: CatalogSnapshot
    private let changes: ChangeSet
    /// The optimizer asks for the same table time and again.
    private let tables = Mutex<[UInt32: TableSnapshot]>([:])
    private let ranges = Mutex<[ColumnKey: Range?]>([:])
    private typealias Range = (low: Int64, high: Int64)

    private struct ColumnKey: Hashable {
        var table: UInt32
        var column: Int
    }

    init(catalog: CatalogSnapshot, changes: ChangeSet) {
        self.catalog = catalog
        self.changes = changes
    }

    private func snapshot(_ table: UInt32) -> TableSnapshot? {
        if let known = tables.withLock({ $0[table] }) { return known }
        let made = changes.table(table)
        tables.withLock { $0[table] = made }
        return made
    }

    func rowCount(_ table: UInt32) -> Double {
        guard catalog.tables[table] != nil else { return 500 }
        return Double(snapshot(table)?.rowCount ?? 0)
    }

    func bounds(_ table: UInt32, column: Int) -> (low: Int64, high: Int64)? {
        let key = ColumnKey(table: table, column: column)
        if let known = ranges.withLock({ $0[key] }) { return known }
        let found = findBounds(table, column)
        ranges.withLock { $0[key] = .some(found) }
        return found
    }

    private func findBounds(_ table: UInt32, _ column: Int) -> Range? {
        guard let info = catalog.tables[table], column < info.columns.count,
            let snapshot = snapshot(table)
        else { return nil }
        let id = UInt32(info.columns[column].id)
        var result: Range?
        for fragment in snapshot.fragments {
            guard case .segment(let segment) = fragment,
                let zone = segment.segment.integerZones(column: id)?.whole, zone.hasBounds
            else { continue }
            result = result.map { (min($0.low, zone.low), max($0.high, zone.high)) }
                ?? (zone.low, zone.high)
        }
        return result
    }

    func isUnique(_ table: UInt32, columns: [Int]) -> Bool {
        guard let info = catalog.tables[table], !info.keyIndices.isEmpty else { return false }
        return Set(info.keyIndices).isSubset(of: columns)
    }

    func distinctCount(_ table: UInt32, column: Int) -> Double? {
        let rows = max(1, rowCount(table))
        if isUnique(table, columns: [column]) { return rows }
        if let bounds = bounds(table, column: column) {
            return min(rows, Double(bounds.high) - Double(bounds.low) + 1)
        }
        guard let info = catalog.tables[table], column < info.columns.count,
            let snapshot = snapshot(table)
        else { return nil }
        var largest: SegmentFragment?
        for case .segment(let segment) in snapshot.fragments
        where segment.rowCount > largest?.rowCount ?? 0 {
            largest = segment
        }
        let id = UInt32(info.columns[column].id)
        guard let largest, largest.segment.hasColumn(id),
            let dictionary = try? largest.segment.dictionary(column: id)
        else { return nil }
        return min(rows, Double(dictionary.count))
    }

    func columnName(_ table: UInt32, column: Int) -> String? {
        if let info = catalog.tables[table] {
            return column < info.columns.count ? info.columns[column].name : nil
        }
        guard let columns = SystemTables.table(table)?.columns, column < columns.count else {
            return nil
        }
        return columns[column].name
    }
}
