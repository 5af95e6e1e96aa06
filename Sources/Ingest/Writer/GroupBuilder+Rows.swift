extension GroupBuilder {
    mutating func makeRows(_ index: Int) {
        let entry = entries[index]
        do throws(Unusable) {
            switch entry.event.body {
            case .transaction(let transaction): try sell(transaction, entry)
            case .inventory(let scan): count(scan, entry)
            case .loyalty(let loyalty): reward(loyalty, entry)
            case .unusable(let unusable): throw unusable
            }
            if let key = entry.event.key { receipt(key, entry.receivedAt, "stored") }
        } catch {
            quarantine(index, error)
        }
        entries[index].isDone = true
    }

    private mutating func sell(_ transaction: Transaction, _ entry: Entry) throws(Unusable) {
        guard let key = entry.event.key, let basket = entry.basket else { return }
        let known = dimensions.store(transaction.storeID, at: transaction.time)
        if let known, let currency = transaction.currency, currency != known.currency,
            !known.inferred
        {
            throw Unusable(
                reason: .currencyMismatch, path: "$.data.currency",
                detail: "the store sells in \(known.currency)")
        }
        // Prices first: an event is used whole or not at all.
        var priced: [Enricher.PricedLine] = []
        priced.reserveCapacity(transaction.lines.count)
        for (position, line) in transaction.lines.enumerated() {
            let original = line.kind == .returned
                ? GroupBuilder.reference(line).flatMap { costs[$0] } : nil
            let cost = original ?? line.unitCost
                ?? dimensions.product(line.sku, at: transaction.time)?.cost
            priced.append(
                try Enricher.price(line, cost: cost, path: "$.data.lines[\(position)]"))
        }
        let currency = transaction.currency ?? known?.currency ?? "XXX"
        let site = store(transaction.storeID, at: transaction.time, currency: currency)
        var flags = transaction.flags
        if entry.placement.replaced { flags.insert(.businessDateReplaced) }
        if site.inferred { flags.insert(.inferredStore) }
        let header = SalesHeader(
            transaction: transaction, key: key, basketID: basket.basketID,
            placement: entry.placement, storeKey: site.key, currency: currency, flags: flags,
            receivedAt: entry.receivedAt)
        for (line, price) in zip(transaction.lines, priced) { append(line, price, header) }
        if transaction.lines.isEmpty {
            // A void without lines still has to outrank a late earlier version.
            let marker = Transaction.Line(
                number: 0, kind: .nonMerchandise, sku: "", quantity: 0, netAmount: 0,
                listPrice: nil, discount: 0, tax: 0, unitCost: nil, origin: nil)
            append(marker, .init(unitPrice: 0, unitCost: nil, margin: nil), header)
        }
        advance(transaction.storeID, transaction.time, entry.receivedAt)
    }

    struct SalesHeader {
        var transaction: Transaction
        var key: EventKey
        var basketID: String
        var placement: Enricher.Placement
        var storeKey: Int32
        var currency: String
        var flags: EventFlags
        var receivedAt: Int64
    }

    private mutating func append(
        _ line: Transaction.Line, _ price: Enricher.PricedLine, _ header: SalesHeader
    ) {
        let transaction = header.transaction
        var flags = header.flags
        var productKey: Int32 = 0
        if !line.sku.isEmpty {
            let item = product(line.sku, at: transaction.time)
            productKey = item.key
            if item.inferred { flags.insert(.inferredProduct) }
        }
        builders.sales.int64(transaction.time)
        builders.sales.text(transaction.storeID)
        builders.sales.text(line.sku)
        builders.sales.int64(line.quantity)
        builders.sales.int64(price.unitPrice)
        builders.sales.int64(price.margin)
        builders.sales.text(header.basketID)
        builders.sales.int32(header.storeKey)
        builders.sales.int32(productKey)
        builders.sales.int32(header.placement.businessDate)
        builders.sales.int16(header.placement.localMinute)
        builders.sales.int32(line.number)
        builders.sales.text(line.kind.rawValue)
        builders.sales.bool(transaction.voided)
        builders.sales.int64(line.netAmount)
        builders.sales.int64(line.listPrice)
        builders.sales.int64(line.discount)
        builders.sales.int64(line.tax)
        builders.sales.int64(price.unitCost)
        builders.sales.text(header.currency)
        builders.sales.text(transaction.memberID)
        builders.sales.text(line.origin?.basketID)
        builders.sales.int32(line.origin?.lineNumber)
        builders.sales.text(header.key.source)
        builders.sales.text(header.key.id)
        builders.sales.int32(transaction.version)
        builders.sales.int16(flags.rawValue)
        builders.sales.int64(header.receivedAt)
        builders.sales.endRow()
    }

    private mutating func count(_ scan: InventoryScan, _ entry: Entry) {
        guard let key = entry.event.key else { return }
        let placement = enricher.place(
            scan.time, senderDate: nil, storeID: scan.storeID, dimensions)
        let site = store(scan.storeID, at: scan.time, currency: "XXX")
        for item in scan.items {
            let product = product(item.sku, at: scan.time)
            var flags = scan.flags
            if site.inferred { flags.insert(.inferredStore) }
            if product.inferred { flags.insert(.inferredProduct) }
            if scan.kind == .count {
                let sku = dimensions.storeSKUs[StoreSKUKey(storeID: scan.storeID, sku: item.sku)]
                builders.snapshots.int64(scan.time)
                builders.snapshots.text(scan.storeID)
                builders.snapshots.text(item.sku)
                builders.snapshots.int64(item.quantity)
                builders.snapshots.int64(sku?.reorderPoint)
                builders.snapshots.text(Enricher.riskFlag(onHand: item.quantity, sku))
                builders.snapshots.int32(site.key)
                builders.snapshots.int32(product.key)
                builders.snapshots.int32(placement.businessDate)
                builders.snapshots.int64(product.cost)
                builders.snapshots.text(key.source)
                builders.snapshots.text(key.id)
                builders.snapshots.int16(flags.rawValue)
                builders.snapshots.int64(entry.receivedAt)
                builders.snapshots.endRow()
            } else {
                builders.movements.int64(scan.time)
                builders.movements.text(scan.storeID)
                builders.movements.text(item.sku)
                builders.movements.text(scan.kind.rawValue)
                builders.movements.int64(item.quantity)
                builders.movements.int32(site.key)
                builders.movements.int32(product.key)
                builders.movements.int32(placement.businessDate)
                builders.movements.int64(product.cost)
                builders.movements.text(key.source)
                builders.movements.text(key.id)
                builders.movements.int16(flags.rawValue)
                builders.movements.int64(entry.receivedAt)
                builders.movements.endRow()
            }
        }
        advance(scan.storeID, scan.time, entry.receivedAt)
    }

    private mutating func reward(_ loyalty: LoyaltyEvent, _ entry: Entry) {
        guard let key = entry.event.key else { return }
        let placement = enricher.place(
            loyalty.time, senderDate: nil, storeID: loyalty.storeID, dimensions)
        var flags = loyalty.flags
        var storeKey: Int32?
        if let storeID = loyalty.storeID {
            let site = store(storeID, at: loyalty.time, currency: "XXX")
            storeKey = site.key
            if site.inferred { flags.insert(.inferredStore) }
            advance(storeID, loyalty.time, entry.receivedAt)
        }
        builders.loyalty.int64(loyalty.time)
        builders.loyalty.text(loyalty.memberID)
        builders.loyalty.text(loyalty.kind.rawValue)
        builders.loyalty.int64(loyalty.points)
        builders.loyalty.text(loyalty.storeID)
        builders.loyalty.int32(storeKey)
        builders.loyalty.text(loyalty.basketID)
        builders.loyalty.int32(placement.businessDate)
        builders.loyalty.text(key.source)
        builders.loyalty.text(key.id)
        builders.loyalty.int16(flags.rawValue)
        builders.loyalty.int64(entry.receivedAt)
        builders.loyalty.endRow()
        guard loyalty.kind == .enrol else { return }
        builders.members.text(loyalty.memberID)
        builders.members.text(loyalty.storeID)
        builders.members.text("BASIC")
        builders.members.int32(placement.businessDate)
        builders.members.endRow()
    }

    private mutating func quarantine(_ index: Int, _ unusable: Unusable) {
        let entry = entries[index]
        let raw = entry.document.bytes[entry.event.rawStart..<entry.event.rawEnd]
        builders.quarantine.int64(entry.receivedAt)
        builders.quarantine.text(entry.event.key?.source)
        builders.quarantine.text(entry.event.key?.id)
        builders.quarantine.text(unusable.reason.rawValue)
        builders.quarantine.text(unusable.detail)
        builders.quarantine.text(unusable.path)
        builders.quarantine.text(bytes: CardRedaction.redact(raw))
        builders.quarantine.endRow()
        entries[index].outcome = "quarantined"
        entries[index].result.status = .quarantined
        entries[index].result.reason = "\(unusable.reason.rawValue): \(unusable.path) \(unusable.detail)"
        if let key = entry.event.key { receipt(key, entry.receivedAt, "quarantined") }
    }

    private mutating func advance(_ storeID: String, _ time: Int64, _ receivedAt: Int64) {
        // A till whose clock runs ahead must not claim the future as complete.
        if dimensions.advance(storeID, to: min(time, receivedAt)) {
            watermarks[storeID] = receivedAt
        }
    }
}
