import Basics
import Glibc

/// The shelves of one store: sales take from them, deliveries fill them, closing counts them.
struct StoreStock {
    private var onHand: [Int32]
    private(set) var reorderPoint: [Int32]
    private(set) var maxStock: [Int32]
    private var lastSold: [Int32]
    private var arrival: [Int32]
    private var changed: [Int32] = []
    private var isChanged: [Bool]
    private var slots: [Int: Int] = [:]
    private let products: [Int32]

    init(
        _ world: DemoWorld, _ index: Int, _ random: inout SplitMix64, _ generator: HistoryGenerator
    ) {
        let store = world.stores[index]
        products = store.assortment
        let plan = StockPlan(world, index, basketsPerStoreDay: generator.basketsPerStoreDay)
        reorderPoint = plan.reorderPoint
        maxStock = plan.maxStock
        onHand = []
        for slot in products.indices {
            let spread = Int(maxStock[slot] - reorderPoint[slot])
            let normal = reorderPoint[slot] + 1 + Int32(random.below(max(spread, 1)))
            // One in twenty-five was bought far too well.
            onHand.append(random.below(25) == 0 ? maxStock[slot] * 5 : normal)
            slots[Int(products[slot])] = slot
        }
        lastSold = Array(repeating: Int32.min, count: products.count)
        arrival = Array(repeating: 0, count: products.count)
        isChanged = Array(repeating: false, count: products.count)
    }

    func slot(of product: Int) -> Int { slots[product] ?? 0 }
    var count: Int { products.count }

    /// A sale of `quantity` units, or a return of as many below zero.
    mutating func take(_ slot: Int, _ quantity: Int, on day: Int?) {
        onHand[slot] -= Int32(truncatingIfNeeded: quantity)
        if let day { lastSold[slot] = Int32(day) }
        touch(slot)
    }

    private mutating func touch(_ slot: Int) {
        guard !isChanged[slot] else { return }
        isChanged[slot] = true
        changed.append(Int32(slot))
    }

    /// Deliveries that are due, at six in the morning.
    mutating func receive(on day: Int, _ index: Int, _ generator: HistoryGenerator) {
        guard !due.isEmpty else { return }
        let store = generator.world.stores[index]
        let morning =
            (Int64(day) * 86_400 + 6 * 3600 - Int64(store.zone.offset(onLocalDay: day)))
            * 1_000_000
        guard morning <= generator.now else { return }
        var waiting: [Int32] = []
        for slot in due {
            guard arrival[Int(slot)] <= Int32(day) else {
                waiting.append(slot)
                continue
            }
            let quantity = max(maxStock[Int(slot)] - onHand[Int(slot)], 1)
            arrival[Int(slot)] = 0
            onHand[Int(slot)] += quantity
            touch(Int(slot))
            generator.writeDelivery(
                product: Int(products[Int(slot)]), quantity: Int(quantity), index, day, morning)
        }
        due = waiting
    }
    private var due: [Int32] = []

    /// A snapshot row for every SKU that changed, and orders for those that ran low.
    mutating func close(
        on day: Int, _ index: Int, _ midnight: Int64, _ generator: HistoryGenerator
    ) {
        let instant = midnight + 84_600 * 1_000_000
        changed.sort()
        for slot in changed.map({ Int($0) }) {
            isChanged[slot] = false
            generator.writeSnapshot(
                product: Int(products[slot]), onHand: Int(onHand[slot]),
                reorderPoint: Int(reorderPoint[slot]), flag: flag(slot, day), index, day, instant)
            if onHand[slot] <= reorderPoint[slot], arrival[slot] == 0 {
                let lead = generator.world.products[Int(products[slot])].leadTimeDays
                // One order in ten is forgotten for ten days: shelves run empty.
                let delay = generator.random.below(10) == 0 ? 10 : 0
                arrival[slot] = Int32(day + lead + delay)
                due.append(Int32(slot))
            }
        }
        changed.removeAll(keepingCapacity: true)
    }

    /// The count of every SKU that the history begins with.
    func writeAll(_ index: Int, day: Int, instant: Int64, _ generator: HistoryGenerator) {
        for slot in products.indices {
            generator.writeSnapshot(
                product: Int(products[slot]), onHand: Int(onHand[slot]),
                reorderPoint: Int(reorderPoint[slot]), flag: flag(slot, day), index, day, instant)
        }
    }

    private func flag(_ slot: Int, _ day: Int) -> String {
        if onHand[slot] < 0 { return "NEGATIVE" }
        if onHand[slot] == 0 { return "OUT" }
        if onHand[slot] <= reorderPoint[slot] { return "LOW" }
        if lastSold[slot] != Int32.min, Int32(day) - lastSold[slot] >= 60 { return "DEAD" }
        return onHand[slot] > maxStock[slot] ? "OVER" : "OK"
    }
}

/// Reorder points and ceilings from what a store is expected to sell.
struct StockPlan {
    var reorderPoint: [Int32] = []
    var maxStock: [Int32] = []
    var safetyStock: [Int32] = []

    init(_ world: DemoWorld, _ index: Int, basketsPerStoreDay: Double) {
        let store = world.stores[index]
        let total = store.assortment.reduce(0.0) { $0 + world.products[Int($1)].weight }
        let lines = basketsPerStoreDay * store.volume * 10.4 * 1.4
        for product in store.assortment.map({ Int($0) }) {
            var daily = world.products[product].weight / max(total, 1e-9) * lines
            for rule in world.rules where rule.a == product || rule.b == product {
                daily = rule.probability * basketsPerStoreDay * store.volume * 1.4
            }
            let safety = Int32(clamping: Int(sqrt(daily * 4).rounded(.up)))
            let lead = Double(world.products[product].leadTimeDays)
            let reorder = Int32(clamping: Int((daily * lead).rounded(.up))) + safety
            safetyStock.append(safety)
            reorderPoint.append(reorder)
            maxStock.append(reorder + max(6, Int32(clamping: Int((daily * 14).rounded(.up)))))
        }
    }
}

extension HistoryGenerator {
    func openingCount(_ index: Int) {
        let store = world.stores[index]
        let day = world.firstDay
        let instant =
            (Int64(day) * 86_400 + 5 * 3600 - Int64(store.zone.offset(onLocalDay: day))) * 1_000_000
        stocks[index].writeAll(index, day: day, instant: instant, self)
    }

    func writeSnapshot(
        product: Int, onHand: Int, reorderPoint: Int, flag: String, _ index: Int, _ day: Int,
        _ instant: Int64
    ) {
        snapshots.timestamp(instant)
        snapshots.bytes(sites[index].id)
        snapshots.bytes(skuBytes[product])
        snapshots.decimal(Int64(onHand) * 1000, scale: 3)
        snapshots.decimal(Int64(reorderPoint) * 1000, scale: 3)
        snapshots.text(flag)
        snapshots.integer(index + 1)
        snapshots.integer(world.products[product].key)
        snapshots.date(day)
        stockTail(snapshots, product, index, day, instant)
    }

    func writeDelivery(product: Int, quantity: Int, _ index: Int, _ day: Int, _ instant: Int64) {
        movements.timestamp(instant)
        movements.bytes(sites[index].id)
        movements.bytes(skuBytes[product])
        movements.text("RECEIVE")
        movements.decimal(Int64(quantity) * 1000, scale: 3)
        movements.integer(index + 1)
        movements.integer(world.products[product].key)
        movements.date(day)
        stockTail(movements, product, index, day, instant)
    }

    private func stockTail(
        _ file: CSVFile, _ product: Int, _ index: Int, _ day: Int, _ instant: Int64
    ) {
        if let cost = world.products[product].cost {
            file.decimal(cost, scale: 4)
        } else {
            file.null()
        }
        file.bytes(sites[index].sources[0])
        file.joined(sites[index].id, day, [UInt8(ascii: "-")], file.rows, [])
        file.integer(0)
        file.timestamp(instant + 2_000_000)
        file.endRow()
    }
}
