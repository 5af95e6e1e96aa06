import Basics
import Logging
import NIOCore
import NIOPosix
import PostgresProtocol
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Why the server could not start, in words for the person who starts it.
package struct PostgresServerError: Error, CustomStringConvertible, Sendable {
    package let description: String
}

/// The PostgreSQL listener.
///
/// Event loops cut bytes into frames and never wait. A connection that has authenticated gets a
/// thread of its own, where statements run and block; it ends with the session. `SessionRunner`
/// traces one statement through.
package final class PostgresServer: Sendable {
    package struct Configuration: Sendable {
        package var host = "127.0.0.1"
        /// 0 takes a free port, which `start()` returns.
        package var port = 5432
        package var maxConnections = 200
        package var authenticationTimeoutMilliseconds: Int64 = 10_000
        /// How long `stop()` waits for sessions to end before it cuts them off.
        package var stopSecondsMax = 10
        package var limits = FrameDecoder.Limits()
        /// Adds TLS at the front of a channel's pipeline after SSLRequest; nil answers `N`.
        package var addTLS: (@Sendable (any Channel) throws -> Void)?
        package init() {}
    }

    private struct State {
        var group: MultiThreadedEventLoopGroup?
        var listener: (any Channel)?
    }

    private let context: ServerContext
    private let state = Mutex(State())

    package init(
        configuration: Configuration = Configuration(), backend: any DatabaseBackend,
        logger: Logger
    ) {
        context = ServerContext(
            configuration: configuration, backend: backend, logger: logger)
    }

    /// Sessions open now.
    package var sessionCount: Int { context.registry.count }

    /// Listens, and returns the port bound. Blocks for a moment; not for event loops.
    package func start() throws -> Int {
        let configuration = context.configuration
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        do {
            let listener = try bootstrap(group)
                .bind(host: configuration.host, port: configuration.port).wait()
            state.withLock {
                $0.group = group
                $0.listener = listener
            }
            let port = listener.localAddress?.port ?? configuration.port
            context.logger.info(
                "listening for PostgreSQL clients",
                metadata: ["host": "\(configuration.host)", "port": "\(port)"])
            return port
        } catch {
            group.shutdownGracefully { _ in }
            throw Self.explain(error, configuration)
        }
    }

    /// Ends every session with 57P01, waits for them, and closes the port. Blocks.
    package func stop() {
        let (group, listener) = state.withLock { state in
            defer { state = State() }
            return (state.group, state.listener)
        }
        guard let group else { return }
        try? listener?.close().wait()
        context.registry.shutDown()
        if !context.registry.waitUntilEnded(seconds: context.configuration.stopSecondsMax) {
            context.logger.warning("sessions did not end in time; their connections are cut")
            context.registry.disconnectAll()
            _ = context.registry.waitUntilEnded(seconds: 2)
        }
        context.connections.waitUntilFewer(than: 1, seconds: 2)
        try? group.syncShutdownGracefully()
    }

    private func bootstrap(_ group: MultiThreadedEventLoopGroup) -> ServerBootstrap {
        let context = context
        return ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 512)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard context.connections.add() else {
                        throw PostgresServerError(description: "too many sockets")
                    }
                    channel.closeFuture.whenComplete { _ in context.connections.remove() }
                    try channel.pipeline.syncOperations.addHandler(
                        ConnectionHandler(server: context))
                }
            }
    }

    private static func explain(
        _ error: any Error, _ configuration: Configuration
    ) -> PostgresServerError {
        let place = "\(configuration.host):\(configuration.port)"
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE:
            return PostgresServerError(
                description: "cannot listen on \(place): the port is already in use")
        case EACCES:
            return PostgresServerError(
                description: "cannot listen on \(place): permission denied")
        case EADDRNOTAVAIL:
            return PostgresServerError(
                description: "cannot listen on \(place): this machine has no such address")
        default:
            return PostgresServerError(description: "cannot listen on \(place): \(error)")
        }
    }
}

/// What all connections of a server share.
final class ServerContext: Sendable {
    let configuration: PostgresServer.Configuration
    let backend: any DatabaseBackend
    let logger: Logger
    let registry: SessionRegistry
    let connections: SocketCount
    let throttle = LoginThrottle()
    let mockSecret: [UInt8]

    init(
        configuration: PostgresServer.Configuration, backend: any DatabaseBackend,
        logger: Logger
    ) {
        self.configuration = configuration
        self.backend = backend
        self.logger = logger
        registry = SessionRegistry(sessionsMax: configuration.maxConnections)
        // Room for cancel requests, refusals and logins beside the sessions.
        connections = SocketCount(max: configuration.maxConnections * 2 + 100)
        var generator = SystemRandomNumberGenerator()
        mockSecret = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
}

/// How many sockets are open, sessions or not.
final class SocketCount: Sendable {
    private let max: Int
    private let count = Monitor(0)

    init(max: Int) { self.max = max }

    func add() -> Bool {
        count.update { count in
            guard count < max else { return false }
            count += 1
            return true
        }
    }

    func remove() { count.update { $0 -= 1 } }

    func waitUntilFewer(than limit: Int, seconds: Int) {
        _ = count.wait(seconds: seconds) { $0 < limit }
    }
}
