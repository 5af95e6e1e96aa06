"""A manager sees only their own stores, whatever they ask: row security through psycopg, with SQL/policies.sql.

The chain has three stores. manager_01 has store 0001; their time in 0002 is over and in 0003 has not begun.
manager_02 has 0002. The rows of 0002 are made to be noticed: the extremes of every column, the one quantity that
divides by zero, codes that are no numbers, and a count that stands out in any text. Every check names what a leak
would show. `--postgresql` runs the checks that are not Storehouse's own against PostgreSQL 15.
"""

import argparse
import datetime
import decimal
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import psycopg

from harness import Tally, add_target_options, load_sql, open_target

D = decimal.Decimal
OWN, OTHER, NOBODYS = 23, 1009, 5
TELLING = {str(n) for n in (OTHER, OTHER + OWN, OTHER + NOBODYS, OTHER + OWN + NOBODYS)}
PASSWORD = "a Password, 1!"
TODAY = datetime.date.today()
DAY = datetime.timedelta(1)


class Sale:
    def __init__(self, number, store):
        self.store, self.number = store, number
        other = store == "0002"
        self.sku = f"X{number % 40}" if other else str(1000 + number % 10)
        self.qty = D(7) if other and number % 9 == 0 else D(1 + number % 5)
        self.net = D(99999 if number % 2 else -99999) if other and number % 100 < 2 else D(number % 50) + D("0.25")
        self.date = TODAY - (1 + number % 90) * DAY
        self.basket = f"{store}|1|{self.date:%Y%m%d}|{number // 3}"

    def values(self):
        when = f"{self.date} 15:00:00+00"
        return (f"('{when}', '{self.store}', '{self.sku}', {self.qty}, {self.net}, 1.5, '{self.basket}', {int(self.store)}, 1, '{self.date}', 900, "
                f"{self.number % 3 + 1}, 'SALE', false, {self.net}, NULL, 0, 0, 1, 'USD', NULL, NULL, NULL, '/s', 'e{self.store}-{self.number}', 1, 0, '{when}')")


SALES = [Sale(n, "0001") for n in range(OWN)] + [Sale(n, "0002") for n in range(OTHER)] + [Sale(n, "0003") for n in range(NOBODYS)]
MINE = [s for s in SALES if s.store == "0001"]


def fill(server):
    load_sql(server, "schema.sql", "policies.sql")
    with server.connect(autocommit=True) as c:
        for role in ("manager_01", "manager_02", "analyst"):
            c.execute(f"ALTER ROLE {role} PASSWORD '{PASSWORD}'")
        c.execute("INSERT INTO dim_store VALUES " + ", ".join(
            f"('000{n}', {n}, '{region}', 'manager_0{n}', 'America/New_York', 'Store {n}', 'USD', 4, NULL, NULL, false, '2020-01-01 00:00:00+00')"
            for n, region in ((1, "North"), (2, "Hidden"), (3, "Hidden"))))
        skus = sorted({s.sku for s in SALES})
        c.execute("INSERT INTO dim_product VALUES " + ", ".join(
            f"('{sku}', {n}, 'All', 1, NULL, '{sku}', NULL, NULL, false, '2020-01-01 00:00:00+00')" for n, sku in enumerate(skus, 1)))
        c.execute("INSERT INTO bridge_manager_store VALUES ('manager_01', '0001', '2020-01-01', NULL), "
                  "('manager_01', '0002', '2020-01-01', current_date), ('manager_01', '0003', current_date + 1, NULL), "
                  "('manager_02', '0002', '2020-01-01', NULL)")
        for start in range(0, len(SALES), 200):
            c.execute("INSERT INTO fact_sales VALUES " + ", ".join(s.values() for s in SALES[start:start + 200]))
        c.execute("CREATE VIEW every_sale AS SELECT store_id, qty_sold, net_amount FROM fact_sales")
        c.execute("CREATE VIEW ungranted_sale AS SELECT * FROM fact_sales")
        c.execute("CREATE VIEW my_sale AS SELECT f.store_id, f.qty_sold FROM fact_sales f JOIN bridge_manager_store b "
                  "ON b.store_id = f.store_id WHERE b.manager = current_user AND b.valid_from <= current_date "
                  "AND (b.valid_to IS NULL OR b.valid_to > current_date)")
        c.execute("GRANT SELECT ON every_sale, my_sale TO manager_01")


class Manager:
    """A connection as a manager, and the checks on it."""

    def __init__(self, server, tally, user="manager_01"):
        self.tally = tally
        self.connection = server.connect(user=user, password=PASSWORD, autocommit=True)

    def rows(self, sql):
        return self.connection.execute(sql).fetchall()

    def sees(self, name, sql, expected, optional=False):
        """`optional`: a clear "not supported" is no leak either."""
        try:
            found = self.rows(sql)
        except psycopg.errors.FeatureNotSupported as problem:
            self.tally.check(name, optional, problem)
        except psycopg.Error as problem:
            self.tally.check(name, False, f"{problem.sqlstate} {problem}")
        else:
            if "ORDER BY" not in sql:
                found, expected = sorted(found, key=repr), sorted(expected, key=repr)
            self.tally.equal(name, found, expected)

    def refused(self, name, sql, *states, optional=False):
        states = (states or ("42501",)) + (("0A000", "42601") if optional else ())
        try:
            cursor = self.connection.execute(sql)
            self.tally.check(name, False, f"allowed: {sql}" + (f"\n      {cursor.fetchmany(3)}" if cursor.description else ""))
        except psycopg.Error as problem:
            self.tally.check(name, problem.sqlstate in states, f"{problem.sqlstate} {problem}")


def plain_reading(m):
    total = sum(s.net for s in MINE)
    m.sees("count", "SELECT count(*) FROM fact_sales", [(OWN,)])
    m.sees("count of a column", "SELECT count(orig_line_no), count(store_id), count(DISTINCT store_id) FROM fact_sales", [(0, OWN, 1)])
    m.sees("sum and average", "SELECT sum(net_amount), sum(qty_sold) FROM fact_sales", [(total, sum(s.qty for s in MINE))])
    m.sees("min and max, which zone maps could answer", "SELECT min(net_amount), max(net_amount), min(store_id), max(store_id), max(sku) FROM fact_sales",
           [(min(s.net for s in MINE), max(s.net for s in MINE), "0001", "0001", max(s.sku for s in MINE))])
    m.sees("every row", "SELECT store_id, event_id FROM fact_sales", [("0001", f"e0001-{s.number}") for s in MINE])
    m.sees("hidden rows by key", "SELECT * FROM fact_sales WHERE event_id = 'e0002-9'", [])
    m.sees("hidden rows by store", "SELECT count(*) FROM fact_sales WHERE store_id = '0002'", [(0,)])
    m.sees("OR true", "SELECT count(*) FROM fact_sales WHERE store_id = '0002' OR true", [(OWN,)])
    m.sees("the store whose time is over or has not begun", "SELECT DISTINCT store_id FROM fact_sales", [("0001",)])
    m.sees("groups", "SELECT store_id, count(*) FROM fact_sales GROUP BY store_id", [("0001", OWN)])
    m.sees("groups over an outer condition", "SELECT count(*) FROM fact_sales GROUP BY net_amount > 50000 HAVING count(*) > 0", [(OWN,)])
    m.sees("filtered aggregates", "SELECT count(*) FILTER (WHERE store_id <> '0001'), count(*) FILTER (WHERE qty_sold = 7) FROM fact_sales", [(0, 0)])
    m.sees("the last rows", "SELECT store_id FROM fact_sales ORDER BY store_id DESC LIMIT 1", [("0001",)])
    m.sees("rows behind the own ones", f"SELECT store_id FROM fact_sales ORDER BY store_id OFFSET {OWN}", [])
    m.sees("top by a hidden extreme", "SELECT net_amount FROM fact_sales ORDER BY net_amount DESC LIMIT 1", [(max(s.net for s in MINE),)])
    m.sees("windows", "SELECT DISTINCT count(*) OVER (), max(net_amount) OVER () FROM fact_sales", [(OWN, max(s.net for s in MINE))])
    m.sees("window neighbours", "SELECT count(*) FROM (SELECT lag(store_id) OVER (ORDER BY store_id DESC) AS before FROM fact_sales) t "
           "WHERE before <> '0001'", [(0,)])
    m.sees("dim_store", "SELECT store_id, region FROM dim_store", [("0001", "North")])
    m.sees("the bridge", "SELECT count(*), min(manager), max(manager) FROM bridge_manager_store", [(3, "manager_01", "manager_01")])


def joins(m):
    for kind in ("JOIN", "LEFT JOIN"):
        m.sees(f"{kind} of fact and store", f"SELECT count(*), count(s.store_id) FROM fact_sales f {kind} dim_store s ON s.store_id = f.store_id", [(OWN, OWN)])
    for kind in ("RIGHT JOIN", "FULL JOIN"):
        m.sees(f"{kind} from products", f"SELECT count(f.store_id) FROM fact_sales f {kind} dim_product p ON p.sku = f.sku", [(OWN,)], optional=True)
    m.sees("LEFT JOIN from products", "SELECT count(f.store_id), count(*) FILTER (WHERE p.sku LIKE 'X%' AND f.store_id IS NOT NULL) "
           "FROM dim_product p LEFT JOIN fact_sales f ON f.sku = p.sku", [(OWN, 0)])
    m.sees("a star with a hidden attribute", "SELECT count(*) FROM fact_sales f JOIN dim_store s ON s.store_id = f.store_id WHERE s.region = 'Hidden'", [(0,)])
    m.sees("a star by key", "SELECT s.region, sum(f.qty_sold) FROM fact_sales f JOIN dim_store s ON s.store_key = f.store_key GROUP BY s.region",
           [("North", sum(s.qty for s in MINE))])
    m.sees("a join with itself", "SELECT count(*) FROM fact_sales a JOIN fact_sales b ON a.event_id = b.event_id", [(OWN,)])
    m.sees("a cross join", "SELECT count(*) FROM fact_sales a CROSS JOIN dim_store s", [(OWN,)])
    m.sees("a join by inequality", "SELECT count(*) FROM dim_store s JOIN fact_sales f ON f.store_id > s.store_id", [(0,)])
    m.sees("USING", "SELECT count(*) FROM fact_sales JOIN dim_store USING (store_id)", [(OWN,)], optional=True)
    m.sees("NATURAL JOIN", "SELECT count(*) FROM (SELECT store_id FROM fact_sales) f NATURAL JOIN (SELECT store_id FROM dim_store) s", [(OWN,)], optional=True)
    m.sees("LATERAL", "SELECT count(*), sum(t.n) FROM dim_product p, LATERAL (SELECT count(*) AS n FROM fact_sales f WHERE f.sku = p.sku AND p.sku LIKE 'X%') t",
           [(len({s.sku for s in SALES}), 0)], optional=True)


def subqueries(m):
    m.sees("EXISTS", "SELECT count(*) FROM dim_product p WHERE EXISTS (SELECT 1 FROM fact_sales f WHERE f.sku = p.sku)", [(len({s.sku for s in MINE}),)])
    m.sees("NOT EXISTS", "SELECT count(*) FROM dim_product p WHERE p.sku LIKE 'X%' AND NOT EXISTS (SELECT 1 FROM fact_sales f WHERE f.sku = p.sku)",
           [(len({s.sku for s in SALES if s.store == "0002"}),)])
    m.sees("an uncorrelated EXISTS", "SELECT EXISTS (SELECT 1 FROM fact_sales WHERE store_id = '0002'), EXISTS (SELECT 1 FROM fact_sales WHERE qty_sold = 7)", [(False, False)])
    m.sees("IN", "SELECT count(*) FROM dim_product WHERE sku IN (SELECT sku FROM fact_sales)", [(len({s.sku for s in MINE}),)])
    m.sees("NOT IN", "SELECT count(*) FROM dim_product WHERE sku NOT IN (SELECT sku FROM fact_sales)", [(len({s.sku for s in SALES} - {s.sku for s in MINE}),)])
    m.sees("= ANY", "SELECT '0002' = ANY (SELECT store_id FROM fact_sales)", [(False,)], optional=True)
    m.sees("> ALL", "SELECT 50000 > ALL (SELECT net_amount FROM fact_sales)", [(True,)], optional=True)
    m.sees("a scalar subquery", "SELECT (SELECT count(*) FROM fact_sales), (SELECT max(store_id) FROM fact_sales)", [(OWN, "0001")])
    m.sees("a correlated scalar subquery", "SELECT sum((SELECT count(*) FROM fact_sales f WHERE f.sku = p.sku)) FROM dim_product p", [(OWN,)])
    m.sees("a subquery in FROM", "SELECT n FROM (SELECT count(*) AS n FROM fact_sales) t", [(OWN,)])
    m.sees("a CTE", "WITH t AS (SELECT * FROM fact_sales) SELECT count(*), max(store_id) FROM t", [(OWN, "0001")])
    m.sees("a CTE used twice", "WITH t AS (SELECT store_id FROM fact_sales) SELECT count(*) FROM t a JOIN t b ON a.store_id = b.store_id", [(OWN * OWN,)])
    m.sees("MATERIALIZED", "WITH t AS MATERIALIZED (SELECT store_id FROM fact_sales) SELECT count(*) FROM t", [(OWN,)], optional=True)
    m.sees("UNION", "SELECT store_id FROM fact_sales UNION SELECT store_id FROM dim_store", [("0001",)], optional=True)
    m.sees("UNION ALL", "SELECT count(*) FROM (SELECT store_id FROM fact_sales UNION ALL SELECT store_id FROM fact_sales) t", [(2 * OWN,)])
    m.sees("EXCEPT", "SELECT sku FROM dim_product WHERE sku LIKE '10%' EXCEPT SELECT sku FROM fact_sales",
           [(k,) for k in {s.sku for s in SALES if s.sku < "X"} - {s.sku for s in MINE}], optional=True)
    m.sees("a policy's own subquery reads the bridge, not the user's trick", "WITH bridge_manager_store AS (SELECT 'manager_01' AS manager, '0002' AS store_id, "
           "date '2020-01-01' AS valid_from, NULL::date AS valid_to) SELECT DISTINCT f.store_id FROM fact_sales f, bridge_manager_store b", [("0001",)])


def error_oracles(m):
    """An expression that fails on hidden rows alone must not fail."""
    bad = "1 / (qty_sold - 7)"
    m.sees("division in the output", f"SELECT count(x) FROM (SELECT {bad} AS x FROM fact_sales) t", [(OWN,)])
    m.sees("division in WHERE", f"SELECT count(*) FROM fact_sales WHERE {bad} IS NOT NULL", [(OWN,)])
    m.sees("division before the hidden store", f"SELECT count(*) FROM fact_sales WHERE {bad} < 100 AND store_id = '0002'", [(0,)])
    m.sees("division in an aggregate", f"SELECT count({bad}) FROM fact_sales", [(OWN,)])
    m.sees("division in a group", f"SELECT count(*) FROM (SELECT {bad} AS g FROM fact_sales GROUP BY 1) t", [(len({s.qty for s in MINE}),)])
    m.sees("division in ORDER BY", f"SELECT store_id FROM fact_sales ORDER BY {bad} LIMIT 1", [("0001",)])
    m.sees("division in a join's condition", "SELECT count(*) FROM fact_sales f JOIN dim_store s ON s.store_id = f.store_id AND 1 / (f.qty_sold - 7) IS NOT NULL", [(OWN,)])
    m.sees("division in an outer join's condition", "SELECT count(f.store_id) FROM dim_store s LEFT JOIN fact_sales f ON 1 / (f.qty_sold - 7) IS NOT NULL", [(OWN,)])
    m.sees("division in EXISTS", f"SELECT EXISTS (SELECT 1 FROM fact_sales WHERE {bad} > 1000)", [(False,)])
    m.sees("division in a filter", f"SELECT count(*) FILTER (WHERE {bad} IS NOT NULL) FROM fact_sales", [(OWN,)])
    m.sees("division in a window", f"SELECT count(*) FROM (SELECT row_number() OVER (ORDER BY {bad}) AS n FROM fact_sales) t", [(OWN,)])
    m.sees("a cast in WHERE", "SELECT count(*) FROM fact_sales WHERE sku::integer > 0", [(OWN,)])
    m.sees("a cast in the output", "SELECT max(sku::integer) FROM fact_sales", [(max(int(s.sku) for s in MINE),)])
    m.sees("a cast in a join", "SELECT count(*) FROM fact_sales f JOIN dim_store s ON f.sku::integer > s.store_key", [(OWN,)])
    m.sees("a cast of a hidden dimension", "SELECT max((region = 'Hidden')::text) FROM dim_store WHERE CASE WHEN region = 'Hidden' THEN region::integer ELSE 1 END = 1", [("false",)])
    m.sees("overflow on hidden values", "SELECT max((net_amount::integer * 40000)::integer) FROM fact_sales", [(max(round(s.net) for s in MINE) * 40000,)])
    m.sees("a failing LIKE", "SELECT count(*) FROM fact_sales WHERE sku LIKE CASE WHEN sku LIKE 'X%' THEN 'x\\' ELSE '%' END", [(OWN,)])


def copies(m):
    def copied(sql):
        with m.connection.cursor() as cursor, cursor.copy(sql) as copy:
            return b"".join(copy).decode().splitlines()
    for name, sql in (("COPY of a query", "COPY (SELECT store_id FROM fact_sales) TO STDOUT"), ("COPY of the table", "COPY fact_sales (store_id) TO STDOUT")):
        try:
            lines = copied(sql)
        except psycopg.Error as problem:
            m.tally.check(name, False, f"{problem.sqlstate} {problem}")
        else:
            m.tally.equal(name, lines, ["0001"] * OWN)
    m.refused("COPY of a table without a grant", "COPY dim_member TO STDOUT")
    m.refused("COPY into the facts", "COPY fact_sales FROM STDIN")
    m.refused("COPY into the bridge", "COPY bridge_manager_store FROM STDIN")
    m.refused("COPY to a file of the server", "COPY (SELECT 1) TO '/tmp/leak'", optional=True)


def views(m):
    m.sees("the owner's view shows what its owner sees", "SELECT count(*) FROM every_sale", [(len(SALES),)])
    m.sees("current_user in a view is who asks", "SELECT count(*), max(store_id) FROM my_sale", [(OWN, "0001")])
    m.refused("a view without a grant", "SELECT count(*) FROM ungranted_sale")
    m.refused("a view of one's own over a table without a grant", "CREATE VIEW trick AS SELECT * FROM dim_member", "42501")


def explains(m, is_postgres):
    for sql in ("SELECT count(*) FROM fact_sales", "SELECT * FROM fact_sales WHERE store_id = '0002'",
                "SELECT s.region, count(*) FROM fact_sales f JOIN dim_store s ON s.store_id = f.store_id GROUP BY s.region"):
        for prefix in ("EXPLAIN ", "EXPLAIN ANALYZE "):
            try:
                text = "\n".join(row[0] for row in m.rows(prefix + sql))
            except psycopg.Error as problem:
                m.tally.check(prefix + sql, False, f"{problem.sqlstate} {problem}")
                continue
            m.tally.check(prefix + sql, text)
            # PostgreSQL shows how many rows a policy removed; Storehouse must not.
            if not is_postgres:
                numbers = set(re.findall(r"(?<![\d.,])\d+(?![\d.,])", re.sub(r"(?<=\d),(?=\d\d\d)", "", text)))
                m.tally.check(f"{prefix}{sql} tells no hidden count", not numbers & TELLING, text)
                m.tally.check(f"{prefix}{sql} tells no hidden value", "99999" not in text and "'0003'" not in text, text)


def rights(m, is_postgres):
    for name, sql in {
        "INSERT": "INSERT INTO fact_target VALUES ('0001', '2026-01-01', 1, 1, 1)", "UPDATE": "UPDATE fact_sales SET qty_sold = 0",
        "DELETE": "DELETE FROM fact_sales", "TRUNCATE": "TRUNCATE fact_sales", "DROP TABLE": "DROP TABLE fact_sales",
        "a bridge row of one's own": "INSERT INTO bridge_manager_store VALUES ('manager_01', '0002', '2020-01-02', NULL)",
        "a longer assignment": "UPDATE bridge_manager_store SET valid_to = NULL",
        "DISABLE ROW LEVEL SECURITY": "ALTER TABLE fact_sales DISABLE ROW LEVEL SECURITY", "DROP POLICY": "DROP POLICY own_stores ON fact_sales",
        "CREATE POLICY": "CREATE POLICY mine ON fact_sales USING (true)", "ALTER POLICY": "ALTER POLICY own_stores ON fact_sales USING (true)",
        "ALTER TABLE": "ALTER TABLE fact_sales ADD COLUMN x integer", "GRANT": "GRANT SELECT ON dim_member TO manager_01",
        "CREATE ROLE": "CREATE ROLE accomplice LOGIN", "ALTER ROLE": "ALTER ROLE manager_01 SUPERUSER", "another's password": "ALTER ROLE admin PASSWORD 'x'",
        "membership": "GRANT analyst TO manager_01", "dim_member": "SELECT count(*) FROM dim_member", "quarantine": "SELECT * FROM storehouse.quarantine",
        "receipts": "SELECT * FROM storehouse.event_receipt",
    }.items():
        m.refused(name, sql)
    m.refused("SET ROLE admin", "SET ROLE admin")
    m.refused("SET ROLE manager_02", "SET ROLE manager_02")
    m.refused("SET SESSION AUTHORIZATION", "SET SESSION AUTHORIZATION admin", optional=True)
    m.refused("hashes of passwords", "SELECT rolpassword FROM pg_catalog.pg_authid", "42501", "42P01")
    try:
        m.connection.execute("SET row_security = off")
        found = m.rows("SELECT count(*) FROM fact_sales")
        m.tally.equal("row_security = off shows no more", found, [(OWN,)])
    except psycopg.Error as problem:
        m.tally.check("row_security = off is refused", problem.sqlstate in ("42501", "42704", "0A000"), f"{problem.sqlstate} {problem}")
    m.connection.execute("RESET ALL")
    m.sees("current_user is the manager still", "SELECT current_user::text", [("manager_01",)])
    if not is_postgres:
        m.refused("storehouse.segments", "SELECT * FROM storehouse.segments")
        m.refused("ageing", "CALL archive.age('fact_sales', before => current_date)")


def statistics(m, is_postgres):
    for name, sql in (("pg_class", "SELECT reltuples::bigint::text FROM pg_catalog.pg_class WHERE relname = 'fact_sales'"),
                      ("pg_stat_user_tables", "SELECT n_live_tup::text, n_tup_ins::text FROM pg_catalog.pg_stat_user_tables WHERE relname = 'fact_sales'"),
                      ("pg_stats", "SELECT attname, histogram_bounds::text FROM pg_catalog.pg_stats WHERE tablename = 'fact_sales'")):
        try:
            text = repr(m.rows(sql))
        except psycopg.Error as problem:
            m.tally.check(f"{name} is refused clearly", problem.sqlstate in ("42501", "42P01", "42703", "0A000"), f"{problem.sqlstate} {problem}")
        else:
            # PostgreSQL's counters of a table's rows are everybody's.
            m.tally.check(f"{name} tells nothing of hidden rows", is_postgres or not set(re.findall(r"\d+", text)) & TELLING and "99999" not in text, text)


def changes_take_effect(server, tally):
    """What an administrator changes holds at once, for open sessions and prepared statements."""
    m = Manager(server, tally)
    with server.connect(autocommit=True) as admin:
        def prepared():
            return m.connection.execute("SELECT count(*) FROM fact_sales WHERE line_no >= %s", (0,), prepare=True).fetchone()[0]
        for _ in range(3):
            before = prepared()
        tally.equal("a prepared statement", before, OWN)
        admin.execute("UPDATE bridge_manager_store SET valid_to = NULL WHERE manager = 'manager_01' AND store_id = '0002'")
        tally.equal("a prepared statement after the assignment grew", prepared(), OWN + OTHER)
        admin.execute("UPDATE bridge_manager_store SET valid_to = current_date WHERE manager = 'manager_01' AND store_id = '0002'")
        tally.equal("a prepared statement after the assignment ended", prepared(), OWN)
        admin.execute("ALTER POLICY own_stores ON fact_sales USING (store_id = '0003')")
        tally.equal("a prepared statement after ALTER POLICY", prepared(), NOBODYS)
        admin.execute("DROP POLICY own_stores ON fact_sales")
        tally.equal("no policy shows nothing", prepared(), 0)
        admin.execute("CREATE POLICY own_stores ON fact_sales FOR SELECT TO manager_02 USING (true)")
        tally.equal("a policy for another role shows nothing", prepared(), 0)
        admin.execute("CREATE POLICY cheap ON fact_sales FOR SELECT USING (store_id = '0001')")
        admin.execute("CREATE POLICY early ON fact_sales FOR SELECT USING (store_id = '0003')")
        tally.equal("two policies widen", prepared(), OWN + NOBODYS)
        try:
            admin.execute("CREATE POLICY narrow ON fact_sales AS RESTRICTIVE FOR SELECT USING (store_id < '0003')")
            tally.equal("a restrictive policy narrows", prepared(), OWN)
            admin.execute("DROP POLICY narrow ON fact_sales")
        except psycopg.errors.FeatureNotSupported:
            tally.check("restrictive policies are refused clearly", True)
        for policy in ("own_stores", "cheap", "early"):
            admin.execute(f"DROP POLICY {policy} ON fact_sales")
        admin.execute("CREATE POLICY own_stores ON fact_sales FOR SELECT USING (current_user = 'analyst' OR store_id IN (SELECT b.store_id "
                      "FROM bridge_manager_store b WHERE b.manager = current_user AND b.valid_from <= current_date AND (b.valid_to IS NULL OR b.valid_to > current_date)))")
        tally.equal("the policy restored", prepared(), OWN)
        admin.execute("REVOKE SELECT ON fact_sales FROM manager_01")
        try:
            tally.check("a prepared statement after REVOKE", False, prepared())
        except psycopg.Error as problem:
            tally.equal("a prepared statement after REVOKE", problem.sqlstate, "42501")
        admin.execute("GRANT SELECT ON fact_sales TO manager_01")
        tally.equal("a prepared statement after GRANT", prepared(), OWN)
        admin.execute("CREATE ROLE visitor LOGIN PASSWORD '" + PASSWORD + "'")
        admin.execute("GRANT SELECT ON fact_sales TO visitor")
    m.connection.close()


def plans_stand_still(server, tally):
    """Hidden rows come and go; what EXPLAIN tells a manager stays the same."""
    m = Manager(server, tally)
    queries = ["SELECT count(*) FROM fact_sales", "SELECT * FROM fact_sales WHERE net_amount > 5000",
               "SELECT s.region, count(*) FROM fact_sales f JOIN dim_store s ON s.store_id = f.store_id GROUP BY s.region"]

    def plans():
        return [[re.sub(r"(time=|Time: )[\d.]+", r"\1", row[0]) for row in m.rows(prefix + sql)] for prefix in ("EXPLAIN ", "EXPLAIN ANALYZE ") for sql in queries]

    before = plans()
    with server.connect(autocommit=True) as admin:
        for start in range(0, 3000, 500):
            admin.execute("INSERT INTO fact_sales VALUES " + ", ".join(Sale(n, "0002").values() for n in range(10_000 + start, 10_500 + start)))
        for sql, old, new in zip(queries * 2, before, plans()):
            tally.equal(f"the plan of {sql} tells nothing of hidden rows", new, old)
        admin.execute("DELETE FROM fact_sales WHERE store_id = '0002' AND split_part(event_id, '-', 2)::integer >= 10000")
    m.connection.close()


def others(server, tally):
    for user, expected in (("manager_01", [(OWN,)]), ("manager_02", [(OTHER,)]), ("analyst", [(len(SALES),)]), ("visitor", [(0,)])):
        m = Manager(server, tally, user)
        # The policy reads the bridge with the reader's own rights; the visitor has none on it.
        if user == "visitor":
            try:
                tally.equal("a role that no policy names", m.rows("SELECT count(*) FROM fact_sales"), expected)
            except psycopg.Error as problem:
                tally.equal("a role that no policy names", problem.sqlstate, "42501")
        else:
            m.sees(f"{user}'s rows", "SELECT count(*) FROM fact_sales", expected)
        m.connection.close()
    with server.connect() as admin:
        tally.equal("the administrator's rows", admin.execute("SELECT count(*) FROM fact_sales").fetchall(), [(len(SALES),)])


def upserts_and_merges(server, tally):
    """ON CONFLICT and MERGE: policies of every action hold, and a stored row that may not be touched is an error."""
    with server.connect(autocommit=True) as admin:
        for sql in (
            "CREATE TABLE desk (id integer PRIMARY KEY, owner text, note text, open boolean DEFAULT true)",
            "ALTER TABLE desk ENABLE ROW LEVEL SECURITY", "GRANT SELECT, INSERT, UPDATE, DELETE ON desk TO manager_01",
            "CREATE POLICY s ON desk FOR SELECT USING (owner IN ('manager_01', 'shared'))",
            "CREATE POLICY i ON desk FOR INSERT WITH CHECK (owner <> 'nobody')",
            "CREATE POLICY u ON desk FOR UPDATE USING (owner IN ('manager_01', 'manager_02')) WITH CHECK (note <> 'bad')",
            "CREATE POLICY d ON desk FOR DELETE USING (owner = 'manager_01' AND open)",
            "INSERT INTO desk VALUES (1, 'manager_01', 'a', true), (2, 'manager_02', 'hidden', true), (3, 'shared', 'c', true), (4, 'manager_01', 'd', false)",
            "CREATE TABLE moves (id integer, owner text, note text)", "GRANT SELECT ON moves TO manager_01",
            "INSERT INTO moves VALUES (1, 'manager_01', 'm1'), (2, 'manager_01', 'm2'), (3, 'manager_01', 'm3'), (9, 'manager_01', 'm9')"):
            admin.execute(sql)
    m = Manager(server, tally)
    upsert = "INSERT INTO desk (id, owner, note) VALUES ({}) ON CONFLICT (id) DO UPDATE SET note = excluded.note"
    merge = "MERGE INTO desk d USING moves m ON d.id = m.id AND {} WHEN "

    def changed(name, sql, rows):
        try:
            m.connection.execute("BEGIN")
            tally.equal(name, m.connection.execute(sql).rowcount, rows)
        except psycopg.Error as problem:
            tally.check(name, False, f"{problem.sqlstate} {problem}")
        m.connection.execute("ROLLBACK")

    changed("ON CONFLICT inserts a row of one's own", upsert.format("10, 'manager_01', 'x'"), 1)
    changed("ON CONFLICT changes a row of one's own", upsert.format("1, 'manager_01', 'x'"), 1)
    changed("ON CONFLICT DO NOTHING without a key needs no sight of the row", "INSERT INTO desk VALUES (11, 'other', 'x') ON CONFLICT DO NOTHING", 1)
    changed("ON CONFLICT whose WHERE leaves the hidden row out", upsert.format("2, 'manager_01', 'x'") + " WHERE desk.note = 'none'", 0)
    changed("a plain INSERT needs no sight of the row", "INSERT INTO desk VALUES (11, 'other', 'x')", 1)
    m.refused("ON CONFLICT on a hidden row", upsert.format("2, 'manager_01', 'x'"))
    m.refused("ON CONFLICT on a row that UPDATE may not touch", upsert.format("3, 'manager_01', 'x'"))
    m.refused("ON CONFLICT whose new row UPDATE refuses", upsert.format("1, 'manager_01', 'bad'"))
    m.refused("ON CONFLICT whose proposed row INSERT refuses", upsert.format("1, 'nobody', 'x'"))
    m.refused("ON CONFLICT that makes a row one may not see", upsert.format("1, 'manager_01', 'x'") + ", owner = 'other'")
    m.refused("ON CONFLICT that inserts a row one may not see", upsert.format("12, 'other', 'x'"))
    m.refused("ON CONFLICT DO NOTHING with a key that inserts a row one may not see", "INSERT INTO desk VALUES (12, 'other', 'x') ON CONFLICT (id) DO NOTHING")
    changed("MERGE changes and inserts", merge.format("m.id <> 3") + "MATCHED THEN UPDATE SET note = m.note WHEN NOT MATCHED AND m.id = 9 THEN INSERT VALUES (m.id, m.owner, m.note)", 2)
    changed("MERGE deletes", merge.format("m.id = 1") + "MATCHED THEN DELETE", 1)
    changed("MERGE matches no hidden row", merge.format("m.id = 2") + "MATCHED THEN DELETE", 0)
    changed("MERGE DO NOTHING", merge.format("true") + "MATCHED THEN DO NOTHING WHEN NOT MATCHED THEN DO NOTHING", 0)
    m.refused("MERGE that inserts over a hidden row", merge.format("m.id = 2") + "NOT MATCHED AND m.id = 2 THEN INSERT VALUES (m.id, m.owner, m.note)", "23505")
    m.refused("MERGE on a row that UPDATE may not touch", merge.format("m.id = 3") + "MATCHED THEN UPDATE SET note = 'x'")
    m.refused("MERGE on a row that DELETE may not touch", merge.format("m.id = 3") + "MATCHED THEN DELETE")
    m.refused("MERGE whose new row UPDATE refuses", merge.format("m.id = 1") + "MATCHED THEN UPDATE SET note = 'bad'")
    m.refused("MERGE that makes a row one may not see", merge.format("m.id = 1") + "MATCHED THEN UPDATE SET owner = 'other'")
    m.refused("MERGE whose new row INSERT refuses", merge.format("m.id = 9") + "NOT MATCHED AND m.id = 9 THEN INSERT VALUES (m.id, 'nobody', 'x')")
    m.sees("nothing has changed", "SELECT id, note FROM desk ORDER BY id", [(1, "a"), (3, "c"), (4, "d")])
    with server.connect(autocommit=True) as admin:
        admin.execute("DROP TABLE desk")
        admin.execute("DROP TABLE moves")
    m.connection.close()


def battery(server, tally):
    m = Manager(server, tally)
    for body in (plain_reading, joins, subqueries, error_oracles, copies, views):
        body(m)
    statistics(m, server.name == "postgresql")
    explains(m, server.name == "postgresql")
    rights(m, server.name == "postgresql")
    m.connection.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add_target_options(parser)
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    tally = Tally(arguments.verbose)
    with open_target(arguments) as server:
        fill(server)
        battery(server, tally)
        upserts_and_merges(server, tally)
        changes_take_effect(server, tally)
        others(server, tally)
        if server.name == "storehouse":
            plans_stand_still(server, tally)
        if server.name == "storehouse" and not server.address:
            with server.connect(autocommit=True) as admin:
                # Ageing moves whole segments, and these rows are one; every date lies before today.
                admin.execute("CALL archive.age('fact_sales', before => current_date)")
                tiers = {row[0] for row in admin.execute("SELECT DISTINCT tier FROM storehouse.segments WHERE table_name = 'fact_sales'")}
                tally.check("old rows are archived", any("cold" in t.lower() or "archive" in t.lower() for t in tiers), tiers)
            server.stop()
            server.start()
            battery(server, tally)
            others(server, tally)
        tally.check("the server is alive", server.is_alive())
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
