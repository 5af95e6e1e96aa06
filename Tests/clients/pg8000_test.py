"""pg8000 against the server: its native and DB-API interfaces."""

import argparse
import datetime
import decimal
import io
import os
import sys
import uuid

import pg8000.dbapi
import pg8000.native

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from harness import Tally, add_target_options, open_target, same


def parameters(c, _):
    same(c.run("SELECT :a, :b", a=1, b="x"), [["1", "x"]])
    same(c.run("SELECT cast(:a AS integer), cast(:b AS date), cast(:c AS numeric), cast(:d AS text[])",
               a=1, b=datetime.date(2024, 1, 1), c=decimal.Decimal("1.50"), d=["x", "y"]),
         [[1, datetime.date(2024, 1, 1), decimal.Decimal("1.50"), ["x", "y"]]])
    same(c.run("SELECT count(*) FROM generate_series(1, 10) AS g WHERE g = any(cast(:ids AS integer[]))", ids=[1, 2]), [[2]])


def types(c, _):
    same(c.run("SELECT interval '1 day 2 hours', time '10:00', '\\x00ff'::bytea, '{1,2}'::integer[], true, 1.5::float8, "
               "'{\"a\": 1}'::jsonb, 'a'::char(3), 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, NULL"),
         [[datetime.timedelta(days=1, hours=2), datetime.time(10), b"\x00\xff", [1, 2], True, 1.5, {"a": 1}, "a  ",
           uuid.UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), None]])


def tables(c, _):
    c.run("CREATE TABLE p8 (a integer, b timestamptz, c jsonb)")
    moment = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
    c.run("INSERT INTO p8 VALUES (:a, :b, :c)", a=1, b=moment, c='{"x": 1}')
    same(c.row_count, 1)
    same(c.run("SELECT * FROM p8"), [[1, moment, {"x": 1}]])
    same([(column["name"], column["type_oid"]) for column in c.columns], [("a", 23), ("b", 1184), ("c", 3802)])
    c.run("COPY p8 (a) FROM STDIN", stream=io.StringIO("5\n6\n"))
    out = io.StringIO()
    c.run("COPY (SELECT a FROM p8 ORDER BY a) TO STDOUT", stream=out)
    same(out.getvalue(), "1\n5\n6\n")
    c.run("DROP TABLE p8")


def prepared(c, _):
    statement = c.prepare("SELECT cast(:v AS integer) + 1")
    same([statement.run(v=i) for i in range(3)], [[[1]], [[2]], [[3]]])
    statement.close()


def transactions(c, _):
    c.run("CREATE TABLE p8_kept (a integer)")
    c.run("START TRANSACTION")
    c.run("INSERT INTO p8_kept VALUES (1)")
    c.run("ROLLBACK")
    same(c.run("SELECT count(*) FROM p8_kept"), [[0]])
    c.run("DROP TABLE p8_kept")


def errors(c, _):
    try:
        c.run("SELECT 1/0")
    except pg8000.native.DatabaseError as error:
        same(error.args[0]["C"], "22012")
    else:
        raise AssertionError("no error")
    same(c.run("SELECT 1"), [[1]])


def status(c, _):
    same(c.parameter_statuses["server_encoding"], "UTF8")
    same(c.parameter_statuses["standard_conforming_strings"], "on")
    assert c.parameter_statuses["server_version"].startswith("15."), c.parameter_statuses


def dbapi(_, server):
    d = pg8000.dbapi.connect(user=server.user, host=server.host, port=server.port, password=server.password,
                             database=server.dbname)
    cursor = d.cursor()
    cursor.execute("CREATE TABLE p8_dbapi (a integer, b text)")
    cursor.executemany("INSERT INTO p8_dbapi VALUES (%s, %s)", [(i, str(i)) for i in range(20)])
    cursor.execute("SELECT a FROM p8_dbapi WHERE b = %s", ("7",))
    same(cursor.fetchall(), ([7],))
    d.rollback()
    d.autocommit = True
    try:
        cursor.execute("SELECT * FROM p8_dbapi")
    except pg8000.dbapi.DatabaseError as error:
        same(error.args[0]["C"], "42P01")
    else:
        raise AssertionError("no error")
    d.close()


TESTS = [parameters, types, tables, prepared, transactions, errors, status, dbapi]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_target_options(parser)
    arguments = parser.parse_args()
    tally = Tally()
    with open_target(arguments) as server:
        for test in TESTS:
            c = pg8000.native.Connection(server.user, host=server.host, port=server.port, password=server.password,
                                         database=server.dbname)
            tally.run(test.__name__, test, c, server)
            c.close()
        tally.check("the server is alive", server.is_alive())
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
