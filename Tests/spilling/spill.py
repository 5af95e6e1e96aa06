"""Groups, distinct rows and sorts with much and with little memory, on one, two and four threads: always the same bytes.

Also what happens to temporary files: they respect temp_file_limit, and a query that is cancelled, fails or dies with its
server leaves none behind.
"""

import argparse
import os
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import psycopg
from harness import Storehouse, Tally

ROWS = 400_000

# Name, query, and whether EXPLAIN ANALYZE must tell of a temporary file where there are 6 MB.
QUERIES = [
    ("few groups", "SELECT g % 10 AS a, count(*), sum(d), avg(d), stddev(d) FROM big GROUP BY 1", False),
    ("many groups", "SELECT g, count(*), sum(v), min(t), max(d) FROM big GROUP BY g", False),
    ("nearly all rows distinct", "SELECT g, h, count(*), sum(d) FROM big GROUP BY g, h", False),
    ("text keys", "SELECT t, count(*), avg(d) FROM big GROUP BY t", False),
    ("with NULL keys", "SELECT nullif(g % 50000, 7) AS k, nullif(h % 3, 1) AS m, sum(v) FROM big GROUP BY 1, 2", True),
    ("float moments", "SELECT g % 20000 AS k, var_samp(d), corr(d, v), regr_slope(d, v) FROM big GROUP BY 1", True),
    ("distinct rows", "SELECT DISTINCT g, t FROM big", True),
    ("distinct argument", "SELECT count(DISTINCT g) FROM big", False),
    ("distinct argument by group", "SELECT h % 7 AS k, count(DISTINCT g), sum(DISTINCT g) FROM big GROUP BY 1", True),
    ("distinct beside plain", "SELECT g % 30000 AS k, count(DISTINCT h), count(*), sum(v) FILTER (WHERE h > 500) FROM big GROUP BY 1", True),
    ("filters that save from errors",
     "SELECT g % 40000 AS k, sum(v / (h - 500)) FILTER (WHERE h <> 500), count(*) FILTER (WHERE h = 500) FROM big GROUP BY 1", True),
    ("collected", "SELECT g % 30000 AS k, array_agg(v), string_agg(t, ',' ORDER BY h) FROM big GROUP BY 1", True),
    ("grouping sets", "SELECT g % 40000 AS a, h % 5 AS b, count(*), sum(d), grouping(g % 40000) FROM big GROUP BY ROLLUP (1, 2)", True),
    ("top groups, many equal", "SELECT g, count(*) FROM big GROUP BY g ORDER BY 2 DESC LIMIT 50", False),
    ("sort", "SELECT h, v FROM big ORDER BY h, d DESC", True),
    ("sort by text", "SELECT t, g FROM big ORDER BY t DESC, g", True),
    ("sort with equal keys", "SELECT h % 3 AS k, v FROM big ORDER BY 1", True),
    ("sort with NULLs", "SELECT nullif(h, 5) AS k, d FROM big ORDER BY 1 DESC NULLS LAST, d", True),
    ("best rows", "SELECT v, t FROM big ORDER BY h DESC, d LIMIT 1000", False),
    ("best rows behind an offset", "SELECT v FROM big ORDER BY d OFFSET 300000 LIMIT 20", True),
    ("union", "SELECT g FROM big WHERE h < 700 UNION SELECT h FROM big", True),
]

FILL = f"""
INSERT INTO big
SELECT i, (i::bigint * 7919) % 100003, (i::bigint * 104729) % 997, sin(i) * (10.0 ^ (i % 9)), 'text of ' || (i::bigint * 31) % 60007
FROM generate_series(1, {ROWS}) AS i
"""


def answer(connection, query):
    result = connection.pgconn.exec_(query.encode())
    if result.status != psycopg.pq.ExecStatus.TUPLES_OK:
        return result.error_message.decode()
    return [tuple(result.get_value(r, c) for c in range(result.nfields)) for r in range(result.ntuples)]


def spilled(connection, query):
    lines = [row[0] for row in connection.execute("EXPLAIN ANALYZE " + query)]
    return any("bytes spilled" in line for line in lines)


def temporary_files(server):
    """What lies in the directory, and what is open without a name."""
    files = os.listdir(os.path.join(server.data, "tmp"))
    for descriptor in os.listdir(f"/proc/{server.process.pid}/fd"):
        try:
            target = os.readlink(f"/proc/{server.process.pid}/fd/{descriptor}")
        except OSError:
            continue
        if "/tmp/query-" in target:
            files.append(target)
    return files


def settled(server, seconds=10):
    deadline = time.monotonic() + seconds
    while temporary_files(server) and time.monotonic() < deadline:
        time.sleep(0.05)
    return temporary_files(server)


def same_answers(tally, data, expected):
    for threads in (1, 2, 4):
        with Storehouse(data=data, options=["--threads", str(threads)]) as server, server.connect(autocommit=True) as connection:
            # Every worker needs a little memory of its own.
            for memory in ("1GB", "24MB", "12MB" if threads == 4 else "6MB"):
                connection.execute(f"SET work_mem = '{memory}'")
                for name, query, needs_disk in QUERIES:
                    found = answer(connection, query)
                    known = expected.setdefault(name, found)
                    if not tally.check(f"{name}: {threads} threads, {memory}", found == known and isinstance(found, list),
                                       difference(known, found)):
                        continue
                    if memory == "6MB" and threads == 2 and needs_disk:
                        tally.check(f"{name} spills in {memory}", spilled(connection, query))
            tally.equal(f"no temporary files are left, {threads} threads", settled(server), [])


def difference(expected, found):
    if not isinstance(found, list) or not isinstance(expected, list):
        return str(found)[:300]
    if len(expected) != len(found):
        return f"{len(found)} rows for {len(expected)}"
    for row, (a, b) in enumerate(zip(expected, found)):
        if a != b:
            return f"row {row}: {a} became {b}" + (", only the order differs" if sorted(map(str, expected)) == sorted(map(str, found)) else "")
    return ""


SLOW = "SELECT count(*) FROM (SELECT a.g, a.v, b.h, a.t FROM big a, generate_series(1, 40) AS b(h) ORDER BY a.t, b.h, a.v) x"


def limits(tally, data):
    with Storehouse(data=data) as server:
        with server.connect(autocommit=True) as connection:
            connection.execute("SET work_mem = '4MB'")
            connection.execute("SET temp_file_limit = '1MB'")
            for name, query in (("sort", SLOW), ("group", "SELECT g, h, t, count(*) FROM big GROUP BY 1, 2, 3")):
                try:
                    connection.execute(query)
                    tally.check(f"temp_file_limit ends a {name}", False, "no error")
                except psycopg.Error as problem:
                    tally.equal(f"temp_file_limit ends a {name}", problem.sqlstate, "53400")
            tally.equal("a query over its limit leaves no files", settled(server), [])
            connection.execute("RESET temp_file_limit")
            tally.equal("temp_file_limit is shown", connection.execute("SHOW temp_file_limit").fetchone()[0], "64GB")
            connection.execute("SET statement_timeout = '700ms'")
            try:
                connection.execute(SLOW)
                tally.check("a sort times out", False, "no error")
            except psycopg.Error as problem:
                tally.equal("a sort times out", problem.sqlstate, "57014")
            tally.equal("a query that timed out leaves no files", settled(server), [])
        cancelled(tally, server)
        killed(tally, server)


def start_slow(server):
    """Runs the slow query in a thread; returns the connection when its file is there."""
    connection = server.connect(autocommit=True)
    connection.execute("SET work_mem = '4MB'")
    outcome = []

    def body():
        try:
            connection.execute(SLOW)
            outcome.append("done")
        except psycopg.Error as problem:
            outcome.append(problem.sqlstate)

    thread = threading.Thread(target=body)
    thread.start()
    deadline = time.monotonic() + 20
    while not temporary_files(server) and thread.is_alive() and time.monotonic() < deadline:
        time.sleep(0.01)
    return connection, thread, outcome


def cancelled(tally, server):
    connection, thread, outcome = start_slow(server)
    tally.check("a spilling query has a file", len(temporary_files(server)) == 1, str(temporary_files(server)))
    tally.equal("its file has no name", os.listdir(os.path.join(server.data, "tmp")), [])
    connection.cancel()
    thread.join(20)
    tally.equal("it can be cancelled", outcome, ["57014"])
    tally.equal("and leaves no files", settled(server), [])
    connection.close()


def killed(tally, server):
    connection, thread, _ = start_slow(server)
    server.kill()
    thread.join(20)
    tally.equal("a server that dies leaves no files", os.listdir(os.path.join(server.data, "tmp")), [])
    with open(os.path.join(server.data, "tmp", "query-7"), "w") as file:
        file.write("of another life")
    server.start()
    tally.equal("files found at start are removed", os.listdir(os.path.join(server.data, "tmp")), [])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.parse_args()
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="storehouse-spill-") as directory:
        data = os.path.join(directory, "data")
        with Storehouse(data=data) as server, server.connect(autocommit=True) as connection:
            connection.execute("CREATE TABLE big (v bigint, g integer, h integer, d double precision, t text)")
            connection.execute(FILL)
        same_answers(tally, data, {})
        limits(tally, data)
    print(f"{tally.passed} passed, {tally.failed} failed", flush=True)
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
