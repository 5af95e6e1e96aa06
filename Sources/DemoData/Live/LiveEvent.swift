/// One generated event, and what a warehouse should make of it.
package struct LiveEvent: Sendable {
    package enum Content: Sendable {
        case transaction(basket: String, store: Int, day: Int, version: Int, net: Int64, lines: Int)
        case inventory(snapshots: Int, movements: Int)
        case loyalty
        case unusable(reason: String)
    }

    package var source: String
    package var id: String
    package var content: Content
    package var isDuplicate = false
    package var isLate = false
    package var isVoid = false
    package var isCorrection = false
    package var unknownSKUs = 0
    package var returnLines = 0

    package init(source: String, id: String, content: Content) {
        self.source = source
        self.id = id
        self.content = content
    }
}

/// Counts live events into a ground truth: of each basket only the highest version counts.
package struct LiveEventTally {
    private struct Basket {
        var version: Int
        var store: Int
        var day: Int
        var net: Int64
        var lines: Int
    }
    private var baskets: [String: Basket] = [:]
    private var events = GroundTruth.Events()
    private var rows = (snapshots: 0, movements: 0, loyalty: 0)

    package init() {}

    package mutating func add(_ event: LiveEvent) {
        events.sent += 1
        guard !event.isDuplicate else {
            events.duplicates += 1
            return
        }
        events.distinct += 1
        if event.isLate { events.late += 1 }
        if event.isVoid { events.voids += 1 }
        if event.isCorrection { events.corrections += 1 }
        events.unknownSKULines += event.unknownSKUs
        events.returnLines += event.returnLines
        switch event.content {
        case .transaction(let basket, let store, let day, let version, let net, let lines):
            guard version > baskets[basket]?.version ?? 0 else { return }
            baskets[basket] = Basket(
                version: version, store: store, day: day, net: event.isVoid ? 0 : net, lines: lines)
        case .inventory(let snapshots, let movements):
            rows.snapshots += snapshots
            rows.movements += movements
        case .loyalty:
            rows.loyalty += 1
        case .unusable(let reason):
            events.unusable.append(.init(source: event.source, id: event.id, reason: reason))
        }
    }

    package func truth(_ world: DemoWorld) -> GroundTruth.Events {
        var result = events
        var sums: [[Int]: Int64] = [:]
        for basket in baskets.values { sums[[basket.store, basket.day], default: 0] += basket.net }
        result.revenue = sums.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map {
            .init(
                store: world.stores[$0.key[0]].id, date: DemoCalendar.text($0.key[1]),
                net: GroundTruth.money($0.value))
        }
        result.rows = [
            "fact_sales": baskets.values.reduce(0) { $0 + $1.lines },
            "fact_inventory_snapshot": rows.snapshots,
            "fact_inventory_movement": rows.movements,
            "fact_loyalty_event": rows.loyalty,
        ]
        return result
    }
}
