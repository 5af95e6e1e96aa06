import Catalog
import Planning
import Storage
import Synchronization

/// Numbers the optimizer asks for, from one snapshot.
final class SnapshotStatistics: PlanStatistics {
    private let catalog: CatalogSnapshot
    private let changes: ChangeSet
    private let cache: StatisticsCache
    /// The optimizer asks for the same table time and again.
    private let tables = Mutex<[UInt32: Table]>([:])

    private struct Table {
        let rowCount: Int
        let segments: [SegmentFragment]
        let ids: [UInt64]
    }

    init(catalog: CatalogSnapshot, changes: ChangeSet, cache: StatisticsCache) {
        self.catalog = catalog
        self.changes = changes
        self.cache = cache
    }

    private func table(_ oid: UInt32) -> Table? {
        if let known = tables.withLock({ $0[oid] }) { return known }
        guard let snapshot = changes.table(oid) else { return nil }
        let segments = snapshot.segments
        let made = Table(
            rowCount: snapshot.rowCount, segments: segments, ids: segments.map(\.segment.id))
        tables.withLock { $0[oid] = made }
        return made
    }

    func rowCount(_ table: UInt32) -> Double {
        guard catalog.tables[table] != nil else { return systemRowCount(table) }
        return Double(self.table(table)?.rowCount ?? 0)
    }

    /// About how many rows a system table has: clients that do not sort what they ask of the
    /// catalog get columns in their tables' order only if the largest of them streams.
    private func systemRowCount(_ table: UInt32) -> Double {
        let relations =
            SystemTables.all.count + catalog.tables.count + catalog.views.count
            + catalog.sequences.count
        switch SystemTables.byOID[table]?.name {
        case "pg_attribute", "columns", "column_privileges": return Double(relations) * 16
        case "pg_class": return Double(relations)
        case "pg_proc", "pg_description": return 2000
        case "pg_operator": return 800
        case "pg_type": return 120
        case "pg_namespace": return Double(catalog.schemas.count)
        case "pg_index", "pg_constraint": return Double(catalog.tables.count) + 1
        case "pg_database", "pg_am", "pg_tablespace": return 3
        default: return 500
        }
    }

    func bounds(_ table: UInt32, column: Int) -> (low: Int64, high: Int64)? {
        stored(table, column)?.bounds
    }

    /// What the table's segments tell of a column.
    private func stored(_ oid: UInt32, _ column: Int) -> StatisticsCache.Column? {
        guard let info = catalog.tables[oid], column < info.columns.count, let table = table(oid)
        else { return nil }
        let id = UInt32(info.columns[column].id)
        return cache.column(id, of: oid, segments: table.ids) {
            StatisticsCache.Column(id, table.segments)
        }
    }

    func isUnique(_ table: UInt32, columns: [Int]) -> Bool {
        guard let info = catalog.tables[table], !info.keyIndices.isEmpty else { return false }
        return info.keyIndices.allSatisfy(columns.contains)
    }

    func distinctCount(_ table: UInt32, column: Int) -> Double? {
        let rows = max(1, rowCount(table))
        if isUnique(table, columns: [column]) { return rows }
        if let system = SystemTables.byOID[table], system.columns.indices.contains(column) {
            switch system.columns[column].name {
            case "oid": return rows
            case "attrelid": return max(1, rows / 16)
            case "relnamespace": return min(rows, Double(max(1, catalog.schemas.count)))
            default: break
            }
        }
        return stored(table, column)?.distinct.map { min(rows, $0) }
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
