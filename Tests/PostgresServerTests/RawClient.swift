import Basics
import Logging
import PostgresProtocol
import PostgresServer

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

func sleepMilliseconds(_ count: Int) { usleep(UInt32(count) * 1_000) }

/// Waits until something holds; false after the time.
func eventually(milliseconds: Int = 5_000, _ holds: () -> Bool) -> Bool {
    for _ in 0..<(milliseconds / 10) {
        if holds() { return true }
        sleepMilliseconds(10)
    }
    return holds()
}

/// A server on a free port with a fake database.
struct TestServer {
    let backend = FakeBackend()
    let server: PostgresServer
    let port: Int

    init(_ change: (inout PostgresServer.Configuration) -> Void = { _ in }) throws {
        var configuration = PostgresServer.Configuration()
        configuration.port = 0
        change(&configuration)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        server = PostgresServer(
            configuration: configuration, backend: backend, logger: logger)
        port = try server.start()
    }
}

/// A client that sends what it likes, byte by byte if need be.
final class RawClient {
    struct Closed: Error {}

    let descriptor: Int32
    private var decoder = BackendDecoder()
    private(set) var key: (processID: Int32, secret: Int32) = (0, 0)
    private(set) var parameters: [String: String] = [:]

    init(port: Int, receiveBufferBytes: Int32? = nil) throws {
        #if canImport(Glibc)
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        if var size = receiveBufferBytes {
            setsockopt(
                descriptor, SOL_SOCKET, SO_RCVBUF, &size,
                socklen_t(MemoryLayout<Int32>.size))
        }
        var timeout = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout,
            socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw Closed() }
    }

    deinit { close() }

    private var isOpen = true
    func close() {
        guard isOpen else { return }
        isOpen = false
        #if canImport(Glibc)
            _ = Glibc.close(descriptor)
        #else
            _ = Darwin.close(descriptor)
        #endif
    }

    /// Sends bytes; what a closed connection does not take is dropped.
    func send(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                sendSome(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent)
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    func send(_ messages: FrontendMessage...) { send(messages.flatMap(\.bytes)) }

    func readByte() throws -> UInt8 {
        var byte: UInt8 = 0
        guard recv(descriptor, &byte, 1, 0) == 1 else { throw Closed() }
        return byte
    }

    /// The next message; nil once the server has closed.
    func receive() throws -> BackendMessage? {
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            if let message = try decoder.next() { return message }
            let count = recv(descriptor, &bytes, bytes.count, 0)
            guard count > 0 else { return nil }
            bytes.withUnsafeBytes { decoder.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }

    /// Everything up to and with ReadyForQuery, or the end.
    func receiveUntilReady() throws -> [BackendMessage] {
        var messages: [BackendMessage] = []
        while let message = try receive() {
            messages.append(message)
            if case .readyForQuery = message { break }
        }
        return messages
    }

    func startUp(
        user: String = "analyst", database: String = "retail", more: [(String, String)] = []
    ) {
        let parameters = [("user", user), ("database", database)] + more
        send(StartupPacket.startup(.init(parameters: parameters)).bytes)
    }

    /// Start-up and authentication; the error that ended it, if one did.
    @discardableResult
    func logIn(
        user: String = "analyst", database: String = "retail",
        password: String = FakeBackend.password, more: [(String, String)] = []
    ) throws -> SQLError? {
        startUp(user: user, database: database, more: more)
        var scram = ScramClient(password: password)
        while let message = try receive() {
            switch message {
            case .authenticationSASL: send(.password(scram.initialResponse))
            case .authenticationSASLContinue(let bytes): send(.password(try scram.final(bytes)))
            case .backendKeyData(let processID, let secret): key = (processID, secret)
            case .parameterStatus(let name, let value): parameters[name] = value
            case .errorResponse(let error, "FATAL"): return error
            case .readyForQuery: return nil
            default: break
            }
        }
        throw Closed()
    }
}

private func sendSome(
    _ descriptor: Int32, _ start: UnsafeRawPointer?, _ count: Int
) -> Int {
    send(descriptor, start, count, Int32(truncatingIfNeeded: Int(MSG_NOSIGNAL)))
}
