import Basics
import Catalog
import Execution
import Planning
import SQLSyntax
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
    let startTime = Clock.now()
    let sessions = SessionList()
    let systemRows = SystemRowsCache()
    let statistics = StatisticsCache()
    let advisoryLocks = AdvisoryLocks()
    let sequences: SequenceStates
    private let parsed = Mutex<ParsedCatalog?>(nil)

    private struct ParsedCatalog {
        let commit: CommitNumber
        let catalog: CatalogSnapshot
    }

    /// Opens or makes the directory.
    package init(directory: String, options: Options) throws {
        self.options = options
        var own = options.store
        own.writerThreads = options.threads
        store = try Store.open(directory: directory, options: own)
        sequences = SequenceStates(store)
        spillArea = try SpillArea(directory: directory + "/tmp")
        pool = WorkerPool(threadCount: options.threads)
        if store.snapshot().catalogImage.isEmpty {
            var changes = ChangeSet(basedOn: store.snapshot())
            let catalog = CatalogSnapshot.initial(
                superuser: options.superuser, verifier: options.superuserVerifier)
            changes.setCatalogImage(try catalog.image())
            try store.commit(changes)
        }
        try dropTemporary { _ in true }
    }

    /// Drops the temporary objects of sessions that are gone.
    func dropTemporary(where isGone: (String) -> Bool) throws {
        for attempt in 1...5 {
            let snapshot = store.snapshot()
            let catalog = try self.catalog(snapshot)
            let names = catalog.schemas.values.map(\.name).filter {
                CatalogSnapshot.isTemporary(schema: $0) && isGone($0)
            }
            if names.isEmpty { return }
            var changes = ChangeSet(basedOn: snapshot)
            guard
                let change = try Definitions.drop(
                    .schema, names.sorted().map { [$0] }, from: catalog)
            else { return }
            for case .dropTable(let table) in change.effects { try changes.dropTable(table) }
            do {
                try commit(changes, catalog: change.catalog)
                return
            } catch let error as SQLError
                where error.state == .serializationFailure && attempt < 5
            {
                continue
            }
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

    /// Makes changes durable. The catalog that they bring, if any, need not be parsed again.
    func commit(_ changes: ChangeSet, catalog: CatalogSnapshot?) throws {
        guard let catalog else {
            try store.commit(changes)
            return
        }
        var changes = changes
        let image = try catalog.image()
        changes.setCatalogImage(image)
        try store.commit(changes)
        let snapshot = store.snapshot()
        guard snapshot.catalogImage == image else { return }
        parsed.withLock { held in
            if held.map({ $0.commit < snapshot.catalogCommit }) ?? true {
                held = ParsedCatalog(commit: snapshot.catalogCommit, catalog: catalog)
            }
        }
    }

    /// Ends all sessions' statements, flushes and closes.
    package func close() {
        sessions.cancelAll()
        pool.stop()
        sequences.settle()
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

/// Rows of one statement: stored ones through the transaction, system ones from the catalog.
struct StatementTables: TableSource {
    let catalog: CatalogSnapshot
    let changes: ChangeSet
    let system: SystemContext
    let systemRows: SystemRowsCache

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

    func system(_ table: UInt32) throws -> Batch {
        guard let definition = SystemTables.table(table) else {
            throw SQLError(.undefinedTable, "relation with OID \(table) does not exist")
        }
        return try systemRows.rows(of: definition, system)
    }
}
