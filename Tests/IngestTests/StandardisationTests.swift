import Ingest
import Testing

@Suite struct StandardisationTests {
    @Test(arguments: [
        ("9.08", 90_800), ("-4.00", -40_000), ("1", 10_000), ("0.00005", 1), ("0.00004", 0),
        ("-0.00005", -1), (".5", 5_000), ("99999999999999.9999", 999_999_999_999_999_999),
    ] as [(String, Int64)])
    func readsDecimals(_ text: String, _ expected: Int64) {
        #expect(DecimalText.parse(text.utf8, scale: 4, integerDigits: 14) == expected)
    }

    @Test(arguments: [
        "", "-", ".", "1e3", "1,5", "NaN", "0x1", "1 ", "--1", "1.2.3", "100000000000000",
        "99999999999999.99995", "922337203685477.58079", "99999999999999999999999999",
    ])
    func refusesOtherNumbers(_ text: String) {
        #expect(DecimalText.parse(text.utf8, scale: 4, integerDigits: 14) == nil)
    }

    @Test func readsTimes() {
        let day = Int64(9_557) * 86_400_000_000
        #expect(Timestamps.parse(Array("2026-03-02T00:00:00Z".utf8)[...]) == day)
        #expect(Timestamps.parse(Array("2026-03-01T19:00:00-05:00".utf8)[...]) == day)
        #expect(Timestamps.parse(Array("2026-03-02t00:00:00.1234567z".utf8)[...]) == day + 123_456)
        for text in [
            "2026-02-29T00:00:00Z", "2026-03-02T24:00:00Z", "2026-03-02T00:00:00",
            "2026-03-02T00:00:00.Z", "2026-03-02 00:00", "2026-03-02T00:00:00+0500", "",
        ] {
            #expect(Timestamps.parse(Array(text.utf8)[...]) == nil, "\(text)")
        }
    }

    @Test func normalisesProductCodes() {
        #expect(StockCode.normalise(" a17\t") == "A17")
        #expect(StockCode.normalise("4006381333931") == "04006381333931")
        #expect(StockCode.normalise("4006381333932") == "4006381333932")
        #expect(StockCode.normalise("96385074") == "00000096385074")
    }

    @Test func redactsCards() {
        let text = #"{"note":"paid 4111 1111 1111 1111","sku":"04006381333931"}"#
        let out = String(decoding: CardRedaction.redact(Array(text.utf8)[...]), as: UTF8.self)
        #expect(out == #"{"note":"paid **** **** **** ****","sku":"04006381333931"}"#)
    }

    /// Days of 23 and 25 hours in New York: 8 March and 1 November 2026.
    @Test func placesInstantsInBusinessDays() throws {
        let zone = try #require(ZoneDirectory().table("America/New_York"))
        func place(_ text: String, cutoff: Int = 4) -> (Int32, Int16)? {
            Timestamps.parse(Array(text.utf8)[...]).map {
                let time = zone.businessTime(at: $0, cutoffHour: cutoff)
                return (time.day, time.minute)
            }
        }
        let march = try #require(Timestamps.day(year: 2026, month: 3, day: 8))
        #expect(try #require(place("2026-03-08T06:59:00Z")) == (march - 1, 119))
        #expect(try #require(place("2026-03-08T07:00:00Z")) == (march - 1, 180))
        #expect(try #require(place("2026-03-08T08:00:00Z")) == (march, 240))
        let november = try #require(Timestamps.day(year: 2026, month: 11, day: 1))
        #expect(try #require(place("2026-11-01T05:30:00Z", cutoff: 0)) == (november, 90))
        #expect(try #require(place("2026-11-01T06:30:00Z", cutoff: 0)) == (november, 90))
        #expect(try #require(place("2050-07-01T12:00:00Z", cutoff: 0)).1 == 480)
    }

    @Test func refusesZonesOutsideTheDatabase() {
        for name in ["", "/etc/passwd", "../../../etc/passwd", "Nowhere/Town", "America"] {
            #expect(ZoneDirectory().table(name) == nil, "\(name)")
        }
    }
}
