import DemoData
import Foundation
import Ingest
import Testing

@Suite struct GroundTruthTests {
    /// Everything the generator says about its events is what ingest makes of them.
    @Test func ingestFindsTheTruth() async throws {
        let directory = FileManager.default.temporaryDirectory
            .appending(path: "storehouse-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var options = DemoDataCommand.Options(directory: directory)
        options.stores = 12
        options.products = 200
        options.days = 4
        options.salesLines = 2000
        options.events = 4000
        // 2026-03-02T20:00:00Z
        options.now = Bench.now
        let truth = try DemoDataCommand.run(options).events
        let world = DemoDataCommand.world(options, now: Bench.now)
        let store = FakeStore(dimensions(world))
        let writer = IngestWriter(
            store: store, zones: ZoneDirectory(), limits: IngestLimits(), metrics: IngestMetrics())
        let bytes = Array(
            try Data(contentsOf: URL(filePath: "\(directory)/events.ndjson")))
        var counts: [EventResult.Status: Int] = [:]
        for part in bytes.split(separator: 10).chunks(of: 333) {
            let body = Array(part.joined(separator: [10]))
            let document = try JSONDocument(parsingLines: body)
            let events = EventValidator(document, receivedAt: Bench.now).validateAll()
            for result in try await writer.submit(events, of: document, receivedAt: Bench.now).get()
            {
                counts[result.status, default: 0] += 1
            }
        }
        #expect(counts[.duplicate] == truth.duplicates)
        #expect(counts[.quarantined] == truth.unusable.count)
        #expect(counts[.stored] == truth.distinct - truth.unusable.count)
        #expect(truth.unusable.count > 3 && truth.voids > 3 && truth.unknownSKULines > 3)
        let found = Set(store.rows(.quarantine).map { "\($0["id"] ?? "") \($0["reason"] ?? "")" })
        #expect(found == Set(truth.unusable.map { "\($0.id) \($0.reason)" }))
        for table: IngestTable in [.sales, .snapshot, .movement, .loyalty] {
            #expect(store.rows(table).count == truth.rows[table.rawValue], "\(table)")
        }
        #expect(revenue(store) == truth.revenue)
    }

    private func revenue(_ store: FakeStore) -> [GroundTruth.Revenue] {
        var sums: [String: Int64] = [:]
        for row in store.rows(.sales) {
            let counts = row["voided"] == "false" && row["line_kind"] != "NON_MERCH"
            let key = "\(row["store_id"] ?? "") \(row["business_date"] ?? "")"
            sums[key, default: 0] += counts ? Int64(row["net_amount"] ?? "") ?? 0 : 0
        }
        return sums.map { key, net in
            let parts = key.split(separator: " ")
            return GroundTruth.Revenue(
                store: String(parts[0]), date: DemoCalendar.text(Int(parts[1]) ?? 0),
                net: GroundTruth.money(net))
        }.sorted { ($0.store, $0.date) < ($1.store, $1.date) }
    }

    private func dimensions(_ world: DemoWorld) -> IngestDimensions {
        IngestDimensions(
            version: 1,
            stores: world.stores.map {
                StoreVersion(
                    storeID: $0.id, key: Int32($0.key), zone: $0.zone.rawValue, currency: "USD",
                    cutoffHour: $0.cutoffHour, inferred: false, validFrom: 0)
            },
            products: world.products.map {
                ProductVersion(
                    sku: $0.sku, key: Int32($0.key), cost: $0.cost, inferred: false, validFrom: 0)
            })
    }

    /// The generator's own rules of summer time against the system's database.
    @Test func zonesAgree() throws {
        for zone in DemoZone.allCases {
            let table = try #require(ZoneDirectory().table(zone.rawValue))
            for hour in 0..<(24 * 365 * 3) {
                let instant = Int64(9_400 * 24 + hour) * 3_600_000_000
                #expect(Int(table.offset(at: instant)) == zone.offset(at: instant))
            }
        }
    }
}

extension Array {
    fileprivate func chunks(of size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
