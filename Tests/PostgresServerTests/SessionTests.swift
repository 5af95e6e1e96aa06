import Basics
import PostgresProtocol
import Testing

@Suite("Sessions over sockets")
struct SessionTests {
    @Test func logInTellsParametersAndKey() throws {
        let server = try TestServer()
        defer { server.server.stop() }
        let client = try RawClient(port: server.port)
        let refused = try client.logIn(more: [
            ("application_name", "test"), ("options", "-c search_path=a,b --work-mem=4MB"),
        ])
        #expect(refused == nil)
        #expect(client.parameters["server_version"] == "15.0")
        #expect(client.parameters["application_name"] == "test")
        #expect(client.parameters["session_authorization"] == "analyst")
        #expect(client.key.processID > 0)
        let sent = server.backend.log.withLock { $0.parameters }
        #expect(sent.map(\.0) == ["application_name", "search_path", "work_mem"])
        #expect(sent.map(\.1) == ["test", "a,b", "4MB"])
    }

    @Test func wrongPasswordUnknownUserAndDatabaseAreRefused() throws {
        let server = try TestServer()
        defer { server.server.stop() }
        let wrong = try RawClient(port: server.port).logIn(password: "wrong")
        #expect(wrong?.state == .invalidPassword)
        let unknown = try RawClient(port: server.port).logIn(user: "nobody")
        #expect(unknown?.state == .invalidPassword)
        #expect(unknown?.message == "password authentication failed for user \"nobody\"")
        let database = try RawClient(port: server.port).logIn(database: "none")
        #expect(database?.state == .invalidCatalogName)
        #expect(eventually { server.server.sessionCount == 0 })
    }

    @Test func unknownUsersKeepTheirSalt() throws {
        let server = try TestServer()
        defer { server.server.stop() }
        func salt(_ user: String) throws -> String? {
            let client = try RawClient(port: server.port)
            client.startUp(user: user)
            while let message = try client.receive() {
                switch message {
                case .authenticationSASL:
                    client.send(.password(ScramClient(password: "x").initialResponse))
                case .authenticationSASLContinue(let bytes):
                    let text = String(decoding: bytes, as: UTF8.self)
                    return text.split(separator: ",").first { $0.hasPrefix("s=") }.map(String.init)
                default: return nil
                }
            }
            return nil
        }
        #expect(try salt("ghost") != nil)
        #expect(try salt("ghost") == salt("ghost"))
        #expect(try salt("ghost") != salt("spirit"))
    }

    @Test func simpleQueriesEndInOneReadyForQuery() throws {
        let server = try TestServer()
        defer { server.server.stop() }
        let client = try RawClient(port: server.port)
        try client.logIn()
        client.send(.query("ROWS 2; ROWS 1"))
        let messages = try client.receiveUntilReady()
        #expect(messages.count == 8)
        #expect(messages[1] == .dataRow([Array("0".utf8)]))
        #expect(messages[3] == .commandComplete("SELECT 2"))
        #expect(messages.last == .readyForQuery(.idle))
        client.send(.query("  "))
        #expect(try client.receiveUntilReady() == [.emptyQueryResponse, .readyForQuery(.idle)])
        client.send(.query("BEGIN"))
        #expect(try client.receiveUntilReady().last == .readyForQuery(.inTransaction))
        client.send(.query("FAIL"))
        let failed = try client.receiveUntilReady()
        guard case .errorResponse(let error, "ERROR") = failed[0] else {
            Issue.record("no error: \(failed)")
            return
        }
        #expect(error.state == .syntaxError)
        #expect(error.position == 1)
        #expect(error.hint == "Do not.")
        #expect(failed.last == .readyForQuery(.failed))
        client.send(.query("ROLLBACK"))
        #expect(try client.receiveUntilReady().last == .readyForQuery(.idle))
        client.send(.query("NOTICE"))
        #expect(
            try client.receiveUntilReady().contains(.parameterStatus("TimeZone", "Europe/Berlin")))
    }

    @Test func pipelinedExtendedQueriesAndPortals() throws {
        let server = try TestServer()
        defer { server.server.stop() }
        let client = try RawClient(port: server.port)
        try client.logIn()
        client.send(
            .parse(name: "s", sql: "ROWS 3", parameterTypes: []), .describe(.statement, "s"),
            .bind(.init(portal: "p", statement: "s", resultFormats: [1])), .describe(.portal, "p"),
            .execute(portal: "p", maxRows: 2), .execute(portal: "p", maxRows: 2), .sync)
        let messages = try client.receiveUntilReady()
        #expect(messages[0] == .parseComplete)
        #expect(messages[1] == .parameterDescription([]))
        #expect(messages[3] == .bindComplete)
        #expect(messages[5] == .dataRow([[0, 0, 0, 0, 0, 0, 0, 0]]))
        #expect(messages[7] == .portalSuspended)
        #expect(messages[8] == .dataRow([[0, 0, 0, 0, 0, 0, 0, 2]]))
        #expect(Array(messages[9...]) == [.commandComplete("SELECT 1"), .readyForQuery(.idle)])

        client.send(.parse(name: "", sql: "ROWS 1", parameterTypes: []), .flush)
        #expect(try client.receive() == .parseComplete)

        client.send(
            .parse(name: "", sql: "FAIL", parameterTypes: []),
            .bind(.init(portal: "", statement: "")), .execute(portal: "", maxRows: 0), .sync,
            .execute(portal: "gone", maxRows: 0), .sync)
        #expect(try client.receiveUntilReady().count == 2)
        let second = try client.receiveUntilReady()
        #expect(second.count == 2)
        guard case .errorResponse(let error, _) = second[0] else {
            Issue.record("no error")
            return
        }
        #expect(error.state == .invalidCursorName)
    }

    @Test func copyInOutAndFailures() throws {
        let server = try TestServer()
        defer { server.server.stop() }
        let client = try RawClient(port: server.port)
        try client.logIn()
        client.send(
            .query("COPYIN"), .copyData(Array("a\n".utf8)), .copyData(Array("b\n".utf8)), .copyDone)
        #expect(
            try client.receiveUntilReady() == [
                .copyInResponse(.text, columns: 1), .commandComplete("COPY 2"),
                .readyForQuery(.idle),
            ])
        #expect(server.backend.log.withLock { $0.copied } == Array("a\nb\n".utf8))
        client.send(.query("COPYIN"), .copyFail("changed my mind"))
        guard case .errorResponse(let error, _) = try client.receiveUntilReady()[1] else {
            Issue.record("no error")
            return
        }
        #expect(error.state == .queryCanceled)
        #expect(error.message == "COPY from stdin failed: changed my mind")
        // What follows the server's own error is discarded, up to the next statement.
        client.send(.query("COPYBAD"), .copyData([1]), .copyData([2]), .copyDone)
        #expect(try client.receiveUntilReady().count == 3)
        client.send(.query("COPYOUT"))
        #expect(
            try client.receiveUntilReady() == [
                .copyOutResponse(.text, columns: 1), .copyData(Array("one\n".utf8)),
                .copyData(Array("two\n".utf8)), .copyDone, .commandComplete("COPY 2"),
                .readyForQuery(.idle),
            ])
    }

    @Test func cancelStopsTheStatementAndKeepsTheSession() throws {
        let server = try TestServer()
        defer { server.server.stop() }
        let client = try RawClient(port: server.port)
        try client.logIn()
        client.send(.query("SLEEP"))
        sleepMilliseconds(50)
        let wrong = try RawClient(port: server.port)
        wrong.send(
            StartupPacket.cancel(processID: client.key.processID, secret: client.key.secret ^ 1)
                .bytes)
        #expect(try wrong.receive() == nil)
        #expect(server.backend.counts.cancelled == 0)
        let right = try RawClient(port: server.port)
        right.send(
            StartupPacket.cancel(processID: client.key.processID, secret: client.key.secret).bytes)
        #expect(try right.receive() == nil)
        guard case .errorResponse(let error, _) = try client.receiveUntilReady()[0] else {
            Issue.record("no error")
            return
        }
        #expect(error.state == .queryCanceled)
        client.send(.query("ROWS 1"))
        #expect(try client.receiveUntilReady().count == 4)
    }

    @Test func functionCallIsNotSupported() throws {
        let server = try TestServer()
        defer { server.server.stop() }
        let client = try RawClient(port: server.port)
        try client.logIn()
        client.send(.functionCall)
        guard case .errorResponse(let error, _) = try client.receiveUntilReady()[0] else {
            Issue.record("no error")
            return
        }
        #expect(error.state == .featureNotSupported)
    }
}
