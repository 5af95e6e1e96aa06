import Basics
import Glibc

/// Writes the history as CSV files, one a table, and counts what it writes.
///
/// Day by day, store by store: baskets become sales lines and loyalty events, stock falls and is
/// ordered again, the day closes with a snapshot row for every SKU that changed. The last day is cut
/// off at `now`, as it would be in a running warehouse.
final class HistoryGenerator {
    let world: DemoWorld
    let now: Int64
    let linesWanted: Int
    let directory: String
    let progress: (_ fraction: Double, _ lines: Int) -> Void
    var truth: GroundTruth
    var random: SplitMix64

    let sales: CSVFile
    let snapshots: CSVFile
    let movements: CSVFile
    let loyalty: CSVFile

    /// Per product: the bytes that every line of it repeats.
    let skuBytes: [[UInt8]]
    let hourTables = (1...3).map { AliasTable(TradingDay.hourWeights($0)) }
    var stocks: [StoreStock] = []
    var sites: [StoreSite] = []
    /// Net revenue × 10^4 by store and day.
    var revenue: [[Int64]]
    var pairCounts: [PairCount]
    var basketsCounted = 0

    struct PairCount {
        var a = 0
        var b = 0
        var both = 0
    }

    /// What the rows of one store repeat.
    struct StoreSite {
        var id: [UInt8]
        var sources: [[UInt8]]
        var recent: [SoldLine] = []
    }

    /// A line that a later return may take back.
    struct SoldLine {
        var product: Int
        var slot: Int
        var basket: [UInt8]
        var line: Int
        var net: Int64
        var quantity: Int
    }

    init(
        _ world: DemoWorld, directory: String, now: Int64, lines: Int,
        progress: @escaping (Double, Int) -> Void
    ) throws {
        self.world = world
        self.now = now
        self.directory = directory
        self.progress = progress
        linesWanted = max(lines, 1)
        truth = GroundTruth(seed: world.seed)
        random = SplitMix64(seed: world.seed ^ 0x6869_7374)
        sales = try CSVFile("\(directory)/fact_sales.csv", header: CSVHeader.sales)
        snapshots = try CSVFile(
            "\(directory)/fact_inventory_snapshot.csv", header: CSVHeader.snapshot)
        movements = try CSVFile(
            "\(directory)/fact_inventory_movement.csv", header: CSVHeader.movement)
        loyalty = try CSVFile("\(directory)/fact_loyalty_event.csv", header: CSVHeader.loyalty)
        skuBytes = world.products.map { Array($0.sku.utf8) }
        revenue = Array(
            repeating: Array(repeating: 0, count: world.today - world.firstDay + 1),
            count: world.stores.count)
        pairCounts = Array(repeating: PairCount(), count: world.rules.count)
        for store in world.stores {
            sites.append(
                StoreSite(
                    id: Array(store.id.utf8),
                    sources: (0...store.registers).map { Array("/store/\(store.id)/reg/\($0)".utf8) }))
        }
    }

    /// Mean baskets a store sells a day, before its volume and the weekday.
    private(set) var basketsPerStoreDay = 0.0

    func run() throws -> GroundTruth {
        // Lines a basket: ten by the negative binomial and what the planted rules add; some baskets
        // only take back, so a few more are sold than the mean asks for.
        let ruled = world.rules.reduce(0.0) {
            $0 + $1.probability * (1 + $1.confidence) + (1 - $1.probability) * $1.otherwise
        }
        let weight = expectedWeight()
        basketsPerStoreDay = Double(linesWanted) * 1.08 / ((10.2 + ruled) * max(weight, 1e-9))
        try DimensionFiles(world, directory: directory).write(
            basketsPerStoreDay: basketsPerStoreDay, into: &truth)
        for index in world.stores.indices { stocks.append(StoreStock(world, index, &random, self)) }
        let days = world.today - world.firstDay + 1
        for index in world.stores.indices { openingCount(index) }
        for day in world.firstDay...world.today {
            for index in world.stores.indices { trade(index, on: day) }
            progress(Double(day - world.firstDay + 1) / Double(days), sales.rows)
        }
        try finish()
        return truth
    }

    /// Store days of the history, weighted as the baskets are; the last day counts for nothing.
    private func expectedWeight() -> Double {
        var sum = 0.0
        for store in world.stores {
            for day in world.firstDay...max(world.firstDay, world.today - 1)
            where store.isOpen(on: day) {
                sum += store.volume * TradingDay.weekdayFactor(day)
            }
        }
        return sum
    }

    private func finish() throws {
        for file in [sales, snapshots, movements, loyalty] { try file.finish() }
        truth.history.rows["fact_sales"] = sales.rows
        truth.history.rows["fact_inventory_snapshot"] = snapshots.rows
        truth.history.rows["fact_inventory_movement"] = movements.rows
        truth.history.rows["fact_loyalty_event"] = loyalty.rows
        truth.history.firstDay = DemoCalendar.text(world.firstDay)
        truth.history.lastDay = DemoCalendar.text(world.today)
        truth.history.outage = .init(
            store: world.stores[outageStore].id, date: DemoCalendar.text(outageDay), fromHour: 14,
            toHour: 18)
        for (index, store) in world.stores.enumerated() {
            for (offset, net) in revenue[index].enumerated() where net != 0 {
                truth.history.revenue.append(
                    .init(
                        store: store.id, date: DemoCalendar.text(world.firstDay + offset),
                        net: GroundTruth.money(net)))
            }
        }
        for (rule, count) in zip(world.rules, pairCounts) {
            truth.history.pairs.append(
                .init(
                    a: world.products[rule.a].sku, b: world.products[rule.b].sku,
                    plantedLift: (rule.lift * 1000).rounded() / 1000, baskets: basketsCounted,
                    basketsWithA: count.a, basketsWithB: count.b, basketsWithBoth: count.both))
        }
        for day in world.firstDay...world.today
        where DemoZone.eastern.offset(onLocalDay: day) != DemoZone.eastern.offset(onLocalDay: day - 1)
        {
            truth.history.daylightSavingDays.append(DemoCalendar.text(day))
        }
    }

    /// On one day one store sells nothing for four hours: its line is down.
    private var outageStore: Int { min(16, world.stores.count - 1) }
    private var outageDay: Int { max(world.today - 3, world.firstDay) }

    func isDown(_ index: Int, day: Int, second: Int) -> Bool {
        index == outageStore && day == outageDay && second >= 14 * 3600 && second < 18 * 3600
    }
}

enum CSVHeader {
    static let sales =
        "timestamp_utc,store_id,sku,qty_sold,unit_price,gross_margin,basket_id,store_key,"
        + "product_key,business_date,local_minute,line_no,line_kind,voided,net_amount,list_price,"
        + "discount,tax,unit_cost,currency,member_id,orig_basket_id,orig_line_no,source,event_id,"
        + "version,flags,ingested_at"
    static let snapshot =
        "timestamp_utc,store_id,sku,on_hand_qty,reorder_point,risk_flag,store_key,product_key,"
        + "business_date,unit_cost,source,event_id,flags,ingested_at"
    static let movement =
        "timestamp_utc,store_id,sku,kind,qty,store_key,product_key,business_date,unit_cost,source,"
        + "event_id,flags,ingested_at"
    static let loyalty =
        "timestamp_utc,member_id,kind,points,store_id,store_key,basket_id,business_date,source,"
        + "event_id,flags,ingested_at"
}
