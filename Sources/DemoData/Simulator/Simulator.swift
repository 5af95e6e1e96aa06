import Dispatch
import Glibc
import Synchronization

/// Posts the live events of a world's stores to a listener at a rate, until told to stop.
package final class Simulator: Sendable {
    package struct Options: Sendable {
        package var host = "127.0.0.1"
        package var port = 8080
        package var token: String?
        /// Events a second over all connections.
        package var eventsPerSecond = 2000.0
        /// Each connection stands for an equal part of the stores.
        package var connections = 4
        package var eventsPerRequestMax = 200
        package var seed: UInt64 = 1
        /// Nil takes the time of day, so that a second run does not repeat the first one's events.
        package var sequenceBase: Int?
        package init() {}
    }

    /// An event that the listener has acknowledged with a 2xx.
    package struct Acknowledged: Sendable {
        package var source: String
        package var id: String
        /// When it was made, in microseconds since 2000-01-01 UTC.
        package var madeAt: Int64
        package var event: LiveEvent
    }

    package struct Progress: Sendable {
        /// Events the listener acknowledged, duplicates and useless ones included.
        package var acknowledged = 0
        package var requests = 0
        /// Answers of 429 and 503, and lost connections: the same events were sent again.
        package var retries = 0
        /// Events of requests that were refused for good.
        package var refused = 0
        package var elapsedSeconds = 0.0
        package var latencyMicrosecondsMax: Int64 = 0
        package var eventsPerSecond: Double {
            elapsedSeconds > 0 ? Double(acknowledged) / elapsedSeconds : 0
        }
    }

    private let world: DemoWorld
    private let options: Options
    private let counts = Mutex(Progress())
    private let isStopped = Atomic(false)
    private let onAcknowledged: (@Sendable ([Acknowledged]) -> Void)?

    package init(
        _ world: DemoWorld, _ options: Options,
        onAcknowledged: (@Sendable ([Acknowledged]) -> Void)? = nil
    ) {
        self.world = world
        self.options = options
        self.onAcknowledged = onAcknowledged
    }

    /// Ends `run` soon; safe from any thread and from a signal's handler queue.
    package func stop() { isStopped.store(true, ordering: .relaxed) }

    package var progress: Progress { counts.withLock { $0 } }

    /// Blocks until `seconds` have passed (nil: for ever) or `stop()`; `report` is called about four
    /// times a second from this thread. Returns the final figures.
    @discardableResult
    package func run(
        seconds: Double? = nil, report: (Progress) -> Void = { _ in }
    ) -> Progress {
        let began = Simulator.monotonic()
        let base = options.sequenceBase ?? Int(DemoDataCommand.clock() / 1_000_000 % 86_400) * 100
        let count = max(1, min(options.connections, world.stores.count))
        let group = DispatchGroup()
        for number in 0..<count {
            let queue = DispatchQueue(label: "storehouse.simulator.\(number)")
            queue.async(group: group) {
                self.drive(number, of: count, sequenceBase: base, began: began)
            }
        }
        while group.wait(timeout: .now() + .milliseconds(250)) == .timedOut {
            let elapsed = Double(Simulator.monotonic() - began) / 1_000_000
            counts.withLock { $0.elapsedSeconds = elapsed }
            report(progress)
            if let seconds, elapsed >= seconds { stop() }
        }
        counts.withLock { $0.elapsedSeconds = Double(Simulator.monotonic() - began) / 1_000_000 }
        return progress
    }

    /// One connection: keeps its part of the rate, sends again what was not acknowledged.
    private func drive(_ number: Int, of count: Int, sequenceBase: Int, began: Int64) {
        let stores = world.stores.indices.filter { $0 % count == number }
        var live = LiveEvents(
            world, stores: stores, seed: options.seed &+ UInt64(number) &+ UInt64(sequenceBase),
            sequenceBase: sequenceBase)
        let poster = HTTPPoster(
            host: options.host, port: options.port, path: "/v1/events", token: options.token,
            contentType: "application/x-ndjson")
        let rate = max(options.eventsPerSecond, 0.1) / Double(count)
        var made = 0
        var body: [UInt8] = []
        while !isStopped.load(ordering: .relaxed) {
            let elapsed = Double(Simulator.monotonic() - began) / 1_000_000
            let due = Int(elapsed * rate) - made
            guard due > 0 else {
                usleep(5000)
                continue
            }
            let size = min(due, options.eventsPerRequestMax)
            body.removeAll(keepingCapacity: true)
            var events: [Acknowledged] = []
            events.reserveCapacity(size)
            for _ in 0..<size {
                let now = DemoDataCommand.clock()
                let event = live.next(at: now, into: &body)
                body.append(UInt8(ascii: "\n"))
                events.append(
                    Acknowledged(source: event.source, id: event.id, madeAt: now, event: event))
            }
            made += size
            deliver(body, events, poster)
        }
    }

    private func deliver(_ body: [UInt8], _ events: [Acknowledged], _ poster: HTTPPoster) {
        while true {
            let sentAt = Simulator.monotonic()
            let answer = try? poster.post(body)
            let latency = Simulator.monotonic() - sentAt
            counts.withLock { $0.requests += 1 }
            if let answer, (200..<300).contains(answer.status) {
                counts.withLock {
                    $0.acknowledged += events.count
                    $0.latencyMicrosecondsMax = max($0.latencyMicrosecondsMax, latency)
                }
                onAcknowledged?(events)
                return
            }
            if let answer, answer.status != 429, answer.status < 500 {
                counts.withLock { $0.refused += events.count }
                return
            }
            counts.withLock { $0.retries += 1 }
            if isStopped.load(ordering: .relaxed) { return }
            usleep(UInt32(min(answer?.retryAfter ?? 0, 5)) * 1_000_000 + 100_000)
        }
    }

    private static func monotonic() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
