"""Every backslash command of psql 15 that asks the server, beside the same psql on PostgreSQL 15.

`SAME` must print exactly what it prints over PostgreSQL, over the objects of fixtures/schema.sql.
`ANSWERED` must end without an error and print the words given; the list says why it cannot be the same.
"""

import argparse
import difflib
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from harness import PostgresCluster, Storehouse, Tally
from psql import PSQL

SAME = r"""
\d
\d visits
\d big_visits
\d plain
\d sales.lines
\d+ sales.lines
\d+ plain
\d visits_pkey
\d sales.*
\dt
\dt sales.*
\dt vis*
\dt public.*
\dt nosuch
\d nosuch
\dtv
\dtvi
\dv
\dv+
\di
\ds
\dm
\dE
\dp
\dp visits
\z
\dn sales
\dn+ sales
\dg analyst
\du ann
\df
\df pg_catalog.abs
\dfa pg_catalog.bool_and
\dfn pg_catalog.sqrt
\dfw pg_catalog.rank
\da
\dT
\do
\dO
\dc
\dC sales.*
\ddp
\drds
\dD
\db
\dy
\des
\det
\dew
\deu
\dP
\dPn
\dRp
\dRs
\dX
\dl
\lo_list
\encoding
\sf pg_catalog.nosuch
\crosstabview
SELECT id, store FROM visits ORDER BY 1 \gx
SELECT 1 AS a, 'x'::text AS b, 1.5::numeric(4,2) AS c, '{1}'::int[] AS d \gdesc
SELECT id, store, amount FROM visits \crosstabview
""".strip().splitlines()

ANSWERED = {
    # Sizes and descriptions of another store.
    r"\d+": "visits", r"\dt+": "visits", r"\di+": "visits_pkey", r"\d+ visits": "visits_pkey", r"\l": "storehouse",
    r"\l+": "storehouse", r"\db+": "pg_default", r"\du": "analyst", r"\du+": "analyst", r"\dg+": "analyst", r"\dn+": "sales",
    r"\dn": "public",
    # Stored text of a view comes back as it was written.
    r"\d+ big_visits": "View definition:", r"\sv big_visits": "CREATE OR REPLACE VIEW public.big_visits AS",
    r"\sv+ big_visits": "CREATE OR REPLACE VIEW",
    # Fewer objects: no ranges, text search, large objects or extensions.
    r"\dS pg_class": "relname", r"\d+ pg_catalog.pg_class": "relname", r"\d information_schema.tables": "table_name",
    r"\dt *.*": "pg_class", r"\dnS": "information_schema", r"\df+ pg_catalog.upper": "upper", r"\df pg_catalog.*regex*": "regexp",
    r"\dfa pg_catalog.sum": "sum", r"\da pg_catalog.sum": "bigint", r"\dT int*": "integer", r"\dTS+ bool": "boolean",
    r"\do pg_catalog.=": "boolean", r"\dOS": "default", r"\dcS": "conversions", r"\dC": "bigint", r"\dC+": "bigint",
    r"\dd": "Object descriptions", r"\dAc": "int4_ops", r"\dAf": "integer_ops", r"\dAp": "support functions",
    r"\dA+": "btree", r"\dA": "btree", r"\dF": "configurations", r"\dT pg_catalog.int4": "integer", r"\dx": "extensions", r"\dx+": "extensions", r"\dL": "languages", r"\dLS": "internal", r"\dFd": "dictionaries",
    r"\dFp": "parsers", r"\dFt": "templates", r"\dconfig work_mem": "work_mem", r"\dconfig *timeout*": "statement_timeout",
    r"\conninfo": "as user \"admin\"",
}


def psql(server, command):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
    environment.update(PGPASSWORD=server.password, PGHOST=server.host, PGPORT=str(server.port), PGUSER=server.user,
                       PGDATABASE=server.dbname, LC_ALL="C.UTF-8", PGTZ="UTC", HOME="/nonexistent")
    done = subprocess.run([PSQL, "-X"], input=command + "\n", capture_output=True, text=True, timeout=30, env=environment)
    return done.stdout, done.stderr


def same(oracle, subject, command):
    expected, found = psql(oracle, command), psql(subject, command)
    if expected == found:
        return
    lines = difflib.unified_diff("".join(expected).splitlines(), "".join(found).splitlines(), "PostgreSQL", "Storehouse", "", "", 0, "")
    raise AssertionError("\n      ".join(["differs", *lines][:16]))


def answered(subject, command, words):
    out, problem = psql(subject, command)
    if command != r"\dx+":
        assert not problem, problem
    assert words in out + problem, f"{words!r} is not in\n{out}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    tally = Tally()
    with PostgresCluster() as oracle, Storehouse() as subject:
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures", "schema.sql")) as file:
            schema = file.read()
        for server in (oracle, subject):
            with server.connect() as c:
                c.execute(schema)
        for command in SAME:
            tally.run(f"same: {command}", same, oracle, subject, command)
        for command, words in ANSWERED.items():
            tally.run(f"answered: {command}", answered, subject, command, words)
        tally.check("the server is alive", subject.is_alive())
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
