import Basics
import Planning
import Storage
import Synchronization
import Vectors

/// A statement's right to run: set from any thread, asked between vectors.
package final class Cancellation: Sendable {
    package enum Reason: Int, Sendable { case none, request, timeout, shutdown }
    private let reason = Atomic<Int>(0)
    package init() {}

    package func cancel(_ why: Reason) {
        _ = reason.compareExchange(
            expected: 0, desired: why.rawValue, ordering: .relaxed)
    }

    package func check() throws {
        let raw = reason.load(ordering: .relaxed)
        if raw == 0 { return }
        switch Reason(rawValue: raw) {
        case .timeout:
            throw SQLError(.queryCanceled, "canceling statement due to statement timeout")
        case .shutdown:
            throw SQLError(
                .adminShutdown, "terminating connection due to administrator command")
        default: throw SQLError(.queryCanceled, "canceling statement due to user request")
        }
    }
}

/// What a query may hold in memory beyond its vectors in flight; crossing it is SQLSTATE 53200.
package final class MemoryBudget: Sendable {
    package let limit: Int
    private let used = Atomic<Int>(0)

    package init(limit: Int) { self.limit = limit }

    /// - Parameter mayExceed: the caller writes to disk at once what is too much.
    package func reserve(_ bytes: Int, mayExceed: Bool = false) throws {
        let now = used.wrappingAdd(bytes, ordering: .relaxed).newValue
        if now > limit, !mayExceed {
            used.wrappingSubtract(bytes, ordering: .relaxed)
            throw SQLError(
                .outOfMemory, "query needs more memory than its budget of \(limit >> 20) MB",
                hint: "Narrow the query, or raise work_mem for this session.")
        }
    }

    /// Whether so much is held that operators which can should write to disk.
    var isTight: Bool { used.load(ordering: .relaxed) > limit / 2 }
    /// Whether so many bytes more would leave it comfortable.
    func hasRoom(for bytes: Int) -> Bool { used.load(ordering: .relaxed) + bytes < limit / 2 }
    /// Bytes that may still be reserved.
    var available: Int { max(0, limit - used.load(ordering: .relaxed)) }
    /// What an operator keeps in memory at the least before it writes to disk.
    var leastHeld: Int { min(limit / 32, 4 << 20) }

    package func release(_ bytes: Int) { used.wrappingSubtract(bytes, ordering: .relaxed) }
}

/// Where scans find their rows: stored tables of the statement's snapshot, and system tables.
package protocol TableSource: Sendable {
    /// The stored table's rows as this statement sees them; nil for a system table.
    func stored(_ table: UInt32) throws -> TableSnapshot?
    /// Storage column id of the table's index-th column.
    func columnID(_ table: UInt32, index: Int) throws -> UInt32
    /// All rows and columns of a system table.
    func system(_ table: UInt32) throws -> Batch
}

/// Everything a running statement shares between its operators.
package final class QueryContext: @unchecked Sendable {
    package let evaluation: EvaluationContext
    package let tables: any TableSource
    package let pool: WorkerPool
    package let memory: MemoryBudget
    /// Where operators put what their memory budget does not hold.
    package let spill: SpillFile
    package let cancellation: Cancellation
    package let parameters: [Datum]
    /// Workers a pipeline may use.
    package let threads: Int
    /// Values of enclosing queries' columns while a correlated subquery runs.
    let outer: [ColumnID: Datum]
    let materialized: MaterializedResults
    /// Whether operators measure their time.
    package let isAnalyzing: Bool
    /// What joins that run have learnt for scans below them.
    let runtimeFilters: [ObjectIdentifier: [RuntimeFilter]]
    /// What sorts for the best rows have learnt for scans below them.
    let sortBounds: [ObjectIdentifier: [SortBound]]

    package init(
        evaluation: EvaluationContext, tables: any TableSource, pool: WorkerPool,
        memory: MemoryBudget, spill: SpillFile, cancellation: Cancellation,
        parameters: [Datum], threads: Int, isAnalyzing: Bool = false
    ) {
        self.evaluation = evaluation
        self.tables = tables
        self.pool = pool
        self.memory = memory
        self.spill = spill
        self.cancellation = cancellation
        self.parameters = parameters
        self.threads = threads
        self.isAnalyzing = isAnalyzing
        outer = [:]
        runtimeFilters = [:]
        sortBounds = [:]
        materialized = MaterializedResults(parent: nil)
    }

    private init(
        _ other: QueryContext, outer: [ColumnID: Datum], threads: Int,
        materialized: MaterializedResults, runtimeFilters: [ObjectIdentifier: [RuntimeFilter]],
        sortBounds: [ObjectIdentifier: [SortBound]]
    ) {
        evaluation = other.evaluation
        tables = other.tables
        pool = other.pool
        memory = other.memory
        spill = other.spill
        cancellation = other.cancellation
        parameters = other.parameters
        isAnalyzing = other.isAnalyzing
        self.threads = threads
        self.outer = outer
        self.materialized = materialized
        self.runtimeFilters = runtimeFilters
        self.sortBounds = sortBounds
    }

    /// Keeps the rows that a statement of WITH has returned, for the plan's scans of it.
    package func keep(_ change: BoundChange, _ batches: [Batch]) throws {
        let rows = RowSet(change.columns.map { $0.1 }, memory: memory)
        for batch in batches { try rows.append(batch) }
        materialized.root.set(change.id, rows)
    }

    /// The context for one run of a correlated subquery.
    func binding(_ values: [ColumnID: Datum]) -> QueryContext {
        QueryContext(
            self, outer: outer.merging(values) { $1 }, threads: 1,
            materialized: MaterializedResults(parent: materialized),
            runtimeFilters: runtimeFilters, sortBounds: sortBounds)
    }

    /// The same context for a join's probe side, with filters for scans there.
    func filtering(_ filters: [(scan: ScanOperator, filter: RuntimeFilter)]) -> QueryContext {
        if filters.isEmpty { return self }
        var all = runtimeFilters
        for (scan, filter) in filters { all[ObjectIdentifier(scan), default: []].append(filter) }
        return QueryContext(
            self, outer: outer, threads: threads, materialized: materialized,
            runtimeFilters: all, sortBounds: sortBounds)
    }

    /// The same context below a sort that keeps the best rows only.
    func bounding(_ scan: ScanOperator, _ bound: SortBound) -> QueryContext {
        var all = sortBounds
        all[ObjectIdentifier(scan), default: []].append(bound)
        return QueryContext(
            self, outer: outer, threads: threads, materialized: materialized,
            runtimeFilters: runtimeFilters, sortBounds: all)
    }
}

/// Results computed once a statement (or once a run of a correlated subquery): CTEs, and
/// subqueries without outer references.
final class MaterializedResults: @unchecked Sendable {
    private let parent: MaterializedResults?
    private let lock = Mutex<[Int: RowSet]>([:])
    private let answers = Mutex<[Int: SubqueryAnswer]>([:])

    init(parent: MaterializedResults?) { self.parent = parent }

    /// The statement's own, above all correlated runs.
    var root: MaterializedResults { parent?.root ?? self }

    func setAnswer(_ id: Int, _ answer: SubqueryAnswer) { answers.withLock { $0[id] = answer } }
    func answer(_ id: Int) -> SubqueryAnswer? { answers.withLock { $0[id] } }

    func set(_ id: Int, _ rows: RowSet) { lock.withLock { $0[id] = rows } }
    func get(_ id: Int) -> RowSet? { lock.withLock { $0[id] } ?? parent?.get(id) }
}
