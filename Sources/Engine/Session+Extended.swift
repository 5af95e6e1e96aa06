import Basics
import Catalog
import Execution
import Planning
import PostgresProtocol
import SQLSyntax
import Vectors

// The extended protocol: parse, bind, describe, execute, sync.

extension Session {
    package func parse(name: String, sql: String, parameterTypes: [UInt32]) throws {
        if !name.isEmpty, statements[name] != nil {
            throw SQLError(
                .duplicatePreparedStatement, "prepared statement \"\(name)\" already exists")
        }
        let parsed = try running(sql) { _ in try Parser.parseStatements(sql) }
        guard parsed.count <= 1 else {
            throw SQLError(
                .syntaxError, "cannot insert multiple commands into a prepared statement")
        }
        guard let statement = parsed.first else {
            statements[name] = PreparedStatement(parsed: nil, parameterTypes: [], columns: nil)
            return
        }
        let declared = try parameterTypes.map { oid -> SQLType? in
            if oid == 0 || oid == 705 { return nil }
            guard let type = SQLType.of(oid: oid) else {
                throw SQLError(.undefinedObject, "type with OID \(oid) does not exist")
            }
            return type
        }
        statements[name] = try running(sql) { _ in try prepare(statement, declared: declared) }
    }

    /// Finds parameter types and result columns.
    func prepare(_ parsed: ParsedStatement, declared: [SQLType?]) throws -> PreparedStatement {
        if isFailed, !parsed.statement.endsTransaction { throw Self.inFailedTransaction }
        if parsed.statement.endsTransaction, isFailed {
            return PreparedStatement(parsed: parsed, parameterTypes: [], columns: nil)
        }
        try begin()
        let description = try StatementDescriber(self).describe(parsed, declared: declared)
        return PreparedStatement(
            parsed: parsed, parameterTypes: description.parameters, columns: description.columns)
    }

    static let inFailedTransaction = SQLError(
        .inFailedTransaction,
        "current transaction is aborted, commands ignored until end of transaction block")

    private func statement(_ name: String) throws -> PreparedStatement {
        guard let statement = statements[name] else {
            throw SQLError(
                .invalidStatementName,
                name.isEmpty
                    ? "unnamed prepared statement does not exist"
                    : "prepared statement \"\(name)\" does not exist")
        }
        return statement
    }

    private func portal(_ name: String) throws -> Portal {
        guard let portal = portals[name] else {
            throw SQLError(.invalidCursorName, "portal \"\(name)\" does not exist")
        }
        return portal
    }

    package func describeStatement(
        _ name: String
    ) throws -> (parameters: [UInt32], columns: [ResultColumn]?) {
        let statement = try statement(name)
        return (
            statement.parameterTypes.map(\.oid),
            statement.columns.map { $0.map { ResultColumn($0, format: 0) } }
        )
    }

    package func bind(
        portal name: String, statement statementName: String, parameterFormats: [Int16],
        parameters: [[UInt8]?], resultFormats: [Int16]
    ) throws {
        let statement = try statement(statementName)
        if isFailed, statement.parsed?.statement.endsTransaction == false {
            throw Self.inFailedTransaction
        }
        guard parameters.count == statement.parameterTypes.count else {
            throw SQLError(
                .protocolViolation,
                "bind message supplies \(parameters.count) parameters, but prepared statement"
                    + " \"\(statementName)\" requires \(statement.parameterTypes.count)")
        }
        if !name.isEmpty, portals[name] != nil {
            throw SQLError(.duplicateCursor, "portal \"\(name)\" already exists")
        }
        if !isFailed { try begin() }
        let session = formatSession
        var values: [Datum] = []
        for (index, bytes) in parameters.enumerated() {
            let format =
                parameterFormats.count == 1
                ? parameterFormats[0]
                : index < parameterFormats.count ? parameterFormats[index] : 0
            values.append(
                try Self.value(bytes, format, statement.parameterTypes[index], session, index))
        }
        portals[name] = Portal(statement, parameters: values, resultFormats: resultFormats)
    }

    private static func value(
        _ bytes: [UInt8]?, _ format: Int16, _ type: SQLType, _ session: FormatSession, _ index: Int
    ) throws -> Datum {
        guard let bytes else { return .null }
        let builder = VectorBuilder(type, capacity: 1)
        if format == 1 {
            try bytes.withUnsafeBytes { try builder.append(binary: $0) }
        } else {
            try bytes.withUnsafeBufferPointer { try builder.append(text: $0, session: session) }
        }
        return builder.finish().first?.datum(at: 0) ?? .null
    }

    package func describePortal(_ name: String) throws -> [ResultColumn]? {
        let portal = try portal(name)
        return portal.columns.map { columns in
            columns.enumerated().map { ResultColumn($1, format: portal.format($0)) }
        }
    }

    package func execute(portal name: String, maxRows: Int, _ out: any ResultSink) throws {
        let portal = try portal(name)
        guard let parsed = portal.statement.parsed else { return try out.emptyQuery() }
        if isFailed, !parsed.statement.endsTransaction { throw Self.inFailedTransaction }
        try running(parsed.text) { cancellation in
            let tag = try StatementRunner(self, cancellation, out).run(portal, maxRows: maxRows)
            if let tag { try out.complete(tag) } else { try out.suspended() }
        }
    }

    package func closeStatement(_ name: String) { statements[name] = nil }
    package func closePortal(_ name: String) { portals[name] = nil }

    package func sync() throws {
        if transaction?.isImplicit == true { try commit() }
        if transaction == nil { portals = portals.filter { $0.value.isHeld } }
    }

    package func transactionFailed() {
        guard let open = transaction else { return }
        if open.isImplicit { rollback() } else { isFailed = true }
    }

    package var transactionStatus: TransactionStatus {
        guard let transaction, !transaction.isImplicit else { return .idle }
        return isFailed ? .failed : .inTransaction
    }

    package var statusParameters: [(String, String)]? { settings.reported }

    package var formatSession: FormatSession {
        let zone = TimeZoneRules.named(settings.value("TimeZone") ?? "UTC") ?? .utc
        return FormatSession(
            timeZone: zone, now: transaction?.startTime ?? Clock.now(),
            catalog: transaction.map { CatalogFunctions(systemContext($0.catalog)) })
    }

    package func cancel() { stop(.request) }
}

extension Session: SessionBackend {}

extension ResultColumn {
    init(_ column: OutputColumn, format: Int16) {
        let type = column.type == .unknown ? .text : column.type
        self.init(
            name: column.name, type: type, typeOID: type.oid,
            typeModifier: column.typeModifier, typeSize: Int16(type.size),
            tableOID: column.tableOID, columnNumber: column.columnNumber, format: format)
    }
}

extension Database: DatabaseBackend {
    package func verifier(forUser user: String) -> String? {
        guard let catalog = try? catalog(store.snapshot()), let role = catalog.role(named: user),
            role.canLogin
        else { return nil }
        return role.verifier
    }

    package func openSession(
        user: String, database: String, parameters: [(String, String)], processID: Int32,
        address: String?
    ) throws -> any SessionBackend {
        let name = try catalog(store.snapshot()).database
        guard database == name else {
            throw SQLError(.invalidCatalogName, "database \"\(database)\" does not exist")
        }
        return try Session(
            self, user: user, parameters: parameters, processID: processID,
            clientAddress: address)
    }

    package var statusParameters: [(String, String)] { Settings().reported }
}
