import Basics
import Catalog
import Execution
import Glibc
import Planning
import SQLSyntax
import Storage
import Synchronization
import Vectors

/// One client's session: settings, prepared statements, portals and the open transaction.
///
/// A statement's way: `Session+Simple` or `Session+Extended` parses it; `begin` makes sure of a
/// transaction and a fresh snapshot; `StatementRunner` binds, secures, optimizes and runs it;
/// `commit` makes the changes durable. One thread uses a session at a time; `stop` comes from any.
package final class Session: @unchecked Sendable {
    package let database: Database
    package let user: String
    package let processID: Int32
    let clientAddress: String?
    let startTime: Int64
    let sessionRole: UInt32
    var settings = Settings()
    var statements: [String: PreparedStatement] = [:]
    var portals: [String: Portal] = [:]
    var transaction: Transaction?
    var isFailed = false
    /// The role of SET ROLE; the session's own where nil.
    var assumedRole: UInt32?
    let sequenceValues = SequenceMemory()
    /// The schema of the session's temporary tables.
    let temporarySchema: String

    private struct Running {
        var cancellation: Cancellation?
        var query = ""
        var queryStart: Int64?
        var stateChange: Int64
        var isEnding = false
    }
    private let running: Mutex<Running>

    package init(
        _ database: Database, user: String, parameters: [(String, String)], processID: Int32,
        clientAddress: String? = nil
    ) throws {
        self.database = database
        self.user = user
        temporarySchema = "pg_temp_\(processID)"
        self.processID = processID
        self.clientAddress = clientAddress
        startTime = Clock.now()
        running = Mutex(Running(stateChange: startTime))
        let catalog = try database.catalog(database.store.snapshot())
        guard let role = catalog.role(named: user), role.canLogin else {
            throw SQLError(.invalidAuthorization, "role \"\(user)\" is not permitted to log in")
        }
        sessionRole = role.oid
        try settings.setInitial("session_authorization", user)
        try settings.setInitial("is_superuser", role.isSuperuser ? "on" : "off")
        for (name, value) in role.settings { try settings.setInitial(name, value) }
        for (name, value) in parameters
        where !["user", "database", "options", "replication"].contains(name) {
            try settings.setInitial(name, value)
        }
        database.sessions.add(self)
    }

    deinit {
        database.advisoryLocks.giveAll(by: ObjectIdentifier(self), endingWithTransaction: nil)
        database.sessions.remove(self)
    }

    var role: UInt32 { assumedRole ?? sessionRole }

    // MARK: Statements and their cancellation

    /// Stops the running statement, from any thread; with `.shutdown` later ones too.
    package func stop(_ reason: Cancellation.Reason) {
        running.withLock { state in
            if reason == .shutdown { state.isEnding = true }
            state.cancellation?.cancel(reason)
        }
    }

    /// Runs a body as one statement that can be cancelled and times out.
    func running<R>(_ text: String, _ body: (Cancellation) throws -> R) throws -> R {
        let cancellation = Cancellation()
        let isEnding = running.withLock { state in
            state.cancellation = cancellation
            state.query = text
            state.queryStart = Clock.now()
            state.stateChange = Clock.now()
            return state.isEnding
        }
        if isEnding { cancellation.cancel(.shutdown) }
        let timeout = settings.statementTimeoutMilliseconds
        let timer = timeout > 0 ? StatementTimer.shared.start(timeout, cancellation) : nil
        defer {
            if let timer { StatementTimer.shared.stop(timer) }
            running.withLock { state in
                state.cancellation = nil
                state.stateChange = Clock.now()
            }
        }
        return try body(cancellation)
    }

    /// A row of pg_stat_activity.
    var activity: SystemSession {
        running.withLock { state in
            SystemSession(
                processID: processID, role: sessionRole,
                applicationName: settings.value("application_name") ?? "",
                clientAddress: clientAddress, clientPort: -1, backendStart: startTime,
                transactionStart: nil, queryStart: state.queryStart,
                stateChange: state.stateChange,
                state: state.cancellation == nil ? "idle" : "active", query: state.query)
        }
    }

    // MARK: Transactions

    /// Makes sure of a transaction for the next statement.
    func begin(implicit: Bool = true, modes: TransactionModes? = nil) throws {
        if transaction == nil {
            let snapshot = database.store.snapshot()
            let level =
                modes?.isolation?.rawValue ?? settings.value("default_transaction_isolation") ?? ""
            transaction = Transaction(
                changes: ChangeSet(basedOn: snapshot), catalog: try database.catalog(snapshot),
                isImplicit: implicit,
                isReadOnly: modes?.readOnly
                    ?? (settings.value("default_transaction_read_only") == "on"),
                keepsSnapshot: level == "repeatable read" || level == "serializable",
                isolation: level,
                startTime: Clock.now(), settingsAtStart: settings)
            return
        }
        try transaction?.refresh(database)
    }

    /// Makes the transaction's changes durable. On failure it is rolled back.
    func commit() throws {
        try clearTemporary()
        guard let open = transaction else { return }
        transaction = nil
        isFailed = false
        endTransaction(open)
        if open.changes.isEmpty, !open.catalogChanged { return }
        do {
            try database.commit(
                open.changes, catalog: open.catalogChanged ? open.catalog : nil)
        } catch {
            settings = open.settingsAtStart
            throw error
        }
    }

    /// What ON COMMIT says of temporary tables.
    private func clearTemporary() throws {
        guard var open = transaction, let schema = open.catalog.schema(named: temporarySchema)
        else { return }
        let tables = open.catalog.tables.values.filter {
            $0.schema == schema.oid && $0.onCommit != nil
        }.sorted { $0.oid < $1.oid }
        for table in tables {
            if table.onCommit == .deleteRows {
                if open.changes.table(table.oid)?.rowCount ?? 0 > 0 {
                    try open.changes.truncateTable(table.oid)
                }
                continue
            }
            guard
                let change = try Definitions.drop(
                    .table, [[schema.name, table.name]], from: open.catalog)
            else { continue }
            open.replaceCatalog(change.catalog)
            for case .dropTable(let oid) in change.effects { try open.changes.dropTable(oid) }
        }
        transaction = open
    }

    /// The search path as names are looked up: the session's temporary tables first.
    func namePath(_ catalog: CatalogSnapshot) -> [String] {
        let path = settings.searchPath
        return catalog.schema(named: temporarySchema) == nil ? path : [temporarySchema] + path
    }

    func rollback() {
        guard let open = transaction else { return }
        transaction = nil
        database.advisoryLocks.giveAll(by: ObjectIdentifier(self), endingWithTransaction: true)
        isFailed = false
        settings = open.settingsAtStart
        portals = [:]
    }

    private func endTransaction(_ open: Transaction) {
        database.advisoryLocks.giveAll(by: ObjectIdentifier(self), endingWithTransaction: true)
        for (name, value) in open.localSettings { _ = try? settings.set(name, value) }
        portals = portals.filter { $0.value.isHeld }
    }

    func current() throws -> Transaction {
        guard let transaction else {
            throw SQLError(.noActiveTransaction, "there is no transaction in progress")
        }
        return transaction
    }

    /// A setting as SHOW prints it: of the open transaction, where it has its own.
    func setting(_ name: String) -> String? {
        if let transaction {
            switch name.lowercased() {
            case "transaction_isolation": return transaction.isolation
            case "transaction_read_only": return transaction.isReadOnly ? "on" : "off"
            default: break
            }
        }
        return settings.value(name)
    }

    // MARK: What statements run in

    func bindContext() throws -> BindContext {
        var context = BindContext(
            role: role, sessionRole: sessionRole, searchPath: namePath(try current().catalog),
            format: formatSession)
        context.temporarySchema = temporarySchema
        context.rowSecurityOff = settings.value("row_security") == "off"
        return context
    }

    func systemContext(_ catalog: CatalogSnapshot) -> SystemContext {
        SystemContext(
            catalog: catalog, role: role, sessionRole: sessionRole,
            searchPath: namePath(catalog), state: SessionState(self))
    }

    func evaluation(_ cancellation: Cancellation) throws -> EvaluationContext {
        let open = try current()
        var evaluation = EvaluationContext()
        evaluation.transactionTime = open.startTime
        evaluation.statementTime = Clock.now()
        evaluation.timeZone =
            TimeZoneRules.named(settings.value("TimeZone") ?? "UTC") ?? .utc
        evaluation.currentUser = open.catalog.roleName(role)
        evaluation.sessionUser = user
        evaluation.database = open.catalog.database
        evaluation.searchPath = open.catalog.namedSchemas(settings.searchPath, role: role)
        var system = systemContext(open.catalog)
        system.checkCancellation = { try cancellation.check() }
        evaluation.catalog = CatalogFunctions(system)
        evaluation.checkCancellation = { try cancellation.check() }
        return evaluation
    }

    func queryContext(
        _ cancellation: Cancellation, parameters: [Datum] = [], isAnalyzing: Bool = false
    ) throws -> QueryContext {
        let open = try current()
        return QueryContext(
            evaluation: try evaluation(cancellation),
            tables: StatementTables(
                catalog: open.catalog, changes: open.changes,
                system: systemContext(open.catalog), systemRows: database.systemRows),
            pool: database.pool, memory: MemoryBudget(limit: settings.workMemoryBytes),
            spill: SpillFile(
                area: database.spillArea, limit: settings.temporaryFileBytes,
                cancellation: cancellation),
            cancellation: cancellation, parameters: parameters,
            threads: database.options.threads, isAnalyzing: isAnalyzing)
    }

    package func close() {
        rollback()
        stop(.shutdown)
        database.advisoryLocks.giveAll(by: ObjectIdentifier(self), endingWithTransaction: nil)
        // What cannot be dropped now goes with the next start.
        try? database.dropTemporary { $0 == temporarySchema }
        database.sessions.remove(self)
    }
}

/// The wall clock in PostgreSQL's unit.
package enum Clock {
    /// Microseconds since 2000-01-01 UTC.
    package static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return (Int64(time.tv_sec) - 946_684_800) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
