import Basics
import Catalog
import Execution
import Planning
import Storage
import Synchronization
import Vectors

/// A data directory in use: its store, its workers and its sessions.
package final class Database: Sendable {
    package struct Options: Sendable {
        /// Workers of the pool, and the most that one query uses.
        package var threads = 2
        package var store = StoreOptions()
        /// Name and SCRAM verifier of the superuser of a new directory.
        package var superuser = "admin"
        package var superuserVerifier: String?
        /// Bytes that all queries together may hold; a query's own limit is work_mem.
        package var queryMemoryBytes = 4 << 30
        package init() {}
    }

    package let store: Store
    let pool: WorkerPool
    let spillArea: SpillArea
    package let options: Options
    let sessions = SessionList()
    private let parsed = Mutex<ParsedCatalog?>(nil)

    private struct ParsedCatalog {
        let commit: CommitNumber
        let catalog: CatalogSnapshot
    }

    /// Opens or makes the directory.
    package init(directory: String, options: Options) throws {
        self.options = options
        store = try Store.open(directory: directory, options: options.store)
        spillArea = try SpillArea(directory: directory + "/tmp")
        pool = WorkerPool(threadCount: options.threads)
        if store.snapshot().catalogImage.isEmpty {
            var changes = ChangeSet(basedOn: store.snapshot())
            let catalog = CatalogSnapshot.initial(
                superuser: options.superuser, verifier: options.superuserVerifier)
            changes.setCatalogImage(try catalog.image())
            try store.commit(changes)
        }
    }

    /// The catalog of a snapshot; parsed once per catalog change.
    package func catalog(_ snapshot: StoreSnapshot) throws -> CatalogSnapshot {
        let commit = snapshot.catalogCommit
        if let known = parsed.withLock({ $0 }), known.commit == commit { return known.catalog }
        let catalog = try CatalogSnapshot(image: snapshot.catalogImage)
        parsed.withLock { held in
            if held.map({ $0.commit < commit }) ?? true {
                held = ParsedCatalog(commit: commit, catalog: catalog)
            }
        }
        return catalog
    }

    /// Ends all sessions' statements, flushes and closes.
    package func close() {
        sessions.cancelAll()
        pool.stop()
        store.close()
    }
}

/// The sessions that exist, for pg_stat_activity and for cancelling.
final class SessionList: Sendable {
    private let sessions = Mutex<[ObjectIdentifier: WeakSession]>([:])

    private struct WeakSession: Sendable { weak let session: Session? }

    func add(_ session: Session) {
        sessions.withLock { $0[ObjectIdentifier(session)] = WeakSession(session: session) }
    }
    func remove(_ session: Session) {
        sessions.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(session)) }
    }
    var all: [Session] { sessions.withLock { $0.values.compactMap(\.session) } }
    func cancelAll() { for session in all { session.stop(.shutdown) } }
}

/// Numbers the optimizer asks for, from one snapshot.
struct SnapshotStatistics: PlanStatistics {
    let catalog: CatalogSnapshot
    let changes: ChangeSet

    func rowCount(_ table: UInt32) -> Double {
        guard catalog.tables[table] != nil else { return 500 }
        return Double(changes.table(table)?.rowCount ?? 0)
    }

    func bounds(_ table: UInt32, column: Int) -> (low: Int64, high: Int64)? {
        guard let info = catalog.tables[table], column < info.columns.count,
            let snapshot = changes.table(table)
        else { return nil }
        let id = UInt32(info.columns[column].id)
        var result: (low: Int64, high: Int64)?
        for fragment in snapshot.fragments {
            guard case .segment(let segment) = fragment,
                let zone = segment.segment.bounds(column: id), case .int(let low) = zone.min,
                case .int(let high) = zone.max
            else { continue }
            result = result.map { (min($0.low, low), max($0.high, high)) } ?? (low, high)
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
            let snapshot = changes.table(table)
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

/// Rows of one statement: stored ones through the transaction, system ones from the catalog.
struct StatementTables: TableSource {
    let catalog: CatalogSnapshot
    let changes: ChangeSet
    let system: SystemContext

    func stored(_ table: UInt32) throws -> TableSnapshot? {
        guard catalog.tables[table] != nil else { return nil }
        guard let snapshot = changes.table(table) else {
            throw SQLError(.undefinedTable, "relation with OID \(table) does not exist")
        }
        return snapshot
    }

    func columnID(_ table: UInt32, index: Int) throws -> UInt32 {
        guard let info = catalog.tables[table], index < info.columns.count else {
            throw SQLError(.undefinedColumn, "column \(index) of relation \(table) does not exist")
        }
        return UInt32(info.columns[index].id)
    }

    func system(_ table: UInt32) throws -> [[Datum]] {
        guard let definition = SystemTables.table(table) else {
            throw SQLError(.undefinedTable, "relation with OID \(table) does not exist")
        }
        return try definition.rows(system)
    }
}
