extension EventValidator {
    func inventory(_ data: Int, event: Int) throws(Unusable) -> InventoryScan {
        let path = "$.data"
        let (time, flags) = try occurred(data: data, event: event)
        let storeID = try fields.text(data, "store_id", max: 16, path)
        let kindText = try fields.text(data, "kind", max: 16, path)
        guard let kind = InventoryScan.Kind(rawValue: kindText) else {
            throw Unusable(
                reason: .unknownKind, path: "\(path).kind",
                detail: "COUNT, RECEIVE, ADJUST, TRANSFER_IN, TRANSFER_OUT or WASTE is expected")
        }
        let array = try fields.container(data, "items", .array, path)
        let count = Int(document.nodes[array].count)
        guard count > 0 else {
            throw Unusable(reason: .noLines, path: "\(path).items", detail: "is empty")
        }
        guard count <= EventValidator.linesMax else {
            throw Unusable(
                reason: .outOfRange, path: "\(path).items",
                detail: "has more than \(EventValidator.linesMax) items")
        }
        var items: [InventoryScan.Item] = []
        items.reserveCapacity(count)
        try document.forEachElement(array) { position, element throws(Unusable) in
            let inner = "\(path).items[\(position)]"
            guard document.nodes[element].kind == .object else {
                throw Unusable(reason: .wrongType, path: inner, detail: "an object is expected")
            }
            let sku = StockCode.normalise(try fields.text(element, "sku", max: 32, inner))
            let quantity = try fields.decimal(element, "qty", .quantity, inner)
            items.append(
                .init(sku: sku, quantity: try signed(quantity, kind, "\(inner).qty")))
        }
        return InventoryScan(time: time, flags: flags, storeID: storeID, kind: kind, items: items)
    }

    private func signed(
        _ quantity: Int64, _ kind: InventoryScan.Kind, _ path: String
    ) throws(Unusable) -> Int64 {
        guard kind == .count || quantity != 0 else {
            throw Unusable(reason: .zeroQuantity, path: path, detail: "is zero")
        }
        switch kind {
        case .count, .receive, .adjust, .transferIn: return quantity
        case .transferOut, .waste: return quantity > 0 ? -quantity : quantity
        }
    }

    func loyalty(_ data: Int, event: Int) throws(Unusable) -> LoyaltyEvent {
        let path = "$.data"
        let (time, flags) = try occurred(data: data, event: event)
        let memberID = try fields.text(data, "member_id", max: 64, path)
        let kindText = try fields.text(data, "kind", max: 16, path)
        guard let kind = LoyaltyEvent.Kind(rawValue: kindText) else {
            throw Unusable(
                reason: .unknownKind, path: "\(path).kind",
                detail: "ENROL, EARN, REDEEM, ADJUST, EXPIRE or MERGE is expected")
        }
        var points: Int64 = 0
        let needsPoints = kind != .enrol && kind != .merge
        if needsPoints || fields.optional(data, "points") != nil {
            points = try fields.integer(
                data, "points", in: -1_000_000_000_000...1_000_000_000_000, path)
        }
        if kind == .redeem || kind == .expire, points > 0 { points = -points }
        return LoyaltyEvent(
            time: time, flags: flags, memberID: memberID, kind: kind, points: points,
            storeID: try fields.optionalText(data, "store_id", max: 16, path),
            basketID: try fields.optionalText(data, "basket_id", max: 96, path))
    }
}
