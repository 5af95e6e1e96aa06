/// The JSON of events, byte by byte as `retail.md` shows it.
enum EventText {
    static func envelope(
        type: String, source: String, id: String, time: Int64, into out: inout [UInt8]
    ) {
        out.append(contentsOf: "{\"specversion\":\"1.0\",\"type\":\"com.storehouse.".utf8)
        out.append(contentsOf: "\(type).v1\",\"source\":\"\(source)\",\"id\":\"\(id)\",".utf8)
        out.append(contentsOf: "\"time\":\"".utf8)
        EventText.time(time, into: &out)
        out.append(contentsOf: "\",\"data\":".utf8)
    }

    /// RFC 3339 in UTC, to the millisecond.
    static func time(_ instant: Int64, into out: inout [UInt8]) {
        let milliseconds = instant / 1000
        let day = milliseconds / 86_400_000
        let rest = Int(milliseconds - day * 86_400_000)
        out.append(contentsOf: DemoCalendar.text(Int(day)).utf8)
        out.append(UInt8(ascii: "T"))
        two(rest / 3_600_000, into: &out)
        out.append(UInt8(ascii: ":"))
        two(rest / 60_000 % 60, into: &out)
        out.append(UInt8(ascii: ":"))
        two(rest / 1000 % 60, into: &out)
        out.append(UInt8(ascii: "."))
        out.append(UInt8(truncatingIfNeeded: 0x30 + rest / 100 % 10))
        two(rest % 100, into: &out)
        out.append(UInt8(ascii: "Z"))
    }

    private static func two(_ value: Int, into out: inout [UInt8]) {
        out.append(UInt8(truncatingIfNeeded: 0x30 + value / 10 % 10))
        out.append(UInt8(truncatingIfNeeded: 0x30 + value % 10))
    }

    static func write(
        _ receipt: LiveEvents.Receipt, _ world: DemoWorld, date: String, _ event: LiveEvent,
        into out: inout [UInt8]
    ) {
        let store = world.stores[receipt.store]
        envelope(
            type: "pos.transaction", source: event.source, id: event.id, time: receipt.time,
            into: &out)
        let status = receipt.isVoided ? "VOIDED" : "COMPLETED"
        out.append(contentsOf: "{\"store_id\":\"\(store.id)\",\"register_id\":\"".utf8)
        out.append(contentsOf: "\(receipt.register)\",\"seq\":\(receipt.sequence),".utf8)
        out.append(contentsOf: "\"business_date\":\"\(date)\",\"status\":\"\(status)\",".utf8)
        out.append(contentsOf: "\"version\":\(receipt.version),\"currency\":\"USD\",".utf8)
        if let member = receipt.member {
            out.append(contentsOf: "\"member_id\":\"\(world.memberID(member))\",".utf8)
        }
        out.append(contentsOf: "\"lines\":[".utf8)
        var net: Int64 = 0
        var tax: Int64 = 0
        for (place, line) in receipt.lines.enumerated() {
            if place > 0 { out.append(UInt8(ascii: ",")) }
            let lineTax = roundedDivision(line.net * 6, by: 10_000) * 100
            net += line.net
            tax += lineTax
            write(line, tax: lineTax, into: &out)
        }
        out.append(contentsOf: "],\"totals\":{\"net\":\"".utf8)
        money(net, into: &out)
        out.append(contentsOf: "\",\"tax\":\"".utf8)
        money(tax, into: &out)
        out.append(contentsOf: "\"}}}".utf8)
    }

    private static func write(_ line: LiveEvents.Line, tax: Int64, into out: inout [UInt8]) {
        out.append(contentsOf: "{\"line_no\":\(line.number),\"kind\":\"\(line.kind)\",".utf8)
        out.append(contentsOf: "\"sku\":\"\(line.sku)\",\"qty\":\"\(line.quantity)\",".utf8)
        out.append(contentsOf: "\"list_price\":\"".utf8)
        money(line.price, into: &out)
        if line.discount != 0 {
            out.append(contentsOf: "\",\"discounts\":[{\"id\":\"P10\",\"amount\":\"".utf8)
            money(line.discount, into: &out)
            out.append(contentsOf: "\"}],\"net_amount\":\"".utf8)
        } else {
            out.append(contentsOf: "\",\"net_amount\":\"".utf8)
        }
        money(line.net, into: &out)
        out.append(contentsOf: "\",\"tax\":\"".utf8)
        money(tax, into: &out)
        out.append(UInt8(ascii: "\""))
        if let cost = line.cost {
            out.append(contentsOf: ",\"unit_cost\":\"".utf8)
            money(cost, into: &out)
            out.append(UInt8(ascii: "\""))
        }
        if let origin = line.origin {
            out.append(contentsOf: ",\"orig\":{\"basket\":\"\(origin.basket)\",".utf8)
            out.append(contentsOf: "\"line_no\":\(origin.line)}".utf8)
        }
        out.append(UInt8(ascii: "}"))
    }

    /// Two digits behind the point, four where the last two are not zero.
    private static func money(_ value: Int64, into out: inout [UInt8]) {
        let text = GroundTruth.money(value).utf8
        out.append(contentsOf: value % 100 == 0 ? text.dropLast(2) : text.dropLast(0))
    }
}
