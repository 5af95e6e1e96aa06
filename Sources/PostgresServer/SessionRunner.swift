import Basics
import Logging
import NIOCore
import PostgresProtocol
import Vectors

/// A session on its own thread: takes frames, asks the state machine, calls the database.
///
/// Made on the event loop, then used by its thread alone.
final class SessionRunner: @unchecked Sendable {
    struct Login {
        var user: String
        var database: String
        var parameters: [(String, String)]
        var processID: Int32
        var secret: Int32
        /// The client's, where it is known.
        var address: String?
    }

    static let chunkBytes = 64 << 10

    let control: SessionControl
    var machine: ConnectionStateMachine
    /// Bytes not yet handed to the outbox.
    var output: ByteBuffer
    /// Whether rows belong to a simple query, and RowDescription precedes them.
    var describesRows = false
    var encoder: RowEncoder?

    private let server: ServerContext
    private let login: Login
    private let closeChannel: @Sendable () -> Void
    private var session: (any SessionBackend)?

    init(
        server: ServerContext, control: SessionControl, machine: ConnectionStateMachine,
        pending: ByteBuffer, login: Login, close: @escaping @Sendable () -> Void
    ) {
        self.server = server
        self.control = control
        self.machine = machine
        output = pending
        self.login = login
        closeChannel = close
    }

    func run() {
        open()
        while !machine.isClosed { perform(machine.receive(nextEvent())) }
        control.detach()
        session?.close()
        session = nil
        server.registry.remove(processID: login.processID)
        closeChannel()
        server.registry.threadEnded()
    }

    private func open() {
        do {
            let session = try server.backend.openSession(
                user: login.user, database: login.database, parameters: login.parameters,
                processID: login.processID, address: login.address)
            self.session = session
            control.attach(session)
            perform(
                machine.receive(
                    .sessionOpened(
                        parameters: session.statusParameters ?? defaultStatus(),
                        processID: login.processID, secret: login.secret)))
        } catch {
            perform(machine.receive(.sessionRefused(Self.sqlError(error))))
        }
    }

    /// The database's parameters, with those that the client has set at start-up.
    private func defaultStatus() -> [(String, String)] {
        server.backend.statusParameters.map { name, value in
            if name == "session_authorization" { return (name, login.user) }
            guard name == "application_name" || name == "TimeZone" else { return (name, value) }
            let set = login.parameters.last { $0.0.lowercased() == name.lowercased() }
            return (name, set?.1 ?? value)
        }
    }

    /// What text forms depend on, as it is now: SET may have changed it.
    var formatSession: FormatSession { session?.formatSession ?? FormatSession() }

    func nextEvent() -> ConnectionStateMachine.Event {
        switch control.inbox.next() {
        case .frame(let code, let body):
            do {
                return .message(try FrontendMessage(code: code, body: body))
            } catch {
                return .malformedMessage(code, Self.sqlError(error))
            }
        case .framingFailed(let error): return .framingFailed(error)
        case .shutdown: return .shutdown
        case .disconnected: return .disconnected
        }
    }

    /// Does the actions; a call's end brings the next ones.
    func perform(_ actions: [ConnectionStateMachine.Action]) {
        var actions = actions
        while !actions.isEmpty {
            var following: [ConnectionStateMachine.Action] = []
            for action in actions {
                switch action {
                case .send(let message):
                    message.encode(into: &output)
                    // Whether the client is gone shows in the next event.
                    if output.readableBytes >= Self.chunkBytes { try? flush() }
                case .flush: try? flush()
                case .run(let call):
                    let outcome = outcome(of: call)
                    let status = session?.transactionStatus ?? .idle
                    following = machine.receive(.finished(outcome, status))
                case .sendByte, .startTLS, .lookUpVerifier, .delayFailure, .openSession, .cancel,
                    .copyData, .copyDone, .copyFailed, .close:
                    break
                }
            }
            actions = following
        }
    }

    func flush() throws {
        guard output.readableBytes > 0 else { return }
        let bytes = output
        output = ByteBuffer()
        try control.outbox.write(bytes)
    }

    private func outcome(of call: SessionCall) -> CallOutcome {
        guard let session else {
            return .failed(SQLError(.internalError, "the session is not open"))
        }
        do {
            return try perform(call, session)
        } catch {
            encoder = nil
            return .failed(Self.sqlError(error))
        }
    }

    private func perform(
        _ call: SessionCall, _ session: any SessionBackend
    ) throws -> CallOutcome {
        switch call {
        case .simpleQuery(let sql):
            describesRows = true
            try session.simpleQuery(sql, self)
        case .parse(let name, let sql, let types):
            try session.parse(name: name, sql: sql, parameterTypes: types)
        case .bind(let bind):
            try session.bind(
                portal: bind.portal, statement: bind.statement,
                parameterFormats: bind.parameterFormats, parameters: bind.parameters,
                resultFormats: bind.resultFormats)
        case .describeStatement(let name):
            let (parameters, columns) = try session.describeStatement(name)
            return .statementDescription(parameters: parameters, columns: columns)
        case .describePortal(let name):
            return .portalDescription(try session.describePortal(name))
        case .execute(let portal, let maxRows):
            describesRows = false
            try session.execute(portal: portal, maxRows: maxRows, self)
        case .closeStatement(let name): session.closeStatement(name)
        case .closePortal(let name): session.closePortal(name)
        case .sync: try session.sync()
        case .transactionFailed: session.transactionFailed()
        }
        return .done
    }

    static func sqlError(_ error: any Error) -> SQLError {
        error as? SQLError ?? SQLError(.internalError, "\(error)")
    }
}
