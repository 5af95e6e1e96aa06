/// Turns the events of one group commit into rows and results. Reads the store, writes nothing.
///
/// 1. Duplicates: by (source, id) within the group and against the receipts.
/// 2. Versions: of each basket only the highest version is kept, in the group and in the store.
/// 3. Costs: linked returns take back the cost of their original line.
/// 4. Rows: in order of arrival; unknown stores and products get an inferred dimension row.
struct GroupBuilder {
    /// Receipts of baskets that exist in a version above 1; late first versions look them up.
    static let versionSource = "storehouse:basket"

    struct Entry {
        var event: ValidatedEvent
        var document: JSONDocument
        var receivedAt: Int64
        var result: EventResult
        var isDone = false
        var placement = Enricher.Placement(businessDate: 0, localMinute: 0, replaced: false)
        var basket: BasketReference?
        var outcome = "stored"
    }

    let store: any IngestStore
    let enricher: Enricher
    var dimensions: IngestDimensions
    var entries: [Entry] = []
    var changes = IngestChanges()
    var costs: [BasketLineReference: Int64] = [:]
    var watermarks: [String: Int64] = [:]
    var builders = Builders()

    struct Builders {
        var sales = TableBuilder(.sales)
        var snapshots = TableBuilder(.snapshot)
        var movements = TableBuilder(.movement)
        var loyalty = TableBuilder(.loyalty)
        var stores = TableBuilder(.store)
        var storeHistory = TableBuilder(.storeHistory)
        var products = TableBuilder(.product)
        var productHistory = TableBuilder(.productHistory)
        var members = TableBuilder(.member)
        var watermarks = TableBuilder(.watermark)
        var receipts = TableBuilder(.receipt)
        var quarantine = TableBuilder(.quarantine)
    }

    init(store: any IngestStore, zones: ZoneDirectory, dimensions: IngestDimensions) {
        self.store = store
        enricher = Enricher(zones: zones)
        self.dimensions = dimensions
    }

    mutating func add(_ events: [ValidatedEvent], of document: JSONDocument, receivedAt: Int64) {
        for event in events {
            entries.append(
                Entry(
                    event: event, document: document, receivedAt: receivedAt,
                    result: EventResult(key: event.key, status: .stored, reason: nil)))
        }
    }

    /// Fills `changes` and every entry's result.
    mutating func build() throws {
        let markers = try dropDuplicates()
        try resolveVersions(markers)
        try loadOriginalCosts()
        for index in entries.indices where !entries[index].isDone { makeRows(index) }
        finish()
    }

    /// Returns the baskets among the candidates that the store holds in a version above 1.
    private mutating func dropDuplicates() throws -> Set<String> {
        var known = Set<EventKey>(minimumCapacity: entries.count)
        var keys: [EventKey] = []
        var owners: [Int?] = []
        keys.reserveCapacity(entries.count * 2)
        for index in entries.indices {
            guard let key = entries[index].event.key else { continue }
            guard known.insert(key).inserted else {
                markDuplicate(index)
                continue
            }
            keys.append(key)
            owners.append(index)
            guard case .transaction(let transaction) = entries[index].event.body else { continue }
            place(transaction, index)
            if let basket = entries[index].basket {
                keys.append(EventKey(source: GroupBuilder.versionSource, id: basket.basketID))
                owners.append(nil)
            }
        }
        guard !keys.isEmpty else { return [] }
        var markers = Set<String>()
        for (place, isSeen) in try store.seen(keys).enumerated()
        where isSeen && place < owners.count {
            if let owner = owners[place] {
                markDuplicate(owner)
            } else {
                markers.insert(keys[place].id)
            }
        }
        return markers
    }

    private mutating func place(_ transaction: Transaction, _ index: Int) {
        let placement = enricher.place(
            transaction.time, senderDate: transaction.businessDate, storeID: transaction.storeID,
            dimensions)
        entries[index].placement = placement
        entries[index].basket = BasketReference(
            basketID: Enricher.basketID(transaction, businessDate: placement.businessDate),
            storeID: transaction.storeID, businessDate: placement.businessDate)
    }

    private mutating func markDuplicate(_ index: Int) {
        entries[index].isDone = true
        entries[index].result.status = .duplicate
    }

    private mutating func resolveVersions(_ markers: Set<String>) throws {
        var best: [String: (version: Int32, index: Int)] = [:]
        var order: [String] = []
        for index in entries.indices where !entries[index].isDone {
            guard case .transaction(let transaction) = entries[index].event.body,
                let basket = entries[index].basket
            else { continue }
            guard let current = best[basket.basketID] else {
                best[basket.basketID] = (transaction.version, index)
                order.append(basket.basketID)
                continue
            }
            if transaction.version == current.version {
                conflict(index)
            } else if transaction.version > current.version {
                supersede(current.index, by: transaction.version)
                best[basket.basketID] = (transaction.version, index)
            } else {
                supersede(index, by: current.version)
            }
        }
        let asked = order.compactMap { id -> Int? in
            guard let winner = best[id], winner.version > 1 || markers.contains(id) else {
                return nil
            }
            return winner.index
        }
        guard !asked.isEmpty else { return }
        let versions = try store.basketVersions(asked.compactMap { entries[$0].basket })
        for (place, index) in asked.enumerated() {
            guard let basket = entries[index].basket, let winner = best[basket.basketID] else {
                continue
            }
            let stored = place < versions.count ? versions[place] : nil
            if let stored, stored == winner.version {
                conflict(index)
            } else if let stored, stored > winner.version {
                supersede(index, by: stored)
            } else {
                if stored != nil { changes.supersededBaskets.append(basket) }
                if !markers.contains(basket.basketID), isUsable(index) {
                    receipt(
                        EventKey(source: GroupBuilder.versionSource, id: basket.basketID),
                        entries[index].receivedAt, "version")
                }
            }
        }
    }

    private func isUsable(_ index: Int) -> Bool {
        if case .unusable = entries[index].event.body { return false }
        return true
    }

    private mutating func conflict(_ index: Int) {
        entries[index].event.body = .unusable(
            Unusable(
                reason: .versionConflict, path: "$.data.version",
                detail: "another event holds this basket in the same version"))
    }

    private mutating func supersede(_ index: Int, by version: Int32) {
        entries[index].isDone = true
        entries[index].outcome = "superseded"
        entries[index].result.reason = "superseded by version \(version)"
        if let key = entries[index].event.key {
            receipt(key, entries[index].receivedAt, "superseded")
        }
    }

    private mutating func loadOriginalCosts() throws {
        var wanted: [BasketLineReference] = []
        var known = Set<BasketLineReference>()
        for entry in entries where !entry.isDone {
            guard case .transaction(let transaction) = entry.event.body else { continue }
            for line in transaction.lines where line.kind == .returned {
                if let reference = GroupBuilder.reference(line), known.insert(reference).inserted {
                    wanted.append(reference)
                }
            }
        }
        guard !wanted.isEmpty else { return }
        for (reference, cost) in zip(wanted, try store.unitCosts(wanted)) {
            costs[reference] = cost
        }
    }

    static func reference(_ line: Transaction.Line) -> BasketLineReference? {
        guard let origin = line.origin, let basket = BasketReference(parsing: origin.basketID)
        else { return nil }
        return BasketLineReference(basket: basket, lineNumber: origin.lineNumber)
    }

    mutating func receipt(_ key: EventKey, _ receivedAt: Int64, _ outcome: String) {
        builders.receipts.text(key.source)
        builders.receipts.text(key.id)
        builders.receipts.int64(receivedAt)
        builders.receipts.text(outcome)
        builders.receipts.endRow()
    }

    private mutating func finish() {
        for (storeID, receivedAt) in watermarks.sorted(by: { $0.key < $1.key }) {
            guard let through = dimensions.watermarks[storeID] else { continue }
            builders.watermarks.text(storeID)
            builders.watermarks.int64(through)
            builders.watermarks.int64(receivedAt)
            builders.watermarks.endRow()
        }
        changes.upserts = [
            builders.stores.finish(), builders.storeHistory.finish(), builders.products.finish(),
            builders.productHistory.finish(), builders.members.finish(),
            builders.watermarks.finish(),
        ].filter { !$0.batches.isEmpty }
        changes.appends = [
            builders.sales.finish(), builders.snapshots.finish(), builders.movements.finish(),
            builders.loyalty.finish(), builders.quarantine.finish(), builders.receipts.finish(),
        ].filter { !$0.batches.isEmpty }
    }
}
