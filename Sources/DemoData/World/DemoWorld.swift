import Basics
import Glibc

/// The retailer behind the demo data: the same for the same seed, on every machine.
package struct DemoWorld: Sendable {
    package struct Store: Sendable {
        package var id: String
        package var key: Int
        package var region: String
        package var manager: String
        package var zone: DemoZone
        package var name: String
        package var cutoffHour: Int
        package var openedOn: Int
        package var closedOn: Int?
        /// Share of the chain's baskets, relative to the mean.
        package var volume: Double
        package var registers: Int
        /// Indices into `products`, ascending.
        package var assortment: [Int32]
        var draw: AliasTable
        /// Mean net value of a line sold here, in money × 10^4.
        var lineValue: Double
    }

    package struct Product: Sendable {
        package var sku: String
        package var key: Int
        package var category: String
        package var brand: String
        package var name: String
        package var gtin: String
        /// Money × 10^4; cost nil where unknown.
        package var price: Int64
        package var cost: Int64?
        package var leadTimeDays: Int
        /// Popularity: Zipf within the category, times the category's share.
        package var weight: Double
    }

    /// A planted association: B is bought with probability `confidence` beside A, `otherwise` without.
    package struct Rule: Sendable {
        package var a: Int
        package var b: Int
        package var probability: Double
        package var confidence: Double
        package var otherwise: Double
        package var lift: Double {
            confidence / (probability * confidence + (1 - probability) * otherwise)
        }
    }

    package let seed: UInt64
    /// The last business day of the history, as days since 2000-01-01.
    package let today: Int
    /// The first business day of the history.
    package let firstDay: Int
    package private(set) var stores: [Store] = []
    package private(set) var products: [Product] = []
    package private(set) var rules: [Rule] = []
    package let memberCount: Int
    let basketSizes = AliasTable(negativeBinomialWeights(mean: 10, dispersion: 2.5, max: 80))

    /// `today` and `days` say which business days the history covers.
    package init(seed: UInt64, stores: Int = 100, products: Int = 2000, today: Int, days: Int) {
        self.seed = seed
        self.today = today
        firstDay = today - max(days, 1) + 1
        memberCount = max(stores, 1) * 100
        var random = SplitMix64(seed: seed)
        makeProducts(max(products, 40), &random)
        makeRules()
        for index in 0..<max(stores, 1) { makeStore(index, &random) }
    }

    package func memberID(_ index: Int) -> String { "m_\(DemoCalendar.padded(index, 6))" }

    /// A member of one of the store's own hundred.
    func member(ofStore index: Int, _ random: inout SplitMix64) -> Int {
        index * 100 + random.below(100)
    }

    private static let categories: [(code: String, name: String, share: Double, price: Double)] = [
        ("PRD", "Produce", 0.14, 3.2), ("DRY", "Dairy", 0.12, 4.1), ("MEA", "Meat", 0.10, 9.5),
        ("BAK", "Bakery", 0.08, 4.4), ("FRZ", "Frozen", 0.09, 6.3), ("PAN", "Pantry", 0.14, 4.0),
        ("SNK", "Snacks", 0.08, 4.2), ("BEV", "Beverages", 0.09, 6.0),
        ("HHD", "Household", 0.06, 8.9), ("HBC", "Health and beauty", 0.05, 9.8),
        ("PET", "Pet", 0.03, 12.0), ("SEA", "Seasonal", 0.02, 15.0),
    ]

    private mutating func makeProducts(_ count: Int, _ random: inout SplitMix64) {
        let categories = DemoWorld.categories
        for (place, category) in categories.enumerated() {
            let end = count * (place + 1) / categories.count
            let size = end - products.count
            var norm = 0.0
            for rank in 1...max(size, 1) { norm += pow(Double(rank), -0.9) }
            for rank in 1...max(size, 1) where rank <= size {
                let key = products.count + 1
                let dollars = (category.price * exp(0.6 * random.normal() - 0.18)).rounded(.down)
                let price = Int64(min(max(dollars, 0), 400)) * 10_000 + 9_900
                let ratio = 0.55 + 0.25 * random.unit()
                let cost = Int64(Double(price) * ratio / 100) * 100
                let brand = "Brand \(1 + random.below(60))"
                products.append(
                    Product(
                        sku: "\(category.code)-\(DemoCalendar.padded(rank, 5))", key: key,
                        category: category.name, brand: brand, name: "\(category.name) \(rank)",
                        gtin: DemoWorld.gtin(key), price: price,
                        cost: random.chance(0.01) ? nil : cost, leadTimeDays: 2 + random.below(12),
                        weight: category.share * pow(Double(rank), -0.9) / norm))
            }
        }
    }

    /// 14 digits with their check digit (GS1 General Specifications, 7.9).
    static func gtin(_ number: Int) -> String {
        let body = "00" + DemoCalendar.padded(40_000_000_000 + number, 11)
        var sum = 0
        for (place, digit) in body.utf8.reversed().enumerated() {
            sum += Int(digit - 0x30) * (place % 2 == 0 ? 3 : 1)
        }
        return body + String((10 - sum % 10) % 10)
    }

    private mutating func makeRules() {
        let shapes: [(Double, Double, Double)] = [
            (0.06, 0.40, 0.020), (0.05, 0.55, 0.030), (0.08, 0.25, 0.060), (0.04, 0.60, 0.015),
            (0.07, 0.20, 0.100), (0.05, 0.35, 0.050),
        ]
        let size = products.count / DemoWorld.categories.count
        for (place, shape) in shapes.enumerated() {
            let a = place * size * 2 + min(7 + place, size - 1)
            let b = (place * 2 + 1) * size + min(9 + place, size - 1)
            guard a < products.count, b < products.count, a != b else { continue }
            // Only the rule puts them into baskets, so that the lift is known.
            products[a].weight = 0
            products[b].weight = 0
            rules.append(
                Rule(a: a, b: b, probability: shape.0, confidence: shape.1, otherwise: shape.2))
        }
    }

    private mutating func makeStore(_ index: Int, _ random: inout SplitMix64) {
        let regions: [(String, DemoZone)] = [
            ("Northeast", .eastern), ("Southeast", .eastern), ("Midwest", .central),
            ("South", .central), ("Mountain", .mountain), ("Pacific", .pacific),
        ]
        var (region, zone) = regions[index % regions.count]
        if region == "Mountain", index % 4 == 0 { zone = .arizona }
        if index % 41 == 17 { (region, zone) = ("Pacific", .hawaii) }
        if index % 41 == 29 { (region, zone) = ("Pacific", .alaska) }
        var ruled = Set<Int>()
        for rule in rules { ruled.formUnion([rule.a, rule.b]) }
        let assortment = products.indices.filter { ruled.contains($0) || random.chance(0.3) }
        let sold = assortment.isEmpty ? [0] : assortment
        let weights = sold.map { products[$0].weight }
        let total = max(weights.reduce(0, +), 1e-9)
        var value = 0.0
        for (product, weight) in zip(sold, weights) {
            value += weight / total * Double(products[product].price)
        }
        let number = index + 1
        stores.append(
            Store(
                id: DemoCalendar.padded(number, 4), key: number, region: region,
                manager: "manager_\(DemoCalendar.padded(index / 5 + 1, 2))", zone: zone,
                name: "\(region) \(number)",
                cutoffHour: index % 7 == 0 ? 0 : (index % 11 == 0 ? 3 : 4),
                openedOn: index % 23 == 5
                    ? firstDay + (today - firstDay) / 2 : firstDay - 200 - random.below(4000),
                closedOn: index % 50 == 13 ? firstDay + (today - firstDay) / 3 : nil,
                volume: exp(0.7 * random.normal() - 0.245), registers: 4 + random.below(5),
                assortment: sold.map { Int32($0) }, draw: AliasTable(weights),
                lineValue: value * 1.4 * 0.97))
    }
}

extension DemoWorld.Store {
    /// Whether the store does business on a day.
    package func isOpen(on day: Int) -> Bool {
        day >= openedOn && day < closedOn ?? Int.max
    }

    /// (local wall time − cut-off)::date, and the minute of the local day.
    package func businessTime(at instant: Int64) -> (day: Int, minute: Int) {
        let local = instant / 1_000_000 + Int64(zone.offset(at: instant))
        let day = (local - Int64(cutoffHour) * 3600) / 86_400
        return (Int(day), Int(local % 86_400) / 60)
    }
}
