import Basics
import Vectors

/// One connection's protocol, without I/O: events go in, actions come out.
///
///     startup ─► lookingUp ─► saslInitial ─► saslResponse ─► openingSession ─► ready ◄─► running
///        │  ▲                                     │                             │         │  ▲
///        ▼  │                                     ▼                             ▼         ▼  │
///     securing                              delayingFailure ─► closed        skipping    copyIn
///
/// The driver does the actions in order. It hands over the next message only while `wantsMessage`;
/// what arrives earlier (pipelining) waits with the driver. A `.run` action is last in its list, and
/// is answered by `.finished`.
package struct ConnectionStateMachine: Sendable {
    package enum Event: Sendable {
        case startupPacket(StartupPacket, followedByBytes: Bool)
        case message(FrontendMessage)
        /// A frame whose body is no message of its code: the frames after it are sound.
        case malformedMessage(FrontendCode, SQLError)
        /// Bytes in which no next frame can be found.
        case framingFailed(SQLError)
        case verifier(String?)
        case failureDelayElapsed
        case authenticationTimedOut
        case sessionOpened(parameters: [(String, String)], processID: Int32, secret: Int32)
        case sessionRefused(SQLError)
        case finished(CallOutcome, TransactionStatus)
        /// The running call asks for COPY data.
        case copyInStarted
        case shutdown
        case disconnected
    }

    package enum Action: Sendable {
        case send(BackendMessage)
        /// One byte, the answer to SSLRequest and GSSENCRequest.
        case sendByte(UInt8)
        case flush
        case startTLS
        case lookUpVerifier(user: String)
        /// The password was wrong: wait before the answer, then `.failureDelayElapsed`.
        case delayFailure(user: String)
        case openSession(user: String, database: String, parameters: [(String, String)])
        case cancel(processID: Int32, secret: Int32)
        case run(SessionCall)
        case copyData([UInt8])
        case copyDone
        case copyFailed(SQLError)
        case close
    }

    enum State: Sendable {
        case startup(sslAsked: Bool, gssAsked: Bool)
        case lookingUp(Login)
        case saslInitial(Login, ScramServer)
        case saslResponse(Login, ScramServer)
        case delayingFailure(Login)
        case openingSession(Login)
        case ready
        case skipping
        case running(SessionCall)
        case copyIn(SessionCall)
        /// COPY ended, by its end or an error; its call still runs.
        case copyEnded(SessionCall)
        case closed
    }

    struct Login: Sendable {
        var user: String
        var database: String
        var parameters: [(String, String)]
    }

    var state = State.startup(sslAsked: false, gssAsked: false)
    let hasTLS: Bool
    let mockSecret: [UInt8]
    /// Set when a shutdown or the client's leave came while a call was running.
    var closesAfterCall = false
    var shutsDownAfterCall = false

    /// `mockSecret` makes the salts shown for unknown users; it is the server's, random and secret.
    package init(mockSecret: [UInt8], hasTLS: Bool = false) {
        self.mockSecret = mockSecret
        self.hasTLS = hasTLS
    }

    /// Whether the next frame may be handed over.
    package var wantsMessage: Bool {
        switch state {
        case .startup, .saslInitial, .saslResponse, .ready, .skipping, .copyIn: true
        case .lookingUp, .delayingFailure, .openingSession, .running, .copyEnded, .closed: false
        }
    }

    /// Whether the client has proved who it is.
    package var isAuthenticated: Bool {
        switch state {
        case .startup, .lookingUp, .saslInitial, .saslResponse, .delayingFailure, .closed: false
        case .openingSession, .ready, .skipping, .running, .copyIn, .copyEnded: true
        }
    }

    package var isClosed: Bool { if case .closed = state { true } else { false } }

    package mutating func receive(_ event: Event) -> [Action] {
        if case .closed = state { return [] }
        switch event {
        case .startupPacket(let packet, let followed):
            return received(packet, followedByBytes: followed)
        case .message(let message):
            return isAuthenticated ? received(message) : receivedLogin(message)
        case .malformedMessage(let code, let error): return malformed(code, error)
        case .framingFailed(let error): return fatal(error)
        case .verifier(let text): return foundVerifier(text)
        case .failureDelayElapsed:
            guard case .delayingFailure(let login) = state else { return [] }
            return fatal(
                SQLError(
                    .invalidPassword, "password authentication failed for user \"\(login.user)\""))
        case .authenticationTimedOut:
            return isAuthenticated ? [] : fatal(Self.timedOut)
        case .sessionOpened(let parameters, let processID, let secret):
            return opened(parameters, processID: processID, secret: secret)
        case .sessionRefused(let error): return fatal(error)
        case .finished(let outcome, let status): return finished(outcome, status)
        case .copyInStarted:
            guard case .running(let call) = state else { return [] }
            state = .copyIn(call)
            return []
        case .shutdown: return shutdown()
        case .disconnected: return disconnected()
        }
    }

    /// Ends the connection with a last word.
    mutating func fatal(_ error: SQLError) -> [Action] {
        state = .closed
        return [.send(.errorResponse(error, severity: "FATAL")), .flush, .close]
    }

    private static let timedOut = SQLError(
        .protocolViolation, "canceling authentication due to timeout")
    private static let shutdownError = SQLError(
        .adminShutdown, "terminating connection due to administrator command")

    private mutating func shutdown() -> [Action] {
        switch state {
        case .running, .copyEnded:
            shutsDownAfterCall = true
            return []
        case .copyIn(let call):
            shutsDownAfterCall = true
            state = .copyEnded(call)
            return [.copyFailed(Self.shutdownError)]
        default: return fatal(Self.shutdownError)
        }
    }

    private mutating func disconnected() -> [Action] {
        switch state {
        case .running, .copyEnded:
            closesAfterCall = true
            return []
        case .copyIn(let call):
            closesAfterCall = true
            state = .copyEnded(call)
            return [
                .copyFailed(
                    SQLError(.connectionFailure, "unexpected EOF on client connection in COPY"))
            ]
        default:
            state = .closed
            return [.close]
        }
    }

    /// What follows a call where a shutdown or a leave came meanwhile; nil if nothing did.
    mutating func endAfterCall() -> [Action]? {
        if closesAfterCall {
            state = .closed
            return [.close]
        }
        return shutsDownAfterCall ? fatal(Self.shutdownError) : nil
    }
}

/// What the session has to do for a message.
package enum SessionCall: Sendable, Equatable {
    case simpleQuery(String)
    case parse(name: String, sql: String, parameterTypes: [UInt32])
    case bind(FrontendMessage.Bind)
    case describeStatement(String)
    case describePortal(String)
    case execute(portal: String, maxRows: Int)
    case closeStatement(String)
    case closePortal(String)
    case sync
    /// An error happened; the next message decides what follows: `afterQuery` sends ReadyForQuery
    /// at once, otherwise messages are skipped until Sync.
    case transactionFailed(afterQuery: Bool)
}

/// How a call ended.
package enum CallOutcome: Sendable {
    case done
    case statementDescription(parameters: [UInt32], columns: [ResultColumn]?)
    case portalDescription([ResultColumn]?)
    case failed(SQLError)
}

extension ConnectionStateMachine {
    /// Whether COPY data is what the next message should bring.
    package var isInCopy: Bool { if case .copyIn = state { true } else { false } }
}
