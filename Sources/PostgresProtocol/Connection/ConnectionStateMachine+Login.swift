import Basics

/// From the first packet to the open session.
extension ConnectionStateMachine {
    mutating func received(_ packet: StartupPacket, followedByBytes: Bool) -> [Action] {
        guard case .startup(let sslAsked, let gssAsked) = state else {
            return fatal(SQLError(.protocolViolation, "unexpected startup packet"))
        }
        switch packet {
        case .sslRequest:
            guard !sslAsked, !followedByBytes else { return refuseNegotiation(followedByBytes) }
            state = .startup(sslAsked: true, gssAsked: gssAsked)
            return hasTLS
                ? [.sendByte(UInt8(ascii: "S")), .flush, .startTLS]
                : [.sendByte(UInt8(ascii: "N")), .flush]
        case .gssRequest:
            guard !gssAsked, !followedByBytes else { return refuseNegotiation(followedByBytes) }
            state = .startup(sslAsked: sslAsked, gssAsked: true)
            return [.sendByte(UInt8(ascii: "N")), .flush]
        case .cancel(let processID, let secret):
            state = .closed
            return [.cancel(processID: processID, secret: secret), .close]
        case .startup(let startup): return begin(startup)
        }
    }

    /// Bytes behind the request were sent in the clear, maybe by somebody in between who wants them
    /// taken for the client's own.
    private mutating func refuseNegotiation(_ followedByBytes: Bool) -> [Action] {
        fatal(
            SQLError(
                .protocolViolation,
                followedByBytes
                    ? "received unencrypted data after SSL request"
                    : "invalid startup packet: encryption was negotiated already"))
    }

    private mutating func begin(_ startup: StartupPacket.Startup) -> [Action] {
        guard startup.majorVersion == 3 else {
            return fatal(
                SQLError(
                    .featureNotSupported,
                    "unsupported frontend protocol \(startup.majorVersion)."
                        + "\(startup.minorVersion): server supports 3.0 to 3.0"))
        }
        var login = Login(user: "", database: "", parameters: [])
        var unknownOptions: [String] = []
        for (name, value) in startup.parameters {
            switch name {
            case "user": login.user = value
            case "database": login.database = value
            case "replication":
                guard ["false", "off", "no", "0"].contains(value) else {
                    return fatal(.unsupported("replication"))
                }
            case "options":
                do {
                    login.parameters += try StartupOptions.parse(value)
                } catch {
                    return fatal(error as? SQLError ?? SQLError(.syntaxError, "\(error)"))
                }
            default:
                if name.hasPrefix("_pq_.") {
                    unknownOptions.append(name)
                } else {
                    login.parameters.append((name, value))
                }
            }
        }
        guard !login.user.isEmpty else {
            return fatal(
                SQLError(
                    .invalidAuthorization,
                    "no PostgreSQL user name specified in startup packet"))
        }
        if login.database.isEmpty { login.database = login.user }
        state = .lookingUp(login)
        var actions: [Action] = []
        if startup.minorVersion > 0 || !unknownOptions.isEmpty {
            actions.append(
                .send(
                    .negotiateProtocolVersion(newest: 3 << 16, unknownOptions: unknownOptions)))
        }
        return actions + [.lookUpVerifier(user: login.user)]
    }

    mutating func foundVerifier(_ text: String?) -> [Action] {
        guard case .lookingUp(let login) = state else { return [] }
        let server = ScramServer(user: login.user, verifier: text, mockSecret: mockSecret)
        state = .saslInitial(login, server)
        return [.send(.authenticationSASL([ScramVerifier.mechanism])), .flush]
    }

    mutating func receivedLogin(_ message: FrontendMessage) -> [Action] {
        if case .terminate = message {
            state = .closed
            return [.close]
        }
        guard case .password(let bytes) = message else { return fatal(Self.expectedSASL) }
        do {
            switch state {
            case .saslInitial(let login, var server):
                let first = try Self.initialResponse(bytes)
                let answer = try server.first(first)
                state = .saslResponse(login, server)
                return [.send(.authenticationSASLContinue(answer)), .flush]
            case .saslResponse(let login, let server):
                guard let answer = try server.final(bytes) else {
                    state = .delayingFailure(login)
                    return [.delayFailure(user: login.user)]
                }
                state = .openingSession(login)
                return [
                    .send(.authenticationSASLFinal(answer)), .send(.authenticationOK),
                    .openSession(
                        user: login.user, database: login.database, parameters: login.parameters),
                ]
            default: return fatal(Self.expectedSASL)
            }
        } catch {
            return fatal(error as? SQLError ?? Self.expectedSASL)
        }
    }

    private static let expectedSASL = SQLError(.protocolViolation, "expected SASL response")

    /// The message inside SASLInitialResponse: mechanism, length, bytes.
    private static func initialResponse(_ bytes: [UInt8]) throws -> [UInt8] {
        let malformed = SQLError(.protocolViolation, "malformed SASL initial response")
        guard let end = bytes.firstIndex(of: 0), bytes.count - end >= 5 else { throw malformed }
        guard bytes[..<end].elementsEqual(ScramVerifier.mechanism.utf8) else {
            throw SQLError(
                .protocolViolation, "client selected an invalid SASL authentication mechanism")
        }
        let length = bytes[(end + 1)..<(end + 5)].reduce(0) { $0 << 8 | UInt32($1) }
        guard Int(length) == bytes.count - end - 5 else { throw malformed }
        return Array(bytes[(end + 5)...])
    }

    mutating func opened(
        _ parameters: [(String, String)], processID: Int32, secret: Int32
    ) -> [Action] {
        guard case .openingSession = state else { return [] }
        state = .ready
        var actions = parameters.map { Action.send(.parameterStatus($0.0, $0.1)) }
        actions.append(.send(.backendKeyData(processID: processID, secret: secret)))
        return actions + [.send(.readyForQuery(.idle)), .flush]
    }
}
