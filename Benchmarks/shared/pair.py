"""Storehouse and DuckDB on the same rows with the same threads: what the retail and TPC-H comparisons have in common.

Results are compared before any time counts; one difference or error ends the run with exit code 1. Storehouse divides
numeric exactly where DuckDB divides doubles, so a number may differ from a double by one unit of the last place shown.
Times are wall-clock milliseconds at the client, rows fetched; ratios are peer ÷ Storehouse.
"""

import argparse
import json
import math
import os
import re
import shutil
import statistics
import tempfile
import time
from decimal import Decimal

import psycopg
from harness import Storehouse

from shared.engines import StorehouseEngine, WorkerEngine, close
from shared.machine import machine, tree_bytes
from shared.workers import DuckDB, serve

PEER = "duckdb"


class Dataset:
    """A benchmark's tables and queries. `program` is a file that calls `serve_peer` with the dataset."""

    title, program, memory = "", "", "4GB"
    facts = ()

    def schema(self):
        """CREATE TABLE statements."""
        raise NotImplementedError

    def files(self, directory):
        """Pairs of a table and its CSV file with a header."""
        raise NotImplementedError

    def dialect(self, sql):
        """The query in DuckDB's words, where they differ."""
        return sql


def add_options(parser):
    parser.add_argument("--data", metavar="DIR", help="a directory with the tables' CSV files")
    parser.add_argument("--keep", metavar="DIR", help="keep the loaded databases there, and use those that are there")
    parser.add_argument("--reload", default="", metavar="NAMES", help="with --keep: load these engines anew")
    parser.add_argument("--query", metavar="TEXT", default="", help="only queries whose name contains it")
    parser.add_argument("--peers", default=PEER, choices=[PEER], help="the only one (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=7, help="warm runs per query (default: %(default)s)")
    parser.add_argument("--memory", metavar="SIZE", help="Storehouse's work_mem (default: as the peer takes, 4GB)")
    parser.add_argument("--server-options", default="", metavar="TEXT", help="more options of `storehouse serve`")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    parser.add_argument("--chart", metavar="FILE", help="draw the times as an SVG")


def parser(description):
    return argparse.ArgumentParser(prog="compare", description=description + "\n" + __doc__,
                                   formatter_class=argparse.RawTextHelpFormatter)


class PairedStorehouse(StorehouseEngine):
    def __init__(self, server, dataset, memory):
        super().__init__(server)
        self.dataset, self.memory, self.columns = dataset, memory, []

    def open(self):
        super().open()
        self.configure()

    def restart(self):
        super().restart()
        self.configure()

    def configure(self):
        # What a query may hold in memory; the peer takes most of the machine's unasked.
        self.connection.execute(f"SET work_mem = '{self.memory}'")
        self.connection.execute("SET statement_timeout = '10min'")

    def load(self, directory):
        for statement in self.dataset.schema():
            self.connection.execute(statement)
        began = time.monotonic()
        for table, path in self.dataset.files(directory):
            with open(path, "rb") as file:
                self.copy(table, file, "FORMAT csv, HEADER")
        self.await_segments(self.dataset.facts, 0.95)
        return time.monotonic() - began

    def query(self, sql):
        began = time.perf_counter()
        try:
            cursor = self.connection.execute(sql)
            rows = cursor.fetchall()
            milliseconds = (time.perf_counter() - began) * 1000
            self.columns = [column.name for column in cursor.description]
            return rows, milliseconds
        except psycopg.Error as problem:
            return f"{problem.sqlstate or type(problem).__name__} {str(problem).splitlines()[0]}", math.nan

    def sizes(self):
        return (tree_bytes(self.server.data),)


class PairedDuckDB(WorkerEngine):
    def __init__(self, dataset, threads, directory):
        super().__init__(PEER, threads, directory, dataset.program)
        self.dataset = dataset

    def query(self, sql):
        return super().query(self.dataset.dialect(sql))


def serve_peer(dataset):
    """The peer's process."""

    class Worker(DuckDB):
        def load(self, source):
            for statement in dataset.schema():
                self.connection.execute(re.sub(r"\)\s*WITH \(sort_key[^)]*\)$", ")", statement))
            began = time.monotonic()
            for table, file in dataset.files(source):
                self.connection.execute(f"COPY {table} FROM '{file}' (FORMAT csv, HEADER true)")
            self.connection.execute("CHECKPOINT")
            return time.monotonic() - began

    serve({PEER: Worker})


def is_same(a, b):
    """Exactly; beside a double, an exact number within one unit of its last place, a double to 1e-9."""
    numbers = (int, float, Decimal)
    if isinstance(a, bool) or not (isinstance(a, numbers) and isinstance(b, numbers)) or float not in (type(a), type(b)):
        return a == b
    unit = max(10.0 ** v.as_tuple().exponent if isinstance(v, Decimal) else 0 for v in (a, b))
    return abs(float(a) - float(b)) <= 1.001 * unit + 1e-9 * abs(float(a))


def order_of(sql, columns):
    """Positions in the row of the columns that ORDER BY names."""
    ordering = re.search(r"\bORDER BY ([^()]*?)(\s+LIMIT \d+)?$", sql, re.S)
    names = [part.split()[0].split(".")[-1] for part in ordering.group(1).split(",")] if ordering else []
    return [columns.index(name) for name in names if name in columns]


def among_ties(rows, keys):
    """The rows with those that ORDER BY holds equal in an order of their own."""
    plain = lambda value: float(value) if isinstance(value, (int, float, Decimal)) else str(value)
    place, placed = 0, []
    for before, row in zip([None, *rows], rows):
        place += before is not None and any(before[k] != row[k] for k in keys)
        placed.append((place, row))
    form = lambda row: [(value is None, 0 if value is None else plain(value)) for value in row]
    return [row for _, row in sorted(placed, key=lambda pair: (pair[0], form(pair[1])))]


def first_difference(mine, theirs, keys=()):
    """What differs, in words, or None; `mine` is an error's text when the query failed. `keys` are the columns of ORDER BY."""
    if isinstance(mine, str):
        return mine
    if len(mine) != len(theirs):
        return f"{len(mine)} rows instead of {len(theirs)}"
    if keys:
        mine, theirs = among_ties(mine, keys), among_ties(theirs, keys)
    for index, (a, b) in enumerate(zip(mine, theirs)):
        if len(a) != len(b) or not all(map(is_same, a, b)):
            return f"row {index + 1} is {tuple(map(str, a))} instead of {tuple(map(str, b))}"
    return None


def compare_and_time(queries, storehouse, duckdb, runs):
    """Compares first, then times both query by query in turn, so that they share the same minutes."""
    equal, times = {}, {}
    for name, sql in queries:
        mine = storehouse.query(sql)[0]
        difference = first_difference(mine, duckdb.query(sql)[0], order_of(sql, storehouse.columns))
        equal[name] = difference is None
        if difference:
            print(f"{name}: {difference}", flush=True)
    print(f"{sum(equal.values())} of {len(queries)} results equal", flush=True)
    if all(equal.values()):
        for name, sql in queries:
            times[name] = {}
            for engine in (storehouse, duckdb):
                engine.query(sql)
                timed = [engine.query(sql) for _ in range(runs)]
                if broken := next((rows for rows, _ in timed if isinstance(rows, str)), None):
                    raise SystemExit(f"{name}: {broken}")
                times[name][engine.name] = [milliseconds for _, milliseconds in timed]
    return equal, times


class Figures:
    def __init__(self, arguments, head, queries, equal, times):
        self.arguments, self.head, self.queries, self.equal, self.times = arguments, head, queries, equal, times
        self.load, self.disk, self.memory = {}, {}, {}
        self.median = {name: {engine: statistics.median(t) for engine, t in per.items()} for name, per in times.items()}
        self.ratio = {name: m[PEER] / m["storehouse"] for name, m in self.median.items()}
        self.mean = statistics.geometric_mean(self.ratio.values()) if self.ratio else None

    def show(self, title):
        width = max(14, *(len(name) for name, _ in self.queries))
        if self.times:
            print(f"\n{title}, {self.arguments.threads} threads; {machine()}")
            print(f"milliseconds, median and minimum of {self.arguments.runs} warm runs; ratio = {PEER} / storehouse\n")
            print(f"{'query':>{width}} {'storehouse':>11} {'min':>8} │ {PEER:>9} {'min':>8} {'ratio':>7}")
            for name, _ in self.queries:
                mine, theirs = self.times[name]["storehouse"], self.times[name][PEER]
                print(f"{name:>{width}} {self.median[name]['storehouse']:>11.1f} {min(mine):>8.1f} │ "
                      f"{self.median[name][PEER]:>9.1f} {min(theirs):>8.1f} {self.ratio[name]:>7.2f}")
            sums = {e: sum(m[e] for m in self.median.values()) for e in ("storehouse", PEER)}
            print(f"{'sum':>{width}} {sums['storehouse']:>11.1f} {'':>8} │ {sums[PEER]:>9.1f} {'':>8} "
                  f"{sums[PEER] / sums['storehouse']:>7.2f}")
            print(f"{'geometric mean':>{width}} {'':>11} {'':>8} │ {'':>9} {'':>8} {self.mean:>7.2f}\n")
        for name in self.disk:
            loaded = "kept" if self.load[name] is None else f"{self.load[name]:.1f} s"
            print(f"{name:>12}: load {loaded}, {self.disk[name] / 1e6:.0f} MB on disk, "
                  f"peak memory {self.memory[name] / 1e6:.0f} MB")

    def as_json(self):
        median = lambda name, engine: self.median.get(name, {}).get(engine)
        return {**self.head, "threads": self.arguments.threads, "runs": self.arguments.runs, "machine": machine(),
                "queries": [{"name": n, "equal": self.equal[n], "storehouse_ms": median(n, "storehouse"),
                             "peers": {PEER: median(n, PEER)}} for n, _ in self.queries],
                "geomean_ratio": {PEER: self.mean} if self.mean else {}, "load_seconds": self.load,
                "bytes_on_disk": self.disk, "peak_rss_bytes": self.memory}


class Shelf:
    """Where both databases lie, kept or temporary, and how long each took to load."""

    def __init__(self, arguments):
        self.kept = bool(arguments.keep)
        self.path = os.path.abspath(arguments.keep) if self.kept else tempfile.mkdtemp(prefix="compare-")
        os.makedirs(self.path, exist_ok=True)
        self.file = os.path.join(self.path, "loads.json")
        self.loads = {}
        if os.path.exists(self.file):
            with open(self.file) as file:
                self.loads = json.load(file)
        for name in filter(None, arguments.reload.split(",")):
            self.loads.pop(name, None)

    def directory(self, name):
        """A directory of the engine's own; what a load that did not finish left there is removed."""
        path = os.path.join(self.path, name)
        if name not in self.loads:
            shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path, exist_ok=True)
        return path

    def load(self, engine, source):
        """Loads what is not there yet, then starts the engine again, so that the load's memory is not a query's."""
        if engine.name not in self.loads:
            print(f"loading {engine.name} … ", end="", flush=True)
            self.loads[engine.name] = engine.load(source)
            print(f"{self.loads[engine.name]:.1f} s", flush=True)
            with open(self.file, "w") as file:
                json.dump(self.loads, file, indent=1)
            engine.restart()

    def close(self):
        if not self.kept:
            shutil.rmtree(self.path, ignore_errors=True)


def run(dataset, arguments, source, queries, head):
    """The whole comparison; returns the exit code."""
    shelf = Shelf(arguments)
    directory = shelf.directory("storehouse")
    storehouse = PairedStorehouse(
        Storehouse(data=os.path.join(directory, "data"), log=os.path.join(directory, "server.log"),
                   options=["--threads", str(arguments.threads), *arguments.server_options.split()]),
        dataset, arguments.memory or dataset.memory)
    duckdb = PairedDuckDB(dataset, arguments.threads, shelf.directory(PEER))
    opened = []
    try:
        for engine in (duckdb, storehouse):
            engine.open()
            opened.append(engine)
            shelf.load(engine, source)
        figures = Figures(arguments, head, queries, *compare_and_time(queries, storehouse, duckdb, arguments.runs))
        for engine in (storehouse, duckdb):
            figures.load[engine.name] = shelf.loads[engine.name]
            figures.disk[engine.name], figures.memory[engine.name] = engine.sizes()[0], engine.peak_rss()
    finally:
        for engine in opened:
            close(engine)
        shelf.close()
    figures.show(dataset.title.format(**head))
    if arguments.json:
        os.makedirs(os.path.dirname(os.path.abspath(arguments.json)), exist_ok=True)
        with open(arguments.json, "w") as file:
            json.dump(figures.as_json(), file, indent=1)
            file.write("\n")
    if arguments.chart and figures.times:
        from shared.chart import draw
        draw(figures.as_json(), arguments.chart)
    equal = sum(figures.equal.values())
    print(f"{equal} passed, {len(figures.equal) - equal} failed", flush=True)
    return 0 if equal and equal == len(figures.equal) else 1
