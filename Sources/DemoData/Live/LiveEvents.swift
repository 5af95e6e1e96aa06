import Basics

/// Makes the CloudEvents that stores send, one at a time, deterministic by seed and clock.
///
/// Of a hundred events 80 are receipts, 12 scans of stock, 8 of the loyalty programme. 1 % are sent
/// twice, 2 % late, 0.3 % of lines carry a SKU nobody knows, 7 % of receipts take something back, and
/// a few are voided, corrected, or of no use.
package struct LiveEvents: Sendable {
    let world: DemoWorld
    private let stores: [Int]
    private let storeDraw: AliasTable
    private var random: SplitMix64
    /// Sequence numbers by store and register; they start above what earlier runs used.
    private var sequences: [Int: Int] = [:]
    private let sequenceBase: Int
    private var counter = 0
    private var recent: [Receipt] = []
    private var sent: [(bytes: [UInt8], event: LiveEvent)] = []

    struct Line: Sendable {
        var number: Int
        var kind: String
        var sku: String
        var quantity: Int
        var price: Int64
        var discount: Int64
        var net: Int64
        var cost: Int64?
        var origin: (basket: String, line: Int)?
    }

    struct Receipt: Sendable {
        var store: Int
        var register: Int
        var sequence: Int
        var day: Int
        var time: Int64
        var version: Int
        var isVoided: Bool
        var member: Int?
        var lines: [Line]
    }

    /// Events of the given stores only (indices into the world's); give two runs different
    /// `sequenceBase`s, or the second one's events are duplicates of the first one's.
    package init(_ world: DemoWorld, stores: [Int], seed: UInt64, sequenceBase: Int) {
        self.world = world
        self.stores = stores.isEmpty ? Array(world.stores.indices) : stores
        storeDraw = AliasTable(self.stores.map { world.stores[$0].volume })
        random = SplitMix64(seed: seed)
        self.sequenceBase = sequenceBase
    }

    /// Appends the next event's JSON (one line, no line end) and tells what it is.
    package mutating func next(at now: Int64, into out: inout [UInt8]) -> LiveEvent {
        if random.chance(0.01), !sent.isEmpty {
            var (bytes, event) = sent[random.below(sent.count)]
            out.append(contentsOf: bytes)
            event.isDuplicate = true
            return event
        }
        let start = out.count
        let isLate = random.chance(0.02)
        let time = isLate ? now - Int64(600 + random.below(25 * 3600)) * 1_000_000 : now
        counter += 1
        var event: LiveEvent
        let kind = random.below(1000)
        if kind < 3 {
            event = unusable(time, into: &out)
        } else if kind < 800 {
            event = receipt(time, into: &out)
        } else if kind < 920 {
            event = scan(time, into: &out)
        } else {
            event = loyalty(time, into: &out)
        }
        event.isLate = isLate && !event.isVoid && !event.isCorrection
        let bytes = Array(out[start...])
        if sent.count < 64 { sent.append((bytes, event)) } else {
            sent[random.below(64)] = (bytes, event)
        }
        return event
    }

    private mutating func drawStore(at time: Int64) -> Int {
        for _ in 0..<8 {
            let index = stores[storeDraw.draw(&random)]
            let day = world.stores[index].businessTime(at: time).day
            if world.stores[index].isOpen(on: day) { return index }
        }
        return stores[0]
    }

    private mutating func receipt(_ time: Int64, into out: inout [UInt8]) -> LiveEvent {
        // Half a per cent each: take an earlier receipt and void or correct it.
        let fate = random.below(200)
        if fate < 2, let earlier = recent.last {
            recent.removeLast()
            return revise(earlier, voided: fate == 0, at: time, into: &out)
        }
        let index = drawStore(at: time)
        let store = world.stores[index]
        let register = 1 + random.below(store.registers)
        let key = index * 64 + register
        let sequence = (sequences[key] ?? sequenceBase) + 1
        sequences[key] = sequence
        var receipt = Receipt(
            store: index, register: register, sequence: sequence,
            day: store.businessTime(at: time).day, time: time, version: 1, isVoided: false,
            member: random.below(100) < 35 ? world.member(ofStore: index, &random) : nil, lines: [])
        var event = LiveEvent(source: "", id: "", content: .loyalty)
        let isReturn = random.below(100) < 7
        if isReturn {
            receipt.lines.append(returnLine(receipt))
            event.returnLines = 1
        }
        if !isReturn || random.below(10) < 4 {
            for _ in 0..<world.basketSizes.draw(&random) {
                let slot = store.draw.draw(&random)
                add(Int(store.assortment[slot]), to: &receipt, &event)
            }
            for rule in world.rules {
                let hasA = random.chance(rule.probability)
                if hasA { add(rule.a, to: &receipt, &event) }
                if random.chance(hasA ? rule.confidence : rule.otherwise) {
                    add(rule.b, to: &receipt, &event)
                }
            }
        }
        write(receipt, &event, into: &out)
        if recent.count < 64 { recent.append(receipt) } else { recent[random.below(64)] = receipt }
        return event
    }

    private mutating func revise(
        _ earlier: Receipt, voided: Bool, at time: Int64, into out: inout [UInt8]
    ) -> LiveEvent {
        var receipt = earlier
        receipt.version += 1
        receipt.isVoided = voided
        if !voided, let last = receipt.lines.last, last.quantity > 0 {
            var line = last
            line.quantity += 1
            line.net += line.price
            receipt.lines[receipt.lines.count - 1] = line
        }
        var event = LiveEvent(source: "", id: "", content: .loyalty)
        event.isVoid = voided
        event.isCorrection = !voided
        event.returnLines = receipt.lines.filter { $0.kind == "RETURN" }.count
        write(receipt, &event, into: &out)
        return event
    }

    private mutating func returnLine(_ receipt: Receipt) -> Line {
        let candidates = recent.filter { $0.store == receipt.store && !$0.isVoided }
        if let earlier = candidates.first,
            let line = earlier.lines.first(where: { $0.kind == "SALE" })
        {
            return Line(
                number: 1, kind: "RETURN", sku: line.sku, quantity: -line.quantity,
                price: line.price, discount: 0, net: -line.net, cost: nil,
                origin: (LiveEvents.basketID(earlier, world), line.number))
        }
        let store = world.stores[receipt.store]
        let product = world.products[Int(store.assortment[store.draw.draw(&random)])]
        return Line(
            number: 1, kind: "RETURN", sku: product.sku, quantity: -1, price: product.price,
            discount: 0, net: -product.price, cost: product.cost, origin: nil)
    }

    private mutating func add(_ index: Int, to receipt: inout Receipt, _ event: inout LiveEvent) {
        let product = world.products[index]
        let draw = random.below(100)
        let quantity = draw < 75 ? 1 : (draw < 91 ? 2 : (draw < 97 ? 3 : 4 + random.below(4)))
        let gross = product.price * Int64(quantity)
        let discount = random.below(100) < 12
            ? gross * Int64(10 + random.below(21)) / 10_000 * 100 : 0
        var line = Line(
            number: receipt.lines.count + 1, kind: "SALE", sku: product.sku, quantity: quantity,
            price: product.price, discount: discount, net: gross - discount, cost: product.cost,
            origin: nil)
        if random.chance(0.003) {
            line.sku = "NEW-\(DemoCalendar.padded(random.below(200), 5))"
            line.cost = nil
            event.unknownSKUs += 1
        }
        receipt.lines.append(line)
    }

    static func basketID(_ receipt: Receipt, _ world: DemoWorld) -> String {
        let date = DemoCalendar.text(receipt.day).filter { $0 != "-" }
        return "\(world.stores[receipt.store].id)|\(receipt.register)|\(date)|\(receipt.sequence)"
    }

    private mutating func scan(_ time: Int64, into out: inout [UInt8]) -> LiveEvent {
        let index = drawStore(at: time)
        let store = world.stores[index]
        let kinds = ["COUNT", "COUNT", "COUNT", "RECEIVE", "ADJUST", "WASTE", "TRANSFER_OUT"]
        let kind = kinds[random.below(kinds.count)]
        var items: [(String, Int)] = []
        for _ in 0..<(1 + random.below(8)) {
            let product = world.products[Int(store.assortment[random.below(store.assortment.count)])]
            items.append((product.sku, (kind == "COUNT" ? 0 : 1) + random.below(30)))
        }
        let id = "\(store.id)-scan-\(sequenceBase)-\(counter)"
        let source = "/store/\(store.id)/stock"
        EventText.envelope(
            type: "inventory.scan", source: source, id: id, time: time, into: &out)
        out.append(contentsOf: "{\"store_id\":\"\(store.id)\",\"occurred_at\":\"".utf8)
        EventText.time(time, into: &out)
        out.append(contentsOf: "\",\"kind\":\"\(kind)\",\"items\":[".utf8)
        for (place, item) in items.enumerated() {
            if place > 0 { out.append(UInt8(ascii: ",")) }
            out.append(contentsOf: "{\"sku\":\"\(item.0)\",\"qty\":\"\(item.1)\"}".utf8)
        }
        out.append(contentsOf: "]}}".utf8)
        return LiveEvent(
            source: source, id: id,
            content: .inventory(
                snapshots: kind == "COUNT" ? items.count : 0,
                movements: kind == "COUNT" ? 0 : items.count))
    }

    private mutating func loyalty(_ time: Int64, into out: inout [UInt8]) -> LiveEvent {
        let index = drawStore(at: time)
        let store = world.stores[index]
        let member = world.memberID(world.member(ofStore: index, &random))
        let kind = random.below(10) < 8 ? "EARN" : "REDEEM"
        let id = "\(store.id)-loyalty-\(sequenceBase)-\(counter)"
        EventText.envelope(type: "loyalty", source: "/loyalty", id: id, time: time, into: &out)
        out.append(contentsOf: "{\"member_id\":\"\(member)\",\"kind\":\"\(kind)\",\"points\":".utf8)
        out.append(contentsOf: "\(1 + random.below(200)),\"store_id\":\"\(store.id)\",".utf8)
        out.append(contentsOf: "\"occurred_at\":\"".utf8)
        EventText.time(time, into: &out)
        out.append(contentsOf: "\"}}".utf8)
        return LiveEvent(source: "/loyalty", id: id, content: .loyalty)
    }

    /// An event that can be parsed and not used.
    private mutating func unusable(_ time: Int64, into out: inout [UInt8]) -> LiveEvent {
        let store = world.stores[drawStore(at: time)]
        let id = "\(store.id)-unusable-\(sequenceBase)-\(counter)"
        let source = "/store/\(store.id)/reg/1"
        let fault = random.below(4)
        let reasons = ["zero_quantity", "future_time", "unknown_type", "missing_field"]
        EventText.envelope(
            type: fault == 2 ? "pos.greeting" : "pos.transaction", source: source, id: id,
            time: fault == 1 ? time + 3 * DemoCalendar.microsecondsPerDay : time, into: &out)
        let storeField = fault == 3 ? "" : "\"store_id\":\"\(store.id)\","
        let quantity = fault == 0 ? "0" : "1"
        out.append(
            contentsOf: "{\(storeField)\"register_id\":\"1\",\"seq\":1,\"status\":\"COMPLETED\",".utf8)
        out.append(contentsOf: "\"lines\":[{\"line_no\":1,\"sku\":\"PRD-00001\",".utf8)
        out.append(contentsOf: "\"qty\":\"\(quantity)\",\"net_amount\":\"1.00\"}]}}".utf8)
        return LiveEvent(source: source, id: id, content: .unusable(reason: reasons[fault]))
    }

    private func write(_ receipt: Receipt, _ event: inout LiveEvent, into out: inout [UInt8]) {
        let store = world.stores[receipt.store]
        let date = DemoCalendar.text(receipt.day)
        let digits = date.filter { $0 != "-" }
        event.source = "/store/\(store.id)/reg/\(receipt.register)"
        event.id = "\(store.id)-\(receipt.register)-\(digits)-\(receipt.sequence)-v\(receipt.version)"
        event.content = .transaction(
            basket: LiveEvents.basketID(receipt, world), store: receipt.store, day: receipt.day,
            version: receipt.version, net: receipt.lines.reduce(0) { $0 + $1.net },
            lines: receipt.lines.count)
        EventText.write(receipt, world, date: date, event, into: &out)
    }
}
