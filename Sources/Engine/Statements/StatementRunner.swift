import Basics
import Catalog
import Execution
import Planning
import PostgresProtocol
import SQLSyntax
import Storage
import Vectors

/// Runs one statement in the session's transaction and sends its rows.
struct StatementRunner {
    let session: Session
    let cancellation: Cancellation
    let out: any ResultSink

    init(_ session: Session, _ cancellation: Cancellation, _ out: any ResultSink) {
        self.session = session
        self.cancellation = cancellation
        self.out = out
    }

    /// Runs a portal; the command tag, or nil where more rows wait.
    func run(_ portal: Portal, maxRows: Int) throws -> String? {
        guard let parsed = portal.statement.parsed else { return "" }
        if portal.isDone { return "SELECT 0" }
        if let result = portal.result { return try more(portal, result, maxRows) }
        if case .transaction(let action) = parsed.statement {
            return try TransactionControl(session, out).run(action)
        }
        if session.isFailed { throw Session.inFailedTransaction }
        try session.begin()
        return try run(parsed.statement, portal, maxRows)
    }

    private func run(_ statement: Statement, _ portal: Portal, _ maxRows: Int) throws -> String? {
        switch statement {
        case .query(let query): return try select(query, portal, maxRows)
        case .insert, .update, .delete, .merge: return try modify(statement, portal)
        case .truncate(let truncate): return try self.truncate(truncate)
        case .copy(let copy):
            return copy.isFrom
                ? try CopyIn(self).run(copy) : try CopyOut(self).run(copy)
        case .call(let call): return try Procedures(self).run(call)
        case .explain(let explain): return try ExplainStatement(self).run(explain, portal)
        case .prepare(let prepare): return try self.prepare(prepare)
        case .execute(let execute): return try self.execute(execute, maxRows)
        case .declareCursor, .fetch, .closeCursor:
            return try Cursors(self).run(statement, portal)
        case .set, .reset, .show, .deallocate, .discard, .listen, .unlisten, .notify, .analyze,
            .vacuum, .checkpoint, .lock:
            return try Utilities(self).run(statement)
        case .transaction: return nil
        default: return try define(statement)
        }
    }

    /// Sends a NOTICE, unless client_min_messages asks for graver ones only.
    func notice(_ text: String) throws {
        let least = session.settings.value("client_min_messages")?.lowercased() ?? "notice"
        if ["warning", "error", "fatal", "panic"].contains(least) { return }
        try out.notice(SQLError(.successfulCompletion, text), severity: "NOTICE")
    }

    // MARK: Plans

    var binder: Binder {
        get throws {
            Binder(
                catalog: try session.current().catalog, context: try session.bindContext())
        }
    }

    func binder(_ parameters: [SQLType]) throws -> Binder {
        Binder(
            catalog: try session.current().catalog, context: try session.bindContext(),
            parameterTypes: parameters)
    }

    func security() throws -> RowSecurity {
        RowSecurity(catalog: try session.current().catalog, context: try session.bindContext())
    }

    func lowering() throws -> Lowering {
        let open = try session.current()
        return Lowering(
            statistics: SnapshotStatistics(
                catalog: open.catalog, changes: open.changes,
                cache: session.database.statistics))
    }

    func plan(_ secured: SecuredPlan) throws -> Operator {
        let lowering = try lowering()
        return try lowering.lower(Optimizer.optimize(secured, lowering.statistics))
    }

    // MARK: SELECT

    private func select(_ query: Query, _ portal: Portal, _ maxRows: Int) throws -> String? {
        let bound = try binder(portal.statement.parameterTypes).bindQuery(query)
        try requireSame(bound.outputs, as: portal.statement.columns)
        portal.columns = bound.outputs
        let context = try session.queryContext(cancellation, parameters: portal.parameters)
        if !bound.locked.isEmpty {
            session.transaction?.changes.guarded.formUnion(bound.locked)
            session.transaction?.keepsSnapshot = true
        }
        var lowering = try lowering()
        if !bound.changes.isEmpty {
            try requireWritable(.query(query))
            var changes = try ChangeRunner(self, context)
            try changes.run(bound.changes)
            try changes.finish()
            lowering = changes.lowering
        }
        let operation = try lowering.lower(
            Optimizer.optimize(security().secure(bound), lowering.statistics))
        if maxRows > 0 {
            let result = try QueryResult(operation, context)
            portal.result = result
            return try more(portal, result, maxRows)
        }
        try out.columns(resultColumns(portal))
        var count = 0
        let sink = out
        try operation.run(context) { batch in
            count += batch.count
            try sink.rows(batch)
        }
        portal.isDone = true
        return "SELECT \(count)"
    }

    /// Clients that prepare a statement remember its columns: they are told when these have changed.
    private func requireSame(_ columns: [OutputColumn], as known: [OutputColumn]?) throws {
        guard let known else { return }
        let isSame =
            columns.count == known.count
            && zip(columns, known).allSatisfy {
                $0.name == $1.name && $0.type.oid == $1.type.oid
                    && $0.typeModifier == $1.typeModifier
            }
        if isSame { return }
        var error = SQLError(
            .featureNotSupported, "cached plan must not change result type")
        error.routine = "RevalidateCachedQuery"
        throw error
    }

    func resultColumns(_ portal: Portal) -> [ResultColumn] {
        (portal.columns ?? []).enumerated().map { ResultColumn($1, format: portal.format($0)) }
    }

    private func more(_ portal: Portal, _ result: QueryResult, _ maxRows: Int) throws -> String? {
        try out.columns(resultColumns(portal))
        let sink = out
        let count = try result.next(maxRows > 0 ? maxRows : nil) { try sink.rows($0) }
        if !result.isAtEnd || (maxRows > 0 && count == maxRows && count > 0) { return nil }
        portal.isDone = true
        return "SELECT \(count)"
    }

    // MARK: INSERT, UPDATE, DELETE

    /// Runs a statement that changes rows; its tag.
    private func modify(_ statement: Statement, _ portal: Portal) throws -> String {
        try requireWritable(statement)
        let binder = try binder(portal.statement.parameterTypes)
        let context = try session.queryContext(cancellation, parameters: portal.parameters)
        let body: BoundChange.Body
        let source: BoundQuery
        var outputs: [OutputColumn]?
        let verb: String
        switch statement {
        case .insert(let insert):
            let bound = try binder.bindInsert(insert)
            (body, source, verb) = (.insert(bound), bound.source, "INSERT 0")
            if bound.returning != nil { outputs = bound.outputs }
        case .update(let update):
            let bound = try binder.bindUpdate(update)
            (body, source, verb) = (.modify(bound), bound.source, "UPDATE")
            if bound.returning != nil { outputs = bound.outputs }
        case .delete(let delete):
            let bound = try binder.bindDelete(delete)
            (body, source, verb) = (.modify(bound), bound.source, "DELETE")
            if bound.returning != nil { outputs = bound.outputs }
        case .merge(let merge):
            let bound = try binder.bindMerge(merge)
            (body, source, verb) = (.merge(bound), bound.source, "MERGE")
        default: return ""
        }
        portal.columns = outputs
        let columns = resultColumns(portal)
        let sink = out
        var isDescribed = false
        var changes = try ChangeRunner(self, context)
        try changes.run(source.changes)
        let count = try changes.run(body) { batch in
            if !isDescribed {
                isDescribed = true
                try sink.columns(columns)
            }
            try sink.rows(batch)
        }
        if outputs != nil, !isDescribed { try sink.columns(columns) }
        try changes.finish()
        portal.isDone = true
        return "\(verb) \(count)"
    }

    func requireWritable(_ statement: Statement) throws {
        guard try session.current().isReadOnly else { return }
        throw SQLError(
            .readOnlyTransaction,
            "cannot execute \(statement.commandName) in a read-only transaction")
    }

    private func truncate(_ truncate: Truncate) throws -> String {
        try requireWritable(.truncate(truncate))
        var changes = try session.current().changes
        let tables = try binder.bindTruncate(truncate)
        for table in tables { try changes.truncateTable(table) }
        session.transaction?.changes = changes
        if truncate.restartIdentity {
            let sequences = try session.current().catalog.sequences.values
            for sequence in sequences {
                guard let owner = sequence.ownedBy, tables.contains(owner.table) else { continue }
                try session.database.sequences.set(
                    sequence, to: sequence.start, isCalled: false)
            }
        }
        return "TRUNCATE TABLE"
    }

    // MARK: PREPARE and EXECUTE

    private func prepare(_ prepare: Prepare) throws -> String {
        let name = prepare.name.text
        if session.statements[name] != nil {
            throw SQLError(
                .duplicatePreparedStatement, "prepared statement \"\(name)\" already exists")
        }
        let types = try prepare.types.map { try binder.resolve(type: $0) }
        let parsed = ParsedStatement(
            statement: prepare.statement, range: 0..<prepare.text.utf8.count,
            text: prepare.text, parameterCount: prepare.parameterCount)
        session.statements[name] = try session.prepare(parsed, declared: types)
        return "PREPARE"
    }

    /// The statement that EXECUTE means, and its parameters' values.
    func prepared(
        _ execute: Execute
    ) throws -> (statement: PreparedStatement, values: [Datum]) {
        let name = execute.name.text
        guard let prepared = session.statements[name] else {
            throw SQLError(
                .invalidStatementName, "prepared statement \"\(name)\" does not exist")
        }
        guard execute.arguments.count == prepared.parameterTypes.count else {
            throw SQLError(
                .syntaxError,
                "wrong number of parameters for prepared statement \"\(name)\"",
                detail: "Expected \(prepared.parameterTypes.count) parameters but got"
                    + " \(execute.arguments.count).")
        }
        let context = try session.queryContext(cancellation)
        let values = try zip(execute.arguments, prepared.parameterTypes).map { argument, type in
            try RowProgram.value(try binder.bindValue(argument, as: type), context)
        }
        return (prepared, values)
    }

    private func execute(_ execute: Execute, _ maxRows: Int) throws -> String? {
        let (prepared, values) = try prepared(execute)
        let portal = Portal(prepared, parameters: values, resultFormats: [0])
        guard let statement = prepared.parsed?.statement else { return "" }
        return try run(statement, portal, maxRows)
    }
}
