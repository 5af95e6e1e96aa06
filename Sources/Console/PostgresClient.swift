import Basics
import PostgresProtocol
import Synchronization

/// A blocking client of the PostgreSQL protocol, version 3, over TCP.
package final class PostgresClient: SQLConnection, @unchecked Sendable {
    package struct Options: Sendable {
        package var host = "127.0.0.1"
        package var port = 5432
        package var user = "storehouse"
        package var password: String?
        package var database = "storehouse"
        package var applicationName = "storehouse sql"
        package init() {}
    }

    package let options: Options
    package private(set) var transactionStatus = TransactionStatus.idle

    private let socket: Socket
    private var decoder = BackendDecoder()
    private var parameters: [String: String] = [:]
    private let cancelKey = Mutex<(processID: Int32, secret: Int32)?>(nil)

    /// Connects and authenticates. Throws what the server or the system says.
    package init(_ options: Options) throws {
        self.options = options
        socket = try Socket(host: options.host, port: options.port)
        do {
            try logIn()
        } catch {
            socket.close()
            throw error
        }
    }

    package var user: String { options.user }
    package var database: String { options.database }
    package var place: String { "host \"\(options.host)\" at port \"\(options.port)\"" }
    package func parameter(_ name: String) -> String? { parameters[name] }

    package func close() {
        try? socket.write(FrontendMessage.terminate.bytes)
        socket.close()
    }

    package func cancel() {
        guard let key = cancelKey.withLock({ $0 }),
            let second = try? Socket(host: options.host, port: options.port)
        else { return }
        let request = StartupPacket.cancel(processID: key.processID, secret: key.secret)
        try? second.write(request.bytes)
        // The server closes once the request is done.
        _ = try? second.read { _ in }
        second.close()
    }

    package func run(_ sql: String, _ output: any SQLOutput) throws {
        try send(.query(sql))
        while true {
            switch try receive() {
            case .readyForQuery(let status):
                transactionStatus = status
                return
            case .rowDescription(let columns): output.columns(columns)
            case .dataRow(let cells): output.row(cells)
            case .commandComplete(let tag): output.complete(tag)
            case .emptyQueryResponse: output.complete("")
            case .errorResponse(let error, let severity):
                output.error(error, severity: severity)
            case .copyInResponse: try copyIn(output)
            case .copyData(let bytes): output.copyOutput(bytes)
            case .noticeResponse(let error, let severity):
                output.notice(error, severity: severity)
            default: break
            }
        }
    }

    private func copyIn(_ output: any SQLOutput) throws {
        do {
            while let bytes = try output.copyInput() { try send(.copyData(bytes)) }
        } catch let error as SQLError {
            return try send(.copyFail(error.message))
        }
        try send(.copyDone)
    }

    private func send(_ message: FrontendMessage) throws { try socket.write(message.bytes) }

    private func receive() throws -> BackendMessage {
        while true {
            if let message = try decoder.next() {
                if case .parameterStatus(let name, let value) = message {
                    parameters[name] = value
                }
                return message
            }
            guard try socket.read({ decoder.append($0) }) > 0 else {
                throw SQLError(
                    .connectionFailure, "server closed the connection unexpectedly")
            }
        }
    }

    private func logIn() throws {
        let startup = StartupPacket.Startup(parameters: [
            ("user", options.user), ("database", options.database),
            ("application_name", options.applicationName), ("client_encoding", "UTF8"),
        ])
        try socket.write(StartupPacket.startup(startup).bytes)
        var scram = ScramClient(password: options.password ?? "")
        while true {
            switch try receive() {
            case .readyForQuery(let status):
                transactionStatus = status
                return
            case .authenticationSASL(let mechanisms):
                guard mechanisms.contains(ScramVerifier.mechanism) else {
                    throw Self.unknownMethod
                }
                guard options.password != nil else {
                    throw SQLError(.invalidPassword, "no password supplied")
                }
                try send(.password(scram.initialResponse))
            case .authenticationSASLContinue(let bytes):
                try send(.password(try scram.final(bytes)))
            case .authenticationSASLFinal(let bytes):
                guard scram.verifies(bytes) else {
                    throw SQLError(
                        .invalidPassword, "the server did not prove that it knows the password")
                }
            case .authenticationOther: throw Self.unknownMethod
            case .backendKeyData(let processID, let secret):
                cancelKey.withLock { $0 = (processID, secret) }
            case .errorResponse(let error, _): throw error
            default: break
            }
        }
    }

    private static let unknownMethod = SQLError(
        .connectionFailure, "the server asks for an authentication method this client lacks")
}
