"""CloudEvents for the ingest tests, and a plain HTTP client that can also misbehave."""

import http.client
import json
import socket
import time as clock

TRANSACTION = "com.storehouse.pos.transaction.v1"
INVENTORY = "com.storehouse.inventory.scan.v1"
LOYALTY = "com.storehouse.loyalty.v1"


def line(number=1, **changes):
    """A sale of two at 9.08; None takes a field away."""
    fields = {"line_no": number, "kind": "SALE", "sku": "A17", "qty": "2", "list_price": "5.04",
              "discounts": [{"id": "P10", "amount": "1.00"}], "net_amount": "9.08", "tax": "0.54", "unit_cost": "3.10"}
    return edited(fields, changes)


def edited(fields, changes):
    return {key: value for key, value in {**fields, **changes}.items() if value is not None}


class Envelopes:
    """Makes events; every one has an id of its own unless told otherwise."""

    def __init__(self, time):
        self.time = time
        self.count = 0

    def _envelope(self, type, data, changes):
        self.count += 1
        return edited({"specversion": "1.0", "type": type, "source": "/store/0048/reg/6", "id": f"e{self.count}", "time": self.time, "data": data}, changes)

    def sale(self, data=None, lines=None, **changes):
        number = self.count + 1
        fields = {"store_id": "0048", "register_id": "6", "seq": number, "status": "COMPLETED", "version": 1, "currency": "USD",
                  "lines": [line()] if lines is None else lines}
        return self._envelope(TRANSACTION, edited(fields, data or {}), changes)

    def scan(self, data=None, **changes):
        fields = {"store_id": "0048", "kind": "COUNT", "items": [{"sku": "A17", "qty": "14"}]}
        return self._envelope(INVENTORY, edited(fields, data or {}), changes)

    def loyalty(self, data=None, **changes):
        fields = {"member_id": "m_9f2", "kind": "EARN", "points": 9, "store_id": "0048"}
        return self._envelope(LOYALTY, edited(fields, data or {}), changes)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def results(self):
        assert self.status == 200, f"HTTP {self.status}: {self.body[:300]!r}"
        return self.json["results"]

    def __repr__(self):
        return f"HTTP {self.status} {self.body[:300]!r}"


class Listener:
    """The server's HTTP side."""

    def __init__(self, server):
        self.server = server

    def request(self, method, path, body=None, timeout=60, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.http_port, timeout=timeout)
        try:
            try:
                connection.request(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused before all of it was sent; the answer says why
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def post(self, body, content_type="application/json", **headers):
        if not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        headers.setdefault("Authorization", f"Bearer {self.server.ingest_token}")
        return self.request("POST", "/v1/events", body, Content_Type=content_type, **headers)

    def lines(self, events):
        return self.post("\n".join(json.dumps(e) for e in events), "application/x-ndjson")

    def raw(self, data, seconds=10, pieces=None, pause=0):
        """What comes back for bare bytes until the server hangs up; None when it does not."""
        with socket.create_connection(("127.0.0.1", self.server.http_port), timeout=seconds) as link:
            received = b""
            try:
                for piece in pieces or [data]:
                    link.sendall(piece)
                    clock.sleep(pause)
            except OSError:
                pass
            deadline = clock.monotonic() + seconds
            while clock.monotonic() < deadline:
                link.settimeout(max(0.1, deadline - clock.monotonic()))
                try:
                    part = link.recv(65536)
                except socket.timeout:
                    return None
                except OSError:
                    return received
                if not part:
                    return received
                received += part
            return None
