import DemoData
import Foundation
import Testing

@Suite struct DemoDataTests {
    private func generate(_ seed: UInt64, lines: Int = 5_000) throws -> (GroundTruth, [String: Data]) {
        let directory = FileManager.default.temporaryDirectory
            .appending(path: "storehouse-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var options = DemoDataCommand.Options(directory: directory)
        options.seed = seed
        options.stores = 20
        options.products = 300
        options.days = 14
        options.salesLines = lines
        options.events = 2000
        options.now = Int64(9_566) * 86_400_000_000 + 20 * 3_600_000_000
        let truth = try DemoDataCommand.run(options)
        var files: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
            files[name] = try Data(contentsOf: URL(filePath: "\(directory)/\(name)"))
        }
        return (truth, files)
    }

    @Test func theSameSeedWritesTheSameBytes() throws {
        let (first, files) = try generate(1)
        let (again, sameFiles) = try generate(1)
        #expect(first == again && files == sameFiles)
        let (other, _) = try generate(2)
        #expect(first.history.revenue != other.history.revenue)
    }

    /// The sales file, read back, holds what the truth says.
    @Test func theTruthIsTrue() throws {
        let (truth, files) = try generate(7)
        let text = String(decoding: try #require(files["fact_sales.csv"]), as: UTF8.self)
        let lines = text.split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        let rows = lines.dropFirst()
        #expect(rows.count == truth.history.rows["fact_sales"])
        #expect(rows.count >= 5_000)
        #expect(rows.allSatisfy { $0.count == lines[0].count })
        var sums: [String: Int64] = [:]
        var baskets: [Substring: Set<Substring>] = [:]
        for row in rows where row[13] == "f" {
            let units = Int64(row[14].filter { $0 != "." }) ?? 0
            sums["\(row[1]) \(row[9])", default: 0] += units
            if row[12] == "SALE" { baskets[row[6], default: []].insert(row[2]) }
        }
        let revenue = sums.filter { $0.value != 0 }.mapValues { GroundTruth.money($0) }
        let expected = truth.history.revenue.map { ("\($0.store) \($0.date)", $0.net) }
        #expect(revenue == Dictionary(expected) { first, _ in first })
        for pair in truth.history.pairs {
            #expect(baskets.count == pair.baskets)
            let a = baskets.values.filter { $0.contains(Substring(pair.a)) }
            #expect(a.count == pair.basketsWithA)
            #expect(a.filter { $0.contains(Substring(pair.b)) }.count == pair.basketsWithBoth)
        }
        #expect(truth.history.daylightSavingDays == ["2026-03-08"])
        #expect(truth.history.outage != nil)
        #expect(try GroundTruth(json: try truth.json()) == truth)
    }

    @Test func disturbancesKeepTheirRates() throws {
        let (truth, _) = try generate(5)
        let events = truth.events
        #expect(events.sent == 2000 && events.distinct + events.duplicates == 2000)
        #expect((5...50).contains(events.duplicates))
        #expect((15...80).contains(events.late))
        #expect(!events.unusable.isEmpty)
    }

    @Test func fiscalYearsEndOnTheSaturdayNearestTheEndOfJanuary() {
        #expect(DemoCalendar.text(FiscalDate.start(2026)) == "2026-02-01")
        let long = (1999...2035).filter {
            FiscalDate.start($0 + 1) - FiscalDate.start($0) == 53 * 7
        }
        #expect(long == [2000, 2006, 2012, 2017, 2023, 2028, 2034])
        let last = FiscalDate(FiscalDate.start(2026) - 1)
        #expect(last.year == 2025 && last.week == 52 && last.period == 12 && last.quarter == 4)
        let june = FiscalDate(DemoCalendar.day(year: 2026, month: 5, day: 3))
        #expect(june.period == 4 && june.week == 14 && june.quarter == 2)
    }
}
