import Basics

extension HistoryGenerator {
    private static let bar: [UInt8] = Array("|".utf8)
    private static let saleBytes: [UInt8] = Array("SALE".utf8)
    private static let returnBytes: [UInt8] = Array("RETURN".utf8)
    private static let currency: [UInt8] = Array("USD".utf8)

    /// One business day of one store.
    func trade(_ index: Int, on day: Int) {
        let store = world.stores[index]
        stocks[index].receive(on: day, index, self)
        guard store.isOpen(on: day) else { return }
        let mean = basketsPerStoreDay * store.volume * TradingDay.weekdayFactor(day)
        let hours = hourTable(day)
        var seconds: [Int32] = []
        for _ in 0..<random.poisson(mean) {
            let hour = hours.draw(&random)
            seconds.append(Int32(hour * 3600 + random.below(3600)))
        }
        seconds.sort()
        let midnight =
            Int64(day) * DemoCalendar.microsecondsPerDay
            - Int64(store.zone.offset(onLocalDay: day)) * 1_000_000
        var sequences = [Int](repeating: 0, count: store.registers + 1)
        let date = dateDigits(day)
        for second in seconds {
            let instant = midnight + Int64(second) * 1_000_000
            if instant > now { break }
            if isDown(index, day: day, second: Int(second)) { continue }
            let register = 1 + random.below(store.registers)
            sequences[register] += 1
            writeBasket(
                Basket(
                    index: index, day: day, second: Int(second), instant: instant,
                    register: register, sequence: sequences[register], date: date))
        }
        if day < world.today { stocks[index].close(on: day, index, midnight, self) }
    }

    struct Basket {
        var index: Int
        var day: Int
        var second: Int
        var instant: Int64
        var register: Int
        var sequence: Int
        var date: [UInt8]
        var id: [UInt8] = []
        var event: [UInt8] = []
        var member: [UInt8]?
        var version = 1
        var isVoided = false
        var received: Int64 = 0
        var line = 0
        var net: Int64 = 0
    }

    private func hourTable(_ day: Int) -> AliasTable { hourTables[TradingDay.curve(day) - 1] }

    private func dateDigits(_ day: Int) -> [UInt8] {
        Array(DemoCalendar.text(day).utf8.filter { $0 != UInt8(ascii: "-") })
    }

    private func writeBasket(_ given: Basket) {
        var basket = given
        let store = world.stores[basket.index]
        basket.id = Array("\(store.id)|\(basket.register)|".utf8) + basket.date
            + HistoryGenerator.bar + Array(String(basket.sequence).utf8)
        let fate = random.below(1000)
        basket.isVoided = fate < 4
        basket.version = fate < 8 ? 2 : 1
        if fate < 4 { truth.history.voidedBaskets += 1 } else if fate < 8 {
            truth.history.correctedBaskets += 1
        }
        basket.event = Array("\(store.id)-\(basket.register)-".utf8) + basket.date
            + Array("-\(basket.sequence)-v\(basket.version)".utf8)
        if random.below(100) < 35 {
            basket.member = Array(
                world.memberID(world.member(ofStore: basket.index, &random)).utf8)
        }
        let isLate = random.below(50) == 0
        basket.received =
            min(
                basket.instant + (isLate ? Int64(600 + random.below(40_000)) : 2) * 1_000_000,
                max(now, basket.instant))
        let isReturn = random.below(100) < 7
        if isReturn { writeReturn(&basket) }
        if !isReturn || random.below(10) < 4 { writeSales(&basket) }
        if isLate { truth.history.lateLines += basket.line }
        if !basket.isVoided { revenue[basket.index][basket.day - world.firstDay] += basket.net }
        if basket.member != nil, !basket.isVoided, basket.net > 0 { writeEarn(basket) }
    }

    private func writeSales(_ basket: inout Basket) {
        let count = world.basketSizes.draw(&random)
        let takesBasketDiscount = random.below(20) == 0
        for _ in 0..<count {
            let slot = world.stores[basket.index].draw.draw(&random)
            let product = Int(world.stores[basket.index].assortment[slot])
            sell(product, slot, takesBasketDiscount, &basket)
        }
        for (place, rule) in world.rules.enumerated() {
            let hasA = random.chance(rule.probability)
            let hasB = random.chance(hasA ? rule.confidence : rule.otherwise)
            if hasA { sell(rule.a, -1, takesBasketDiscount, &basket) }
            if hasB { sell(rule.b, -1, takesBasketDiscount, &basket) }
            guard !basket.isVoided else { continue }
            if hasA { pairCounts[place].a += 1 }
            if hasB { pairCounts[place].b += 1 }
            if hasA, hasB { pairCounts[place].both += 1 }
        }
        if !basket.isVoided { basketsCounted += 1 }
    }

    private func sell(_ product: Int, _ slot: Int, _ basketDiscount: Bool, _ basket: inout Basket) {
        let draw = random.below(100)
        let quantity = draw < 75 ? 1 : (draw < 91 ? 2 : (draw < 97 ? 3 : 4 + random.below(4)))
        let price = world.products[product].price
        let gross = price * Int64(quantity)
        var discount: Int64 = 0
        if random.below(100) < 12 { discount = gross * Int64(10 + random.below(21)) / 10_000 * 100 }
        // An allocated basket discount leaves fractions of a cent.
        if basketDiscount { discount += (gross - discount) * 5 / 100 }
        let net = gross - discount
        let slotSold = slot >= 0 ? slot : stocks[basket.index].slot(of: product)
        basket.line += 1
        writeLine(
            product, quantity: Int64(quantity) * 1000, net: net, discount: discount,
            kind: HistoryGenerator.saleBytes, origin: nil, basket)
        basket.net += net
        guard !basket.isVoided else { return }
        stocks[basket.index].take(slotSold, quantity, on: basket.day)
        if random.below(16) == 0, sites[basket.index].recent.count < 24 {
            sites[basket.index].recent.append(
                SoldLine(
                    product: product, slot: slotSold, basket: basket.id, line: basket.line,
                    net: net, quantity: quantity))
        }
    }

    private func writeReturn(_ basket: inout Basket) {
        guard !sites[basket.index].recent.isEmpty else { return }
        let place = random.below(sites[basket.index].recent.count)
        let sold = sites[basket.index].recent.remove(at: place)
        basket.line += 1
        writeLine(
            sold.product, quantity: -Int64(sold.quantity) * 1000, net: -sold.net, discount: 0,
            kind: HistoryGenerator.returnBytes, origin: sold, basket)
        basket.net -= sold.net
        truth.history.returnLines += 1
        if !basket.isVoided { stocks[basket.index].take(sold.slot, -sold.quantity, on: nil) }
    }

    private func writeLine(
        _ product: Int, quantity: Int64, net: Int64, discount: Int64, kind: [UInt8],
        origin: SoldLine?, _ basket: Basket
    ) {
        let item = world.products[product]
        let units = quantity / 1000
        sales.timestamp(basket.instant)
        sales.bytes(sites[basket.index].id)
        sales.bytes(skuBytes[product])
        sales.decimal(quantity, scale: 3)
        sales.decimal(roundedDivision(net, by: units), scale: 4)
        if let cost = item.cost {
            sales.decimal(net - units * cost, scale: 4)
        } else {
            sales.null()
        }
        sales.bytes(basket.id)
        sales.integer(basket.index + 1)
        sales.integer(item.key)
        sales.date(basket.day)
        sales.integer(basket.second / 60)
        sales.integer(basket.line)
        sales.bytes(kind)
        sales.bool(basket.isVoided)
        sales.decimal(net, scale: 4)
        sales.decimal(item.price, scale: 4)
        sales.decimal(discount, scale: 4)
        sales.decimal(roundedDivision(net * 6, by: 10_000) * 100, scale: 4)
        if let cost = item.cost { sales.decimal(cost, scale: 4) } else { sales.null() }
        sales.bytes(HistoryGenerator.currency)
        if let member = basket.member { sales.bytes(member) } else { sales.null() }
        if let origin {
            sales.bytes(origin.basket)
            sales.integer(origin.line)
        } else {
            sales.null()
            sales.null()
        }
        sales.bytes(sites[basket.index].sources[basket.register])
        sales.bytes(basket.event)
        sales.integer(basket.version)
        sales.integer(0)
        sales.timestamp(basket.received)
        sales.endRow()
    }

    private func writeEarn(_ basket: Basket) {
        guard let member = basket.member else { return }
        loyalty.timestamp(basket.instant)
        loyalty.bytes(member)
        loyalty.text("EARN")
        loyalty.integer(Int(basket.net / 10_000))
        loyalty.bytes(sites[basket.index].id)
        loyalty.integer(basket.index + 1)
        loyalty.bytes(basket.id)
        loyalty.date(basket.day)
        loyalty.text("/loyalty")
        loyalty.bytes(basket.event + Array("-earn".utf8))
        loyalty.integer(0)
        loyalty.timestamp(basket.received)
        loyalty.endRow()
    }
}

/// Half away from zero, as PostgreSQL's numeric rounds.
func roundedDivision(_ value: Int64, by divisor: Int64) -> Int64 {
    let (quotient, rest) = value.quotientAndRemainder(dividingBy: divisor)
    guard rest.magnitude * 2 >= divisor.magnitude else { return quotient }
    return quotient + ((value < 0) != (divisor < 0) ? -1 : 1)
}
