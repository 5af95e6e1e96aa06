import Basics
import Ingest
import Testing

/// The edge cases of the retail rules, each through writer and store.
@Suite struct EventTests {
    @Test func pricesASaleExactly() async throws {
        let bench = Bench()
        let results = try await bench.send(receipt("e1"))
        #expect(results.map(\.status) == [.stored])
        let row = try #require(bench.store.rows(.sales).first)
        #expect(row["basket_id"] == "0048|6|20260302|73")
        #expect(row["unit_price"] == "45400")
        #expect(row["gross_margin"] == "28800")
        #expect(row["unit_cost"] == "31000")
        #expect(row["business_date"] == "9557")
        #expect(row["local_minute"] == "860")
        #expect(row["store_key"] == "1" && row["product_key"] == "1")
        #expect(row["currency"] == "USD" && row["flags"] == "0")
        #expect(bench.store.rows(.watermark).first?["store_id"] == "0048")
    }

    @Test func storesADuplicateOnce() async throws {
        let bench = Bench()
        let first = try await bench.send(receipt("e1"), receipt("e1"))
        #expect(first.map(\.status) == [.stored, .duplicate])
        let second = try await bench.send(receipt("e1"))
        #expect(second.map(\.status) == [.duplicate])
        #expect(bench.store.rows(.sales).count == 1)
    }

    @Test func aHigherVersionReplaces() async throws {
        let bench = Bench()
        try await bench.send(receipt("e1"))
        try await bench.send(receipt("e2", version: 2, status: "VOIDED"))
        let rows = bench.store.rows(.sales)
        #expect(rows.count == 1)
        #expect(rows[0]["version"] == "2" && rows[0]["voided"] == "true")
        try await bench.send(receipt("e3", version: 3))
        #expect(bench.store.rows(.sales).map { $0["version"] } == ["3"])
    }

    @Test func aLateLowerVersionChangesNothing() async throws {
        let bench = Bench()
        try await bench.send(receipt("e2", version: 2, status: "VOIDED", lines: ""))
        #expect(bench.store.rows(.sales).map { $0["line_no"] } == ["0"])
        let results = try await bench.send(receipt("e1"))
        #expect(results[0].status == .stored)
        #expect(results[0].reason == "superseded by version 2")
        #expect(bench.store.rows(.sales).count == 1)
    }

    @Test func versionsOfOneGroupSettle() async throws {
        let bench = Bench()
        try await bench.send(
            receipt("e2", version: 2), receipt("e1"), receipt("e3", version: 3),
            receipt("other", version: 3))
        #expect(bench.store.rows(.sales).map { $0["version"] } == ["3"])
        #expect(bench.store.rows(.quarantine).map { $0["reason"] } == ["version_conflict"])
    }

    @Test func aLinkedReturnTakesBackTheOriginalCost() async throws {
        let bench = Bench()
        try await bench.send(
            receipt(
                "e1", seq: 911,
                lines: #"{"line_no":3,"sku":"B02","qty":"1","net_amount":"4","unit_cost":"1.25"}"#))
        try await bench.send(
            receipt(
                "e2",
                lines: #"{"line_no":1,"kind":"RETURN","sku":"B02","qty":"-1","net_amount":"-4","#
                    + #""orig":{"basket":"0048|6|20260302|911","line_no":3}}"#))
        let row = try #require(bench.store.rows(.sales).last)
        #expect(row["unit_cost"] == "12500" && row["gross_margin"] == "-27500")
        #expect(row["orig_basket_id"] == "0048|6|20260302|911")
    }

    @Test func unknownStoreAndProductAreInferred() async throws {
        let bench = Bench()
        let line = #"{"line_no":1,"sku":" new-1 ","qty":"1","net_amount":"4"}"#
        try await bench.send(receipt("e1", store: "9999", lines: line))
        try await bench.send(receipt("e2", seq: 74, store: "9999", lines: line))
        let rows = bench.store.rows(.sales)
        #expect(rows.map { $0["store_key"] } == ["2", "2"])
        #expect(rows.map { $0["product_key"] } == ["3", "3"])
        #expect(rows[0]["gross_margin"] == nil && rows[0]["sku"] == "NEW-1")
        #expect(rows[0]["flags"] == "24")
        #expect(bench.store.rows(.store).count == 1)
        #expect(bench.store.rows(.product).count == 1)
        #expect(bench.store.rows(.productHistory).count == 1)
    }

    @Test func trustsTheSendersDateWithinADay() async throws {
        let bench = Bench()
        try await bench.send(
            receipt("e1", extra: #""business_date":"2026-03-01","#),
            receipt("e2", extra: #""business_date":"2026-01-01","#))
        #expect(bench.store.rows(.sales).map { $0["business_date"] } == ["9556", "9557"])
        #expect(bench.store.rows(.sales).map { $0["flags"] } == ["0", "4"])
    }

    @Test func flagsTotalsAndSkew() async throws {
        let bench = Bench()
        try await bench.send(
            receipt("e1", extra: #""totals":{"net":"9.07","tax":"0.54"},"#),
            receipt("e2", seq: 74, extra: #""totals":{"net":"9.10","tax":"0.54"},"#),
            receipt("e3", seq: 75, time: "2026-03-02T21:00:00Z"))
        #expect(bench.store.rows(.sales).map { $0["flags"] } == ["0", "1", "2"])
    }

    @Test(arguments: [
        ("zero_quantity", #"{"line_no":1,"sku":"A17","qty":"0.0004","net_amount":"1"}"#),
        ("sign_mismatch", #"{"line_no":1,"kind":"RETURN","sku":"A17","qty":"1","net_amount":"1"}"#),
        ("sign_mismatch", #"{"line_no":1,"sku":"A17","qty":"-1","net_amount":"1"}"#),
        ("unknown_kind", #"{"line_no":1,"kind":"GIFT","sku":"A17","qty":"1","net_amount":"1"}"#),
        ("missing_field", #"{"line_no":1,"qty":"1","net_amount":"1"}"#),
        ("missing_field", #"{"line_no":1,"sku":"A17","qty":"1"}"#),
        ("bad_number", #"{"line_no":1,"sku":"A17","qty":"1","net_amount":"1e3"}"#),
        ("out_of_range", #"{"line_no":0,"sku":"A17","qty":"1","net_amount":"1"}"#),
        ("wrong_type", #"{"line_no":1,"sku":{},"qty":"1","net_amount":"1"}"#),
        ("bad_text", #"{"line_no":1,"sku":"A\u0000","qty":"1","net_amount":"1"}"#),
        ("out_of_range", #"{"line_no":1,"sku":"A17","qty":"0.001","net_amount":"99999999999999"}"#),
        ("no_lines", ""), ("wrong_type", "7"),
    ])
    func quarantines(_ reason: String, _ lines: String) async throws {
        let bench = Bench()
        let results = try await bench.send(receipt("e1", lines: lines))
        #expect(results.map(\.status) == [.quarantined])
        let row = try #require(bench.store.rows(.quarantine).first)
        #expect(row["reason"] == reason)
        #expect(row["path"]?.hasPrefix("$.data.lines") == true)
        #expect(row["raw"] == receipt("e1", lines: lines))
        #expect(bench.store.rows(.sales).isEmpty)
        let again = try await bench.send(receipt("e1", lines: lines))
        #expect(again.map(\.status) == [.duplicate])
    }

    @Test func quarantinesBadEnvelopes() async throws {
        let bench = Bench()
        let results = try await bench.send(
            "[1]", "{}", receipt("e1", time: "2026-03-04T00:00:00Z"),
            receipt("e2", time: "yesterday"),
            receipt("e3").replacing("pos.transaction", with: "pos.greeting"),
            receipt("e4").replacing("\"1.0\"", with: "\"0.3\""),
            receipt("e5", extra: #""currency":"EUR","#),
            receipt("e6", store: "00|48"))
        #expect(results.allSatisfy { $0.status == .quarantined })
        #expect(
            bench.store.rows(.quarantine).compactMap { $0["reason"] } == [
                "not_an_event", "missing_field", "future_time", "bad_time", "unknown_type",
                "unsupported_version", "currency_mismatch", "bad_text",
            ])
    }

    @Test func countsAndMovesStock() async throws {
        let bench = Bench()
        func scan(_ id: String, _ kind: String, _ quantity: String) -> String {
            #"{"specversion":"1.0","type":"com.storehouse.inventory.scan.v1","source":"/s","id":""#
                + id + #"","data":{"store_id":"0048","occurred_at":"2026-03-02T10:00:00Z","kind":""#
                + kind + #"","items":[{"sku":"A17","qty":""# + quantity + #""}]}}"#
        }
        try await bench.send(
            scan("1", "COUNT", "-1"), scan("2", "COUNT", "0"), scan("3", "COUNT", "5"),
            scan("4", "COUNT", "6"), scan("5", "COUNT", "51"), scan("6", "WASTE", "2"),
            scan("7", "RECEIVE", "3"), scan("8", "ADJUST", "-4"), scan("9", "RECEIVE", "0"))
        #expect(
            bench.store.rows(.snapshot).map { $0["risk_flag"] }
                == ["NEGATIVE", "OUT", "LOW", "OK", "OVER"])
        #expect(bench.store.rows(.snapshot).allSatisfy { $0["reorder_point"] == "5000" })
        #expect(bench.store.rows(.movement).map { $0["qty"] } == ["-2000", "3000", "-4000"])
        #expect(bench.store.rows(.quarantine).map { $0["reason"] } == ["zero_quantity"])
    }

    @Test func booksLoyalty() async throws {
        let bench = Bench()
        func event(_ id: String, _ kind: String, _ rest: String) -> String {
            #"{"specversion":"1.0","type":"com.storehouse.loyalty.v1","source":"/l","id":""# + id
                + #"","time":"2026-03-02T10:00:00Z","data":{"member_id":"m_9f2","kind":""# + kind
                + "\"" + rest + "}}"
        }
        try await bench.send(
            event("1", "ENROL", #","store_id":"0048""#), event("2", "EARN", #","points":9"#),
            event("3", "REDEEM", #","points":4"#), event("4", "EARN", ""))
        #expect(bench.store.rows(.loyalty).map { $0["points"] } == ["0", "9", "-4"])
        #expect(bench.store.rows(.member).map { $0["member_id"] } == ["m_9f2"])
        #expect(bench.store.rows(.quarantine).map { $0["reason"] } == ["missing_field"])
    }

    @Test func triesAgainAfterAConflict() async throws {
        let bench = Bench()
        bench.store.state.withLock { $0.failures = [SQLError(.serializationFailure, "conflict")] }
        #expect(try await bench.send(receipt("e1")).map(\.status) == [.stored])
        #expect(bench.store.rows(.sales).count == 1)
        bench.store.state.withLock { $0.failures = [SQLError(.diskFull, "full")] }
        await #expect(throws: IngestRefusal.commitFailed("53100: full")) {
            try await bench.send(receipt("e2", seq: 74))
        }
        #expect(try await bench.send(receipt("e2", seq: 74)).map(\.status) == [.stored])
    }

    @Test func refusesWhenStopping() async throws {
        let bench = Bench()
        await bench.writer.stop()
        await #expect(throws: IngestRefusal.stopping) { try await bench.send(receipt("e1")) }
    }
}
