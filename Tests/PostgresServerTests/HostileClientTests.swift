import Basics
import PostgresProtocol
import PostgresServer
import Testing

@Suite("Hostile clients")
struct HostileClientTests {
    private func fatal(_ client: RawClient) throws -> SQLError? {
        while let message = try client.receive() {
            if case .errorResponse(let error, "FATAL") = message { return error }
        }
        return nil
    }

    @Test func hugeLengthsAreRefused() throws {
        let server = try TestServer()
        defer { server.server.stop() }
        let early = try RawClient(port: server.port)
        early.send([0x7F, 0xFF, 0xFF, 0xFF, 0, 3, 0, 0])
        #expect(try fatal(early)?.state == .protocolViolation)

        let login = try RawClient(port: server.port)
        login.startUp()
        login.send([0x70, 0x00, 0x00, 0x27, 0x20])
        #expect(try fatal(login)?.state == .protocolViolation)

        let client = try RawClient(port: server.port)
        try client.logIn()
        client.send([0x51, 0x7F, 0xFF, 0xFF, 0xFF])
        #expect(try fatal(client)?.state == .protocolViolation)
        #expect(try client.receive() == nil)
        let negative = try RawClient(port: server.port)
        try negative.logIn()
        negative.send([0x51, 0xFF, 0xFF, 0xFF, 0xFF])
        #expect(try fatal(negative)?.message == "invalid message length")
    }

    @Test func garbageEndsOnlyItsOwnConnection() throws {
        let server = try TestServer()
        defer { server.server.stop() }
        let good = try RawClient(port: server.port)
        try good.logIn()
        var random = SplitMix64(seed: 7)
        for _ in 0..<100 {
            let client = try RawClient(port: server.port)
            if Bool.random(using: &random) { try client.logIn() }
            client.send((0..<Int.random(in: 1...400, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            })
            client.close()
        }
        good.send(.query("ROWS 1"))
        #expect(try good.receiveUntilReady().count == 4)
        #expect(eventually { server.server.sessionCount == 1 })
    }

    @Test func halfFramesArePutTogether() throws {
        let server = try TestServer()
        defer { server.server.stop() }
        let client = try RawClient(port: server.port)
        try client.logIn()
        for byte in FrontendMessage.query("ROWS 1").bytes {
            client.send([byte])
            sleepMilliseconds(1)
        }
        #expect(try client.receiveUntilReady().count == 4)
        client.send([0x51, 0, 0])
        client.close()
        #expect(eventually { server.server.sessionCount == 0 })
    }

    @Test func malformedMessagesKeepTheSession() throws {
        let server = try TestServer()
        defer { server.server.stop() }
        let client = try RawClient(port: server.port)
        try client.logIn()
        // A Query without its final zero, and a Bind that promises 65,535 parameters.
        client.send([0x51, 0, 0, 0, 6, 0x41, 0x42])
        guard case .errorResponse(let error, "ERROR") = try client.receiveUntilReady()[0] else {
            Issue.record("no error")
            return
        }
        #expect(error.state == .protocolViolation)
        client.send([0x42, 0, 0, 0, 10, 0, 0, 0, 0, 0xFF, 0xFF] + FrontendMessage.sync.bytes)
        #expect(try client.receiveUntilReady().count == 2)
        client.send([0x51, 0, 0, 0, 7, 0xC3, 0x28, 0])
        guard case .errorResponse(let text, _) = try client.receiveUntilReady()[0] else {
            Issue.record("no error")
            return
        }
        #expect(text.state == .characterNotInRepertoire)
    }

    @Test func bytesBehindSSLRequestCloseTheConnection() throws {
        let server = try TestServer()
        defer { server.server.stop() }
        let polite = try RawClient(port: server.port)
        polite.send(StartupPacket.gssRequest.bytes)
        #expect(try polite.readByte() == UInt8(ascii: "N"))
        polite.send(StartupPacket.sslRequest.bytes)
        #expect(try polite.readByte() == UInt8(ascii: "N"))
        #expect(try polite.logIn() == nil)
        let pushy = try RawClient(port: server.port)
        let startup = StartupPacket.startup(.init(parameters: [("user", "analyst")]))
        pushy.send(StartupPacket.sslRequest.bytes + startup.bytes)
        #expect(try fatal(pushy)?.message == "received unencrypted data after SSL request")
    }

    @Test func slowLoginsTimeOut() throws {
        let server = try TestServer { $0.authenticationTimeoutMilliseconds = 100 }
        defer { server.server.stop() }
        let silent = try RawClient(port: server.port)
        #expect(try fatal(silent)?.message == "canceling authentication due to timeout")
        let half = try RawClient(port: server.port)
        half.startUp()
        #expect(try fatal(half)?.state == .protocolViolation)
        let quick = try RawClient(port: server.port)
        try quick.logIn()
        sleepMilliseconds(200)
        quick.send(.query("ROWS 1"))
        #expect(try quick.receiveUntilReady().count == 4)
    }

    @Test func aClientThatNeverReadsCostsBoundedMemory() throws {
        let server = try TestServer()
        defer { server.server.stop() }
        let client = try RawClient(port: server.port, receiveBufferBytes: 4096)
        try client.logIn()
        client.send(.query("ROWS 1000000000"))
        // It gets stuck when the outbox (1 MB) and the kernel's buffers are full.
        var sent = 0
        let isStuck = eventually(milliseconds: 20_000) {
            let before = sent
            sleepMilliseconds(300)
            sent = server.backend.counts.rowsSent
            return sent > 0 && sent == before
        }
        #expect(isStuck)
        #expect(sent < 5_000_000)
        client.close()
        #expect(eventually { server.backend.counts.closed == 1 })
        #expect(eventually { server.server.sessionCount == 0 })
    }

    @Test func aClientThatNeverStopsSendingWaits() throws {
        let server = try TestServer()
        defer { server.server.stop() }
        let client = try RawClient(port: server.port)
        try client.logIn()
        client.send(.query("COPYIN"))
        let piece = [UInt8](repeating: 0x0A, count: 1 << 20)
        for _ in 0..<16 { client.send(.copyData(piece)) }
        client.send(.copyDone)
        #expect(try client.receiveUntilReady()[1] == .commandComplete("COPY \(16 << 20)"))
    }

    @Test func leavingCancelsTheStatement() throws {
        let server = try TestServer()
        defer { server.server.stop() }
        let client = try RawClient(port: server.port)
        try client.logIn()
        client.send(.query("SLEEP"))
        sleepMilliseconds(50)
        client.close()
        #expect(eventually { server.backend.counts.closed == 1 })
        #expect(server.backend.counts.cancelled == 1)
    }
}

@Suite("Starting and stopping")
struct LifeCycleTests {
    @Test func manyConnectionsAndTheLimit() throws {
        let server = try TestServer { $0.maxConnections = 200 }
        defer { server.server.stop() }
        var clients: [RawClient] = []
        for _ in 0..<200 {
            let client = try RawClient(port: server.port)
            #expect(try client.logIn() == nil)
            clients.append(client)
        }
        #expect(server.server.sessionCount == 200)
        let extra = try RawClient(port: server.port).logIn()
        #expect(extra?.state == .tooManyConnections)
        for client in clients { client.send(.query("ROWS 1")) }
        for client in clients { #expect(try client.receiveUntilReady().count == 4) }
        for client in clients { client.send(.terminate) }
        #expect(eventually { server.server.sessionCount == 0 })
        #expect(try RawClient(port: server.port).logIn() == nil)
    }

    @Test func stopTellsTheClients() throws {
        let server = try TestServer()
        let idle = try RawClient(port: server.port)
        try idle.logIn()
        let busy = try RawClient(port: server.port)
        try busy.logIn()
        busy.send(.query("SLEEP"))
        sleepMilliseconds(50)
        server.server.stop()
        for client in [idle, busy] {
            var last: SQLError?
            while let message = try client.receive() {
                if case .errorResponse(let error, "FATAL") = message { last = error }
            }
            #expect(last?.state == .adminShutdown)
        }
        #expect(server.backend.counts.closed == 2)
        #expect(throws: (any Error).self) { try RawClient(port: server.port) }
    }

    @Test func aTakenPortIsNamed() throws {
        let server = try TestServer()
        defer { server.server.stop() }
        do {
            _ = try TestServer { $0.port = server.port }
            Issue.record("two servers on one port")
        } catch let error as PostgresServerError {
            #expect(error.description.contains("already in use"))
        }
    }
}
