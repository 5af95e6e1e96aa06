"""PostgreSQL's postgres_fdw reads (and writes) tables of the server: pushed-down filters, joins, aggregates."""

import argparse
import datetime
import decimal
import os
import sys

import psycopg

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from harness import PostgresCluster, Tally, add_target_options, open_target, same

SETUP = """
CREATE SCHEMA shop;
CREATE TABLE shop.sales (id integer PRIMARY KEY, store integer NOT NULL, amount numeric(10,2), day date, at timestamptz, note text);
INSERT INTO shop.sales SELECT g, g % 10, g * 0.25, date '2024-01-01' + g % 30, timestamptz '2024-01-01 10:00+00', 'note ' || g
    FROM generate_series(1, 2000) AS g;
CREATE TABLE shop.stores (store integer PRIMARY KEY, name varchar(20));
INSERT INTO shop.stores SELECT g, 'store ' || g FROM generate_series(0, 9) AS g;
"""


def remote(c, query):
    """The SQL that the foreign scan sends."""
    lines = [row[0] for row in c.execute(f"EXPLAIN (VERBOSE, COSTS OFF) {query}").fetchall()]
    return " ".join(line.split("Remote SQL: ")[1] for line in lines if "Remote SQL: " in line)


def imported(c):
    same(c.execute("SELECT count(*) FROM information_schema.columns WHERE table_schema = 'shop'").fetchone(), (8,))
    same(c.execute("SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_name = 'stores' "
                   "ORDER BY ordinal_position").fetchall(), [("store", "integer", "NO"), ("name", "character varying", "YES")])
    same(c.execute("SELECT id, store, amount, day, note FROM shop.sales WHERE id = 7").fetchall(),
         [(7, 7, decimal.Decimal("1.75"), datetime.date(2024, 1, 8), "note 7")])


def filters(c):
    query = "SELECT id FROM shop.sales WHERE store = 3 AND day >= '2024-01-10' AND amount < 100.5 AND note LIKE 'note 1%' ORDER BY id"
    sent = remote(c, query)
    for part in ("store = 3", "day >= ", "amount < 100.5", "~~ 'note 1%'"):
        assert part in sent, f"{part!r} is not in {sent}"
    same(c.execute(f"SELECT count(*) FROM ({query}) AS q").fetchone(), c.execute(
        "SELECT count(*) FROM generate_series(1, 2000) AS g WHERE g % 10 = 3 AND date '2024-01-01' + g % 30 >= '2024-01-10' "
        "AND g * 0.25 < 100.5 AND ('note ' || g) LIKE 'note 1%'").fetchone())
    same(c.execute("SELECT count(*) FROM shop.sales WHERE note IS NULL OR id = ANY ('{1,2,3}')").fetchone(), (3,))
    same(c.execute("SELECT id FROM shop.sales WHERE at > '2023-01-01 00:00+02' ORDER BY id LIMIT 2").fetchall(), [(1,), (2,)])


def parameters(c):
    c.execute("SET plan_cache_mode = force_generic_plan")
    for i in range(3):
        same(c.execute("SELECT amount FROM shop.sales WHERE id = %s", [i + 1], prepare=True).fetchone(), (decimal.Decimal(i + 1) / 4,))
    c.execute("RESET plan_cache_mode")


def aggregates(c):
    query = "SELECT store, count(*), sum(amount) FROM shop.sales GROUP BY store HAVING count(*) > 10 ORDER BY store"
    assert "GROUP BY" in remote(c, query), remote(c, query)
    found = c.execute(query).fetchall()
    same(len(found), 10)
    same(found[0], (0, 200, decimal.Decimal("50250.00")))


def joins(c):
    query = "SELECT n.name, sum(s.amount) FROM shop.sales s JOIN shop.stores n ON n.store = s.store WHERE n.store < 2 GROUP BY n.name ORDER BY 1"
    c.execute("ALTER SERVER house OPTIONS (ADD use_remote_estimate 'true')")
    sent = remote(c, query)
    c.execute("ALTER SERVER house OPTIONS (DROP use_remote_estimate)")
    assert "JOIN" in sent, sent
    same(c.execute(query).fetchall(), [("store 0", decimal.Decimal("50250.00")), ("store 1", decimal.Decimal("49800.00"))])
    same(c.execute("SELECT count(*) FROM shop.sales s LEFT JOIN shop.stores n ON n.store = s.store + 5 WHERE n.store IS NULL").fetchone(),
         (1000,))


def cursors(c):
    c.execute("ALTER SERVER house OPTIONS (ADD fetch_size '100')")
    same(c.execute("SELECT count(DISTINCT note), max(id) FROM (SELECT note, id FROM shop.sales OFFSET 0) AS s").fetchone(), (2000, 2000))
    c.execute("ALTER SERVER house OPTIONS (DROP fetch_size)")


def estimates(c):
    c.execute("ALTER SERVER house OPTIONS (ADD use_remote_estimate 'true')")
    same(c.execute("SELECT count(*) FROM shop.sales WHERE store = 1").fetchone(), (200,))
    c.execute("ALTER SERVER house OPTIONS (DROP use_remote_estimate)")


def local_joins(c):
    c.execute("CREATE TABLE wanted AS SELECT g AS id FROM generate_series(1, 5) AS g")
    same(c.execute("SELECT sum(s.amount) FROM wanted w JOIN shop.sales s USING (id)").fetchone(), (decimal.Decimal("3.75"),))
    c.execute("DROP TABLE wanted")


def inserts(c):
    c.execute("INSERT INTO shop.sales VALUES (10001, 1, 2.5, '2024-02-02', NULL, 'from PostgreSQL')")
    c.execute("INSERT INTO shop.sales SELECT 20000 + g, 1, g, '2024-02-02', NULL, NULL FROM generate_series(1, 50) AS g")
    same(c.execute("SELECT note FROM shop.sales WHERE id = 10001").fetchone(), ("from PostgreSQL",))
    same(c.execute("SELECT count(*) FROM shop.sales").fetchone(), (2051,))


def direct_changes(c):
    query = "UPDATE shop.sales SET note = 'changed' WHERE id > 20000"
    assert "UPDATE" in remote(c, query), remote(c, query)
    same(c.execute(query).rowcount, 50)
    same(c.execute("DELETE FROM shop.sales WHERE id > 10000").rowcount, 51)
    same(c.execute("SELECT count(*) FROM shop.sales").fetchone(), (2000,))


def errors(c):
    try:
        c.execute("INSERT INTO shop.stores VALUES (1, 'twice')")
    except psycopg.errors.UniqueViolation:
        pass
    else:
        raise AssertionError("no error")
    same(c.execute("SELECT count(*) FROM shop.stores").fetchone(), (10,))


TESTS = [imported, filters, parameters, aggregates, joins, cursors, estimates, local_joins, inserts, direct_changes, errors]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_target_options(parser)
    arguments = parser.parse_args()
    tally = Tally()
    with open_target(arguments) as server, PostgresCluster() as local:
        with server.connect(autocommit=True) as c:
            c.execute(SETUP)
        with local.connect(autocommit=True) as c:
            c.execute("CREATE EXTENSION postgres_fdw")
            c.execute(f"CREATE SERVER house FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '{server.host}', port '{server.port}', "
                      f"dbname '{server.dbname}')")
            c.execute(f"CREATE USER MAPPING FOR admin SERVER house OPTIONS (user '{server.user}', password '{server.password}')")
            c.execute("CREATE SCHEMA shop")
            tally.run("IMPORT FOREIGN SCHEMA", c.execute, "IMPORT FOREIGN SCHEMA shop FROM SERVER house INTO shop")
            for test in TESTS:
                tally.run(test.__name__, test, c)
        tally.check("the server is alive", server.is_alive())
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
