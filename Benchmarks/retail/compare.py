"""The retail dashboards: Storehouse and DuckDB on the same rows with the same threads.

The rows are `storehouse generate`'s: 100 stores, 90 days and the running one, their sales and inventory. Facts
come in by day, so both databases hold them in that order. Each query of SQL/dashboards runs as it stands; DuckDB
gets `//` where PostgreSQL's `/` divides integers. cross_sell_90_days is customer_cross_sell_pairs over 90 days.

Results are compared before any time counts; one difference ends the run with exit code 1. Storehouse divides
numeric exactly where DuckDB divides doubles, so numbers may differ by one unit of the last place shown.
Times are wall-clock milliseconds at the client, rows fetched; ratios are peer ÷ Storehouse.
"""

import argparse
import glob
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from decimal import Decimal

from databases import ROOT, RetailDuckDB, RetailStorehouse
from harness import Storehouse
from harness.storehouse import BINARY
from results import machine


def parse_arguments():
    parser = argparse.ArgumentParser(prog="compare", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--lines", type=int, default=2_000_000, help="sales lines, at least (default: %(default)s)")
    parser.add_argument("--data", metavar="DIR", help="a directory that `storehouse generate` has written")
    parser.add_argument("--keep", metavar="DIR", help="keep the loaded databases there, and use those that are there")
    parser.add_argument("--query", metavar="TEXT", default="", help="only queries whose name contains it")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=7, help="warm runs per query (default: %(default)s)")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    return parser.parse_args()


def prepare_data(arguments):
    directory = arguments.data or os.path.join(ROOT, ".build", "retail", f"lines-{arguments.lines}")
    if not os.path.exists(os.path.join(directory, "ground-truth.json")):
        os.makedirs(os.path.dirname(directory), exist_ok=True)
        subprocess.run([BINARY, "generate", "--out", directory, "--rows", str(arguments.lines)], check=True)
    return directory


def load_queries(part):
    queries = []
    for path in sorted(glob.glob(os.path.join(ROOT, "SQL", "dashboards", "*.sql"))):
        with open(path) as file:
            text = file.read().strip().rstrip(";")
        name = os.path.basename(path)[:-4]
        queries.append((name, text))
        if name == "customer_cross_sell_pairs":
            queries.append(("cross_sell_90_days", text.replace("FROM today) - 28", "FROM today) - 90")))
    return [query for query in queries if part in query[0]]


def is_same(a, b):
    if a is None or b is None or isinstance(a, str) or isinstance(b, str):
        return a == b
    if not isinstance(a, (int, float, Decimal)):
        return a == b
    unit = 10.0 ** a.as_tuple().exponent if isinstance(a, Decimal) else 0
    return abs(float(a) - float(b)) <= 1.001 * unit + 1e-9 * abs(float(a))


def first_difference(mine, theirs):
    if len(mine) != len(theirs):
        return f"{len(theirs)} rows instead of {len(mine)}"
    for index, (a, b) in enumerate(zip(mine, theirs)):
        if len(a) != len(b) or not all(map(is_same, a, b)):
            return f"row {index + 1} is {tuple(map(str, b))} instead of {tuple(map(str, a))}"
    return None


def compare_and_time(queries, storehouse, duckdb, runs):
    """Compares first, then times both query by query in turn, so that they share the same minutes."""
    equal, times = {}, {}
    for name, sql in queries:
        difference = first_difference(storehouse.query(sql)[0], duckdb.query(sql)[0])
        equal[name] = difference is None
        if difference:
            print(f"{name}: duckdb differs: {difference}", flush=True)
    print(f"{sum(equal.values())} of {len(queries)} results equal", flush=True)
    if all(equal.values()):
        for name, sql in queries:
            times[name] = {}
            for engine in (storehouse, duckdb):
                engine.query(sql)
                times[name][engine.name] = [engine.query(sql)[1] for _ in range(runs)]
    return equal, times


def report(arguments, queries, equal, times, load, disk, memory):
    median = {name: {engine: statistics.median(t) for engine, t in per.items()} for name, per in times.items()}
    ratio = {name: m["duckdb"] / m["storehouse"] for name, m in median.items()}
    mean = math.exp(sum(map(math.log, ratio.values())) / len(ratio)) if ratio else None
    if times:
        print(f"\nretail dashboards, {arguments.lines} sales lines, {arguments.threads} threads")
        print(f"milliseconds, median and minimum of {arguments.runs} warm runs; ratio = duckdb / storehouse\n")
        print(f"{'query':>26} {'storehouse':>11} {'min':>8} │ {'duckdb':>9} {'min':>8} {'ratio':>7}")
        for name, _ in queries:
            mine, theirs = times[name]["storehouse"], times[name]["duckdb"]
            print(f"{name:>26} {median[name]['storehouse']:>11.1f} {min(mine):>8.1f} │ "
                  f"{median[name]['duckdb']:>9.1f} {min(theirs):>8.1f} {ratio[name]:>7.2f}")
        print(f"{'geometric mean':>26} {'':>11} {'':>8} │ {'':>9} {'':>8} {mean:>7.2f}\n")
    for name in load:
        loaded = "kept" if load[name] is None else f"{load[name]:.1f} s"
        print(f"{name:>12}: load {loaded}, {disk[name] / 1e6:.0f} MB on disk, peak memory {memory[name] / 1e6:.0f} MB")
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump({
                "lines": arguments.lines, "threads": arguments.threads, "runs": arguments.runs, "machine": machine(),
                "queries": [{"name": n, "equal": equal[n], "storehouse_ms": median.get(n, {}).get("storehouse"),
                             "peers": {"duckdb": median.get(n, {}).get("duckdb")}} for n, _ in queries],
                "geomean_ratio": {"duckdb": mean} if mean else {}, "load_seconds": load, "bytes_on_disk": disk,
                "peak_rss_bytes": memory}, file, indent=1)
    print(f"{sum(equal.values())} passed, {len(equal) - sum(equal.values())} failed", flush=True)


def main():
    arguments = parse_arguments()
    queries = load_queries(arguments.query)
    source = prepare_data(arguments)
    directory = arguments.keep or tempfile.mkdtemp(prefix="retail-compare-")
    os.makedirs(directory, exist_ok=True)
    mine = os.path.join(directory, "storehouse")
    marker = os.path.join(directory, "storehouse.loaded")
    storehouse = RetailStorehouse(
        Storehouse(data=mine, options=["--threads", str(arguments.threads)], log=os.path.join(directory, "server.log")),
        loaded=os.path.exists(marker))
    duckdb = RetailDuckDB(arguments.threads, directory)
    if not storehouse.loaded:
        shutil.rmtree(mine, ignore_errors=True)
    load, disk, memory, opened = {}, {}, {}, []
    try:
        for engine in (duckdb, storehouse):
            engine.open()
            opened.append(engine)
        for engine in (storehouse, duckdb):
            print(f"loading {engine.name} … ", end="", flush=True)
            began = time.monotonic()
            load[engine.name] = engine.load(source)
            print(f"{time.monotonic() - began:.1f} s", flush=True)
        open(marker, "w").close()
        equal, times = compare_and_time(queries, storehouse, duckdb, arguments.runs)
        for engine in (storehouse, duckdb):
            disk[engine.name], memory[engine.name] = engine.sizes()[0], engine.peak_rss()
    finally:
        for engine in opened:
            try:
                engine.close()
            except Exception as problem:
                print(f"closing {engine.name}: {problem}", file=sys.stderr)
        if not arguments.keep:
            shutil.rmtree(directory, ignore_errors=True)
    report(arguments, queries, equal, times, load, disk, memory)
    return 0 if all(equal.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
