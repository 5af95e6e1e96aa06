"""What a session says of itself and of errors: CONTEXT of COPY, the client's address, EXPLAIN of a prepared statement."""

import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import psycopg

from harness import Tally, add_target_options, open_target, same


def copy_context(c):
    """Errors of COPY say where in the input they happened."""
    c.execute("CREATE TABLE cpc (a integer PRIMARY KEY, b text NOT NULL, n integer CHECK (n > 0))")

    def context(text):
        try:
            with c.cursor() as cursor, cursor.copy("COPY cpc FROM STDIN WITH (FORMAT csv)") as copy:
                copy.write(text)
        except psycopg.Error as problem:
            return problem.sqlstate, problem.diag.context
        return None
    same(context("1,x,1\n2,x,y\n"), ("22P02", 'COPY cpc, line 2, column n: "y"'))
    same(context("1,x,1\n2,x\n"), ("22P04", 'COPY cpc, line 2: "2,x"'))
    same(context("1,x,1\n2,x,1,1\n"), ("22P04", 'COPY cpc, line 2: "2,x,1,1"'))
    same(context("1,x,1\n2,,1\n"), ("23502", 'COPY cpc, line 2: "2,,1"'))
    same(context("1,x,1\n2,x,1\n3,x,0\n"), ("23514", 'COPY cpc, line 3: "3,x,0"'))
    same(context("1," + "x" * 200 + ",0\n"), ("23514", 'COPY cpc, line 1: "1,' + "x" * 98 + '..."'))
    same(context("1,x,1\n"), None)
    same(context("2,x,1\n1,y,1\n")[0], "23505")
    c.execute("DROP TABLE cpc")


def client_address(c):
    same(c.execute("SELECT inet_client_addr()::text LIKE '127.0.0.1%'").fetchone(), (True,))
    same(c.execute("SELECT client_addr::text LIKE '127.0.0.1%' FROM pg_stat_activity"
                   " WHERE pid = pg_backend_pid()").fetchone(), (True,))


def explain_prepared(c):
    c.execute("CREATE TABLE ep (a integer)")
    c.execute("PREPARE ep_plan(integer) AS SELECT * FROM ep WHERE a = $1")
    lines = [row[0] for row in c.execute("EXPLAIN (COSTS OFF) EXECUTE ep_plan(1)").fetchall()]
    assert lines and not any("cost=" in line for line in lines), lines
    tree = c.execute("EXPLAIN (COSTS OFF, FORMAT JSON) EXECUTE ep_plan(1)").fetchone()[0]
    assert "Total Cost" not in str(tree), tree
    c.execute("DEALLOCATE ep_plan")
    c.execute("DROP TABLE ep")


TESTS = [copy_context, client_address, explain_prepared]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_target_options(parser)
    arguments = parser.parse_args()
    tally = Tally()
    with open_target(arguments) as server:
        for test in TESTS:
            with server.connect(autocommit=True) as c:
                tally.run(test.__name__, test, c)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
