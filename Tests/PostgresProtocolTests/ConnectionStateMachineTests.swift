import Basics
import NIOCore
import PostgresProtocol
import Testing

/// A machine with a log of what it asked for, one word an action.
private struct Driver {
    var machine = ConnectionStateMachine(mockSecret: [1, 2, 3])
    static let verifier = ScramVerifier(password: "secret", iterations: 2).text

    mutating func events(_ event: ConnectionStateMachine.Event) -> [String] {
        machine.receive(event).map { Self.word($0) }
    }

    mutating func message(_ message: FrontendMessage) -> [String] { events(.message(message)) }

    mutating func done(_ status: TransactionStatus = .idle) -> [String] {
        events(.finished(.done, status))
    }

    mutating func failed(_ status: TransactionStatus = .idle) -> [String] {
        events(.finished(.failed(SQLError(.divisionByZero, "division by zero")), status))
    }

    static func word(_ action: ConnectionStateMachine.Action) -> String {
        switch action {
        case .send(.errorResponse(let error, let severity)): "\(severity) \(error.state.code)"
        case .send(.readyForQuery(let status)): "ready \(Character(UnicodeScalar(status.rawValue)))"
        case .send(let message): "\(message)".prefix { $0 != "(" }.description
        case .sendByte(let byte): "byte \(Character(UnicodeScalar(byte)))"
        case .flush: "flush"
        case .startTLS: "tls"
        case .lookUpVerifier(let user): "look up \(user)"
        case .delayFailure: "delay"
        case .openSession(let user, let database, let parameters):
            "open \(user) \(database) \(parameters.map { "\($0.0)=\($0.1)" }.joined(separator: " "))"
        case .cancel(let processID, let secret): "cancel \(processID) \(secret)"
        case .run(let call): "run \(call)".prefix { $0 != "(" }.description
        case .copyData: "data"
        case .copyDone: "copy done"
        case .copyFailed(let error): "copy failed \(error.state.code)"
        case .close: "close"
        }
    }

    mutating func startUp(_ parameters: [(String, String)] = [("user", "ann")]) -> [String] {
        events(.startupPacket(.startup(.init(parameters: parameters)), followedByBytes: false))
    }

    /// Through authentication; what the last step asked for.
    mutating func prove(_ password: String) throws -> [String] {
        _ = events(.verifier(Self.verifier))
        var client = ScramClient(password: password)
        let actions = machine.receive(.message(.password(client.initialResponse)))
        guard case .send(.authenticationSASLContinue(let bytes)) = actions.first else { return [] }
        return events(.message(.password(try client.final(bytes))))
    }

    static func ready() throws -> Driver {
        var driver = Driver()
        _ = driver.startUp()
        _ = try driver.prove("secret")
        let opened = driver.events(
            .sessionOpened(parameters: [("a", "b")], processID: 1, secret: 2))
        #expect(opened == ["parameterStatus", "backendKeyData", "ready I", "flush"])
        return driver
    }
}

@Suite("Connection state machine")
struct ConnectionStateMachineTests {
    @Test func logIn() throws {
        var driver = Driver()
        #expect(driver.startUp([("user", "ann"), ("options", "-c a=b"), ("x", "y")]) == ["look up ann"])
        #expect(!driver.machine.wantsMessage)
        #expect(
            try driver.prove("secret") == [
                "authenticationSASLFinal", "authenticationOK", "open ann ann a=b x=y",
            ])
        #expect(driver.events(.sessionRefused(SQLError(.invalidCatalogName, "no"))) == ["FATAL 3D000", "flush", "close"])
        #expect(driver.machine.isClosed)
    }

    @Test func refusals() throws {
        var wrong = Driver()
        _ = wrong.startUp()
        #expect(try wrong.prove("wrong") == ["delay"])
        #expect(wrong.events(.failureDelayElapsed) == ["FATAL 28P01", "flush", "close"])

        var nobody = Driver()
        #expect(nobody.startUp([("database", "d")]) == ["FATAL 28000", "flush", "close"])
        var options = Driver()
        #expect(options.startUp([("user", "u"), ("options", "-c")])[0] == "FATAL 42601")
        var replication = Driver()
        #expect(replication.startUp([("user", "u"), ("replication", "true")])[0] == "FATAL 0A000")
        var old = Driver()
        let two = StartupPacket.Startup(majorVersion: 2, parameters: [])
        #expect(old.events(.startupPacket(.startup(two), followedByBytes: false))[0] == "FATAL 0A000")
        var slow = Driver()
        #expect(slow.events(.authenticationTimedOut) == ["FATAL 08P01", "flush", "close"])
        var early = Driver()
        _ = early.startUp()
        _ = early.events(.verifier(nil))
        #expect(early.message(.sync)[0] == "FATAL 08P01")
        var plus = Driver()
        _ = plus.startUp()
        _ = plus.events(.verifier(nil))
        let selected = Array("SCRAM-SHA-256-PLUS".utf8) + [0, 0, 0, 0, 0]
        #expect(plus.message(.password(selected))[0] == "FATAL 08P01")
    }

    @Test func negotiation() {
        var driver = Driver()
        #expect(driver.events(.startupPacket(.gssRequest, followedByBytes: false)) == ["byte N", "flush"])
        #expect(driver.events(.startupPacket(.sslRequest, followedByBytes: false)) == ["byte N", "flush"])
        let newer = StartupPacket.Startup(
            minorVersion: 2, parameters: [("user", "u"), ("_pq_.x", "1")])
        #expect(
            driver.events(.startupPacket(.startup(newer), followedByBytes: false)) == [
                "negotiateProtocolVersion", "look up u",
            ])
        var twice = Driver()
        _ = twice.events(.startupPacket(.sslRequest, followedByBytes: false))
        #expect(twice.events(.startupPacket(.sslRequest, followedByBytes: false))[0] == "FATAL 08P01")
        var pushy = Driver()
        #expect(pushy.events(.startupPacket(.sslRequest, followedByBytes: true))[0] == "FATAL 08P01")
        var secure = ConnectionStateMachine(mockSecret: [], hasTLS: true)
        #expect(
            secure.receive(.startupPacket(.sslRequest, followedByBytes: false)).map { Driver.word($0) }
                == ["byte S", "flush", "tls"])
        var cancel = Driver()
        #expect(
            cancel.events(.startupPacket(.cancel(processID: 3, secret: 4), followedByBytes: true))
                == ["cancel 3 4", "close"])
    }

    @Test func simpleQueries() throws {
        var driver = try Driver.ready()
        #expect(driver.message(.query("SELECT 1")) == ["run simpleQuery"])
        #expect(!driver.machine.wantsMessage)
        #expect(driver.done(.inTransaction) == ["ready T", "flush"])
        #expect(driver.message(.query("SELECT 1/0")) == ["run simpleQuery"])
        #expect(driver.failed(.inTransaction) == ["ERROR 22012", "flush", "run transactionFailed"])
        #expect(driver.done(.failed) == ["ready E", "flush"])
        #expect(driver.message(.functionCall) == ["ERROR 0A000", "flush", "run transactionFailed"])
        #expect(driver.done(.failed) == ["ready E", "flush"])
        #expect(driver.message(.terminate) == ["close"])
        #expect(driver.message(.query("late")).isEmpty)
    }

    @Test func extendedQueries() throws {
        var driver = try Driver.ready()
        #expect(driver.message(.parse(name: "", sql: "", parameterTypes: [])) == ["run parse"])
        #expect(driver.done() == ["parseComplete"])
        #expect(driver.message(.describe(.statement, "")) == ["run describeStatement"])
        #expect(
            driver.events(.finished(.statementDescription(parameters: [23], columns: nil), .idle))
                == ["parameterDescription", "noData"])
        #expect(driver.message(.bind(.init(portal: "", statement: ""))) == ["run bind"])
        #expect(driver.done() == ["bindComplete"])
        #expect(driver.message(.describe(.portal, "")) == ["run describePortal"])
        #expect(driver.events(.finished(.portalDescription([]), .idle)) == ["rowDescription"])
        #expect(driver.message(.execute(portal: "", maxRows: -1)) == ["run execute"])
        #expect(driver.done().isEmpty)
        #expect(driver.message(.flush) == ["flush"])
        #expect(driver.message(.close(.portal, "")) == ["run closePortal"])
        #expect(driver.done() == ["closeComplete"])
        #expect(driver.message(.sync) == ["run sync"])
        #expect(driver.done() == ["ready I", "flush"])
    }

    @Test func messagesAreSkippedUntilSync() throws {
        var driver = try Driver.ready()
        _ = driver.message(.execute(portal: "gone", maxRows: 0))
        #expect(driver.failed() == ["ERROR 22012", "flush", "run transactionFailed"])
        #expect(driver.done().isEmpty)
        for message: FrontendMessage in [
            .query("SELECT 1"), .parse(name: "", sql: "", parameterTypes: []), .flush,
            .copyData([1]), .functionCall, .execute(portal: "", maxRows: 0),
        ] {
            #expect(driver.message(message).isEmpty)
        }
        #expect(driver.events(.malformedMessage(.bind, SQLError(.protocolViolation, ""))).isEmpty)
        #expect(driver.message(.sync) == ["run sync"])
        #expect(driver.failed() == ["ERROR 22012", "flush", "run transactionFailed"])
        #expect(driver.done() == ["ready I", "flush"])
        let broken = SQLError(.protocolViolation, "")
        #expect(driver.events(.malformedMessage(.parse, broken))[0] == "ERROR 08P01")
        #expect(driver.done().isEmpty)
        #expect(driver.message(.query("")).isEmpty)
    }

    @Test func copy() throws {
        var driver = try Driver.ready()
        _ = driver.message(.query("COPY"))
        _ = driver.events(.copyInStarted)
        #expect(driver.machine.isInCopy)
        #expect(driver.message(.copyData([1])) == ["data"])
        #expect(driver.message(.flush).isEmpty)
        #expect(driver.message(.sync).isEmpty)
        #expect(driver.message(.copyDone) == ["copy done"])
        #expect(driver.done() == ["ready I", "flush"])
        // Left over after an error of the server's.
        #expect(driver.message(.copyData([1])).isEmpty)
        #expect(driver.message(.copyFail("")).isEmpty)

        _ = driver.message(.query("COPY"))
        _ = driver.events(.copyInStarted)
        #expect(driver.message(.copyFail("no")) == ["copy failed 57014"])
        #expect(driver.failed() == ["ERROR 22012", "flush", "run transactionFailed"])
        #expect(driver.done() == ["ready I", "flush"])

        _ = driver.message(.execute(portal: "", maxRows: 0))
        _ = driver.events(.copyInStarted)
        #expect(driver.message(.query("SELECT 1")) == ["copy failed 08P01"])
        _ = driver.failed()
        #expect(driver.done().isEmpty)
        #expect(driver.message(.copyDone).isEmpty)
        #expect(driver.message(.sync) == ["run sync"])
    }

    @Test func shutdownAndDisconnect() throws {
        var idle = try Driver.ready()
        #expect(idle.events(.shutdown) == ["FATAL 57P01", "flush", "close"])
        var busy = try Driver.ready()
        _ = busy.message(.query("SELECT 1"))
        #expect(busy.events(.shutdown).isEmpty)
        #expect(busy.failed() == ["ERROR 22012", "flush", "run transactionFailed"])
        #expect(busy.done() == ["FATAL 57P01", "flush", "close"])
        var copying = try Driver.ready()
        _ = copying.message(.query("COPY"))
        _ = copying.events(.copyInStarted)
        #expect(copying.events(.disconnected) == ["copy failed 08006"])
        #expect(copying.failed() == ["close"])
        var waiting = Driver()
        _ = waiting.startUp()
        #expect(waiting.events(.disconnected) == ["close"])
        #expect(waiting.events(.verifier(nil)).isEmpty)
    }

    /// Frames of random bytes and random kinds, in random states: never a trap, and after an error
    /// the connection either lives on or is closed.
    @Test func randomFramesNeverTrap() throws {
        var random = SplitMix64(seed: 20_260_101)
        let codes: [FrontendCode] = [
            .query, .parse, .bind, .describe, .execute, .close, .flush, .sync, .copyData,
            .copyDone, .copyFail, .functionCall, .password,
        ]
        var driver = try Driver.ready()
        var frames = 0
        while frames < 40_000 {
            if driver.machine.isClosed {
                driver = frames % 3 == 0 ? Driver() : try Driver.ready()
            }
            frames += 1
            let count = Int.random(in: 0...40, using: &random)
            let bytes = (0..<count).map { _ in
                UInt8.random(in: 0...(Bool.random(using: &random) ? 3 : 255), using: &random)
            }
            let body = ByteBuffer(bytes: bytes)
            let code = codes[Int.random(in: 0..<codes.count, using: &random)]
            var actions: [ConnectionStateMachine.Action]
            if !driver.machine.isAuthenticated, Bool.random(using: &random) {
                guard let packet = try? StartupPacket(body: body) else { continue }
                actions = driver.machine.receive(
                    .startupPacket(packet, followedByBytes: Bool.random(using: &random)))
            } else {
                do {
                    let message = try FrontendMessage(code: code, body: body)
                    actions = driver.machine.receive(.message(message))
                } catch {
                    let error = error as? SQLError ?? SQLError(.internalError, "")
                    actions = driver.machine.receive(.malformedMessage(code, error))
                }
            }
            // Answer the calls, at random well or badly, with COPY now and then.
            for _ in 0..<4 {
                guard case .run(let call) = actions.last else { break }
                if case .execute = call, Bool.random(using: &random) {
                    _ = driver.machine.receive(.copyInStarted)
                    break
                }
                var outcome = CallOutcome.done
                if case .transactionFailed = call {} else if Bool.random(using: &random) {
                    outcome = .failed(SQLError(.internalError, "random"))
                }
                actions = driver.machine.receive(.finished(outcome, .idle))
            }
            if case .copyFailed = actions.last {
                actions = driver.machine.receive(
                    .finished(.failed(SQLError(.internalError, "")), .idle))
                _ = driver.machine.receive(.finished(.done, .idle))
            } else if case .copyDone = actions.last {
                _ = driver.machine.receive(.finished(.done, .idle))
            }
        }
        #expect(frames == 40_000)
    }
}
