"""ODBC against the server: psqlODBC through unixODBC and pyodbc, its catalog calls included."""

import argparse
import datetime
import decimal
import glob
import os
import sys

import pyodbc

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from harness import Tally, add_target_options, open_target, same

DRIVER = (glob.glob("/usr/lib/*/odbc/psqlodbcw.so") or ["PostgreSQL Unicode"])[0]
SETUP = """
CREATE SCHEMA sales;
CREATE TABLE visits (id integer PRIMARY KEY, store text NOT NULL, amount numeric(10,2), day date, at timestamptz, ok boolean);
INSERT INTO visits VALUES (1, 'north', 9.50, '2024-01-05', '2024-01-05 10:00+00', true), (2, 'south', NULL, '2024-01-06', NULL, false);
CREATE TABLE sales.lines (order_id bigint, line smallint, product varchar(40) NOT NULL, PRIMARY KEY (order_id, line));
CREATE VIEW big_visits AS SELECT id, amount FROM visits WHERE amount > 5;
"""


def select(c):
    rows = c.execute("SELECT id, store, amount, day FROM visits WHERE id = ?", 1).fetchall()
    same([tuple(r) for r in rows], [(1, "north", decimal.Decimal("9.50"), datetime.date(2024, 1, 5))])
    same([d[0] for d in c.execute("SELECT * FROM visits").description], ["id", "store", "amount", "day", "at", "ok"])


def parameters(c):
    row = c.execute("SELECT ?, ?, ?, ?", 1, "é", datetime.date(2024, 1, 1), decimal.Decimal("1.50")).fetchone()
    same(tuple(row)[1], "é")
    same(c.execute("SELECT store FROM visits WHERE day >= ? AND amount > ?", datetime.date(2024, 1, 1), decimal.Decimal("5")).fetchval(),
         "north")


def types(c):
    row = c.execute("SELECT 1::int2, 2::int8, 1.5::float4, 2.5::float8, 'a'::char(3), 'b'::varchar(5), '\\x00ff'::bytea, "
                    "time '10:00', timestamp '2024-01-01 01:02:03'").fetchone()
    same(tuple(row), (1, 2, 1.5, 2.5, "a  ", "b", b"\x00\xff", datetime.time(10), datetime.datetime(2024, 1, 1, 1, 2, 3)))


def tables(c):
    same(sorted((r.table_name, r.table_type) for r in c.cursor().tables(schema="public")), [("big_visits", "VIEW"), ("visits", "TABLE")])
    same([r.table_name for r in c.cursor().tables(table="li%", schema="sales", tableType="TABLE")], ["lines"])
    assert "sales" in {r.table_schem for r in c.cursor().tables(catalog="", schema="%", table="")}


def columns(c):
    found = [(r.column_name, r.type_name, r.nullable) for r in c.cursor().columns(table="visits", schema="public")]
    same(found, [("id", "int4", 0), ("store", "text", 0), ("amount", "numeric", 1), ("day", "date", 1), ("at", "timestamptz", 1),
                 ("ok", "bool", 1)])
    sizes = [(r.column_name, r.column_size, r.decimal_digits) for r in c.cursor().columns(table="visits", column="amount")]
    same(sizes, [("amount", 10, 2)])
    assert len(c.cursor().columns().fetchall()) > 9


def keys(c):
    same([(r.column_name, r.key_seq, r.pk_name) for r in c.cursor().primaryKeys("lines", schema="sales")],
         [("order_id", 1, "lines_pkey"), ("line", 2, "lines_pkey")])
    found = [(r.index_name, r.column_name, r.non_unique) for r in c.cursor().statistics("visits", schema="public") if r.index_name]
    same(found, [("visits_pkey", "id", 0)])
    same(c.cursor().foreignKeys(table="visits").fetchall(), [])
    same(c.cursor().foreignKeys(foreignTable="visits").fetchall(), [])


def functions(c):
    assert len(c.cursor().procedures(procedure="upper", schema="pg_catalog").fetchall()) >= 1
    assert len(c.cursor().procedureColumns(procedure="upper", schema="pg_catalog").fetchall()) >= 2
    assert len(c.cursor().getTypeInfo().fetchall()) > 10
    same(c.execute("{call upper(?)}", "x").fetchval(), "X")
    same(tuple(c.execute("SELECT {fn concat('a', 'b')}, {d '2024-01-01'}").fetchone()), ("ab", datetime.date(2024, 1, 1)))


def writing(c):
    c.execute("CREATE TABLE written (a integer PRIMARY KEY, b varchar(20), c numeric(10,2), d timestamp)")
    moment = datetime.datetime(2024, 1, 1, 1, 2, 3)
    for fast in (False, True):
        cursor = c.cursor()
        cursor.fast_executemany = fast
        first = 1000 if fast else 0
        cursor.executemany("INSERT INTO written VALUES (?, ?, ?, ?)",
                           [(first + i, f"x{i}", decimal.Decimal(i) / 4, moment) for i in range(200)])
    same(tuple(c.execute("SELECT count(*), sum(c), min(d) FROM written").fetchone()), (400, decimal.Decimal("9950.00"), moment))
    same(len(c.execute("SELECT * FROM written ORDER BY a").fetchall()), 400)
    same(c.execute("UPDATE written SET b = 'y' WHERE a < 10").rowcount, 10)
    c.execute("DROP TABLE written")


def transactions(c):
    c.autocommit = False
    same(c.execute("DELETE FROM visits").rowcount, 2)
    c.rollback()
    same(c.execute("SELECT count(*) FROM visits").fetchval(), 2)
    try:
        c.execute("SELECT nosuch FROM visits")
    except pyodbc.Error as error:
        same(error.args[0], "42703" if error.args[0] == "42703" else "42S22")
    else:
        raise AssertionError("no error")
    c.rollback()
    c.autocommit = True
    same(c.execute("SELECT 1").fetchval(), 1)


def several_results(c):
    cursor = c.execute("SELECT 1; SELECT 2")
    same(cursor.fetchval(), 1)
    assert cursor.nextset()
    same(cursor.fetchval(), 2)


def information(c):
    same(c.getinfo(pyodbc.SQL_DBMS_NAME), "PostgreSQL")
    assert c.getinfo(pyodbc.SQL_DBMS_VER).startswith("15."), c.getinfo(pyodbc.SQL_DBMS_VER)


TESTS = [select, parameters, types, tables, columns, keys, functions, writing, transactions, several_results, information]
VARIANTS = {"plain": "", "cursors": "UseDeclareFetch=1;Fetch=10;", "text parameters": "UseServerSidePrepare=0;"}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_target_options(parser)
    arguments = parser.parse_args()
    tally = Tally()
    with open_target(arguments) as server:
        with server.connect(autocommit=True) as c:
            c.execute(SETUP)
        for variant, options in VARIANTS.items():
            for test in TESTS:
                c = pyodbc.connect(f"Driver={DRIVER};Server={server.host};Port={server.port};Database={server.dbname};"
                                   f"Uid={server.user};Pwd={server.password};{options}", autocommit=True)
                tally.run(f"{variant}: {test.__name__}", test, c)
                c.close()
        tally.check("the server is alive", server.is_alive())
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
