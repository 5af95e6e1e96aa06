"""Joins whose build side does not fit the memory budget answer as those that do."""

import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import psycopg

from harness import Tally, add_target_options, open_target

ROWS = 120_000
SOURCES = {
    "one": "SELECT i AS k, i %% 1000 AS v, 'text ' || i AS t FROM generate_series(1, %d) AS g(i)" % ROWS,
    "twice": "SELECT CASE WHEN i %% 50 = 0 THEN NULL ELSE i / 2 * 7 END AS k, i AS v, 'text ' || (i / 2) AS t "
             "FROM generate_series(1, %d) AS g(i)" % ROWS,
    "half": "SELECT i * 2 AS k, i %% 77 AS v, CASE WHEN i %% 9 = 0 THEN NULL ELSE 'text ' || (i * 3) END AS t "
            "FROM generate_series(1, %d) AS g(i)" % ROWS,
}
CONDITIONS = {
    "integer key": "a.k = b.k",
    "text key": "a.t = b.t",
    "two keys": "a.k = b.k AND a.t = b.t",
    "expression": "a.k + 3 = b.k - 4",
    "further condition": "a.k = b.k AND a.v < b.v",
}
SUMS = "SELECT count(*), sum(a.k), sum(a.v), sum(b.k), sum(b.v), count(a.t), count(b.t) FROM {a} a {kind} JOIN {b} b ON {on}"
EXISTS = "SELECT count(*), sum(a.k), sum(a.v) FROM {a} a WHERE {word} (SELECT 1 FROM {b} b WHERE {on})"


def queries():
    for a, b in (("one", "twice"), ("twice", "half"), ("half", "one")):
        for on in CONDITIONS.values():
            for kind in ("", "LEFT", "RIGHT", "FULL"):
                yield SUMS.format(a=a, b=b, kind=kind, on=on)
            for word in ("EXISTS", "NOT EXISTS"):
                yield EXISTS.format(a=a, b=b, word=word, on=on)
        yield f"SELECT count(*), sum(v) FROM {a} WHERE k NOT IN (SELECT k FROM {b})"
        yield f"SELECT count(*), sum(v) FROM {a} WHERE k NOT IN (SELECT k FROM {b} WHERE k IS NOT NULL)"
        yield f"SELECT count(*), sum(v), sum((SELECT b.v FROM one b WHERE b.k = a.k)) FROM {a} a"


def spilled(connection, sql):
    plan = "\n".join(row[0] for row in connection.execute("EXPLAIN ANALYZE " + sql))
    return "bytes spilled" in plan


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work-mem", default="3MB")
    add_target_options(parser)
    options = parser.parse_args()
    tally = Tally()
    with open_target(options) as server:
        connection = server.connect(autocommit=True)
        for name, select in SOURCES.items():
            connection.execute(f"CREATE TABLE {name} (k integer, v integer, t text)")
            connection.execute(f"INSERT INTO {name} {select}")
        wide, narrow = server.connect(autocommit=True), server.connect(autocommit=True)
        narrow.execute(f"SET work_mem = '{options.work_mem}'")
        written = 0
        for sql in queries():
            expected = wide.execute(sql).fetchall()
            try:
                found = narrow.execute(sql).fetchall()
                written += spilled(narrow, sql)
            except psycopg.Error as error:
                found = error.sqlstate
            tally.equal(sql, found, expected)
        tally.check("most joins went to disk", written > 60, f"only {written} did")
        # Rows of one key cannot be divided: the budget's error, not a wrong answer or a crash.
        connection.execute("CREATE TABLE same (k integer, t text)")
        connection.execute("INSERT INTO same SELECT 1, 'text ' || i FROM generate_series(1, 400000) AS g(i)")
        few = ("SELECT count(*), max(s.t) FROM (SELECT k FROM one WHERE k < 3) u"
               " LEFT JOIN (SELECT * FROM same UNION ALL SELECT * FROM same) s ON u.k = s.k AND u.k > 5")
        narrow.execute("SET work_mem = '1MB'")
        try:
            found = narrow.execute(few).fetchall()
        except psycopg.Error as error:
            found = error.sqlstate
        tally.check("one key only", found in ("53200", [(2, None)]), str(found))
    sys.exit(tally.finish())


if __name__ == "__main__":
    main()
