"""psycopg 2 against the server: client-side binding, named cursors, COPY, isolation, its extras."""

import argparse
import datetime
import decimal
import io
import os
import sys
import uuid

import psycopg2
import psycopg2.errors
import psycopg2.extensions
import psycopg2.extras

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from harness import Tally, add_target_options, open_target, same


def connect(server, **options):
    return psycopg2.connect(host=server.host, port=server.port, user=server.user, password=server.password,
                            dbname=server.dbname, **options)


def rows(c, query, arguments=None):
    with c.cursor() as cursor:
        cursor.execute(query, arguments)
        return cursor.fetchall() if cursor.description else None


def fails(kind, c, query, arguments=None):
    try:
        rows(c, query, arguments)
    except kind:
        c.rollback()
        return
    raise AssertionError(f"{kind.__name__} was not raised")


def parameters(c):
    same(rows(c, "SELECT %s, %s, %s, %s, %s, %s", (1, "it's", datetime.date(2024, 1, 1), decimal.Decimal("1.50"), None, True)),
         [(1, "it's", datetime.date(2024, 1, 1), decimal.Decimal("1.50"), None, True)])
    same(rows(c, "SELECT %(a)s + %(a)s", {"a": 21}), [(42,)])
    same(rows(c, "SELECT 1 WHERE 2 IN %s", ((1, 2, 3),)), [(1,)])
    same(rows(c, "SELECT %s", ([1, 2],)), [([1, 2],)])
    same(rows(c, "SELECT %s::text[]", (["a", None, "c\"d"],)), [(["a", None, "c\"d"],)])


def types(c):
    row = rows(c, "SELECT 1::numeric(4,2), interval '1 day 2 hours', '\\x00ff'::bytea, '{\"a\": 1}'::jsonb, "
                  "timestamptz '2024-01-01 10:00+00', time '10:00', 1.5::float8, array[1.5, 2]::numeric[]")[0]
    same(row[0], decimal.Decimal("1.00"))
    same(row[1], datetime.timedelta(days=1, hours=2))
    same(bytes(row[2]), b"\x00\xff")
    same(row[3], {"a": 1})
    same(row[4], datetime.datetime(2024, 1, 1, 10, tzinfo=datetime.timezone.utc))
    same(row[5:], (datetime.time(10), 1.5, [decimal.Decimal("1.5"), decimal.Decimal("2")]))


def extras(c):
    psycopg2.extras.register_uuid(conn_or_curs=c)
    value = uuid.UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")
    same(rows(c, "SELECT %s", (value,)), [(value,)])
    psycopg2.extras.register_default_jsonb(c)
    same(rows(c, "SELECT %s::jsonb", (psycopg2.extras.Json([1, {"b": None}]),)), [([1, {"b": None}],)])
    same(psycopg2.extras.HstoreAdapter.get_oids(c), ((), ()))
    with c.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
        cursor.execute("SELECT 1 AS a, 'x' AS b")
        same(dict(cursor.fetchone()), {"a": 1, "b": "x"})
    with c.cursor(cursor_factory=psycopg2.extras.NamedTupleCursor) as cursor:
        cursor.execute("SELECT 1 AS a")
        same(cursor.fetchone().a, 1)


def many_values(c):
    rows(c, "CREATE TABLE p2_values (a integer, b text)")
    with c.cursor() as cursor:
        made = psycopg2.extras.execute_values(cursor, "INSERT INTO p2_values VALUES %s RETURNING a",
                                              [(i, "x") for i in range(300)], fetch=True)
        same(len(made), 300)
        psycopg2.extras.execute_batch(cursor, "INSERT INTO p2_values VALUES (%s, %s)", [(1, "q")] * 50)
        cursor.executemany("INSERT INTO p2_values VALUES (%s, %s)", [(2, "r")] * 10)
    same(rows(c, "SELECT count(*), count(DISTINCT a) FROM p2_values"), [(360, 300)])
    c.rollback()
    fails(psycopg2.errors.UndefinedTable, c, "SELECT * FROM p2_values")


def named_cursor(c):
    with c.cursor("big") as cursor:
        cursor.itersize = 100
        cursor.execute("SELECT generate_series(1, 1000)")
        same(sum(row[0] for row in cursor), 500500)
    with c.cursor("scrolled", scrollable=True) as cursor:
        cursor.execute("SELECT generate_series(1, 100)")
        cursor.scroll(10)
        same(cursor.fetchone(), (11,))
        cursor.scroll(-5)
        same(cursor.fetchone(), (7,))
        cursor.scroll(0, mode="absolute")
        same(cursor.fetchmany(2), [(1,), (2,)])
    with c.cursor("held", withhold=True) as cursor:
        cursor.execute("SELECT generate_series(1, 10)")
        c.commit()
        same(len(cursor.fetchall()), 10)


def copy(c):
    rows(c, "CREATE TABLE p2_copy (a integer, b text)")
    with c.cursor() as cursor:
        cursor.copy_from(io.StringIO("1\tx\n2\t\\N\n"), "p2_copy")
        cursor.copy_expert("COPY p2_copy (a) FROM STDIN (FORMAT csv)", io.StringIO("3\n"))
        out = io.StringIO()
        cursor.copy_to(out, "p2_copy", null="-")
        same(out.getvalue(), "1\tx\n2\t-\n3\t-\n")
        out = io.StringIO()
        cursor.copy_expert("COPY (SELECT * FROM p2_copy ORDER BY a DESC) TO STDOUT (FORMAT csv, HEADER)", out)
        same(out.getvalue(), "a,b\n3,\n2,\n1,x\n")
        first = io.BytesIO()
        cursor.copy_expert("COPY p2_copy TO STDOUT (FORMAT binary)", first)
        first.seek(0)
        rows(c, "CREATE TABLE p2_copied (a integer, b text)")
        cursor.copy_expert("COPY p2_copied FROM STDIN (FORMAT binary)", first)
        second = io.BytesIO()
        cursor.copy_expert("COPY p2_copied TO STDOUT (FORMAT binary)", second)
        same(second.getvalue(), first.getvalue())
    c.rollback()


def isolation(c):
    for level, name in ((1, "read committed"), (2, "repeatable read"), (3, "serializable"), (4, "read uncommitted")):
        c.set_session(isolation_level=level)
        same(rows(c, "SHOW transaction_isolation"), [(name,)])
        c.rollback()
    c.set_session(isolation_level="DEFAULT", readonly=True)
    fails(psycopg2.errors.ReadOnlySqlTransaction, c, "CREATE TABLE p2_never (a integer)")
    c.set_session(readonly=False, deferrable=False)
    c.autocommit = True
    same(rows(c, "SELECT 1"), [(1,)])
    c.autocommit = False


def errors(c):
    fails(psycopg2.errors.DivisionByZero, c, "SELECT 1/0")
    fails(psycopg2.errors.UndefinedColumn, c, "SELECT nosuch")
    fails(psycopg2.errors.SyntaxError, c, "SELEC")
    fails(psycopg2.errors.InvalidTextRepresentation, c, "SELECT 'x'::integer")
    try:
        rows(c, "SELECT nosuch")
    except psycopg2.Error as error:
        same((error.pgcode, error.diag.statement_position, error.diag.severity), ("42703", "8", "ERROR"))
    same(c.info.transaction_status, psycopg2.extensions.TRANSACTION_STATUS_INERROR)
    fails(psycopg2.errors.InFailedSqlTransaction, c, "SELECT 1")


def description(c):
    rows(c, "CREATE TABLE p2_described (id integer, amount numeric(10,2), name varchar(20))")
    with c.cursor() as cursor:
        cursor.execute("SELECT id, amount, name FROM p2_described")
        same([(d.name, d.type_code, d.precision, d.scale, d.table_column) for d in cursor.description],
             [("id", 23, None, None, 1), ("amount", 1700, 10, 2, 2), ("name", 1043, None, None, 3)])
        same(len({d.table_oid for d in cursor.description}), 1)
    c.rollback()


def session(c):
    same(c.server_version // 10000, 15)
    same(c.encoding, "UTF8")
    same(c.get_parameter_status("integer_datetimes"), "on")
    same(rows(c, "SELECT 'naïve 日本'"), [("naïve 日本",)])
    c.reset()
    with c:
        rows(c, "CREATE TABLE p2_with (a integer)")
    with c:
        rows(c, "DROP TABLE p2_with")
    assert c.get_backend_pid() > 0


TESTS = [parameters, types, extras, many_values, named_cursor, copy, isolation, errors, description, session]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_target_options(parser)
    arguments = parser.parse_args()
    tally = Tally()
    with open_target(arguments) as server:
        for test in TESTS:
            c = connect(server)
            rows(c, "SET timezone = 'UTC'")
            c.commit()
            tally.run(test.__name__, test, c)
            c.close()
        tally.check("the server is alive", server.is_alive())
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
