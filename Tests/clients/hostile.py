"""Hostile clients: garbage, half frames, absurd lengths, wrong passwords, deep SQL. The server must answer or hang up,
stay alive, and serve others meanwhile."""

import argparse
import os
import random
import socket
import struct
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import psycopg
from psycopg import errors

from harness import Tally, add_target_options, open_target

PROTOCOL = 196608


class Raw:
    """A bare socket that can say anything."""

    def __init__(self, server, timeout=15):
        self.socket = socket.create_connection((server.host, server.port), timeout=timeout)

    def send(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            pass
        return self

    def until_closed(self, seconds=15):
        """Everything the server says until it hangs up; None when it does not."""
        received = b""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.socket.settimeout(max(0.1, deadline - time.monotonic()))
            try:
                part = self.socket.recv(65536)
            except socket.timeout:
                return None
            except OSError:
                return received
            if not part:
                return received
            received += part
        return None

    def close(self):
        self.socket.close()


def startup(user="admin", database="storehouse", **options):
    body = struct.pack("!i", PROTOCOL)
    for key, value in dict(user=user, database=database, **options).items():
        body += key.encode() + b"\0" + value.encode() + b"\0"
    body += b"\0"
    return struct.pack("!i", len(body) + 4) + body


def frame(kind, body=b""):
    return kind + struct.pack("!i", len(body) + 4) + body


def closes(server, data, seconds=15, hang_up=False):
    """What the server answers before it closes; `hang_up` lets it end by saying that nothing more will come."""
    raw = Raw(server).send(data)
    if hang_up:
        raw.socket.shutdown(socket.SHUT_WR)
    answer = raw.until_closed(seconds)
    raw.close()
    assert answer is not None, "the server keeps the connection open"
    return answer


def garbage_at_start(server):
    for seed in range(40):
        rng = random.Random(seed)
        raw = Raw(server)
        raw.send(rng.randbytes(rng.randint(1, 3000)))
        raw.close()
    closes(server, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")


def huge_startup_length(server):
    closes(server, struct.pack("!i", 2_000_000_000) + b"x" * 100)


def negative_startup_length(server):
    closes(server, struct.pack("!i", -5) + b"x" * 100)


def tiny_startup_length(server):
    for length in (0, 1, 4, 7):
        closes(server, struct.pack("!i", length) + b"x" * 20)


def unknown_protocol(server):
    closes(server, struct.pack("!ii", 8, 0x00020000) + b"")


def startup_without_end(server):
    body = struct.pack("!i", PROTOCOL) + b"user\0admin"
    closes(server, struct.pack("!i", len(body) + 4) + body)


def startup_without_user(server):
    body = struct.pack("!i", PROTOCOL) + b"database\0x\0\0"
    answer = closes(server, struct.pack("!i", len(body) + 4) + body)
    assert answer[:1] == b"E", answer[:60]


def startup_not_text(server):
    body = struct.pack("!i", PROTOCOL) + b"user\0\xff\xfe\xfd\0\0"
    raw = Raw(server).send(struct.pack("!i", len(body) + 4) + body)
    raw.close()


def half_frames(server):
    """A client that stops in the middle of a frame, at every byte of a start-up message."""
    message = startup()
    for cut in range(1, len(message)):
        raw = Raw(server)
        raw.send(message[:cut])
        raw.close()


def query_before_authentication(server):
    closes(server, startup() + frame(b"Q", b"SELECT 1\0"))


def huge_frame_before_authentication(server):
    closes(server, startup() + b"p" + struct.pack("!i", 2_000_000_000) + b"x" * 1000)


def garbage_for_password(server):
    for body in (b"", b"\0", b"SCRAM-SHA-256\0" + struct.pack("!i", 2_000_000_000), b"SCRAM-SHA-256\0" + struct.pack("!i", -7),
                 b"SCRAM-SHA-256\0" + struct.pack("!i", 3) + b"n,,", b"NOPE\0" + struct.pack("!i", 0), b"\xff" * 500,
                 b"SCRAM-SHA-256\0" + struct.pack("!i", 8) + b"n,,n=,r="):
        answer = closes(server, startup() + frame(b"p", body), hang_up=True)
        assert answer[:1] == b"R", answer[:80]


def ssl_then_plain_text(server):
    """Bytes sent behind SSLRequest before its answer must not be taken for a start-up message under TLS."""
    raw = Raw(server).send(struct.pack("!ii", 8, 80877103))
    assert raw.socket.recv(1) in (b"N", b"S")
    raw.close()
    raw = Raw(server).send(struct.pack("!ii", 8, 80877103) + startup())
    raw.close()


def cancel_with_wrong_key(server):
    closes(server, struct.pack("!iiii", 16, 80877102, 1, 12345))
    closes(server, struct.pack("!ii", 8, 80877102))


def wrong_password(server):
    for password in ("wrong", "", "x" * 10_000, "naïve"):
        try:
            psycopg.connect(host=server.host, port=server.port, user="admin", dbname=server.dbname, password=password or " ", connect_timeout=10)
        except psycopg.OperationalError as problem:
            assert "authentication failed" in str(problem), problem
        else:
            raise AssertionError("let in with a wrong password")


def unknown_database(server):
    try:
        server.connect(dbname="no_such_database")
    except psycopg.OperationalError as problem:
        assert "does not exist" in str(problem), problem
    else:
        raise AssertionError("connected to a database that does not exist")


class Session:
    """A connection that has authenticated, whose socket is then ours to abuse."""

    def __init__(self, server):
        self.connection = server.connect(autocommit=True)
        self.socket = socket.socket(fileno=os.dup(self.connection.fileno()))
        self.socket.setblocking(True)
        self.socket.settimeout(15)

    def abuse(self, data, wait=True):
        raw = object.__new__(Raw)
        raw.socket = self.socket
        raw.send(data)
        answer = raw.until_closed(15 if wait else 0.5)
        self.socket.close()
        self.connection.close()
        return answer


def huge_frame(server):
    for length in (2_000_000_000, -1, 0, 3, -2_147_483_648):
        answer = Session(server).abuse(b"Q" + struct.pack("!i", length) + b"x" * 50)
        assert answer is not None, f"the server waits for a frame of {length} bytes"


def unknown_frame(server):
    for kind in (b"z", b"\0", b"\xff"):
        Session(server).abuse(frame(kind, b"abc"), wait=False)


def malformed_bodies(server):
    """Frames of every kind with bodies that end too soon or lie about their counts."""
    bodies = [b"", b"\0", b"x", b"\xff" * 6, b"\0\0\x7f\xff", b"\0\0\xff\xff", b"a\0" + b"\xff\xff", b"\0" + b"SELECT 1\0" + b"\x7f\xff", b"P\0\0\x00\x01\x00\x00\x00\x02\x7f\xff\xff\xff",
              b"\0\0\x00\x00\x00\x01\x80\x00\x00\x00\x00\x00", b"S", b"Snope\0", b"Q" * 100]
    for kind in b"QPBDECHSXFdcfp":
        for body in bodies:
            raw = Session(server)
            raw.socket.sendall(frame(bytes([kind]), body))
            raw.socket.close()
            raw.connection.close()
    assert server.is_alive()


def random_frames(server):
    for seed in range(60):
        rng = random.Random(seed)
        session = Session(server)
        try:
            for _ in range(rng.randint(1, 20)):
                session.socket.sendall(frame(bytes([rng.choice(b"QPBDECHSFdcf")]), rng.randbytes(rng.randint(0, 200))))
        except OSError:
            pass
        session.socket.close()
        session.connection.close()


def half_query(server):
    session = Session(server)
    session.socket.sendall(b"Q" + struct.pack("!i", 100) + b"SELECT")
    session.socket.close()
    session.connection.close()


def silent_client(server):
    """A client that connects and says nothing does not keep others out, and is hung up on in the end."""
    silent = [Raw(server) for _ in range(30)]
    assert server.is_alive()
    for raw in silent:
        raw.close()


def refused(c, statement, *states):
    try:
        c.execute(statement)
    except psycopg.Error as problem:
        assert problem.sqlstate in states, f"{problem.sqlstate}: {problem}"
    c.execute("SELECT 1")


def deep_sql(server):
    depth = 10_000
    with server.connect(autocommit=True) as c:
        for statement in ("SELECT " + "(" * depth + "1" + ")" * depth, "SELECT " + "- " * depth + "1", "SELECT " + "NOT " * depth + "true",
                          "SELECT " + "1+" * depth + "1", "SELECT " + "(SELECT " * depth + "1" + ")" * depth, "SELECT 1 WHERE " + "true AND (" * depth + "true" + ")" * depth,
                          "SELECT " + "CASE WHEN true THEN " * depth + "1" + " END" * depth, "SELECT " + "abs(" * depth + "1" + ")" * depth,
                          "SELECT * FROM " + "(SELECT * FROM " * depth + "nosuch" + ") t" * depth, "SELECT 1" + " UNION ALL SELECT 1" * depth,
                          "SELECT " + "1::text::" * depth + "text", "SELECT " + "'a' || " * depth + "'a'", "(" * 100_000, "SELECT " + "[" * depth):
            refused(c, statement, "54001", "54000", "42601", "42P01", "53200", "0A000", "42703")


def generated_sql(server):
    """What programs write: long chains and nesting that a person never would."""
    with server.connect(autocommit=True) as c:
        c.execute("SET statement_timeout = '60s'")
        same = lambda statement, value: check(c.execute(statement).fetchone()[0], value, statement)
        same("SELECT sum(x) FROM (SELECT 1 AS x" + " UNION ALL SELECT 1" * 4_999 + ") t", 5_000)
        same("SELECT x" + " + 1" * 5_000 + " FROM (VALUES (1)) v(x)", 5_001)
        same("SELECT length('a'" + " || x" * 5_000 + ") FROM (VALUES ('b')) v(x)", 5_001)
        same("SELECT x FROM " + "(SELECT x FROM " * 200 + "(VALUES (7)) v(x)" + ") s" * 200, 7)
        same("SELECT " + "abs(" * 500 + "x" + ")" * 500 + " FROM (VALUES (-3)) v(x)", 3)
        same("SELECT " + "(" * 500 + "x" + ")" * 500 + " FROM (VALUES (4)) v(x)", 4)
        same("SELECT " + "CASE WHEN x = 0 THEN 1 ELSE " * 500 + "x" + " END" * 500 + " FROM (VALUES (5)) v(x)", 5)


def check(found, wanted, statement):
    assert found == wanted, f"{found} instead of {wanted}: {statement[:80]}"


def tall_sql(server):
    """Chains within chains: each is accepted, all of them together are too much for any stack."""
    with server.connect(autocommit=True) as c:
        c.execute("SET statement_timeout = '20s'")
        tall = "x"
        for _ in range(90):
            tall = "(" + tall + " + 1" * 1_000 + ")::int"
        refused(c, f"SELECT {tall} FROM (VALUES (1)) v(x)", "54001")
        tables = "c0(x) AS (VALUES (1))" + "".join(f", c{i} AS (SELECT * FROM c{i - 1})" for i in range(1, 8_000))
        refused(c, f"WITH {tables} SELECT * FROM c7999", "54001", "57014")
        union = "SELECT 1 AS x" + " UNION SELECT 1" * 1_500
        for _ in range(10):
            union = f"SELECT x FROM ({union}) t" + " UNION SELECT 1" * 1_500
        refused(c, union, "54001", "57014")
        c.execute("CREATE VIEW tall0 AS SELECT 1 AS x" + " UNION SELECT 1" * 400)
        for i in range(1, 60):
            try:
                c.execute(f"CREATE VIEW tall{i} AS SELECT x FROM tall{i - 1}" + " UNION SELECT 1" * 400)
            except psycopg.Error as problem:
                assert problem.sqlstate in ("54001", "57014"), problem
                break
        c.execute("DROP VIEW tall0 CASCADE")


def long_sql(server):
    with server.connect(autocommit=True) as c:
        assert c.execute("SELECT length('" + "x" * 5_000_000 + "')").fetchone() == (5_000_000,)
        refused(c, "SELECT " + ", ".join(str(i) for i in range(20_000)), "54011", "54000")
        assert c.execute("SELECT 5 IN (" + ", ".join(str(i) for i in range(5_000)) + ")").fetchone() == (True,)
        refused(c, "SELECT " + "x" * 1_000_000, "42703", "42622")


def odd_bytes_in_sql(server):
    with server.connect(autocommit=True) as c:
        for statement in (b"SELECT '\xff\xfe'", b"SELECT 1 AS \xc3\x28", b"\xf0\x9f\x92", b"SELECT '\xed\xa0\x80'"):
            result = c.pgconn.exec_(statement)
            assert result.error_field(psycopg.pq.DiagnosticField.SQLSTATE) in (b"22021", b"42601"), result.error_message
        assert c.execute("SELECT 1").fetchone() == (1,)


def huge_values(server):
    with server.connect(autocommit=True) as c:
        refused(c, "SELECT repeat('x', 2000000000)", "54000", "53200")
        refused(c, "SELECT lpad('x', 2147483647)", "54000", "53200")
        refused(c, "SELECT 1" + "0" * 200_000, "22003")
        refused(c, "SELECT 1e1000000000", "22003", "22P02", "42601")
        refused(c, "SELECT '1e999999999'::numeric", "22003", "22P02")
        refused(c, "SELECT 10::numeric ^ 100000000", "22003")
        refused(c, "SELECT DATE '2024-01-01' + 2147483647", "22008")
        refused(c, "SELECT TIMESTAMP '2024-01-01' + INTERVAL '2147483647 months'", "22008", "22015")
        refused(c, "SELECT INTERVAL '99999999999 years'", "22015", "22008", "22007")
        refused(c, "SELECT repeat('ab', 5000) LIKE repeat('%a', 2000)")


def timeouts(server):
    with server.connect(autocommit=True) as c:
        c.execute("SET statement_timeout = '200ms'")
        for statement in ("SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b", "SELECT pg_sleep(30)",
                          "SELECT sum(a + b) FROM generate_series(1, 50000) x(a) JOIN generate_series(1, 50000) y(b) ON a < b"):
            began = time.monotonic()
            try:
                c.execute(statement)
                raise AssertionError("no timeout")
            except errors.QueryCanceled:
                pass
            except psycopg.Error as problem:
                assert problem.sqlstate in ("53200", "0A000", "42883"), problem
            assert time.monotonic() - began < 5, f"{time.monotonic() - began:.1f} s"
        c.execute("SET statement_timeout = 0")
        assert c.execute("SELECT 1").fetchone() == (1,)


def cancels(server):
    slow = "SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b"
    with server.connect(autocommit=True) as c:
        for _ in range(5):
            timer = threading.Timer(0.15, c.cancel)
            timer.start()
            try:
                c.execute(slow)
                raise AssertionError("not cancelled")
            except errors.QueryCanceled:
                pass
            timer.join()
        c.cancel()  # nothing runs: no effect
        assert c.execute("SELECT 1").fetchone() == (1,)


def client_dies_in_query(server):
    for _ in range(5):
        session = Session(server)
        session.socket.sendall(frame(b"Q", b"SELECT count(*) FROM generate_series(1, 20000) a, generate_series(1, 20000) b\0"))
        session.socket.close()
        session.connection.close()
    assert server.is_alive()


def client_never_reads(server):
    session = Session(server)
    session.socket.sendall(frame(b"Q", b"SELECT repeat('x', 1000) FROM generate_series(1, 200000)\0"))
    time.sleep(1)
    assert server.is_alive()
    session.socket.close()
    session.connection.close()


def client_dies_in_copy(server):
    with server.connect(autocommit=True) as c:
        c.execute("CREATE TABLE hostile_copy (a integer)")
        session = Session(server)
        session.socket.sendall(frame(b"Q", b"COPY hostile_copy FROM STDIN\0") + frame(b"d", b"1\n2\n"))
        time.sleep(0.3)
        session.socket.close()
        session.connection.close()
        time.sleep(0.5)
        assert c.execute("SELECT count(*) FROM hostile_copy").fetchone() == (0,)
        c.execute("DROP TABLE hostile_copy")


def client_dies_in_transaction(server):
    with server.connect(autocommit=True) as c:
        c.execute("CREATE TABLE hostile_tx (a integer PRIMARY KEY)")
        session = Session(server)
        session.connection.execute("BEGIN")
        session.connection.execute("INSERT INTO hostile_tx VALUES (1)")
        session.socket.close()
        session.connection.close()
        time.sleep(0.3)
        assert c.execute("SELECT count(*) FROM hostile_tx").fetchone() == (0,)
        c.execute("INSERT INTO hostile_tx VALUES (1)")
        c.execute("DROP TABLE hostile_tx")


TESTS = [garbage_at_start, huge_startup_length, negative_startup_length, tiny_startup_length, unknown_protocol, startup_without_end,
         startup_without_user, startup_not_text, half_frames, query_before_authentication, huge_frame_before_authentication,
         garbage_for_password, ssl_then_plain_text, cancel_with_wrong_key, wrong_password, unknown_database, huge_frame, unknown_frame,
         malformed_bodies, random_frames, half_query, silent_client, deep_sql, generated_sql, tall_sql, long_sql, odd_bytes_in_sql, huge_values, timeouts, cancels,
         client_dies_in_query, client_never_reads, client_dies_in_copy, client_dies_in_transaction]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_target_options(parser)
    parser.add_argument("--only", help="run the tests whose name contains this")
    arguments = parser.parse_args()
    tally = Tally()
    with open_target(arguments) as server:
        with server.connect(autocommit=True) as witness:
            for test in TESTS:
                if arguments.only and arguments.only not in test.__name__:
                    continue
                tally.run(test.__name__, test, server)
                if not tally.check(f"{test.__name__}: others are still served", server.is_alive()):
                    break
            tally.equal("a connection opened before it all still works", witness.execute("SELECT 42").fetchone(), (42,))
        if getattr(server, "process", None):
            tally.check("the process never died", server.process.poll() is None)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
