"""Replays what clients ask of the catalogs, on PostgreSQL 15 and on Storehouse, with 500 tables.

Each file of fixtures/ holds the queries that one client was seen to send, over the objects of
fixtures/schema.sql. Names and type OIDs of the columns must be the same, and so must the rows, in any
order, after these replacements: an OID of 10000 or more becomes the name of what it stands for (objects
get their OIDs as they are made), and `{oid:NAME}` in a query becomes the OID of that relation. A comment
ahead of a query loosens this, and says why:

    -- subset: WHY     Storehouse's rows are some of PostgreSQL's
    -- columns: WHY    only names and types of the columns are compared
    -- unlike: WHY     the query need only be answered
    -- slow: WHY       it may take ten times as long as others

And each query takes less than 20 ms, and 5 µs more for each row that it returns: by the clock, or by what the
server's threads used where the machine is busy with other things. A query that takes longer is named, and one that
takes three times as long fails.
"""

import argparse
import glob
import os
import re
import sys
import time

import psycopg

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from harness import PostgresCluster, Storehouse, Tally

FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures")
MANY = "CREATE SCHEMA many;" + "".join(
    f"CREATE TABLE many.t{i} (id integer PRIMARY KEY, code varchar(20) NOT NULL, amount numeric(12,2) DEFAULT 0, day date, "
    f"at timestamptz, note text, ok boolean, ratio double precision, tags text[], doc jsonb);" for i in range(500))
SECONDS_MAX = 0.020
SECONDS_MAX_PER_ROW = 5e-6
# Types that Storehouse does not have, and what it sends in their place: ACL items, expressions, statistics
# and positions in the log are text, transaction numbers and names of operators are OIDs.
INSTEAD = {1034: 1009, 1033: 25, 194: 25, 2277: 25, 3220: 25, 22: 22, 28: 26, 29: 26, 2204: 26, 869: 25, 3361: 25, 3402: 25, 5017: 25}
OID_KINDS = {26, 2205, 1028, 30, 2210}
NAMES = """
    SELECT oid, oid::regclass::text FROM pg_class UNION ALL SELECT oid, 'constraint ' || conname FROM pg_constraint
    UNION ALL SELECT oid, 'policy ' || polname FROM pg_policy UNION ALL SELECT oid, 'role ' || rolname FROM pg_roles
    UNION ALL SELECT oid, 'schema ' || nspname FROM pg_namespace WHERE oid >= 10000
    UNION ALL SELECT oid, 'database ' || datname FROM pg_database WHERE oid >= 16384
"""


class Side:
    """One of the two servers, with its objects' names."""

    def __init__(self, server):
        self.process = getattr(server, "process", None)
        self.connection = server.connect(autocommit=True)
        # Rows are compared as the text that was sent.
        for oid in range(16, 5100):
            self.connection.adapters.register_loader(oid, psycopg.types.string.TextLoader)
        self.names = {}

    def learn(self):
        for oid, name in self.connection.execute(NAMES).fetchall():
            self.names.setdefault(oid, name)

    def ask(self, query, runs=1):
        query = re.sub(r"\{oid:([^}]*)\}", lambda m: self.connection.execute(
            "SELECT to_regclass(%s)::oid", [m[1]]).fetchone()[0] or "0", query)
        best = None
        for _ in range(runs):
            began, used = time.perf_counter(), self.processor_seconds()
            cursor = self.connection.execute(query)
            rows = cursor.fetchall() if cursor.description else []
            took = min(time.perf_counter() - began, (self.processor_seconds() - used) or 1)
            best = took if best is None else min(best, took)
        columns = [(c.name, INSTEAD.get(c.type_code, c.type_code)) for c in cursor.description or []]
        kinds = [c.type_code in OID_KINDS for c in cursor.description or []]
        found = sorted(tuple(self.named(v) if k else v for v, k in zip(row, kinds)) for row in (map(str, r) for r in rows))
        return columns, found, best

    def processor_seconds(self):
        """What all threads of the server have used so far."""
        if not self.process:
            return 0
        total = 0
        for path in glob.glob(f"/proc/{self.process.pid}/task/*/schedstat"):
            try:
                with open(path) as file:
                    total += int(file.read().split()[0])
            except OSError:
                pass
        return total / 1e9

    def named(self, text):
        return re.sub(r"\b\d{5,}\b", lambda m: self.names.get(m[0], "object"), text)


def queries(path):
    """(rule, why, query) for each query of a fixture file."""
    with open(path) as file:
        text = file.read()
    for part in re.split(r";[ \t]*\n\s*", text):
        lines = part.strip().split("\n")
        rule, why = "same", ""
        while lines and (not lines[0].strip() or lines[0].startswith("--")):
            found = re.match(r"-- (subset|columns|unlike|slow): (.+)", lines.pop(0))
            if found:
                rule, why = found.groups()
        query = "\n".join(lines).strip()
        if query:
            yield rule, why, query


def compare(oracle, subject, rule, query):
    columns, rows, took = subject.ask(query, runs=5)
    wanted, expected, _ = oracle.ask(query)
    if rule != "unlike":
        assert columns == wanted, f"columns {columns}, PostgreSQL has {wanted}"
    if rule in ("same", "slow"):
        missing = [r for r in expected if r not in rows]
        extra = [r for r in rows if r not in expected]
        assert rows == expected, f"rows: {len(rows)} of {len(expected)}\n      missing {missing[:2]}\n      extra   {extra[:2]}"
    if rule == "subset":
        extra = [r for r in rows if r not in expected]
        assert not extra, f"rows that PostgreSQL lacks: {extra[:2]}"
    limit = SECONDS_MAX + SECONDS_MAX_PER_ROW * len(rows)
    if took > limit:
        print(f"slow: {took * 1000:.1f} ms instead of {limit * 1000:.0f}: {' '.join(query.split())[:90]}")
    assert took < (10 if rule == "slow" else 3) * limit, f"took {took * 1000:.1f} ms"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clients", nargs="*", help="only these fixtures")
    parser.add_argument("--all", action="store_true", help="print what passes, too")
    arguments = parser.parse_args()
    tally = Tally(verbose=arguments.all)
    with PostgresCluster() as oracle_server, Storehouse() as subject_server:
        sides = []
        for server in (oracle_server, subject_server):
            with server.connect() as c:
                with open(os.path.join(FIXTURES, "schema.sql")) as file:
                    c.execute(file.read())
                c.execute(MANY)
            sides.append(Side(server))
            sides[-1].learn()
        for path in sorted(glob.glob(os.path.join(FIXTURES, "*.sql"))):
            client = os.path.basename(path)[:-4]
            if client == "schema" or arguments.clients and client not in arguments.clients:
                continue
            for number, (rule, why, query) in enumerate(queries(path), 1):
                name = f"{client} {number}: {' '.join(query.split())[:90]}"
                tally.run(name, compare, *sides, rule, query)
        tally.check("the server is alive", subject_server.is_alive())
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
