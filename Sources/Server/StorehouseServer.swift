import Basics
import Dispatch
import Engine
import Glibc
import Ingest
import Logging
import PostgresServer

/// Both listeners over one database, from start to stop.
///
///     open the directory ──► PostgreSQL listens ──► HTTP listens ──► ready
///     SIGTERM or SIGINT ──► events in hand are answered ──► sessions end ──► directory closed
package struct StorehouseServer: Sendable {
    private enum Event: Sendable {
        case signal
        case listenerEnded(String)
    }

    private let configuration: ServerConfiguration
    private let logger: Logger

    package init(_ configuration: ServerConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Serves until a signal asks to stop; `onReady` gets the ports. Throws what kept it from starting.
    package func run(
        onReady: @escaping @Sendable (_ port: Int, _ httpPort: Int) -> Void
    ) async throws {
        let (events, send) = AsyncStream.makeStream(of: Event.self)
        let signals = StopSignals { send.yield(.signal) }
        defer { signals.cancel() }
        let directory = DataDirectory(configuration.directory)
        let database = try directory.open(threads: configuration.threads)
        defer { database.close() }
        let token = try directory.ingestToken()

        var settings = PostgresServer.Configuration()
        settings.host = configuration.host
        settings.port = configuration.port
        let postgres = PostgresServer(configuration: settings, backend: database, logger: logger)
        let port = try postgres.start()
        defer { postgres.stop() }

        // Hummingbird calls idle connections errors that are cut at the stop; real ones are thrown.
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .critical)
        let ingest = IngestServer(
            store: IngestAdapter(database), host: configuration.host, port: configuration.httpPort,
            token: token, logger: quiet)
        let place = "\(configuration.host):\(configuration.httpPort)"
        let listener = Task {
            do {
                try await ingest.run { onReady(port, $0) }
                send.yield(.listenerEnded("the listener on \(place) has ended"))
            } catch {
                send.yield(.listenerEnded("cannot listen for events on \(place): \(error)"))
            }
        }
        for await event in events {
            if case .listenerEnded(let why) = event {
                throw SQLError(.connectionFailure, why)
            }
            break
        }
        logger.info("stopping")
        await ingest.stop()
        listener.cancel()
        await listener.value
    }
}

/// SIGTERM and SIGINT as calls; the second one ends the process at once.
private final class StopSignals: @unchecked Sendable {
    private let sources: [any DispatchSourceSignal]

    init(_ onStop: @escaping @Sendable () -> Void) {
        signal(SIGPIPE, SIG_IGN)
        let queue = DispatchQueue(label: "storehouse.signals")
        let counter = SignalCounter()
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                if counter.isFirst() { onStop() } else { _exit(128 + number) }
            }
            source.resume()
            return source
        }
    }

    func cancel() { for source in sources { source.cancel() } }
}

/// Used on the signals' queue only.
private final class SignalCounter: @unchecked Sendable {
    private var count = 0
    func isFirst() -> Bool {
        count += 1
        return count == 1
    }
}
