import Basics
import PostgresProtocol
import Synchronization
import Vectors

/// A database of a few fixed answers, chosen by the statement's text.
final class FakeBackend: DatabaseBackend {
    struct Log {
        var opened = 0
        var closed = 0
        var cancelled = 0
        var parameters: [(String, String)] = []
        var copied: [UInt8] = []
        var rowsSent = 0
    }

    static let password = "correct horse"
    static let verifierText = ScramVerifier(password: password, iterations: 64).text
    let log = Mutex(Log())

    let statusParameters = [
        ("server_version", "15.0"), ("server_encoding", "UTF8"), ("client_encoding", "UTF8"),
        ("DateStyle", "ISO, MDY"), ("TimeZone", "UTC"), ("integer_datetimes", "on"),
        ("standard_conforming_strings", "on"), ("application_name", ""),
        ("session_authorization", ""),
    ]

    func verifier(forUser user: String) -> String? {
        user == "analyst" ? Self.verifierText : nil
    }

    func openSession(
        user: String, database: String, parameters: [(String, String)], processID: Int32,
        address: String?
    ) throws -> any SessionBackend {
        guard database == "retail" else {
            throw SQLError(.invalidCatalogName, "database \"\(database)\" does not exist")
        }
        log.withLock {
            $0.opened += 1
            $0.parameters = parameters
        }
        return FakeSession(self)
    }

    var counts: (opened: Int, closed: Int, cancelled: Int, rowsSent: Int) {
        log.withLock { ($0.opened, $0.closed, $0.cancelled, $0.rowsSent) }
    }
}

final class FakeSession: SessionBackend {
    private struct State {
        var status = TransactionStatus.idle
        var statements: [String: String] = [:]
        var portals: [String: (sql: String, next: Int, formats: [Int16])] = [:]
        var isCancelled = false
    }

    private let backend: FakeBackend
    private let state = Mutex(State())

    init(_ backend: FakeBackend) { self.backend = backend }

    var transactionStatus: TransactionStatus { state.withLock { $0.status } }

    func simpleQuery(_ sql: String, _ out: any ResultSink) throws {
        let statements = sql.split(separator: ";").map {
            $0.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }.filter { !$0.isEmpty }
        if statements.isEmpty { return try out.emptyQuery() }
        for statement in statements {
            let count = try run(statement, from: 0, maxRows: 0, formats: [], out)
            if let count { try out.complete("SELECT \(count)") }
        }
    }

    private static let column = ResultColumn(
        name: "n", type: .bigint, typeOID: 20, typeSize: 8)

    /// Runs a statement; the rows sent, or nil if it has told its end itself.
    private func run(
        _ statement: String, from first: Int, maxRows: Int, formats: [Int16],
        _ out: any ResultSink
    ) throws -> Int? {
        let words = statement.split(separator: " ").map(String.init)
        if state.withLock({ $0.status == .failed }), words[0] != "ROLLBACK" {
            throw SQLError(
                .inFailedTransaction,
                "current transaction is aborted, commands ignored until end of transaction block")
        }
        switch words[0] {
        case "ROWS": return try rows(Int(words[1]) ?? 0, first, maxRows, formats, out)
        case "FAIL":
            throw SQLError(.syntaxError, "syntax error at or near \"FAIL\"", hint: "Do not.", position: 1)
        case "BEGIN", "COMMIT", "ROLLBACK":
            state.withLock { $0.status = words[0] == "BEGIN" ? .inTransaction : .idle }
            try out.complete(words[0])
        case "SLEEP":
            state.withLock { $0.isCancelled = false }
            for _ in 0..<1_000 {
                try checkCancelled()
                sleepMilliseconds(10)
            }
            try out.complete("SLEEP")
        case "COPYIN":
            let source = try out.copyIn(format: .text, columns: 1)
            var bytes: [UInt8] = []
            while let piece = try source.next() { bytes += piece }
            backend.log.withLock { [bytes] in $0.copied = bytes }
            try out.complete("COPY \(bytes.count { $0 == 0x0A })")
        case "COPYBAD":
            let source = try out.copyIn(format: .text, columns: 1)
            _ = try source.next()
            throw SQLError(.badCopyFileFormat, "extra data after last expected column")
        case "COPYOUT":
            try out.copyOut(format: .text, columns: 1)
            for line in ["one\n", "two\n"] { try out.copyData(Array(line.utf8)) }
            try out.copyDone()
            try out.complete("COPY 2")
        case "NOTICE":
            try out.notice(SQLError(.successfulCompletion, "note this"), severity: "NOTICE")
            try out.parameterStatus("TimeZone", "Europe/Berlin")
            try out.complete("NOTICE")
        default: throw SQLError(.undefinedTable, "relation \"\(words[0])\" does not exist")
        }
        return nil
    }

    private func rows(
        _ total: Int, _ first: Int, _ maxRows: Int, _ formats: [Int16], _ out: any ResultSink
    ) throws -> Int {
        var column = Self.column
        column.format = formats.first ?? 0
        try out.columns([column])
        let last = maxRows > 0 ? min(total, first + maxRows) : total
        var next = first
        while next < last {
            try checkCancelled()
            let count = min(last - next, Vector.standardCapacity)
            let vector = Vector(.bigint)
            for row in 0..<count { vector.pointer(Int64.self)[row] = Int64(next + row) }
            vector.count = count
            try out.rows(Batch(columns: [vector], count: count))
            next += count
            backend.log.withLock { $0.rowsSent += count }
        }
        return last - first
    }

    private func checkCancelled() throws {
        let cancelled = state.withLock { state in
            defer { state.isCancelled = false }
            return state.isCancelled
        }
        if cancelled {
            throw SQLError(.queryCanceled, "canceling statement due to user request")
        }
    }

    func parse(name: String, sql: String, parameterTypes: [UInt32]) throws {
        if sql.hasPrefix("FAIL") { throw SQLError(.syntaxError, "syntax error", position: 1) }
        state.withLock { $0.statements[name] = sql }
    }

    private func statement(_ name: String) throws -> String {
        guard let sql = state.withLock({ $0.statements[name] }) else {
            throw SQLError(
                .invalidStatementName, "prepared statement \"\(name)\" does not exist")
        }
        return sql
    }

    func describeStatement(_ name: String) throws -> (
        parameters: [UInt32], columns: [ResultColumn]?
    ) {
        ([], try statement(name).hasPrefix("ROWS") ? [Self.column] : nil)
    }

    func bind(
        portal: String, statement name: String, parameterFormats: [Int16],
        parameters: [[UInt8]?], resultFormats: [Int16]
    ) throws {
        let sql = try statement(name)
        state.withLock { $0.portals[portal] = (sql, 0, resultFormats) }
    }

    func describePortal(_ name: String) throws -> [ResultColumn]? {
        let portal = try portal(name)
        guard portal.sql.hasPrefix("ROWS") else { return nil }
        var column = Self.column
        column.format = portal.formats.first ?? 0
        return [column]
    }

    private func portal(_ name: String) throws -> (sql: String, next: Int, formats: [Int16]) {
        guard let portal = state.withLock({ $0.portals[name] }) else {
            throw SQLError(.invalidCursorName, "portal \"\(name)\" does not exist")
        }
        return portal
    }

    func execute(portal name: String, maxRows: Int, _ out: any ResultSink) throws {
        let portal = try portal(name)
        if portal.sql.isEmpty { return try out.emptyQuery() }
        let sent = try run(
            portal.sql, from: portal.next, maxRows: maxRows, formats: portal.formats, out)
        guard let sent else { return }
        state.withLock { $0.portals[name]?.next += sent }
        let isSuspended = maxRows > 0 && sent == maxRows
        try isSuspended ? out.suspended() : out.complete("SELECT \(sent)")
    }

    func closeStatement(_ name: String) { state.withLock { $0.statements[name] = nil } }
    func closePortal(_ name: String) { state.withLock { $0.portals[name] = nil } }

    func sync() throws {
        state.withLock { if $0.status == .idle { $0.portals = [:] } }
    }

    func transactionFailed() {
        state.withLock { if $0.status == .inTransaction { $0.status = .failed } }
    }

    func cancel() {
        backend.log.withLock { $0.cancelled += 1 }
        state.withLock { $0.isCancelled = true }
    }

    func close() { backend.log.withLock { $0.closed += 1 } }
}
