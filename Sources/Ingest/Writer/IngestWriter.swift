import Basics
import Dispatch
import Synchronization

/// The one writer: takes every waiting request, makes their rows, commits once, answers all.
///
///     idle ──submit──► draining ──queue empty──► idle
///       └──────────── stop ────────────┴──► stopping (drains what waits, then refuses)
package final class IngestWriter: Sendable {
    private struct Pending: Sendable {
        let events: [ValidatedEvent]
        let document: JSONDocument
        let receivedAt: Int64
        let answer: CheckedContinuation<Result<[EventResult], IngestRefusal>, Never>
    }

    private struct State {
        var waiting: [Pending] = []
        var waitingBytes = 0
        var waitingEvents = 0
        var isDraining = false
        var isStopping = false
        var onIdle: [CheckedContinuation<Void, Never>] = []
    }

    private let store: any IngestStore
    private let zones: ZoneDirectory
    private let limits: IngestLimits
    private let metrics: IngestMetrics
    private let state = Mutex(State())
    private let dimensions = Mutex<IngestDimensions?>(nil)
    /// Commits block on the disk, so they keep off the cooperative pool.
    private let thread = DispatchQueue(label: "storehouse.ingest.writer")

    package init(
        store: any IngestStore, zones: ZoneDirectory, limits: IngestLimits, metrics: IngestMetrics
    ) {
        self.store = store
        self.zones = zones
        self.limits = limits
        self.metrics = metrics
    }

    /// Returns when the events are durable, with one result each, or with why they were not taken.
    package func submit(
        _ events: [ValidatedEvent], of document: JSONDocument, receivedAt: Int64
    ) async -> Result<[EventResult], IngestRefusal> {
        guard !events.isEmpty else { return .success([]) }
        return await withCheckedContinuation { answer in
            let pending = Pending(
                events: events, document: document, receivedAt: receivedAt, answer: answer)
            let (refusal, starts) = state.withLock { state -> (IngestRefusal?, Bool) in
                if state.isStopping { return (.stopping, false) }
                guard
                    state.waiting.isEmpty
                        || state.waitingBytes + document.bytes.count <= limits.backlogBytesMax
                            && state.waitingEvents + events.count <= limits.backlogEventsMax
                else { return (.backlogFull, false) }
                state.waiting.append(pending)
                state.waitingBytes += document.bytes.count
                state.waitingEvents += events.count
                metrics.setBacklog(events: state.waitingEvents, bytes: state.waitingBytes)
                defer { state.isDraining = true }
                return (nil, !state.isDraining)
            }
            if let refusal { answer.resume(returning: .failure(refusal)) }
            if starts { thread.async { self.drain() } }
        }
    }

    /// Refuses new requests and returns once everything that waited is answered.
    package func stop() async {
        await withCheckedContinuation { done in
            let isIdle = state.withLock { state in
                state.isStopping = true
                if state.isDraining { state.onIdle.append(done) }
                return !state.isDraining
            }
            if isIdle { done.resume() }
        }
    }

    package var isStopping: Bool { state.withLock { $0.isStopping } }

    private func drain() {
        while true {
            let group = state.withLock { state -> [Pending] in
                var count = 0
                var events = 0
                for pending in state.waiting {
                    if count > 0, events + pending.events.count > limits.groupEventsMax { break }
                    events += pending.events.count
                    count += 1
                }
                let taken = Array(state.waiting.prefix(count))
                state.waiting.removeFirst(count)
                state.waitingBytes -= taken.reduce(0) { $0 + $1.document.bytes.count }
                state.waitingEvents -= events
                if taken.isEmpty { state.isDraining = false }
                metrics.setBacklog(events: state.waitingEvents, bytes: state.waitingBytes)
                return taken
            }
            guard !group.isEmpty else { break }
            process(group)
        }
        let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard !state.isDraining else { return [] }
            defer { state.onIdle = [] }
            return state.onIdle
        }
        for waiter in waiters { waiter.resume() }
    }

    private func process(_ group: [Pending]) {
        do {
            let results = try commit(group)
            var start = 0
            for pending in group {
                let end = start + pending.events.count
                pending.answer.resume(returning: .success(Array(results[start..<end])))
                start = end
            }
        } catch {
            metrics.commitFailed()
            // One request must not spoil the others'.
            guard group.count == 1 else {
                for pending in group { process([pending]) }
                return
            }
            group[0].answer.resume(returning: .failure(.commitFailed("\(error)")))
        }
    }

    private func commit(_ group: [Pending]) throws -> [EventResult] {
        var attempt = 1
        while true {
            do {
                return try commitOnce(group)
            } catch let error as SQLError
                where attempt < 4
                && (error.state == .serializationFailure || error.state == .uniqueViolation)
            {
                attempt += 1
                dimensions.withLock { $0 = nil }
            } catch {
                dimensions.withLock { $0 = nil }
                throw error
            }
        }
    }

    private func commitOnce(_ group: [Pending]) throws -> [EventResult] {
        let began = Timestamps.now()
        let version = try store.dimensionsVersion()
        var current = dimensions.withLock { $0 }
        if current?.version != version { current = nil }
        let base = try current ?? store.dimensions()
        var builder = GroupBuilder(store: store, zones: zones, dimensions: base)
        for pending in group {
            builder.add(pending.events, of: pending.document, receivedAt: pending.receivedAt)
        }
        try builder.build()
        var known = builder.dimensions
        if !builder.changes.appends.isEmpty || !builder.changes.upserts.isEmpty {
            known.adopt(version: try store.commit(builder.changes))
        }
        dimensions.withLock { $0 = known }
        let results = builder.entries.map(\.result)
        metrics.committed(
            results, rows: builder.changes.appends.first { $0.table == .sales }?.count ?? 0,
            microseconds: Timestamps.now() - began)
        return results
    }
}
