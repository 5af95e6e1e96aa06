"""Differential test: the same random query on PostgreSQL 15 and on Storehouse must give the same answer.

Compared are column names, type OIDs and rows in text form (as multisets unless ORDER BY fixes the order; doubles that
come from aggregation to a relative 1e-12 or an absolute 1e-9), and for a failing query the SQLSTATE. Some queries are asked with parameters,
by the protocol or by PREPARE. INSERT, UPDATE and DELETE run in a transaction; what they return and the table afterwards
are compared. A query may also be divided by a condition: where it is true, false and unknown must be the whole.

A query that Storehouse refuses with 0A000 counts as unsupported; more than
--unsupported percent of those fail the run. So does a grammar of which less than --coverage percent were used.
"""

import argparse
import collections
import math
import os
import random
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import psycopg
from harness import PostgresCluster, add_target_options, open_target

from grammar import Grammar
from tables import statements
from tree import Node, bound, literal, shrink, spelled

DOUBLES = (700, 701)
# What PostgreSQL's sums of squares may leave where all values are the same.
NOISE = 1e-9


class Session:
    """One connection that answers in the server's own text, with no conversion in between."""

    def __init__(self, server, settings=()):
        self.server = server
        self.prepared = 0
        self.settings = ["SET timezone = 'UTC'", "SET statement_timeout = '10s'", *settings]
        self.connect()

    def connect(self):
        self.connection = self.server.connect(autocommit=True)
        for setting in self.settings:
            self.run(setting)

    def ask(self, text, way="text"):
        """Runs a statement whose parameters are spelled out, sent by the protocol, or given to EXECUTE."""
        sql, values = bound(text)
        if not values or way == "text":
            return self.run(spelled(text))
        if way == "protocol":
            return self.answer(lambda pgconn: pgconn.exec_params(sql.encode(), [v.encode() for v, _ in values]))
        self.prepared += 1
        name = f"fuzz_{self.prepared}"
        prepared = self.run(f"PREPARE {name} AS {sql}")
        if prepared[0] != "done":
            return prepared
        answer = self.run(f"EXECUTE {name}({', '.join(literal(value) for value, _ in values)})")
        self.run(f"DEALLOCATE {name}")
        return answer

    def run(self, sql):
        return self.answer(lambda pgconn: pgconn.exec_(sql.encode()))

    def answer(self, call):
        """('rows', columns, rows), ('done', tag), ('error', sqlstate, message) or ('lost', '', message)."""
        pgconn = self.connection.pgconn
        try:
            result = call(pgconn)
        except psycopg.Error as problem:
            return self.lost(problem)
        status = result.status
        if status == psycopg.pq.ExecStatus.TUPLES_OK:
            columns = [(result.fname(i).decode(), result.ftype(i)) for i in range(result.nfields)]
            rows = [tuple(result.get_value(r, c) for c in range(result.nfields)) for r in range(result.ntuples)]
            return "rows", columns, rows
        if status in (psycopg.pq.ExecStatus.COMMAND_OK, psycopg.pq.ExecStatus.EMPTY_QUERY):
            return "done", result.command_status, None
        field = result.error_field(psycopg.pq.DiagnosticField.SQLSTATE)
        message = (result.error_field(psycopg.pq.DiagnosticField.MESSAGE_PRIMARY) or b"").decode()
        if field is None or pgconn.status != psycopg.pq.ConnStatus.OK:
            return self.lost(result.error_message.decode(errors="replace"))
        return "error", field.decode(), message

    def lost(self, problem):
        if not self.server.is_alive():
            print(f"the server {self.server.name} is gone: {problem}", flush=True)
        try:
            self.connect()
        except psycopg.Error as again:
            raise SystemExit(f"{self.server.name}: connection lost and not regained: {again}")
        return "lost", "", str(problem).strip()


def close(a, b):
    if a == b:
        return True
    if a is None or b is None:
        return False
    x, y = float(a), float(b)
    return math.isclose(x, y, rel_tol=1e-12, abs_tol=NOISE)


def sort_key(row, doubles):
    def rounded(value):
        number = float(value)
        return b"%.6e" % (0 if abs(number) < NOISE else number)
    return tuple((value is None, b"" if value is None else rounded(value) if i in doubles else value)
                 for i, value in enumerate(row))


def difference(expected, found, ordered, approximate):
    """None when equal, else (kind, description)."""
    if expected[0] == "error":
        if found[0] == "error":
            # Of several bad documents in a query's rows, which is met first depends on the order of evaluation.
            if found[1] == expected[1] or {found[1], expected[1]} == {"22023", "22P02"}:
                return None
            return f"SQLSTATE {found[1]} for {expected[1]}", f"expected error {expected[1]} {expected[2]}\n  found error {found[1]} {found[2]}"
        if found[0] == "lost":
            return "connection lost", found[2]
        return f"no error {expected[1]}", f"expected error {expected[1]} {expected[2]}\n  found {len(found[2] or [])} rows: {(found[2] or [])[:3]}"
    if found[0] == "error":
        return f"error {found[1]} {found[2][:50]}", f"error {found[1]}: {found[2]}"
    if found[0] == "lost":
        return "connection lost", found[2]
    if expected[0] == "done" or found[0] == "done":
        return None if expected[:2] == found[:2] else ("command tag", f"expected {expected[:2]}\n  found    {found[:2]}")
    names, their_names = [c[0] for c in expected[1]], [c[0] for c in found[1]]
    if names != their_names:
        return "column names", f"expected {names}\n  found    {their_names}"
    types, their_types = [c[1] for c in expected[1]], [c[1] for c in found[1]]
    if types != their_types:
        return "type OIDs", f"expected {types}\n  found    {their_types}"
    rows, their_rows = expected[2], found[2]
    if len(rows) != len(their_rows):
        return "row count", f"expected {len(rows)} rows, found {len(their_rows)}\n  expected {rows[:3]}\n  found    {their_rows[:3]}"
    doubles = {i for i, t in enumerate(types) if t in DOUBLES} if approximate else set()
    if not ordered:
        rows = sorted(rows, key=lambda r: sort_key(r, doubles))
        their_rows = sorted(their_rows, key=lambda r: sort_key(r, doubles))
    for index, (a, b) in enumerate(zip(rows, their_rows)):
        for column, (x, y) in enumerate(zip(a, b)):
            if x != y and not (column in doubles and close(x, y)):
                if ordered and sorted(map(str, rows)) == sorted(map(str, their_rows)) and same_order(rows, their_rows, types):
                    return None
                kind = "row order" if ordered and sorted(map(str, rows)) == sorted(map(str, their_rows)) else "values"
                return kind, f"row {index + 1} column {names[column]} (type {types[column]}): expected {show(x)}, found {show(y)}"
    return None


def same_order(rows, their_rows, types):
    """Whether two orders of the same rows differ only among equals, such as 1.0 and 1.00, or 0 and -0."""
    numbers = {i for i, t in enumerate(types) if t in DOUBLES or t == 1700}
    value = lambda row: [float(v) if i in numbers and v is not None else v for i, v in enumerate(row)]
    return all(value(a) == value(b) for a, b in zip(rows, their_rows))


def show(value):
    return "NULL" if value is None else repr(value.decode(errors="replace"))


class Case:
    """Statements to ask in turn; more than one run in a transaction that is rolled back."""

    def __init__(self, statements, ordered=False, approximate=False, way="text", partition=None):
        self.root = Node(None, *statements)
        self.ordered, self.approximate, self.way, self.partition = ordered, approximate, way, partition

    def texts(self):
        return [str(part) for part in self.root.parts]

    def __str__(self):
        return ";\n  ".join(map(spelled, self.texts())) + ";" + ("" if self.way == "text" else f" -- parameters by {self.way}")

    def ask(self, session):
        """The answers up to the first error, that included."""
        texts, answers = self.texts(), []
        if len(texts) > 1:
            session.run("BEGIN")
        for text in texts:
            answers.append(session.ask(text, self.way))
            if answers[-1][0] in ("error", "lost"):
                break
        if len(texts) > 1:
            session.run("ROLLBACK")
        return answers

    def difference(self, expected, found):
        for a, b in zip(expected, found):
            different = difference(a, b, self.ordered, self.approximate)
            if different:
                return different
        return None

    def partition_difference(self, whole, session, oracle):
        """Whether the rows where the condition is true, false and unknown are all rows."""
        if not self.partition or whole[0] != "rows":
            return None
        pieces = session.run(spelled(str(self.partition)))
        if is_refused(pieces) or pieces[:2] == ("error", "53200") or pieces[0] == "error" and oracle.run(spelled(str(self.partition)))[:2] == pieces[:2]:
            return None
        different = difference(whole, pieces, False, self.approximate)
        return different and ("partition: " + different[0], f"{spelled(str(self.partition))}\n  {different[1]}")


def generated(grammar, rng):
    if rng.random() < 0.12:
        steps = grammar.changes()
        return Case(steps, way=way_of(grammar, rng), approximate=grammar.approximate)
    node, ordered, partition = grammar.statement()
    return Case([node], ordered, grammar.approximate, way_of(grammar, rng), partition)


def way_of(grammar, rng):
    return rng.choice(["protocol", "prepare"]) if grammar.parameters is not None else "text"


def is_refused(answer):
    """Whether the answer says that something is not there."""
    return answer[0] == "error" and answer[1] == "0A000"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seed", type=int, default=1, help="the same seed asks the same queries (default: %(default)s)")
    parser.add_argument("--queries", type=int, default=2000, help="how many (default: %(default)s)")
    parser.add_argument("--minutes", type=float, help="stop after so many minutes, however many queries ran")
    parser.add_argument("--unsupported", type=float, default=2, help="percentage of 0A000 that is tolerated (default: %(default)s)")
    parser.add_argument("--coverage", type=float, default=0, help="percentage of the grammar's productions that must have been used")
    parser.add_argument("--memory", metavar="SIZE",
                        help="work_mem of the Storehouse session, such as 128kB: what spills must give the same answers;\n"
                             "queries that say 53200 nevertheless are skipped")
    parser.add_argument("--rows", type=int, default=1, metavar="FACTOR", help="so many times the rows (default: %(default)s)")
    parser.add_argument("--show", type=int, default=40, help="differences to print and shrink, at most 3 of a kind (default: %(default)s)")
    parser.add_argument("--sql", metavar="FILE", help="write every query there")
    add_target_options(parser)
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}, {arguments.queries} queries", flush=True)
    with PostgresCluster() as oracle, open_target(arguments) as server:
        subject = Session(server, [f"SET work_mem = '{arguments.memory}'"] if arguments.memory else [])
        return run(arguments, Session(oracle), subject)


def run(arguments, oracle, subject):
    rng = random.Random(arguments.seed)
    for statement in statements(rng, arguments.rows):
        for session in (oracle, subject):
            answer = session.run(statement)
            if answer[0] != "done":
                raise SystemExit(f"{session.server.name}: {answer}\n{statement[:400]}")
    grammar = Grammar(rng)
    counts, kinds, unsupported = collections.Counter(), collections.Counter(), collections.Counter()
    shown = 0
    log = open(arguments.sql, "w") if arguments.sql else None
    began = time.monotonic()
    for number in range(1, arguments.queries + 1):
        if arguments.minutes and time.monotonic() - began > arguments.minutes * 60:
            break
        if number % 500 == 0:
            print(f"… {number}: {dict(counts)}", flush=True)
        case = generated(grammar, rng)
        if log:
            log.write(f"{case}\n")
            log.flush()
        expected = case.ask(oracle)
        if expected[-1][:2] == ("error", "57014") or expected[-1][0] == "lost":
            counts["skipped"] += 1
            continue
        counts["expected errors"] += expected[-1][0] == "error"
        found = case.ask(subject)
        if arguments.memory and found[-1][:2] == ("error", "53200"):
            counts["skipped"] += 1
            continue
        if is_refused(found[-1]) and expected[-1][:2] != ("error", "0A000"):
            counts["unsupported"] += 1
            unsupported[found[-1][2][:60]] += 1
            continue
        different = case.difference(expected, found)
        if not different and case.partition:
            counts["partitions"] += 1
            different = case.partition_difference(found[0], subject, oracle)
        if not different:
            counts["passed"] += 1
            continue
        counts["failed"] += 1
        kinds[different[0]] += 1
        if shown < arguments.show and kinds[different[0]] <= 3:
            shown += 1
            print_difference(number, case, different, oracle, subject)
    return report(arguments, grammar.coverage, counts, kinds, unsupported, time.monotonic() - began)


def print_difference(number, case, different, oracle, subject):
    deadline = time.monotonic() + 15
    is_partition = different[0].startswith("partition")

    def now():
        expected, found = case.ask(oracle), case.ask(subject)
        return case.partition_difference(found[0], subject, oracle) if is_partition else case.difference(expected, found)

    def still_fails():
        if time.monotonic() > deadline or different[0] == "connection lost":
            return False
        again = now()
        return again is not None and again[0] == different[0]

    if not is_partition:  # its pieces share nodes with the whole
        shrink(case.root, still_fails)
    print(f"\n#{number} {different[0]}\n  {case}\n  {(now() or different)[1]}", flush=True)


def report(arguments, coverage, counts, kinds, unsupported, seconds):
    total = sum(counts[k] for k in ("passed", "failed", "unsupported"))
    share = 100 * counts["unsupported"] / max(total, 1)
    print(f"\nseed {arguments.seed}: {total} queries in {seconds:.0f} s; {counts['expected errors']} of them errors on PostgreSQL; "
          f"{counts['skipped']} skipped; {counts['unsupported']} unsupported ({share:.1f} %); {counts['partitions']} partitioned")
    print(f"grammar: {len(coverage.possible & set(coverage.used))} of {len(coverage.possible)} productions used ({coverage.share:.1f} %)"
          + "".join(f"; not {p}" for p in coverage.unused()[:10]))
    for title, counter in (("differences", kinds), ("unsupported", unsupported)):
        for kind, count in counter.most_common(25):
            print(f"  {count:5} {title}: {kind}")
    failed = counts["failed"]
    if share > arguments.unsupported:
        print(f"more than {arguments.unsupported} % unsupported")
        failed += counts["unsupported"]
    if coverage.share < arguments.coverage:
        print(f"less than {arguments.coverage} % of the grammar used")
        failed += 1
    print(f"{counts['passed']} passed, {failed} failed", flush=True)
    return 1 if failed or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
