import Hummingbird
import Logging

/// The HTTP listener for events: an `IngestWriter` behind Hummingbird.
package struct IngestServer: Sendable {
    package let writer: IngestWriter
    package let metrics: IngestMetrics
    private let host: String
    private let port: Int
    private let limits: IngestLimits
    private let responder: EventsResponder
    private let logger: Logger

    /// `port` 0 takes any free port; `run` tells which.
    package init(
        store: any IngestStore, host: String = "127.0.0.1", port: Int, token: String?,
        limits: IngestLimits = IngestLimits(), zones: ZoneDirectory = ZoneDirectory(),
        logger: Logger
    ) {
        metrics = IngestMetrics()
        writer = IngestWriter(store: store, zones: zones, limits: limits, metrics: metrics)
        responder = EventsResponder(
            writer: writer, metrics: metrics, limits: limits, token: token)
        self.host = host
        self.port = port
        self.limits = limits
        self.logger = logger
    }

    /// Listens until its task is cancelled; throws when the port cannot be bound. Call `stop()` first,
    /// so that everything that was taken is answered.
    package func run(onListening: @escaping @Sendable (_ port: Int) async -> Void) async throws {
        let app = Application(
            responder: responder,
            server: .http1(
                configuration: .init(
                    idleTimeout: .seconds(limits.idleSeconds),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: limits.headerBytesMax,
                        maxHeaderListSize: limits.headerBytesMax, maxHeaderFieldCount: 100))),
            configuration: .init(
                address: .hostname(host, port: port), serverName: "storehouse"),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) },
            logger: logger)
        try await app.run()
    }

    /// Refuses new events with 503 and returns once all that waited are durable and answered.
    package func stop() async {
        await writer.stop()
    }
}
