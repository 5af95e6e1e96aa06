"""Events over HTTP against a live server: what is stored, what is refused, what is set aside, and what SQL shows of it.

Expectations follow the retail rules: what cannot be parsed is a 4xx, everything else is acknowledged, and what cannot be
used is in storehouse.quarantine with its reason and bytes. The server is restarted in between.
"""

import argparse
import datetime
import decimal
import json
import os
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from harness import Storehouse, Tally, load_sql

from envelope import Envelopes, Listener, line

D = decimal.Decimal
UTC = datetime.timezone.utc
NOON = "2026-03-02T19:20:14Z"  # 14:20 in New York, a Monday
BODY_MAX = 8 << 20


def seconds_ahead(seconds):
    return (datetime.datetime.now(UTC) + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Suite:
    def __init__(self, server, tally):
        self.server, self.tally = server, tally
        self.http = Listener(server)
        self.make = Envelopes(NOON)

    def query(self, sql, *values):
        with self.server.connect(autocommit=True) as c:
            return c.execute(sql, values or None).fetchall()

    def statuses(self, name, answer, *expected):
        try:
            found = [r["status"] for r in answer.results]
        except (AssertionError, ValueError, KeyError) as problem:
            return self.tally.check(name, False, problem)
        return self.tally.equal(name, found, list(expected))

    def stored(self, event, columns):
        return self.query(f"SELECT {columns} FROM fact_sales WHERE event_id = %s ORDER BY line_no", event["id"])

    def refused(self, name, answer, status):
        if not self.tally.check(name, answer.status == status, answer):
            return
        try:
            error = answer.json["error"]
            self.tally.check(f"{name}: a JSON error", error["status"] == status and error["message"]
                             and answer.headers["Content-Type"] == "application/json", answer)
        except (ValueError, KeyError) as problem:
            self.tally.check(f"{name}: a JSON error", False, f"{problem!r} {answer}")


def fill(server):
    load_sql(server, "schema.sql")
    with server.connect(autocommit=True) as c:
        c.execute("INSERT INTO dim_store VALUES ('0048', 48, 'Northeast', 'manager_01', 'America/New_York', 'Forty-eight', 'USD', 4, NULL, NULL, false, '2020-01-01 00:00:00+00'), "
                  "('0050', 50, 'Pacific', 'manager_01', 'Pacific/Honolulu', 'Fifty', 'USD', 0, NULL, NULL, false, '2020-01-01 00:00:00+00')")
        c.execute("INSERT INTO dim_store_history SELECT store_key, store_id, region, manager, timezone, name, currency, cutoff_hour, opened_on, closed_on, inferred, valid_from, NULL FROM dim_store")
        c.execute("INSERT INTO dim_product VALUES ('A17', 17, 'Dairy', 3.25, NULL, 'Milk', 5.04, NULL, false, '2020-01-01 00:00:00+00'), "
                  "('B02', 2, 'Bakery', 1.50, NULL, 'Bread', 4.00, NULL, false, '2020-01-01 00:00:00+00'), "
                  "('00036000291452', 3, 'Snacks', 0.50, NULL, 'Gum', 1.00, '00036000291452', false, '2020-01-01 00:00:00+00')")
        c.execute("INSERT INTO dim_product_history SELECT product_key, sku, category, cost, brand, name, list_price, gtin, inferred, valid_from, NULL FROM dim_product")
        c.execute("INSERT INTO dim_store_sku VALUES ('0048', 'A17', 3, 5, 20, 100, 'ACTIVE', '2020-01-01')")


def ways_to_send(s):
    t = s.tally
    event = s.make.sale()
    answer = s.http.post(event, "application/cloudevents+json")
    s.statuses("one CloudEvent", answer, "stored")
    t.equal("the result names the event", (answer.results[0]["id"], answer.results[0]["source"]), (event["id"], event["source"]))
    s.statuses("one event as application/json", s.http.post(s.make.sale()), "stored")
    s.statuses("a charset parameter", s.http.post(s.make.sale(), "application/json; charset=utf-8"), "stored")
    s.statuses("a batch", s.http.post([s.make.sale(), s.make.scan(), s.make.loyalty()], "application/cloudevents-batch+json"), "stored", "stored", "stored")
    s.statuses("lines", s.http.lines([s.make.sale(), s.make.loyalty()]), "stored", "stored")
    text = "\n\n" + json.dumps(s.make.sale()) + "\r\n  \n" + json.dumps(s.make.sale()) + "\n\n"
    s.statuses("empty lines between", s.http.post(text, "application/x-ndjson"), "stored", "stored")
    s.statuses("an empty batch", s.http.post([]))
    s.statuses("no lines", s.http.post("\n", "application/x-ndjson"))
    s.statuses("500 events", s.http.lines([s.make.sale() for _ in range(500)]), *["stored"] * 500)
    many = s.make.sale(lines=[line(n) for n in range(1, 301)])
    s.statuses("a basket of 300 lines", s.http.post(many), "stored")
    t.equal("300 lines by SQL", s.query("SELECT count(*), sum(net_amount) FROM fact_sales WHERE event_id = %s", many["id"]), [(300, D("2724.0000"))])
    chunked = json.dumps(s.make.sale()).encode()
    head = (f"POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {s.server.ingest_token}\r\nContent-Type: application/json\r\n"
            "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n").encode()
    got = s.http.raw(head + b"%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (10, chunked[:10], len(chunked) - 10, chunked[10:]))
    t.check("a body in chunks", got and b" 200 " in got[:20] and b'"stored"' in got, got)


def duplicates(s, again=None):
    if again is None:
        event = s.make.sale()
        s.statuses("the first time", s.http.post(event), "stored")
        s.statuses("the second time", s.http.post(event), "duplicate")
        s.statuses("twice in one request", s.http.lines([event, event]), "duplicate", "duplicate")
        fresh = s.make.sale()
        s.statuses("twice in the first request", s.http.lines([fresh, fresh, event]), "stored", "duplicate", "duplicate")
        other = s.make.sale(source="/store/0048/reg/7", id=event["id"], data={"register_id": "7"})
        s.statuses("the same id from another source", s.http.post(other), "stored")
        return [event, fresh]
    s.statuses("sent again after a restart", s.http.lines(again), *["duplicate"] * len(again))
    for event in again:
        s.tally.equal("stored once", s.query("SELECT count(*) FROM fact_sales WHERE source = %s AND event_id = %s", event["source"], event["id"]), [(1,)])
    return again


def concurrent_duplicates(s):
    """Eight tills post the same forty events at once."""
    events = [s.make.sale() for _ in range(40)]
    found = []

    def send():
        found.extend(r["status"] for r in s.http.lines(events).results)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    s.tally.equal("eight senders of the same events", (found.count("stored"), found.count("duplicate")), (40, 280))
    ids = ", ".join(f"'{e['id']}'" for e in events)
    s.tally.equal("each is there once", s.query(f"SELECT count(*), count(DISTINCT event_id) FROM fact_sales WHERE event_id IN ({ids})"), [(40, 40)])


def enrichment(s):
    t = s.tally
    event = s.make.sale(lines=[line(1), line(2, kind="RETURN", sku="B02", qty="-1", net_amount="-4.00", discounts=None, unit_cost=None, tax=None, list_price=None)])
    event["data"]["member_id"] = "m_9f2"
    event["data"]["totals"] = {"net": "5.08", "tax": "0.54"}
    s.statuses("a sale and a return", s.http.post(event), "stored")
    basket = f"0048|6|20260302|{event['data']['seq']}"
    t.equal("business day, basket and minute", s.query("SELECT DISTINCT business_date, basket_id, local_minute, store_key, currency, member_id, flags FROM fact_sales WHERE event_id = %s", event["id"]),
            [(datetime.date(2026, 3, 2), basket, 14 * 60 + 20, 48, "USD", "m_9f2", 0)])
    t.equal("price, cost and margin", s.stored(event, "line_no, line_kind, sku, product_key, qty_sold, unit_price, net_amount, unit_cost, gross_margin, discount, tax"),
            [(1, "SALE", "A17", 17, D("2"), D("4.54"), D("9.08"), D("3.10"), D("2.88"), D("1"), D("0.54")),
             (2, "RETURN", "B02", 2, D("-1"), D("4"), D("-4"), D("1.5"), D("-2.5"), D("0"), D("0"))])
    t.equal("the time in UTC", s.stored(event, "timestamp_utc")[0][0].astimezone(UTC).isoformat(), "2026-03-02T19:20:14+00:00")
    for name, time, store, day in (
            ("before the cut-off at four", "2026-03-02T03:59:59-05:00", "0048", (2026, 3, 1)), ("at the cut-off", "2026-03-02T04:00:00-05:00", "0048", (2026, 3, 2)),
            ("on the day that lacks an hour", "2026-03-08T07:59:59Z", "0048", (2026, 3, 7)), ("the day that lacks an hour", "2026-03-08T08:00:00Z", "0048", (2026, 3, 8)),
            ("in Honolulu", "2026-03-02T09:59:59Z", "0050", (2026, 3, 1)), ("in Honolulu, a second later", "2026-03-02T10:00:00Z", "0050", (2026, 3, 2))):
        event = s.make.sale({"store_id": store}, time=time)
        s.statuses(f"a sale {name}", s.http.post(event), "stored")
        t.equal(f"business day {name}", s.stored(event, "business_date"), [(datetime.date(*day),)])
    for name, said, day, flags in (("a day beside is trusted", "2026-03-01", (2026, 3, 1), 0), ("two days off is replaced", "2026-02-28", (2026, 3, 2), 4)):
        event = s.make.sale({"business_date": said})
        s.http.post(event)
        t.equal(f"sender's business day: {name}", s.stored(event, "business_date, flags"), [(datetime.date(*day), flags)])
    event = s.make.sale({"occurred_at": "2026-03-02T12:00:00.123456789+01:00"})
    s.http.post(event)
    t.equal("the data's own time comes first", s.stored(event, "timestamp_utc")[0][0].astimezone(UTC).isoformat(), "2026-03-02T11:00:00.123456+00:00")
    event = s.make.sale(lines=[line(1, unit_cost=None), line(2, sku="  b02 ", unit_cost=None), line(3, sku="036000291452", unit_cost=None), line(4, sku="036000291453", unit_cost=None),
                               line(5, kind="NON_MERCH", sku=None, unit_cost=None)])
    s.http.post(event)
    t.equal("codes are standardised, costs looked up", s.stored(event, "sku, unit_cost"),
            [("A17", D("3.25")), ("B02", D("1.5")), ("00036000291452", D("0.5")), ("036000291453", None), ("", None)])
    event = s.make.sale(lines=[line(qty="3", net_amount="10.00", unit_cost="1.0001", discounts=[{"amount": "0.10"}, {"amount": 0.2}])])
    s.http.post(event)
    t.equal("exact, rounded once", s.stored(event, "unit_price, gross_margin, discount"), [(D("3.3333"), D("6.9997"), D("0.3"))])
    event = s.make.sale(lines=[line(qty="0.125", net_amount="1.23456789", unit_cost=None)])
    s.http.post(event)
    t.equal("digits behind the scale are rounded", s.stored(event, "qty_sold, net_amount"), [(D("0.125"), D("1.2346"))])
    flagged = s.make.sale({"totals": {"net": "9.10", "tax": "0.54"}})
    within = s.make.sale({"totals": {"net": "9.09", "tax": "0.54"}})
    skewed, soon = s.make.sale(time=seconds_ahead(1200)), s.make.sale(time=seconds_ahead(300))
    s.statuses("odd totals and clocks are taken", s.http.lines([flagged, within, skewed, soon]), *["stored"] * 4)
    t.equal("flags", [s.stored(e, "flags")[0][0] for e in (flagged, within, skewed, soon)], [1, 0, 2, 0])


def inventory_and_loyalty(s):
    t = s.tally
    count = s.make.scan({"items": [{"sku": "a17", "qty": "14"}, {"sku": "B02", "qty": 0}, {"sku": "B02", "qty": "-3"}]})
    s.statuses("a count", s.http.post(count), "stored")
    t.equal("snapshots", s.query("SELECT sku, on_hand_qty, reorder_point, risk_flag, store_key, product_key, business_date FROM fact_inventory_snapshot WHERE event_id = %s ORDER BY sku, on_hand_qty",
                                 count["id"]),
            [("A17", D(14), D(20), "LOW", 48, 17, datetime.date(2026, 3, 2)), ("B02", D(-3), None, "NEGATIVE", 48, 2, datetime.date(2026, 3, 2)), ("B02", D(0), None, "OUT", 48, 2, datetime.date(2026, 3, 2))])
    for quantity, flag in ((21, "OK"), (101, "OVER"), (20, "LOW")):
        event = s.make.scan({"items": [{"sku": "A17", "qty": quantity}]})
        s.http.post(event)
        t.equal(f"{quantity} on hand", s.query("SELECT risk_flag FROM fact_inventory_snapshot WHERE event_id = %s", event["id"]), [(flag,)])
    for kind, sent, kept in (("RECEIVE", "5", 5), ("TRANSFER_IN", "5", 5), ("TRANSFER_OUT", "5", -5), ("TRANSFER_OUT", "-5", -5), ("WASTE", "1.5", D("-1.5")), ("ADJUST", "-2", -2)):
        event = s.make.scan({"kind": kind, "items": [{"sku": "A17", "qty": sent}]})
        s.http.post(event)
        t.equal(f"{kind} of {sent}", s.query("SELECT kind, qty, unit_cost FROM fact_inventory_movement WHERE event_id = %s", event["id"]), [(kind, kept, D("3.25"))])
    for kind, sent, kept in (("EARN", 9, 9), ("REDEEM", 500, -500), ("REDEEM", -500, -500), ("EXPIRE", 10, -10), ("ADJUST", -3, -3), ("ENROL", None, 0)):
        event = s.make.loyalty({"kind": kind, "points": sent, "member_id": "m_new"})
        s.statuses(f"{kind} of {sent}", s.http.post(event), "stored")
        t.equal(f"points of {kind} {sent}", s.query("SELECT kind, points, store_key, business_date FROM fact_loyalty_event WHERE event_id = %s", event["id"]), [(kind, kept, 48, datetime.date(2026, 3, 2))])
    t.equal("who enrols is a member", s.query("SELECT home_store_id, enrolled_on FROM dim_member WHERE member_id = 'm_new'"), [("0048", datetime.date(2026, 3, 2))])


def versions(s):
    t = s.tally

    def sale(sequence, version, net="9.08", **data):
        return s.make.sale({"seq": sequence, "version": version, **data}, lines=data.pop("lines", None) or [line(net_amount=net)])

    def held(sequence):
        return s.query("SELECT version, voided, net_amount FROM fact_sales WHERE basket_id = %s ORDER BY version, line_no", f"0048|6|20260302|{sequence}")

    s.statuses("the first version", s.http.post(sale(900_001, 1)), "stored")
    s.statuses("a correction", s.http.post(sale(900_001, 2, "8.00")), "stored")
    t.equal("a correction replaces", held(900_001), [(2, False, D("8"))])
    s.statuses("the version before, late", s.http.post(sale(900_001, 1, "7.00")), "stored")
    t.equal("a late version changes nothing", held(900_001), [(2, False, D("8"))])
    s.statuses("the same version with another id", s.http.post(sale(900_001, 2, "6.00")), "quarantined")
    t.equal("a conflict changes nothing", held(900_001), [(2, False, D("8"))])
    s.statuses("a void", s.http.post(sale(900_001, 3, "8.00", status="VOIDED")), "stored")
    t.equal("a void nets to zero", s.query("SELECT coalesce(sum(net_amount), 0) FROM fact_sales WHERE basket_id = '0048|6|20260302|900001' AND NOT voided"), [(D(0),)])
    s.http.lines([sale(900_002, 1), sale(900_002, 3, "3.00"), sale(900_002, 2, "2.00")])
    t.equal("three versions in one request", held(900_002), [(3, False, D("3"))])
    bare = s.make.sale({"seq": 900_003, "version": 2, "status": "VOIDED", "lines": None})
    s.statuses("a void without lines, ahead of its sale", s.http.post(bare), "stored")
    s.http.post(sale(900_003, 1))
    t.equal("the late sale stays void", s.query("SELECT count(*) FROM fact_sales WHERE basket_id = '0048|6|20260302|900003' AND NOT voided"), [(0,)])
    original = sale(900_004, 1, lines=[line(1, unit_cost="1.11")])
    s.http.post(original)
    back = s.make.sale(lines=[line(1, kind="RETURN", qty="-2", net_amount="-9.08", unit_cost="3.00", orig={"basket": "0048|6|20260302|900004", "line_no": 1})])
    s.statuses("a linked return", s.http.post(back), "stored")
    t.equal("a linked return takes back its own cost", s.stored(back, "unit_cost, gross_margin, orig_basket_id, orig_line_no"), [(D("1.11"), D("-6.86"), "0048|6|20260302|900004", 1)])


def unknown_dimensions(s):
    t = s.tally
    event = s.make.sale({"store_id": "9999", "currency": "EUR"}, lines=[line(sku="never-seen")], source="/store/9999")
    s.statuses("an unknown store and SKU", s.http.post(event), "stored")
    t.equal("are never dropped", s.stored(event, "store_id, sku, flags, currency, business_date"), [("9999", "NEVER-SEEN", 24, "EUR", datetime.date(2026, 3, 2))])
    t.equal("an inferred store", s.query("SELECT store_id, region, timezone, inferred FROM dim_store WHERE store_id = '9999'"), [("9999", "UNKNOWN", "UTC", True)])
    t.equal("an inferred product", s.query("SELECT category, cost, inferred FROM dim_product WHERE sku = 'NEVER-SEEN'"), [("UNKNOWN", None, True)])
    t.equal("a star join finds them", s.query("SELECT s.region, p.category FROM fact_sales f JOIN dim_store s ON s.store_key = f.store_key JOIN dim_product p ON p.product_key = f.product_key "
                                              "WHERE f.event_id = %s", event["id"]), [("UNKNOWN", "UNKNOWN")])
    with s.server.connect(autocommit=True) as c:
        c.execute("UPDATE dim_product SET category = 'Toys', cost = 2, inferred = false WHERE sku = 'NEVER-SEEN'")
        c.execute("UPDATE dim_product_history SET category = 'Toys', cost = 2, inferred = false WHERE sku = 'NEVER-SEEN'")
    later = s.make.sale({"store_id": "9999", "currency": "EUR"}, lines=[line(sku="never-seen", unit_cost=None)])
    s.http.post(later)
    t.equal("filled in later, used at once", s.stored(later, "unit_cost, flags"), [(D("2"), 8)])
    t.equal("the feed's watermark", s.query("SELECT count(*) FROM feed_watermark WHERE store_id = '9999' AND through <= last_received_at"), [(1,)])


def quarantine(s):
    """Each rule once: the event is acknowledged, set aside with its reason and place, and no fact knows it."""
    sale, scan, loyalty = s.make.sale, s.make.scan, s.make.loyalty
    long = "x" * 300
    cases = [
        ("not_an_event", "$", "just text"), ("not_an_event", "$", 17), ("not_an_event", "$", None),
        ("missing_field", "$.source", sale(source=None)), ("missing_field", "$.id", sale(id=None)), ("missing_field", "$.specversion", sale(specversion=None)),
        ("missing_field", "$.type", sale(type=None)), ("missing_field", "$.data", {k: v for k, v in sale().items() if k != "data"}), ("missing_field", "$.time", sale(time=None)),
        ("unsupported_version", "$.specversion", sale(specversion="0.3")), ("unknown_type", "$.type", sale(type="com.example.other")),
        ("wrong_type", "$.data", {**sale(), "data": "text"}), ("wrong_type", "$.data_base64", sale(data_base64="AAAA")),
        ("bad_text", "$.id", sale(id="  ")), ("bad_text", "$.source", sale(source=long)), ("bad_text", "$.data.store_id", sale({"store_id": "1" * 17})),
        ("bad_text", "$.data.member_id", sale({"member_id": "a\0b"})), ("bad_text", "$.data", sale({"store_id": "1|2"})), ("bad_text", "$.data.currency", sale({"currency": "usd"})),
        ("bad_time", "$.time", sale(time="yesterday")), ("bad_time", "$.time", sale(time="2026-03-02T19:20:14")), ("bad_time", "$.time", sale(time="2026-02-30T00:00:00Z")),
        ("bad_time", "$.data.business_date", sale({"business_date": "2026-13-01"})), ("future_time", "$.time", sale(time=seconds_ahead(25 * 3600))),
        ("unknown_kind", "$.data.status", sale({"status": "OPEN"})), ("missing_field", "$.data.seq", sale({"seq": None})), ("out_of_range", "$.data.seq", sale({"seq": -1})),
        ("bad_number", "$.data.seq", sale({"seq": 1.5})), ("out_of_range", "$.data.version", sale({"version": 0})),
        ("missing_field", "$.data.lines", sale({"lines": None})), ("no_lines", "$.data.lines", sale(lines=[])), ("wrong_type", "$.data.lines", sale({"lines": {}})),
        ("wrong_type", "$.data.lines[1]", sale(lines=[line(), 5])), ("duplicate_line", "$.data.lines[1].line_no", sale(lines=[line(1), line(1)])),
        ("zero_quantity", "$.data.lines[0].qty", sale(lines=[line(qty="0")])), ("zero_quantity", "$.data.lines[0].qty", sale(lines=[line(qty="0.0001")])),
        ("sign_mismatch", "$.data.lines[0].qty", sale(lines=[line(qty="-1")])), ("sign_mismatch", "$.data.lines[0].qty", sale(lines=[line(kind="RETURN")])),
        ("unknown_kind", "$.data.lines[0].kind", sale(lines=[line(kind="GIFT")])), ("missing_field", "$.data.lines[0].sku", sale(lines=[line(sku=None)])),
        ("bad_text", "$.data.lines[0].sku", sale(lines=[line(sku=" ")])), ("bad_number", "$.data.lines[0].net_amount", sale(lines=[line(net_amount="1,50")])),
        ("bad_number", "$.data.lines[0].net_amount", sale(lines=[line(net_amount="1e3")])), ("bad_number", "$.data.lines[0].net_amount", sale(lines=[line(net_amount="NaN")])),
        ("bad_number", "$.data.lines[0].net_amount", sale(lines=[line(net_amount="9" * 15)])), ("bad_number", "$.data.lines[0].qty", sale(lines=[line(qty="9" * 40)])),
        ("wrong_type", "$.data.lines[0].qty", sale(lines=[line(qty=[1])])), ("missing_field", "$.data.lines[0].net_amount", sale(lines=[line(net_amount=None)])),
        ("out_of_range", "$.data.lines[0].line_no", sale(lines=[line(0)])), ("wrong_type", "$.data.lines[0].discounts", sale(lines=[line(discounts="1.00")])),
        ("missing_field", "$.data.lines[0].discounts[0].amount", sale(lines=[line(discounts=[{}])])), ("missing_field", "$.data.lines[0].orig.basket", sale(lines=[line(orig={"line_no": 1})])),
        ("out_of_range", "$.data.lines[0].net_amount", sale(lines=[line(qty="0.001", net_amount="99999999999999")])), ("currency_mismatch", "$.data.currency", sale({"currency": "EUR"})),
        ("out_of_range", "$.data.lines", sale(lines=[line(n) for n in range(1, 10_002)])),
        ("unknown_kind", "$.data.kind", scan({"kind": "LOOK"})), ("no_lines", "$.data.items", scan({"items": []})), ("zero_quantity", "$.data.items[0].qty", scan({"kind": "RECEIVE", "items": [{"sku": "A17", "qty": 0}]})),
        ("missing_field", "$.data.items[0].sku", scan({"items": [{"qty": 1}]})), ("missing_field", "$.data.store_id", scan({"store_id": None})),
        ("unknown_kind", "$.data.kind", loyalty({"kind": "STEAL"})), ("missing_field", "$.data.points", loyalty({"points": None})), ("out_of_range", "$.data.points", loyalty({"points": 10**13})),
        ("missing_field", "$.data.member_id", loyalty({"member_id": None})),
    ]
    t = s.tally
    before = s.query("SELECT (SELECT count(*) FROM fact_sales), (SELECT count(*) FROM fact_inventory_snapshot) + (SELECT count(*) FROM fact_inventory_movement), (SELECT count(*) FROM fact_loyalty_event)")
    known = s.query("SELECT count(*) FROM storehouse.quarantine")[0][0]
    good = s.make.sale()
    answer = s.http.lines([event for _, _, event in cases] + [good])
    if not s.statuses("what cannot be used is set aside", answer, *["quarantined"] * len(cases), "stored"):
        return
    for (reason, path, event), result in zip(cases, answer.results):
        t.check(f"{reason} at {path} is told", result["reason"].startswith(f"{reason}: {path} "), result)
    rows = s.query("SELECT reason, path, raw, detail, source, id FROM storehouse.quarantine")
    t.equal("one row each", len(rows) - known, len(cases))
    kept = {(reason, path, raw): (detail, source, id) for reason, path, raw, detail, source, id in rows}
    for reason, path, event in cases:
        row = kept.get((reason, path, json.dumps(event)))
        t.check(f"{reason} at {path} is kept with its bytes", row and row[0], [r[:2] for r in rows if r[0] == reason][:5])
        if row and isinstance(event, dict) and path not in ("$.source", "$.id"):
            t.equal(f"{reason} at {path}: source and id", row[1:], (event["source"], event["id"]))
    after = s.query("SELECT (SELECT count(*) FROM fact_sales), (SELECT count(*) FROM fact_inventory_snapshot) + (SELECT count(*) FROM fact_inventory_movement), (SELECT count(*) FROM fact_loyalty_event)")
    t.equal("no fact knows them", after, [(before[0][0] + 1, before[0][1], before[0][2])])
    s.statuses("sent again, a duplicate", s.http.post(cases[9][2]), "duplicate")
    card = sale({"member_id": "4111 1111 1111 1111", "status": "OPEN"})
    s.http.post(card)
    raw = s.query("SELECT raw FROM storehouse.quarantine WHERE id = %s", card["id"])[0][0]
    t.check("card numbers are not kept", "4111" not in raw and "**** **** **** ****" in raw, raw)


def refusals(s):
    post, t = s.http.post, s.tally
    event = json.dumps(s.make.sale())
    for name, body in {"an empty body": b"", "half an event": event[:-9].encode(), "two events in one": (event + event).encode(), "a comma too many": b'[1,]', "a name given twice": b'{"id":"a","id":"b"}',
                       "invalid UTF-8": b'{"id":"\xff\xfe"}', "an overlong form": b'{"id":"\xc0\xaf"}', "half a surrogate": b'{"id":"\\ud800"}', "a surrogate in UTF-8": b'{"id":"\xed\xa0\x80"}',
                       "a control character": b'{"id":"a\x01"}', "NaN": b'{"qty":NaN}', "a leading zero": b'[01]', "a byte order mark": b"\xef\xbb\xbf[]", "single quotes": b"{'id':'a'}",
                       "a million brackets": b"[" * 1_000_000, "a million objects": b'{"a":' * 1_000_000, "65 levels": b"[" * 65 + b"]" * 65}.items():
        answer = post(body)
        s.refused(name, answer, 400)
        if answer.status == 400:
            t.check(f"{name}: has its place", {"offset", "line", "column"} <= answer.json["error"].keys(), answer)
    answer = s.http.post(f"{event}\n{{\"id\":}}\n", "application/x-ndjson")
    s.refused("a bad line", answer, 400)
    t.equal("a bad line's place", answer.status == 400 and (answer.json["error"]["line"], answer.json["error"]["column"]), (2, 7))
    t.equal("a bad line stores nothing", s.query("SELECT count(*) FROM fact_sales WHERE event_id = %s", json.loads(event)["id"]), [(0,)])
    s.statuses("64 levels are JSON", post(b"[" * 64 + b"]" * 64), "quarantined")
    for name, header in {"no token": "", "a wrong token": "Bearer wrong", "an empty token": "Bearer ", "half a token": f"Bearer {s.server.ingest_token[:-1]}", "a longer token": f"Bearer {s.server.ingest_token}x",
                         "another scheme": f"Basic {s.server.ingest_token}"}.items():
        answer = post(event, Authorization=header)
        s.refused(name, answer, 401)
        t.equal(f"{name}: how to sign in", answer.headers["WWW-Authenticate"], "Bearer")
    s.refused("another path", s.http.request("POST", "/v2/events", event), 404)
    s.refused("the root", s.http.request("GET", "/"), 404)
    answer = s.http.request("GET", "/v1/events")
    s.refused("GET of events", answer, 405)
    t.equal("what is allowed", answer.headers["Allow"], "POST")
    for method in ("PUT", "DELETE", "PATCH"):
        s.refused(method, s.http.request(method, "/v1/events", event), 405)
    s.refused("POST of health", s.http.request("POST", "/v1/health", "x"), 405)
    for kind in ("text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx"):
        s.refused(kind, post(event, kind), 415)
    s.refused("no content type", post(event, ""), 415)
    s.refused("an encoding that is not supported", post(b"\x1f\x8b\x08\x00", Content_Encoding="gzip"), 415)
    s.refused("a body above 8 MB", post(b" " * (BODY_MAX + 1)), 413)
    filler = s.make.sale({"note": ""})
    filler["data"]["note"] = "x" * (BODY_MAX - len(json.dumps(filler)))
    s.statuses("a body of 8 MB", post(filler), "stored")


def hostile(s):
    t = s.tally
    head = f"POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {s.server.ingest_token}\r\nContent-Type: application/json\r\n".encode()
    got = s.http.raw(head + b"Content-Length: 99999999999\r\nConnection: close\r\n\r\n")
    t.check("a length of 100 GB", got is not None and (not got or b" 413 " in got[:20] or b" 400 " in got[:20]), got)
    for name, data in {"a negative length": head + b"Content-Length: -5\r\n\r\n", "two lengths": head + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n[]x", "no HTTP at all": b"\x16\x03\x01\x02\x00\x01\x00" * 50 + b"\r\n\r\n",
                       "a broken chunk": head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"}.items():
        got = s.http.raw(data, seconds=45)
        t.check(name, got is not None and b" 200 " not in got[:20] and b" 500 " not in got[:20], got)
    got = s.http.raw(b"GET /v1/health HTTP/1.1\r\nHost: x\r\nX: " + b"y" * (1 << 20) + b"\r\n\r\n")
    t.check("a header of 1 MB", got is not None and b" 200 " not in got[:20], got and got[:80])
    got = s.http.raw(b"GET /v1/health HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(5000)) + b"\r\n")
    t.check("5,000 headers", got is not None and b" 200 " not in got[:20], got and got[:80])
    # A sender that stops in the middle is dropped; meanwhile others are served.
    slow = [threading.Thread(target=lambda d=d, n=n: results.__setitem__(n, s.http.raw(d, seconds=75))) for n, d in
            {"a header without end": b"POST /v1/events HTTP/1.1\r\nHost: x\r\nX-Slow: ", "a body without end": head + b"Content-Length: 500\r\n\r\n{", "a connection without a word": b""}.items()]
    results = {}
    for thread in slow:
        thread.start()
    for _ in range(5):
        s.statuses("others are served meanwhile", s.http.post(s.make.sale()), "stored")
    for thread in slow:
        thread.join()
    for name, got in results.items():
        t.check(f"{name} is dropped", got is not None and b" 200 " not in got[:20], got)
    for cut in range(0, 200, 7):
        event = head + b"Content-Length: 300\r\n\r\n" + b"{" * 300
        s.http.raw(event[:cut], seconds=0.01)
    t.check("the server is alive", s.server.is_alive() and s.http.request("GET", "/v1/health").status == 200)


def metrics(s):
    answer = s.http.request("GET", "/metrics")
    s.tally.check("metrics", answer.status == 200 and answer.headers["Content-Type"].startswith("text/plain"), answer)
    values = dict(line.rsplit(" ", 1) for line in answer.body.decode().splitlines() if not line.startswith("#"))
    before = {k: int(values[f'storehouse_ingest_events_total{{outcome="{k}"}}']) for k in ("stored", "duplicate", "quarantined")}
    event = s.make.sale()
    s.http.lines([event, event, s.make.sale(type="x")])
    answer = s.http.request("GET", "/metrics").body.decode()
    for outcome, count in before.items():
        s.tally.check(f"{outcome} is counted", f'{{outcome="{outcome}"}} {count + 1}\n' in answer, answer[:600])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    tally = Tally(arguments.verbose)
    with Storehouse() as server:
        fill(server)
        s = Suite(server, tally)
        bodies = (ways_to_send, enrichment, inventory_and_loyalty, versions, unknown_dimensions, quarantine, refusals, metrics, concurrent_duplicates)
        sent = []
        tally.run("duplicates", lambda: sent.extend(duplicates(s)))
        for body in bodies:
            tally.run(body.__name__, body, s)
        counts = "SELECT (SELECT count(*) FROM fact_sales), (SELECT sum(net_amount) FROM fact_sales), (SELECT count(*) FROM storehouse.quarantine), (SELECT count(*) FROM storehouse.event_receipt), (SELECT count(*) FROM dim_store)"
        before = s.query(counts)
        tally.equal("a clean stop", server.stop(), 0)
        server.start()
        tally.equal("everything is there after a restart", s.query(counts), before)
        tally.run("duplicates after a restart", duplicates, s, sent)
        server.kill()
        server.start()
        tally.equal("everything is there after kill -9", s.query(counts), before)
        tally.run("duplicates after kill -9", duplicates, s, sent)
        tally.run("hostile", hostile, s)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
