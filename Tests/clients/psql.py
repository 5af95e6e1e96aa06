"""psql 15 against the server: its own commands, timing, COPY, scripts and error output."""

import argparse
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from harness import Tally, add_target_options, contains, open_target

PSQL = next((p for p in ("/usr/lib/postgresql/15/bin/psql", "/usr/bin/psql") if os.path.exists(p)), "psql")

SETUP = """
CREATE TABLE visits (id integer PRIMARY KEY, store text NOT NULL, amount numeric(10,2), day date DEFAULT '2024-01-01', at timestamptz, ok boolean);
INSERT INTO visits VALUES (1, 'north', 9.50, '2024-01-05', '2024-01-05 10:00+00', true), (2, 'south', NULL, '2024-01-06', NULL, false);
CREATE VIEW big_visits AS SELECT id, amount FROM visits WHERE amount > 5;
"""


class Psql:
    def __init__(self, server):
        self.server = server
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        self.environment.update(PGPASSWORD=server.password, PGHOST=server.host, PGPORT=str(server.port), PGUSER=server.user,
                                PGDATABASE=server.dbname, PGCONNECT_TIMEOUT="5", LC_ALL="C.UTF-8", PGTZ="UTC", HOME="/nonexistent")

    def __call__(self, *arguments, input=None, expect=0, environment=None):
        done = subprocess.run([PSQL, "-X", *arguments], input=input, capture_output=True, text=True, timeout=60,
                              env={**self.environment, **(environment or {})}, stdin=None if input is not None else subprocess.DEVNULL)
        if expect is not None:
            assert done.returncode == expect, f"exit {done.returncode}: {done.stdout}{done.stderr}"
        return done


def matches(text, *patterns):
    for pattern in patterns:
        assert re.search(pattern, text, re.M), f"{pattern!r} is not in:\n{text}"


def query_aligned(psql):
    out = psql("-c", "SELECT id, store, amount FROM visits ORDER BY id").stdout
    assert out == " id | store | amount \n----+-------+--------\n  1 | north |   9.50\n  2 | south |       \n(2 rows)\n\n", out


def query_unaligned(psql):
    assert psql("-Atc", "SELECT id, store, amount, day, ok FROM visits ORDER BY id").stdout == \
        "1|north|9.50|2024-01-05|t\n2|south||2024-01-06|f\n"


def query_csv(psql):
    assert psql("--csv", "-c", "SELECT id, store AS \"the store\" FROM visits ORDER BY id").stdout == "id,the store\n1,north\n2,south\n"


def expanded(psql):
    contains(psql("-x", "-c", "SELECT * FROM visits WHERE id = 1").stdout, "-[ RECORD 1 ]", "store  | north")


def command_tags(psql):
    out = psql(input="CREATE TABLE tags (a integer);\nINSERT INTO tags VALUES (1), (2);\nUPDATE tags SET a = 3;\n"
                     "DELETE FROM tags WHERE a = 9;\nBEGIN;\nROLLBACK;\nTRUNCATE tags;\nDROP TABLE tags;\n").stdout
    assert out == "CREATE TABLE\nINSERT 0 2\nUPDATE 2\nDELETE 0\nBEGIN\nROLLBACK\nTRUNCATE TABLE\nDROP TABLE\n", out


def describe_all(psql):
    out = psql("-c", "\\d").stdout
    contains(out, "List of relations", "visits", "big_visits")
    matches(out, r"public +\| big_visits +\| view +\| admin", r"public +\| visits +\| table +\| admin")


def describe_table(psql):
    out = psql("-c", "\\d visits").stdout
    contains(out, 'Table "public.visits"', "numeric(10,2)", "timestamp with time zone", "'2024-01-01'::date", "Indexes:", "PRIMARY KEY")
    matches(out, r"^ id +\| integer +\| +\| not null +\| *$", r"^ store +\| text +\| +\| not null", r"^ ok +\| boolean")


def describe_view(psql):
    out = psql("-c", "\\d big_visits").stdout
    contains(out, 'View "public.big_visits"')
    matches(out, r"^ id +\| integer", r"^ amount +\| numeric\(10,2\)")


def describe_missing(psql):
    done = psql("-c", "\\d nosuch", expect=None)
    contains(done.stdout + done.stderr, 'Did not find any relation named "nosuch".')


def describe_plus(psql):
    contains(psql("-c", "\\d+ visits").stdout, 'Table "public.visits"', "Storage")


def list_tables(psql):
    out = psql("-c", "\\dt").stdout
    matches(out, r"visits +\| table +\| admin")
    assert "big_visits" not in out


def list_tables_pattern(psql):
    matches(psql("-c", "\\dt vis*").stdout, r"visits +\| table")
    matches(psql("-c", "\\dt public.*").stdout, r"visits +\| table")


def list_views(psql):
    matches(psql("-c", "\\dv").stdout, r"big_visits +\| view")


def list_roles(psql):
    matches(psql("-c", "\\du").stdout, r"admin +\|")


def list_databases(psql):
    matches(psql("-Atc", "\\l").stdout, r"(?m)^\w+\|")


def list_schemas(psql):
    matches(psql("-c", "\\dn").stdout, r"public +\|")


def list_functions(psql):
    contains(psql("-c", "\\df pg_catalog.upper").stdout, "upper")


def timing(psql):
    matches(psql(input="\\timing on\nSELECT 1;\n").stdout, r"Time: [0-9.]+ ms")


def conninfo(psql):
    contains(psql("-c", "\\conninfo").stdout, 'as user "admin"')


def variables_and_echo(psql):
    assert psql("-At", input="\\set who north\nSELECT id FROM visits WHERE store = :'who';\n\\echo done\n").stdout == "1\ndone\n"


def gexec_and_gset(psql):
    assert psql("-At", input="SELECT 7 AS seven \\gset\nSELECT :seven + 1;\n").stdout == "8\n"


def prepared_by_bind(psql):
    assert psql("-At", input="PREPARE p (integer) AS SELECT store FROM visits WHERE id = $1;\nEXECUTE p(2);\nDEALLOCATE p;\n"
                ).stdout.split() == ["PREPARE", "south", "DEALLOCATE"]


def copy_stdin(psql):
    psql("-v", "ON_ERROR_STOP=1", input="CREATE TABLE copied (a integer, b text);\nCOPY copied FROM STDIN;\n1\tx\n2\t\\N\n\\.\n")
    assert psql("-Atc", "SELECT a, coalesce(b, 'null') FROM copied ORDER BY a").stdout == "1|x\n2|null\n"
    assert psql("-c", "COPY copied TO STDOUT").stdout == "1\tx\n2\t\\N\n"


def backslash_copy(psql):
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "rows.csv")
        with open(path, "w") as file:
            file.write("a,b\n10,\"ten, or so\"\n11,\n")
        assert psql("-c", f"\\copy copied FROM '{path}' WITH (FORMAT csv, HEADER)").stdout == "COPY 2\n"
        out = os.path.join(directory, "out.csv")
        psql("-c", f"\\copy (SELECT a, b FROM copied WHERE a >= 10 ORDER BY a) TO '{out}' WITH (FORMAT csv, HEADER)")
        with open(out) as file:
            assert file.read() == "a,b\n10,\"ten, or so\"\n11,\n"
    psql("-c", "DROP TABLE copied")


def copy_error(psql):
    psql("-c", "CREATE TABLE strict (a integer)")
    done = psql("-v", "ON_ERROR_STOP=1", input="COPY strict FROM STDIN;\n1\nx\n\\.\n", expect=3)
    contains(done.stderr, 'ERROR:  invalid input syntax for type integer: "x"')
    assert psql("-Atc", "SELECT count(*) FROM strict").stdout == "0\n"
    psql("-c", "DROP TABLE strict")


def error_position(psql):
    done = psql("-c", "SELECT nosuch FROM visits", expect=1)
    contains(done.stderr, 'ERROR:  column "nosuch" does not exist', "LINE 1: SELECT nosuch FROM visits", "               ^")


def error_syntax(psql):
    contains(psql("-c", "SELECT FROM WHERE", expect=1).stderr, 'ERROR:  syntax error at or near "WHERE"', "LINE 1:")


def error_verbose(psql):
    contains(psql("-v", "VERBOSITY=verbose", "-c", "SELECT 1/0", expect=1).stderr, "ERROR:  22012: division by zero")


def error_stops_script(psql):
    done = psql("-v", "ON_ERROR_STOP=1", input="SELECT 1;\nSELECT 1/0;\nSELECT 2;\n", expect=3)
    assert "2" not in done.stdout.replace("(1 row)", "")


def single_transaction(psql):
    psql("-1", "-v", "ON_ERROR_STOP=1", input="CREATE TABLE gone (a integer);\nSELECT 1/0;\n", expect=3)
    contains(psql("-c", "SELECT * FROM gone", expect=1).stderr, 'relation "gone" does not exist')


def several_statements_in_one(psql):
    assert psql("-At", "-c", "SELECT 1; SELECT 2; SELECT 3").stdout == "1\n2\n3\n"
    psql("-c", "CREATE TABLE several (a integer); SELECT 1/0", expect=1)
    contains(psql("-c", "SELECT * FROM several", expect=1).stderr, "does not exist")


def empty_statement(psql):
    assert psql("-c", ";").stdout == ""
    assert psql("-c", "-- only a comment").stdout == ""


def wrong_password(psql):
    done = psql("-c", "SELECT 1", expect=2, environment={"PGPASSWORD": "wrong"})
    contains(done.stderr, 'password authentication failed for user "admin"')


def unknown_user(psql):
    done = psql("-c", "SELECT 1", expect=2, environment={"PGUSER": "nobody_here", "PGPASSWORD": "x"})
    contains(done.stderr, 'password authentication failed for user "nobody_here"')


def server_version(psql):
    assert psql("-Atc", "SHOW server_version").stdout.startswith("15")
    contains(psql("-Atc", "SELECT version()").stdout, "PostgreSQL 15")


def fetch_count(psql):
    assert psql("-At", "-v", "FETCH_COUNT=1", "-c", "SELECT id FROM visits ORDER BY id").stdout == "1\n2\n"


def encoding(psql):
    assert psql("-Atc", "SELECT 'naïve 日本'").stdout == "naïve 日本\n"


def describe_query_result(psql):
    out = psql(input="SELECT 1 AS a, 'x'::text AS b, 1.5::numeric(4,2) AS c \\gdesc\n").stdout
    matches(out, r"a +\| integer", r"b +\| text", r"c +\| numeric\(4,2\)")


TESTS = [query_aligned, query_unaligned, query_csv, expanded, command_tags, describe_all, describe_table, describe_view,
         describe_missing, describe_plus, list_tables, list_tables_pattern, list_views, list_roles, list_databases, list_schemas,
         list_functions, timing, conninfo, variables_and_echo, gexec_and_gset, prepared_by_bind, copy_stdin, backslash_copy,
         copy_error, error_position, error_syntax, error_verbose, error_stops_script, single_transaction,
         several_statements_in_one, empty_statement, wrong_password, unknown_user, server_version, fetch_count, encoding,
         describe_query_result]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_target_options(parser)
    arguments = parser.parse_args()
    tally = Tally()
    with open_target(arguments) as server:
        psql = Psql(server)
        psql("-v", "ON_ERROR_STOP=1", input=SETUP)
        for test in TESTS:
            tally.run(test.__name__, test, psql)
        tally.check("the server is alive", server.is_alive())
        psql("-c", "DROP VIEW big_visits", "-c", "DROP TABLE visits", expect=None)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
