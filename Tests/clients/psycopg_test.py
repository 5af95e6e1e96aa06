"""psycopg 3 against the server: types in text and binary both ways, statements, cursors, COPY, cancel, pipelines."""

import argparse
import datetime as dt
import os
import sys
import threading
import time
import uuid
from decimal import Decimal

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import psycopg
from psycopg import errors, sql
from psycopg.rows import dict_row

from harness import Tally, add_target_options, open_target, same

UTC = dt.timezone.utc
VALUES = {
    "boolean": [True, False, None],
    "smallint": [0, 1, -32768, 32767, None],
    "integer": [0, -1, 2147483647, -2147483648, None],
    "bigint": [0, 9223372036854775807, -9223372036854775808, None],
    "real": [0.0, 1.5, -0.25, float("inf"), None],
    "double precision": [0.0, 0.1, -1e300, 1e-300, float("-inf"), None],
    "numeric": [Decimal("0"), Decimal("1.50"), Decimal("-123456789.123456789"), Decimal("0.0001"), Decimal("10000"), Decimal("12345678901234567890.5"), None],
    "numeric(12,4)": [Decimal("0.0000"), Decimal("99999999.9999"), Decimal("-1.5000"), None],
    "text": ["", "plain", "naïve 日本 🙂", "tab\tquote'back\\slash\nline", "x" * 100_000, None],
    "varchar(10)": ["", "ten chars!", None],
    "date": [dt.date(2024, 2, 29), dt.date(1969, 12, 31), dt.date(2000, 1, 1), dt.date(1, 1, 1), dt.date(9999, 12, 31), None],
    "time": [dt.time(0, 0), dt.time(23, 59, 59, 999999), None],
    "timestamp": [dt.datetime(2024, 2, 29, 12, 30, 15, 123456), dt.datetime(1969, 12, 31, 23, 59, 59), dt.datetime(2000, 1, 1), None],
    "timestamptz": [dt.datetime(2024, 7, 1, 12, 0, tzinfo=UTC), dt.datetime(1970, 1, 1, tzinfo=UTC), None],
    "interval": [dt.timedelta(0), dt.timedelta(days=3, hours=4, microseconds=5), dt.timedelta(days=-1, seconds=30), None],
    "uuid": [uuid.UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), None],
}


def fails(error, body, *arguments, message=None):
    try:
        body(*arguments)
    except error as problem:
        if message:
            assert message in str(problem), str(problem)
        return problem
    raise AssertionError(f"no {error.__name__}")


def round_trip(c, kind, binary_in, binary_out):
    for value in VALUES[kind]:
        placeholder = "%b" if binary_in else "%t"
        found = c.cursor(binary=binary_out).execute(f"SELECT {placeholder}::{kind}", [value]).fetchone()[0]
        assert found == value and type(found) is type(value), f"{value!r} came back as {found!r}"


def stored(c, kind, binary):
    c.execute("DROP TABLE IF EXISTS stored")
    c.execute(f"CREATE TABLE stored (i integer PRIMARY KEY, v {kind})")
    for i, value in enumerate(VALUES[kind]):
        c.cursor(binary=binary).execute(f"INSERT INTO stored VALUES (%s, {'%b' if binary else '%t'})", [i, value])
    rows = c.cursor(binary=binary).execute("SELECT v FROM stored ORDER BY i").fetchall()
    same([r[0] for r in rows], VALUES[kind])
    c.execute("DROP TABLE stored")


def comparing_parameters(c):
    c.execute("CREATE TABLE params (id integer PRIMARY KEY, n numeric(10,2), t text, d date)")
    c.cursor().executemany("INSERT INTO params VALUES (%s, %s, %s, %s)",
                           [(i, Decimal(i) / 4, f"t{i}", dt.date(2024, 1, 1) + dt.timedelta(i)) for i in range(100)])
    same(c.execute("SELECT count(*) FROM params WHERE id < %s AND n >= %s", [50, Decimal("2.5")]).fetchone(), (40,))
    same(c.execute("SELECT id FROM params WHERE t = %s", ["t7"]).fetchall(), [(7,)])
    same(c.execute("SELECT id FROM params WHERE d BETWEEN %s AND %s ORDER BY id", [dt.date(2024, 1, 3), dt.date(2024, 1, 4)]).fetchall(), [(2,), (3,)])
    same(c.execute("SELECT id FROM params WHERE id IN (%s, %s) ORDER BY id LIMIT %s", [5, 6, 1]).fetchall(), [(5,)])
    same(c.execute("SELECT count(*) FROM params WHERE id = ANY(%s)", [[1, 2, 300]]).fetchone(), (2,))
    same(c.execute("SELECT %s + 1, %s || 'x'", [1, "a"]).fetchone(), (2, "ax"))
    same(c.execute("SELECT count(*) FROM params WHERE t = %s OR %s::integer IS NULL", ["none", None]).fetchone(), (100,))
    c.execute("UPDATE params SET n = %s WHERE id = %s", [Decimal("9.99"), 1])
    same(c.execute("DELETE FROM params WHERE id >= %s", [90]).rowcount, 10)
    c.execute("DROP TABLE params")


def prepared_statements(c):
    c.prepare_threshold = 2
    for i in range(20):
        same(c.execute("SELECT %s::integer * 2", [i]).fetchone(), (i * 2,))
    same(c.execute("SELECT %s::integer * 3", [5], prepare=True).fetchone(), (15,))
    c.prepare_threshold = 5


def many_prepared_statements(c):
    for i in range(150):
        same(c.execute(f"SELECT {i} + %s::integer", [1], prepare=True).fetchone(), (i + 1,))


def prepared_after_alter(c):
    c.execute("CREATE TABLE altered (a integer)")
    c.execute("INSERT INTO altered VALUES (1)")
    same(c.execute("SELECT a FROM altered WHERE a = %s", [1], prepare=True).fetchall(), [(1,)])
    c.execute("DROP TABLE altered")
    fails(errors.UndefinedTable, lambda: c.execute("SELECT a FROM altered WHERE a = %s", [1], prepare=True))
    c.execute("CREATE TABLE altered (a integer)")
    same(c.execute("SELECT a FROM altered WHERE a = %s", [1], prepare=True).fetchall(), [])
    c.execute("DROP TABLE altered")


def describe_only(c):
    cursor = c.execute("SELECT 1 AS a, 'x'::text AS b, 1.5::numeric(6,2) AS n, NULL::date AS d")
    same([(d.name, d.type_code) for d in cursor.description], [("a", 23), ("b", 25), ("n", 1700), ("d", 1082)])
    same((cursor.description[2].precision, cursor.description[2].scale), (6, 2))


def row_counts(c):
    c.execute("CREATE TABLE counts (a integer)")
    same(c.execute("INSERT INTO counts VALUES (1), (2), (3)").rowcount, 3)
    same(c.execute("UPDATE counts SET a = a + 1 WHERE a > 1").rowcount, 2)
    same(c.execute("DELETE FROM counts").statusmessage, "DELETE 3")
    same(c.execute("SELECT 1").statusmessage, "SELECT 1")
    c.execute("DROP TABLE counts")


def executemany_returning(c):
    c.execute("CREATE TABLE many (a integer PRIMARY KEY)")
    with c.cursor() as cursor:
        cursor.executemany("INSERT INTO many VALUES (%s)", [(i,) for i in range(500)])
    same(c.execute("SELECT count(*), sum(a) FROM many").fetchone(), (500, 124750))
    c.execute("DROP TABLE many")


def large_result(c):
    rows = c.execute("SELECT a.x * 1000 + b.x AS n FROM generate_series(0, 199) AS a(x), generate_series(0, 999) AS b(x)").fetchall()
    same(len(rows), 200000)
    same(sum(r[0] for r in rows), sum(range(200000)))


def streaming(c):
    total = 0
    for (n,) in c.cursor().stream("SELECT x FROM generate_series(1, 5000) AS g(x)"):
        total += n
    same(total, 12502500)


def server_cursor(server):
    with server.connect() as c:
        with c.cursor(name="big") as cursor:
            cursor.itersize = 100
            cursor.execute("SELECT x FROM generate_series(1, 1000) AS g(x) ORDER BY x")
            same(cursor.fetchone(), (1,))
            same(len(cursor.fetchmany(50)), 50)
            same(sum(r[0] for r in cursor), sum(range(52, 1001)))


def transactions(server):
    with server.connect() as c:
        c.execute("CREATE TABLE tx (a integer)")
        c.commit()
        c.execute("INSERT INTO tx VALUES (1)")
        c.rollback()
        same(c.execute("SELECT count(*) FROM tx").fetchone(), (0,))
        c.commit()
        with c.transaction():
            c.execute("INSERT INTO tx VALUES (1)")
        same(c.execute("SELECT count(*) FROM tx").fetchone(), (1,))
        c.commit()

        def breaks():
            with c.transaction():
                c.execute("INSERT INTO tx VALUES (2)")
                raise ValueError("stop")
        fails(ValueError, breaks)
        same(c.execute("SELECT count(*) FROM tx").fetchone(), (1,))
        c.commit()
        fails(errors.DivisionByZero, lambda: c.execute("SELECT 1/0"))
        same(c.info.transaction_status, psycopg.pq.TransactionStatus.INERROR)
        fails(errors.InFailedSqlTransaction, lambda: c.execute("SELECT 1"))
        c.rollback()
        same(c.execute("SELECT 1").fetchone(), (1,))
        c.rollback()
        c.execute("DROP TABLE tx")


def savepoints(server):
    with server.connect() as c:
        c.execute("CREATE TABLE sp (a integer)")
        with c.transaction():
            c.execute("INSERT INTO sp VALUES (1)")

            def inner():
                with c.transaction():
                    c.execute("INSERT INTO sp VALUES (2)")
                    raise ValueError
            fails(ValueError, inner)
            c.execute("INSERT INTO sp VALUES (3)")
        same(c.execute("SELECT a FROM sp ORDER BY a").fetchall(), [(1,), (3,)])
        c.execute("DROP TABLE sp")


def two_writers_conflict(server):
    with server.connect() as a, server.connect() as b:
        a.execute("CREATE TABLE ww (id integer PRIMARY KEY, v integer)")
        a.execute("INSERT INTO ww VALUES (1, 0)")
        a.commit()
        for c in (a, b):
            c.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            same(c.execute("SELECT v FROM ww").fetchone(), (0,))
        a.execute("UPDATE ww SET v = 1 WHERE id = 1")
        a.commit()

        def second():
            b.execute("UPDATE ww SET v = 2 WHERE id = 1")
            b.commit()
        fails(errors.SerializationFailure, second)
        b.rollback()
        same(b.execute("SELECT v FROM ww").fetchone(), (1,))
        b.rollback()
        a.execute("DROP TABLE ww")


def copy_in_and_out(c):
    c.execute("CREATE TABLE cp (a integer, b text, n numeric(8,2), d date)")
    rows = [(i, f"row\t{i}\n" if i % 3 else None, Decimal(i) / 4, dt.date(2024, 1, 1) + dt.timedelta(i % 300)) for i in range(5000)]
    with c.cursor() as cursor, cursor.copy("COPY cp FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    same(c.execute("SELECT count(*), count(b), sum(n) FROM cp").fetchone(), (5000, 3333, sum(r[2] for r in rows)))
    with c.cursor() as cursor, cursor.copy("COPY (SELECT a, b FROM cp ORDER BY a) TO STDOUT") as copy:
        copy.set_types(["int4", "text"])
        same([r for r in copy.rows()], [r[:2] for r in rows])
    c.execute("DROP TABLE cp")


def copy_binary(c):
    """Storehouse copies text and CSV only: binary is refused with a position, and the connection goes on."""
    c.execute("CREATE TABLE cpb (a integer, b text, d date, n numeric(8,2))")
    rows = [(i, f"v{i}" if i % 2 else None, dt.date(2024, 1, 1), Decimal(i) / 2) for i in range(100)]
    try:
        with c.cursor() as cursor, cursor.copy("COPY cpb FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(["int4", "text", "date", "numeric"])
            for row in rows:
                copy.write_row(row)
    except errors.FeatureNotSupported as problem:
        same(problem.diag.statement_position, "22")
        rows = []
    same(c.execute("SELECT a, b, d, n FROM cpb ORDER BY a").fetchall(), rows)
    c.execute("DROP TABLE cpb")


def copy_aborted_by_client(c):
    c.execute("CREATE TABLE cpa (a integer)")

    def breaks():
        with c.cursor() as cursor, cursor.copy("COPY cpa FROM STDIN") as copy:
            copy.write("1\n2\n")
            raise ValueError("changed my mind")
    fails(ValueError, breaks)
    same(c.execute("SELECT count(*) FROM cpa").fetchone(), (0,))
    c.execute("DROP TABLE cpa")


def copy_bad_row(c):
    c.execute("CREATE TABLE cpe (a integer)")

    def bad():
        with c.cursor() as cursor, cursor.copy("COPY cpe FROM STDIN") as copy:
            copy.write("1\n" * 10000 + "x\n" + "2\n" * 10000)
    fails(errors.InvalidTextRepresentation, bad)
    same(c.execute("SELECT count(*) FROM cpe").fetchone(), (0,))
    c.execute("DROP TABLE cpe")


SLOW = "SELECT count(*) FROM generate_series(1, 100000) AS a(x), generate_series(1, 100000) AS b(y) WHERE x % 7 = y % 5"


def cancelling(c):
    timer = threading.Timer(0.4, c.cancel)
    timer.start()
    began = time.monotonic()
    fails(errors.QueryCanceled, lambda: c.execute(SLOW))
    assert time.monotonic() - began < 5, "cancelling took too long"
    timer.join()
    same(c.execute("SELECT 1").fetchone(), (1,))


def statement_timeout(c):
    c.execute("SET statement_timeout = '300ms'")
    began = time.monotonic()
    fails(errors.QueryCanceled, lambda: c.execute(SLOW), message="statement timeout")
    assert time.monotonic() - began < 5, "the timeout came too late"
    c.execute("SET statement_timeout = 0")
    same(c.execute("SELECT 1").fetchone(), (1,))


def pipeline(server):
    with server.connect(autocommit=True) as c:
        c.execute("CREATE TABLE pipe (a integer PRIMARY KEY)")
        with c.pipeline():
            cursors = [c.execute("SELECT %s::integer", [i]) for i in range(50)]
            c.execute("INSERT INTO pipe VALUES (1), (2)")
            last = c.execute("SELECT count(*) FROM pipe")
        same([cursor.fetchone()[0] for cursor in cursors], list(range(50)))
        same(last.fetchone(), (2,))
        c.execute("DROP TABLE pipe")


def pipeline_error(server):
    with server.connect(autocommit=True) as c:
        def breaks():
            with c.pipeline() as p:
                c.execute("SELECT 1")
                c.execute("SELECT 1/0")
                c.execute("SELECT 2")
                p.sync()
        fails(errors.DivisionByZero, breaks)
        same(c.execute("SELECT 3").fetchone(), (3,))


def error_fields(c):
    problem = fails(errors.UndefinedColumn, lambda: c.execute("SELECT id,\n  nosuch FROM generate_series(1, 2) AS g(id)"))
    same((problem.diag.severity, problem.diag.severity_nonlocalized, problem.diag.sqlstate, problem.diag.message_primary, problem.diag.statement_position),
         ("ERROR", "ERROR", "42703", 'column "nosuch" does not exist', "14"))


def error_classes(c):
    c.execute("CREATE TABLE ec (a integer PRIMARY KEY, b text NOT NULL)")
    c.execute("INSERT INTO ec VALUES (1, 'x')")
    for error, statement in [
            (errors.SyntaxError, "SELEC 1"), (errors.UndefinedTable, "SELECT * FROM nosuch"), (errors.UndefinedColumn, "SELECT nosuch FROM ec"),
            (errors.UndefinedFunction, "SELECT nosuch(1)"), (errors.DuplicateTable, "CREATE TABLE ec (a integer)"), (errors.UniqueViolation, "INSERT INTO ec VALUES (1, 'y')"),
            (errors.NotNullViolation, "INSERT INTO ec VALUES (2, NULL)"), (errors.InvalidTextRepresentation, "SELECT 'x'::integer"), (errors.DivisionByZero, "SELECT 1/0"),
            (errors.NumericValueOutOfRange, "SELECT 2147483647 + 1"), (errors.GroupingError, "SELECT a, count(*) FROM ec GROUP BY b"), (errors.DatatypeMismatch, "SELECT 1 WHERE 1"),
            (errors.AmbiguousColumn, "SELECT a FROM ec x, ec y"), (errors.DuplicateAlias, "SELECT * FROM ec, ec"), (errors.CardinalityViolation, "SELECT (SELECT 1 UNION ALL SELECT 2)")]:
        fails(error, lambda: c.execute(statement))
    same(fails(errors.UniqueViolation, lambda: c.execute("INSERT INTO ec VALUES (1, 'z')")).diag.table_name, "ec")
    c.execute("DROP TABLE ec")


def bad_parameters(c):
    fails(errors.InvalidTextRepresentation, lambda: c.execute("SELECT %t::integer", ["x"]))
    fails(errors.DatatypeMismatch, lambda: c.execute("SELECT 1 WHERE %s", [5]))
    same(c.execute("SELECT %s::text", ["still fine"]).fetchone(), ("still fine",))


def session_settings(c):
    c.execute("SET timezone = 'America/New_York'")
    same(c.execute("SHOW timezone").fetchone(), ("America/New_York",))
    same(c.info.parameter_status("TimeZone"), "America/New_York")
    same(c.execute("SELECT '2024-07-01 12:00+00'::timestamptz::text").fetchone(), ("2024-07-01 08:00:00-04",))
    c.execute("RESET timezone")
    c.execute("SET application_name = 'tests'")
    same(c.info.parameter_status("application_name"), "tests")
    same(c.execute("SELECT set_config('application_name', 'other', false), current_setting('application_name')").fetchone(), ("other", "other"))


def parameter_status(c):
    same(c.info.parameter_status("server_encoding"), "UTF8")
    same(c.info.parameter_status("client_encoding"), "UTF8")
    same(c.info.parameter_status("integer_datetimes"), "on")
    same(c.info.parameter_status("standard_conforming_strings"), "on")
    assert c.info.server_version // 10000 == 15, c.info.server_version


def set_local(server):
    with server.connect() as c:
        c.execute("SET LOCAL statement_timeout = '5s'")
        same(c.execute("SHOW statement_timeout").fetchone(), ("5s",))
        c.rollback()
        same(c.execute("SHOW statement_timeout").fetchone(), ("0",))


def startup_options(server):
    with server.connect(options="-c statement_timeout=7s", application_name="opt") as c:
        same(c.execute("SHOW statement_timeout").fetchone(), ("7s",))
        same(c.execute("SHOW application_name").fetchone(), ("opt",))


def composing(c):
    name = sql.Identifier("odd \"name")
    c.execute(sql.SQL("CREATE TABLE {} (a integer)").format(name))
    c.execute(sql.SQL("INSERT INTO {} VALUES ({})").format(name, sql.Literal(5)))
    same(c.cursor(row_factory=dict_row).execute(sql.SQL("SELECT * FROM {}").format(name)).fetchall(), [{"a": 5}])
    c.execute(sql.SQL("DROP TABLE {}").format(name))


def discarding(c):
    c.execute("SET application_name = 'x'")
    c.execute("DISCARD ALL")
    same(c.execute("SELECT 1").fetchone(), (1,))


def many_connections(server):
    connections = [server.connect(autocommit=True) for _ in range(40)]
    same([c.execute("SELECT %s::integer", [i]).fetchone()[0] for i, c in enumerate(connections)], list(range(40)))
    for c in connections:
        c.close()


def concurrent_writers(server):
    with server.connect(autocommit=True) as c:
        c.execute("CREATE TABLE cw (w integer, i integer)")
        problems = []

        def write(worker):
            try:
                with server.connect(autocommit=True) as mine:
                    for i in range(50):
                        mine.execute("INSERT INTO cw VALUES (%s, %s)", [worker, i])
            except Exception as problem:
                problems.append(problem)
        threads = [threading.Thread(target=write, args=(w,)) for w in range(6)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        same(problems, [])
        same(c.execute("SELECT count(*), count(DISTINCT w * 1000 + i) FROM cw").fetchone(), (300, 300))
        c.execute("DROP TABLE cw")


def advisory_locks(server):
    def one(c, query):
        return c.execute(query).fetchone()[0]
    with server.connect(autocommit=True) as a, server.connect(autocommit=True) as b:
        a.execute("SELECT pg_advisory_lock(7)")
        same(one(a, "SELECT pg_try_advisory_lock(7)"), True)
        same(one(b, "SELECT pg_try_advisory_lock(7)"), False)
        same(one(b, "SELECT pg_try_advisory_lock_shared(7)"), False)
        same(one(b, "SELECT pg_try_advisory_lock(0, 7)"), True)
        b.execute("SET statement_timeout = '200ms'")
        fails(errors.QueryCanceled, lambda: b.execute("SELECT pg_advisory_lock(7)"))
        same([one(a, "SELECT pg_advisory_unlock(7)") for _ in range(2)], [True, True])
        same(one(b, "SELECT pg_try_advisory_lock_shared(7)"), True)
        same(one(a, "SELECT pg_try_advisory_lock_shared(7)"), True)
        a.execute("SELECT pg_advisory_unlock_all()")
        b.execute("SELECT pg_advisory_unlock_all()")
        with a.transaction():
            a.execute("SELECT pg_advisory_xact_lock(8)")
            same(one(b, "SELECT pg_try_advisory_xact_lock(8)"), False)
        same(one(b, "SELECT pg_try_advisory_lock(8)"), True)
    with server.connect(autocommit=True) as c:
        same(wait_for(lambda: one(c, "SELECT pg_try_advisory_lock(8)")), True)


def wait_for(body, seconds=5):
    """What a body answers once that is true: the end of a connection takes the server a moment to see."""
    deadline = time.monotonic() + seconds
    while not (answer := body()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return answer


CONNECTION_TESTS = [comparing_parameters, prepared_statements, many_prepared_statements, prepared_after_alter, describe_only, row_counts,
                    executemany_returning, large_result, streaming, copy_in_and_out, copy_binary, copy_aborted_by_client, copy_bad_row,
                    cancelling, statement_timeout, error_fields, error_classes, bad_parameters, session_settings, parameter_status,
                    composing, discarding]
SERVER_TESTS = [advisory_locks, server_cursor, transactions, savepoints, two_writers_conflict, pipeline, pipeline_error, set_local, startup_options,
                many_connections, concurrent_writers]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_target_options(parser)
    arguments = parser.parse_args()
    tally = Tally()
    with open_target(arguments) as server:
        def with_connection(test, *rest):
            with server.connect(autocommit=True) as c:
                c.execute("SET timezone = 'UTC'")
                test(c, *rest)
        for kind in VALUES:
            for binary_in in (False, True):
                for binary_out in (False, True):
                    if not (binary_in and kind == "interval"):
                        tally.run(f"{kind}: {'binary' if binary_in else 'text'} in, {'binary' if binary_out else 'text'} out",
                                  with_connection, round_trip, kind, binary_in, binary_out)
            if kind != "interval":
                for binary in (False, True):
                    tally.run(f"{kind}: stored, {'binary' if binary else 'text'}", with_connection, stored, kind, binary)
        for test in CONNECTION_TESTS:
            tally.run(test.__name__, with_connection, test)
        for test in SERVER_TESTS:
            tally.run(test.__name__, test, server)
        tally.check("the server is alive", server.is_alive())
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
