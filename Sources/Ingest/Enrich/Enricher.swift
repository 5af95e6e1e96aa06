/// The pure half of enrichment: an event and the dimensions in, placed and priced values out.
struct Enricher {
    let zones: ZoneDirectory

    /// Where and when an event belongs, before any row is made.
    struct Placement {
        var businessDate: Int32
        var localMinute: Int16
        var replaced: Bool
    }

    /// business_date = (local wall time − cut-off)::date; the sender's date is trusted if within one
    /// day of it. A store that is not known yet counts as UTC without cut-off.
    func place(
        _ time: Int64, senderDate: Int32?, storeID: String?, _ dimensions: IngestDimensions
    ) -> Placement {
        let store = storeID.flatMap { dimensions.store($0, at: time) }
        let zone = store.flatMap { zones.table($0.zone) } ?? .utc
        let own = zone.businessTime(at: time, cutoffHour: store?.cutoffHour ?? 0)
        var placement = Placement(businessDate: own.day, localMinute: own.minute, replaced: false)
        if let senderDate, senderDate != own.day {
            if abs(Int64(senderDate) - Int64(own.day)) <= 1 {
                placement.businessDate = senderDate
            } else {
                placement.replaced = true
            }
        }
        return placement
    }

    /// store | register | business_date | sequence
    static func basketID(_ transaction: Transaction, businessDate: Int32) -> String {
        let (year, month, day) = Timestamps.civil(businessDate)
        let number = String(year * 10_000 + month * 100 + day)
        let padded = String(repeating: "0", count: max(0, 8 - number.utf8.count)) + number
        return "\(transaction.storeID)|\(transaction.registerID)|\(padded)|\(transaction.sequence)"
    }

    struct PricedLine {
        var unitPrice: Int64
        var unitCost: Int64?
        var margin: Int64?
    }

    /// Unit price and margin, exact and rounded once, half away from zero.
    static func price(
        _ line: Transaction.Line, cost: Int64?, path: String
    ) throws(Unusable) -> PricedLine {
        let limit = DecimalText.powerOfTen(18)
        guard
            let unitPrice = DecimalText.divideRounded(
                Int128(line.netAmount) * 1000, by: Int128(line.quantity)),
            unitPrice.magnitude < limit
        else {
            throw Unusable(
                reason: .outOfRange, path: "\(path).net_amount", detail: "unit price is too large")
        }
        guard let cost else { return PricedLine(unitPrice: unitPrice, unitCost: nil, margin: nil) }
        let exact = Int128(line.netAmount) * 1000 - Int128(line.quantity) * Int128(cost)
        guard let margin = DecimalText.divideRounded(exact, by: 1000), margin.magnitude < limit
        else {
            throw Unusable(
                reason: .outOfRange, path: "\(path).unit_cost", detail: "margin is too large")
        }
        return PricedLine(unitPrice: unitPrice, unitCost: cost, margin: margin)
    }

    /// What a count says by itself; cover and age are for the dashboards to judge.
    static func riskFlag(onHand: Int64, _ sku: StoreSKU?) -> String {
        if onHand < 0 { return "NEGATIVE" }
        if onHand == 0 { return "OUT" }
        guard let sku else { return "OK" }
        if onHand <= sku.reorderPoint { return "LOW" }
        return sku.maxStock > 0 && onHand > sku.maxStock ? "OVER" : "OK"
    }
}
