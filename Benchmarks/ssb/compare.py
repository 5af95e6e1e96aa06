"""Star Schema Benchmark: Storehouse and its peers on the same data, the same threads, the same sort order.

The published queries are compared first, order included. Then every timed run asks each query with constants of its
own, drawn from a seed that is printed, the same for every engine; each of those results is compared as well. One
difference anywhere ends the run with exit code 1, and no time counts.
Times are wall-clock milliseconds at the client, rows fetched; ratios are peer ÷ Storehouse.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from decimal import Decimal

from constants import drawn, published
from dialects import order_of
from schema import ROOT, TABLES  # first: it tells Python where the shared modules are
from engines import PostgreSQLEngine, StorehouseEngine, WorkerEngine
from harness import PostgresCluster, Storehouse
from overhead import measure_overhead
from results import Results
from shared.engines import close, install
from shared.machine import tree_bytes

PEERS = ["duckdb", "postgresql", "chdb", "polars", "polars-memory", "datafusion"]
# Engines that share files.
STORES = {"polars": "parquet", "polars-memory": "parquet", "datafusion": "parquet"}


def parse_arguments():
    parser = argparse.ArgumentParser(prog="compare", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--scale", default="1", help="scale factor; 1 is 6 million rows (default: %(default)s)")
    parser.add_argument("--sort", choices=["none", "date"], default="none", help="sort order of lineorder in every database")
    parser.add_argument("--peers", default="duckdb,postgresql", help="comma-separated, of: " + ", ".join(PEERS))
    parser.add_argument("--data", metavar="DIR", help="directory of .csv files, or of the original tool's .tbl files; it says the scale")
    parser.add_argument("--threads", default="2", metavar="N[,N]", help="thread counts; with two, scaling is shown as well")
    parser.add_argument("--runs", type=int, default=7, help="warm runs per query (default: %(default)s)")
    parser.add_argument("--seed", type=int, help="seed of the constants (default: a new one)")
    parser.add_argument("--published", action="store_true", help="time the published constants only")
    parser.add_argument("--keep", metavar="DIR", help="keep the loaded databases there, and use those that are there")
    parser.add_argument("--reload", default="", metavar="NAMES", help="with --keep: load these engines anew")
    parser.add_argument("--pieces", type=int, metavar="ROWS", help="load Storehouse's lineorder by COPY of so many rows")
    parser.add_argument("--no-first-runs", action="store_true",
                        help="leave out the run of each query after a restart (bytes read, memory with cold caches)")
    parser.add_argument("--cold", action="store_true", help="age a copy of lineorder into the archive, and tell its size")
    parser.add_argument("--overhead", action="store_true", help="measure planning, wire and result encoding, and nothing else")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    parser.add_argument("--chart", metavar="FILE", help="draw the times as an SVG")
    parser.add_argument("--server", metavar="HOST:PORT", help="use a Storehouse that runs already (its tables must not exist)")
    parser.add_argument("--data-dir", metavar="DIR", help="that server's data directory")
    parser.add_argument("--dbname", default="storehouse")
    parser.add_argument("--only-peers", action="store_true", help="leave Storehouse out; the first peer takes its place")
    arguments = parser.parse_args()
    arguments.threads = [int(t) for t in arguments.threads.split(",")]
    arguments.peers = [p for p in arguments.peers.split(",") if p]
    for peer in arguments.peers:
        if peer not in PEERS:
            parser.error(f"unknown peer {peer}; known: {', '.join(PEERS)}")
    if arguments.server and len(arguments.threads) > 1:
        parser.error("--server has the threads that it has")
    if arguments.seed is None:
        arguments.seed = random.SystemRandom().randrange(1 << 31)
    return arguments


def prepare_data(arguments):
    """Returns a directory of CSV files, generated or converted when needed."""
    if not arguments.data:
        directory = os.path.join(ROOT, ".build", "ssb", f"scale-{arguments.scale}")
        if not os.path.exists(os.path.join(directory, "complete")):
            here = os.path.dirname(os.path.abspath(__file__))
            subprocess.run([os.path.join(here, "generate"), "--scale", arguments.scale, "--out", directory], check=True)
            open(os.path.join(directory, "complete"), "w").close()
        return directory
    for table in TABLES:
        source, target = (os.path.join(arguments.data, table + end) for end in (".tbl", ".csv"))
        if os.path.exists(source) and not os.path.exists(target):
            print(f"converting {source}", flush=True)
            with open(source) as tbl, open(target + ".part", "w") as csv:
                for line in tbl:
                    fields = line.rstrip("\n").rstrip("|").split("|")
                    csv.write(",".join('"' + f.replace('"', '""') + '"' if "," in f or '"' in f else f for f in fields) + "\n")
            os.rename(target + ".part", target)
        if not os.path.exists(target):
            raise SystemExit(f"{arguments.data} holds neither {table}.csv nor {table}.tbl")
    with open(os.path.join(arguments.data, "customer.csv"), "rb") as file:
        arguments.scale = f"{sum(1 for _ in file) / 30000:g}"
    return os.path.abspath(arguments.data)


class Shelf:
    """Where the loaded databases lie: a temporary directory, or one that is kept, found by data and sort order."""

    def __init__(self, arguments, source):
        self.kept = bool(arguments.keep)
        if self.kept:
            rows = os.path.getsize(os.path.join(source, "lineorder.csv"))
            name = f"scale-{arguments.scale}" if not arguments.data else "data-" + os.path.basename(source)
            self.path = os.path.join(os.path.abspath(arguments.keep), f"{name}-{rows}-sort-{arguments.sort}")
            os.makedirs(self.path, exist_ok=True)
        else:
            self.path = tempfile.mkdtemp(prefix="ssb-")
        self.file = os.path.join(self.path, "loads.json")
        self.loads = {}
        if os.path.exists(self.file):
            with open(self.file) as file:
                self.loads = json.load(file)
        for name in filter(None, arguments.reload.split(",")):
            self.loads.pop(STORES.get(name, name), None)

    def directory(self, name):
        """A directory of the engine's own; what a load that did not finish left there is removed."""
        store = STORES.get(name, name)
        path = os.path.join(self.path, store)
        if store not in self.loads:
            shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path, exist_ok=True)
        return path

    def loaded(self, name, seconds, peak):
        self.loads[STORES.get(name, name)] = {"seconds": seconds, "peak_rss_bytes": peak}
        with open(self.file, "w") as file:
            json.dump(self.loads, file, indent=1)

    def load(self, name):
        return self.loads.get(STORES.get(name, name))

    def close(self):
        if not self.kept:
            shutil.rmtree(self.path, ignore_errors=True)


def make_engines(arguments, shelf, threads):
    engines = []
    if not arguments.only_peers:
        data = arguments.data_dir if arguments.server else os.path.join(shelf.directory("storehouse"), "data")
        engines.append(StorehouseEngine(Storehouse(
            arguments.server, data, dbname=arguments.dbname,
            options=["--threads", str(threads)] if not arguments.server else [])))
    for peer in arguments.peers:
        if peer == "postgresql":
            memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // (1 << 20)
            engines.append(PostgreSQLEngine(PostgresCluster([
                f"shared_buffers={memory // 4}MB", "work_mem=256MB", "maintenance_work_mem=512MB", "max_wal_size=8GB",
                f"max_parallel_workers_per_gather={max(threads - 1, 0)}", "jit=off"])))
        else:
            install(peer)
            engines.append(WorkerEngine(peer, threads, shelf.directory(peer)))
    return engines


def load(arguments, shelf, engine, source, results):
    """Loads what is not there yet, then starts the engine again, so that the load's memory does not count as a query's."""
    if not engine.can_restart or not shelf.load(engine.name):
        print(f"loading {engine.name} … ", end="", flush=True)
        seconds = engine.load(source, arguments.sort, rows=arguments.pieces)
        print(f"{seconds:.1f} s", flush=True)
        peak = engine.peak_rss() if engine.pid else 0
        shelf.loaded(engine.name, seconds, peak)
        if engine.can_restart:
            engine.restart()
    figures = shelf.load(engine.name)
    results.load_seconds[engine.name] = figures["seconds"]
    results.load_peak[engine.name] = figures["peak_rss_bytes"]


def plain(rows):
    """Rows as comparable values: whole and decimal numbers by value, text as it is."""
    return [tuple(Decimal(v) if isinstance(v, (int, Decimal)) else v for v in row) for row in rows]


def first_difference(sql, expected, found):
    """What differs, in words, or None. Rows that ORDER BY holds equal may stand in any order."""
    expected, found = plain(expected), plain(found)
    if len(expected) != len(found):
        return f"{len(found)} rows instead of {len(expected)}"
    keys = order_of(sql)
    if [[r[k] for k in keys] for r in expected] == [[r[k] for k in keys] for r in found]:
        expected, found = sorted(expected, key=repr), sorted(found, key=repr)
    for index, (a, b) in enumerate(zip(expected, found)):
        if a != b:
            return f"row {index + 1} is {tuple(map(str, b))} instead of {tuple(map(str, a))}"
    return None


def compare(results, name, sql, answers, what):
    subject, *peers = answers
    for peer in peers:
        difference = first_difference(sql, answers[peer], answers[subject])
        if difference:
            results.equal[name] = False
            print(f"\nquery {name} ({what}): {subject} differs from {peer}: {difference}", flush=True)
    results.comparisons += len(peers)


def compare_and_time(arguments, queries, engines, threads, results):
    """Compares first, then times the engines query by query in turn, so that they share the same minutes."""
    print(f"comparing results, {threads} threads … ", end="", flush=True)
    for name, sql in queries:
        results.equal.setdefault(name, True)
        compare(results, name, sql, {e.name: e.query(sql)[0] for e in engines}, "published constants")
    print(f"{sum(results.equal.values())} of {len(queries)} equal", flush=True)
    if not all(results.equal.values()):
        return
    began = time.monotonic()
    times = results.times.setdefault(threads, {})
    for name, sql in queries:
        texts = [sql if arguments.published else drawn(name, sql, arguments.seed, run) for run in range(arguments.runs)]
        answers = {}
        times[name] = {}
        for engine in engines:
            engine.query(sql)
            timed = [engine.query(text) for text in texts]
            answers[engine.name] = [rows for rows, _ in timed]
            times[name][engine.name] = [milliseconds for _, milliseconds in timed]
        for run, text in enumerate(texts):
            compare(results, name, text, {e: a[run] for e, a in answers.items()}, f"seed {arguments.seed}, run {run}")
    print(f"timed {arguments.runs} warm runs of each query in {time.monotonic() - began:.0f} s; "
          f"{results.comparisons} results compared, seed {arguments.seed}", flush=True)


def first_runs(queries, engines, results):
    """Each query once in a process that has just started: what it reads, and how much memory it takes then."""
    for name, sql in queries:
        results.first[name] = {}
        for engine in engines:
            if engine.can_restart:
                engine.restart()
                engine.reset_peak()
                before = engine.bytes_read()
                milliseconds = engine.query(sql)[1]
                results.first[name][engine.name] = {
                    "bytes_read": engine.bytes_read() - before, "peak_rss_bytes": engine.peak_rss(), "ms": milliseconds}


def archive(engine, results):
    """Ages a copy of the data directory whole, and tells what lineorder takes in the archive."""
    engine.server.stop()
    copy = tempfile.mkdtemp(prefix="ssb-cold-", dir=os.path.dirname(engine.server.data))
    try:
        target = os.path.join(copy, "data")
        shutil.copytree(engine.server.data, target)
        with Storehouse(data=target) as server, server.connect(autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM storehouse.segments WHERE table_name = 'lineorder' "
                                      "AND min IS NOT NULL").fetchone():
                connection.execute("ALTER TABLE lineorder SET (sort_key = 'lo_orderkey')")
                connection.execute("CALL storehouse.compact('lineorder')")
            began = time.monotonic()
            connection.execute("CALL archive.age('lineorder', before => 2147483647)")
            results.cold["seconds"] = time.monotonic() - began
            for tier, size in connection.execute("SELECT tier, sum(bytes) FROM storehouse.segments "
                                                 "WHERE table_name = 'lineorder' GROUP BY tier"):
                results.cold[tier] = int(size)
            results.cold["total"] = tree_bytes(target)
    finally:
        shutil.rmtree(copy, ignore_errors=True)
        engine.server.start(timeout=600)


def main():
    arguments = parse_arguments()
    source = prepare_data(arguments)
    queries = published(ROOT)
    if arguments.overhead:
        return measure_overhead(source, queries, arguments.json)
    shelf = Shelf(arguments, source)
    results = Results(arguments, [n for n, _ in queries])
    opened = []
    try:
        for threads in arguments.threads:
            engines = make_engines(arguments, shelf, threads)
            results.engines = [e.name for e in engines]
            for engine in engines:
                engine.open()
                opened.append(engine)
            for engine in engines:
                load(arguments, shelf, engine, source, results)
            compare_and_time(arguments, queries, engines, threads, results)
            if threads == arguments.threads[-1]:
                for engine in engines:
                    results.peak[engine.name] = engine.peak_rss() if engine.pid else 0
                    results.disk[engine.name], results.fact[engine.name] = engine.sizes()
                if results.counts and not arguments.no_first_runs:
                    first_runs(queries, engines, results)
                if arguments.cold and isinstance(engines[0], StorehouseEngine) and engines[0].can_restart:
                    archive(engines[0], results)
            while opened:
                close(opened.pop())
    finally:
        for engine in opened:
            close(engine)
        shelf.close()
    results.show()
    if arguments.json:
        results.write(arguments.json)
    if arguments.chart and results.counts:
        from shared.chart import draw
        draw(results.figures(), arguments.chart)
    print("every result equal" if results.counts else "RESULTS DIFFER: no time counts")
    passed = sum(results.equal.values())
    print(f"{passed} passed, {len(results.equal) - passed} failed", flush=True)
    return 0 if results.counts else 1


if __name__ == "__main__":
    sys.exit(main())
