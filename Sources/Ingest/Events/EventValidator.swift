/// Turns one CloudEvent into a `ValidatedEvent`: pure, no I/O, no dimension.
///
/// 1. The envelope: specversion 1.0, type, source, id (CloudEvents 1.0.2, section 3).
/// 2. The time: RFC 3339 to UTC microseconds; more than 24 h ahead is unusable, more than 10 min
///    ahead is flagged as skew. Late events are as good as others.
/// 3. The data, by type. What cannot be used becomes `.unusable`; nothing here throws to the caller.
package struct EventValidator: Sendable {
    package static let transactionType = "com.storehouse.pos.transaction.v1"
    package static let inventoryType = "com.storehouse.inventory.scan.v1"
    package static let loyaltyType = "com.storehouse.loyalty.v1"
    package static let linesMax = 10_000

    static let futureMax = Timestamps.microsecondsPerDay
    static let skewMax = 10 * Timestamps.microsecondsPerMinute

    let document: JSONDocument
    let receivedAt: Int64
    let fields: FieldReader

    package init(_ document: JSONDocument, receivedAt: Int64) {
        self.document = document
        self.receivedAt = receivedAt
        fields = FieldReader(document: document)
    }

    /// Every event of the document, in order; a top-level array is a batch.
    package func validateAll() -> [ValidatedEvent] {
        var events: [ValidatedEvent] = []
        for root in document.roots {
            if document.nodes[root].kind == .array {
                document.forEachElement(root) { _, element in events.append(validate(element)) }
            } else {
                events.append(validate(root))
            }
        }
        return events
    }

    func validate(_ index: Int) -> ValidatedEvent {
        let node = document.nodes[index]
        var event = ValidatedEvent(
            key: nil,
            body: .unusable(
                Unusable(reason: .notAnEvent, path: "$", detail: "an object is expected")),
            rawStart: Int(node.start), rawEnd: Int(node.end))
        guard node.kind == .object else { return event }
        do throws(Unusable) {
            event.key = EventKey(
                source: try fields.text(index, "source", max: 256, "$"),
                id: try fields.text(index, "id", max: 256, "$"))
            event.body = try body(index)
        } catch {
            event.body = .unusable(error)
        }
        return event
    }

    private func body(_ index: Int) throws(Unusable) -> ValidatedEvent.Body {
        let version = try fields.text(index, "specversion", max: 16, "$")
        guard version == "1.0" else {
            throw Unusable(
                reason: .unsupportedVersion, path: "$.specversion", detail: "1.0 is expected")
        }
        let type = try fields.text(index, "type", max: 128, "$")
        if fields.optional(index, "data_base64") != nil {
            throw Unusable(
                reason: .wrongType, path: "$.data_base64", detail: "JSON data is expected")
        }
        switch type {
        case EventValidator.transactionType:
            return .transaction(
                try transaction(try fields.container(index, "data", .object, "$"), event: index))
        case EventValidator.inventoryType:
            return .inventory(
                try inventory(try fields.container(index, "data", .object, "$"), event: index))
        case EventValidator.loyaltyType:
            return .loyalty(
                try loyalty(try fields.container(index, "data", .object, "$"), event: index))
        default:
            throw Unusable(reason: .unknownType, path: "$.type", detail: "is not known here")
        }
    }

    /// When it happened: the data's own time before the envelope's.
    func occurred(data: Int, event: Int) throws(Unusable) -> (time: Int64, flags: EventFlags) {
        let inner = try fields.time(data, "occurred_at", "$.data")
        let outer = try fields.time(event, "time", "$")
        let path = inner != nil ? "$.data.occurred_at" : "$.time"
        guard let time = inner ?? outer else {
            throw Unusable(reason: .missingField, path: path, detail: "is missing")
        }
        let ahead = time - receivedAt
        if ahead > EventValidator.futureMax {
            throw Unusable(
                reason: .futureTime, path: path, detail: "is more than 24 hours in the future")
        }
        return (time, ahead > EventValidator.skewMax ? .clockSkew : [])
    }
}
