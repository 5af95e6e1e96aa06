extension EventValidator {
    func transaction(_ data: Int, event: Int) throws(Unusable) -> Transaction {
        let path = "$.data"
        let (time, timeFlags) = try occurred(data: data, event: event)
        let status = try fields.text(data, "status", max: 16, path)
        guard status == "COMPLETED" || status == "VOIDED" else {
            throw Unusable(
                reason: .unknownKind, path: "\(path).status",
                detail: "COMPLETED or VOIDED is expected")
        }
        var transaction = Transaction(
            time: time, flags: timeFlags,
            storeID: try fields.text(data, "store_id", max: 16, path),
            registerID: try fields.text(data, "register_id", max: 16, path),
            sequence: try fields.integer(data, "seq", in: 0...Int64.max, path),
            businessDate: nil, voided: status == "VOIDED", version: 1,
            currency: try currency(data),
            memberID: try fields.optionalText(data, "member_id", max: 64, path), lines: [])
        // The parts of a basket id must stay apart, or one store could name another's baskets.
        if transaction.storeID.utf8.contains(UInt8(ascii: "|"))
            || transaction.registerID.utf8.contains(UInt8(ascii: "|"))
        {
            throw Unusable(reason: .badText, path: path, detail: "an id holds '|'")
        }
        if fields.optional(data, "version") != nil {
            transaction.version = Int32(
                truncatingIfNeeded: try fields.integer(
                    data, "version", in: 1...Int64(Int32.max), path))
        }
        if let index = fields.optional(data, "business_date") {
            guard let date = Timestamps.parseDate(document.rawText(index)) else {
                throw Unusable(
                    reason: .badTime, path: "\(path).business_date", detail: "YYYY-MM-DD is expected")
            }
            transaction.businessDate = date
        }
        transaction.lines = try lines(data, voided: transaction.voided)
        if try totalsDiffer(data, transaction) { transaction.flags.insert(.totalsDiffer) }
        return transaction
    }

    private func currency(_ data: Int) throws(Unusable) -> String? {
        guard let code = try fields.optionalText(data, "currency", max: 3, "$.data") else {
            return nil
        }
        guard code.utf8.count == 3, code.utf8.allSatisfy({ $0 >= 0x41 && $0 <= 0x5A }) else {
            throw Unusable(
                reason: .badText, path: "$.data.currency",
                detail: "an ISO 4217 code of three capital letters is expected")
        }
        return code
    }

    private func lines(_ data: Int, voided: Bool) throws(Unusable) -> [Transaction.Line] {
        // A void may come without lines: it nets whatever the version before it held.
        guard !voided || fields.optional(data, "lines") != nil else { return [] }
        let array = try fields.container(data, "lines", .array, "$.data")
        let count = Int(document.nodes[array].count)
        guard count > 0 || voided else {
            throw Unusable(reason: .noLines, path: "$.data.lines", detail: "is empty")
        }
        guard count <= EventValidator.linesMax else {
            throw Unusable(
                reason: .outOfRange, path: "$.data.lines",
                detail: "has more than \(EventValidator.linesMax) lines")
        }
        var lines: [Transaction.Line] = []
        lines.reserveCapacity(count)
        try document.forEachElement(array) { position, element throws(Unusable) in
            lines.append(try line(element, "$.data.lines[\(position)]"))
        }
        var numbers = Set<Int32>(minimumCapacity: count)
        for (position, line) in lines.enumerated() where !numbers.insert(line.number).inserted {
            throw Unusable(
                reason: .duplicateLine, path: "$.data.lines[\(position)].line_no",
                detail: "is used by an earlier line")
        }
        return lines
    }

    private func line(_ index: Int, _ path: String) throws(Unusable) -> Transaction.Line {
        guard document.nodes[index].kind == .object else {
            throw Unusable(reason: .wrongType, path: path, detail: "an object is expected")
        }
        let kindText = try fields.optionalText(index, "kind", max: 16, path) ?? "SALE"
        guard let kind = LineKind(rawValue: kindText) else {
            throw Unusable(
                reason: .unknownKind, path: "\(path).kind",
                detail: "SALE, RETURN or NON_MERCH is expected")
        }
        let quantity = try fields.decimal(index, "qty", .quantity, path)
        guard quantity != 0 else {
            throw Unusable(reason: .zeroQuantity, path: "\(path).qty", detail: "is zero")
        }
        guard kind == .nonMerchandise || (kind == .returned) == (quantity < 0) else {
            throw Unusable(
                reason: .signMismatch, path: "\(path).qty",
                detail: kind == .returned
                    ? "a RETURN has a negative quantity" : "a SALE has a positive quantity")
        }
        var sku = ""
        if kind != .nonMerchandise || fields.optional(index, "sku") != nil {
            sku = StockCode.normalise(try fields.text(index, "sku", max: 32, path))
        }
        return Transaction.Line(
            number: Int32(
                truncatingIfNeeded: try fields.integer(
                    index, "line_no", in: 1...Int64(Int32.max), path)),
            kind: kind, sku: sku, quantity: quantity,
            netAmount: try fields.decimal(index, "net_amount", .money, path),
            listPrice: try fields.optionalDecimal(index, "list_price", .money, path),
            discount: try discount(index, path),
            tax: try fields.optionalDecimal(index, "tax", .money, path) ?? 0,
            unitCost: try fields.optionalDecimal(index, "unit_cost", .money, path),
            origin: try origin(index, path))
    }

    private func discount(_ line: Int, _ path: String) throws(Unusable) -> Int64 {
        guard fields.optional(line, "discounts") != nil else { return 0 }
        let array = try fields.container(line, "discounts", .array, path)
        var sum: Int64 = 0
        try document.forEachElement(array) { position, element throws(Unusable) in
            let inner = "\(path).discounts[\(position)]"
            guard document.nodes[element].kind == .object else {
                throw Unusable(reason: .wrongType, path: inner, detail: "an object is expected")
            }
            let amount = try fields.decimal(element, "amount", .money, inner)
            let (total, tooBig) = sum.addingReportingOverflow(amount)
            guard !tooBig, total.magnitude < 1_000_000_000_000_000_000 else {
                throw Unusable(reason: .outOfRange, path: inner, detail: "the sum is too large")
            }
            sum = total
        }
        return sum
    }

    private func origin(_ line: Int, _ path: String) throws(Unusable) -> LineReference? {
        guard fields.optional(line, "orig") != nil else { return nil }
        let object = try fields.container(line, "orig", .object, path)
        return LineReference(
            basketID: try fields.text(object, "basket", max: 96, "\(path).orig"),
            lineNumber: Int32(
                truncatingIfNeeded: try fields.integer(
                    object, "line_no", in: 1...Int64(Int32.max), "\(path).orig")))
    }

    /// Σ lines against the sender's totals; one minor unit apart is still equal.
    private func totalsDiffer(_ data: Int, _ transaction: Transaction) throws(Unusable) -> Bool {
        guard fields.optional(data, "totals") != nil else { return false }
        let totals = try fields.container(data, "totals", .object, "$.data")
        let unit = EventValidator.minorUnit(transaction.currency ?? "")
        var net: Int128 = 0
        var tax: Int128 = 0
        for line in transaction.lines {
            net += Int128(line.netAmount)
            tax += Int128(line.tax)
        }
        let path = "$.data.totals"
        if let said = try fields.optionalDecimal(totals, "net", .money, path),
            (net - Int128(said)).magnitude > unit
        {
            return true
        }
        if let said = try fields.optionalDecimal(totals, "tax", .money, path),
            (tax - Int128(said)).magnitude > unit
        {
            return true
        }
        return false
    }

    /// The smallest coin × 10^4 (ISO 4217).
    static func minorUnit(_ currency: String) -> UInt128 {
        switch currency {
        case "JPY", "KRW", "VND", "CLP", "ISK", "PYG", "UGX", "XAF", "XOF", "XPF": 10_000
        case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND": 10
        default: 100
        }
    }
}
