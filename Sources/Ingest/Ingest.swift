// Events in, star-schema rows out. One request, traced:
//
// 1. HTTP/EventsEndpoint reads the body within its limits and picks JSON or NDJSON by content type.
// 2. JSON/JSONDocument parses it; what is not JSON is answered 400 with its place.
// 3. Events/EventValidator checks and standardises every event; it needs nothing but the bytes.
// 4. Writer/IngestWriter queues the request; a full queue is answered 429.
// 5. Writer/GroupBuilder takes all that waits: drops duplicates, settles versions of a basket,
//    places each event in its store's business day (Zones/), prices lines, infers dimension rows.
// 6. IngestStore.commit makes it durable in one commit; only then does every sender get its 200,
//    with a result an event.

/// What the listener lets in. Everything a sender can make large has a bound here.
package struct IngestLimits: Sendable {
    /// A longer body is answered 413.
    package var bodyBytesMax = 8 << 20
    /// Requests waiting for the writer; beyond it senders are answered 429.
    package var backlogBytesMax = 64 << 20
    package var backlogEventsMax = 200_000
    /// Events of one commit, unless a single request has more.
    package var groupEventsMax = 20_000
    package var headerBytesMax = 16 << 10
    /// A connection that is silent this long is closed.
    package var idleSeconds: Int64 = 30
    /// A body that takes longer is answered 408.
    package var bodySeconds: Int64 = 30
    package var retryAfterSeconds = 1
    package init() {}
}
