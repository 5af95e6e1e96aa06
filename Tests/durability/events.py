"""Sale events for the durability tests, and a sender that knows what was acknowledged."""

import datetime
import http.client
import json
import socket


class Event:
    """One transaction of `lines` lines; its key is (source, id)."""

    __slots__ = ("source", "id", "lines", "body")

    def __init__(self, number, lines, day, minute):
        store = f"{number % 12:04d}"
        register = number % 5
        self.source = f"/store/{store}/reg/{register}"
        self.id = f"kill-{number}"
        self.lines = lines
        when = datetime.datetime.combine(day, datetime.time(minute // 60 % 24, minute % 60), datetime.timezone.utc)
        self.body = json.dumps({
            "specversion": "1.0", "type": "com.storehouse.pos.transaction.v1", "source": self.source, "id": self.id,
            "time": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "data": {"store_id": store, "register_id": str(register), "seq": number, "business_date": day.isoformat(),
                     "status": "COMPLETED", "version": 1, "currency": "USD",
                     "lines": [{"line_no": n + 1, "kind": "SALE", "sku": f"S{(number + n) % 97}", "qty": "1", "list_price": "2.50",
                                "net_amount": "2.50", "tax": "0.00", "unit_cost": "1.00"} for n in range(lines)],
                     "totals": {"net": f"{2.5 * lines:.2f}", "tax": "0.00"}}})

    @property
    def key(self):
        return self.source, self.id


class Sender:
    """Posts batches over one kept-alive connection. A batch is acknowledged only by a whole 200 answer."""

    def __init__(self, port, token, timeout=30):
        self.port, self.token, self.timeout = port, token, timeout
        self.connection = None

    def post(self, events):
        """The status of each event, or None when the answer never came. HTTP errors raise ValueError."""
        body = "\n".join(event.body for event in events).encode()
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
            self.connection.request("POST", "/v1/events", body, {"Content-Type": "application/x-ndjson", "Authorization": f"Bearer {self.token}"})
            answer = self.connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException, socket.timeout):
            self.close()
            return None
        if answer.status in (429, 503):
            return None
        if answer.status != 200:
            raise ValueError(f"HTTP {answer.status}: {text[:300]!r}")
        results = json.loads(text)["results"]
        if len(results) != len(events):
            raise ValueError(f"{len(results)} results for {len(events)} events")
        return [result["status"] for result in results]

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None
