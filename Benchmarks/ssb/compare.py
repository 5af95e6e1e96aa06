"""Star Schema Benchmark: Storehouse and its peers on the same data, the same threads, the same sort order.

Every result is compared, order included, before any time counts; one difference ends the run with exit code 1.
Times are wall-clock milliseconds at the client, rows fetched; ratios are peer ÷ Storehouse.
"""

import argparse
import glob
import json
import math
import os
import statistics
import subprocess
import sys
import time
from decimal import Decimal

from engines import ROOT, TABLES, DuckDBEngine, PostgreSQLEngine, StorehouseEngine
from harness import PostgresCluster, Storehouse

PEERS = ["duckdb", "postgresql"]


def parse_arguments():
    parser = argparse.ArgumentParser(prog="compare", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--scale", default="1", help="scale factor; 1 is 6 million rows (default: %(default)s)")
    parser.add_argument("--sort", choices=["none", "date"], default="none", help="sort order of lineorder in every database")
    parser.add_argument("--peers", default="duckdb,postgresql", help="comma-separated, of: " + ", ".join(PEERS))
    parser.add_argument("--data", metavar="DIR", help="directory of .csv files, or of the original tool's .tbl files")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=7, help="warm runs per query (default: %(default)s)")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    parser.add_argument("--server", metavar="HOST:PORT", help="use a Storehouse that runs already (its tables must not exist)")
    parser.add_argument("--data-dir", metavar="DIR", help="that server's data directory")
    parser.add_argument("--dbname", default="storehouse")
    parser.add_argument("--only-peers", action="store_true", help="leave Storehouse out; the first peer takes its place")
    return parser.parse_args()


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
    return arguments.data


def make_engines(arguments):
    engines = []
    if not arguments.only_peers:
        server = Storehouse(arguments.server, arguments.data_dir, dbname=arguments.dbname,
                            options=["--threads", str(arguments.threads)] if not arguments.server else [])
        engines.append(StorehouseEngine(server))
    for peer in filter(None, arguments.peers.split(",")):
        if peer == "duckdb":
            engines.append(DuckDBEngine(arguments.threads))
        elif peer == "postgresql":
            memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // (1 << 20)
            engines.append(PostgreSQLEngine(PostgresCluster([
                f"shared_buffers={memory // 4}MB", "work_mem=256MB", "maintenance_work_mem=512MB", "max_wal_size=8GB",
                f"max_parallel_workers_per_gather={max(arguments.threads - 1, 0)}", "jit=off"])))
        else:
            raise SystemExit(f"unknown peer {peer}; known: {', '.join(PEERS)}")
    return engines


def plain(rows):
    """Rows as comparable values: whole and decimal numbers by value, text as it is."""
    return [tuple(Decimal(v) if isinstance(v, (int, Decimal)) else v for v in row) for row in rows]


def first_difference(expected, found):
    if len(expected) != len(found):
        return f"{len(found)} rows instead of {len(expected)}"
    for index, (a, b) in enumerate(zip(expected, found)):
        if a != b:
            return f"row {index + 1} is {tuple(map(str, b))} instead of {tuple(map(str, a))}"
    return None


def geometric_mean(values):
    return math.exp(sum(math.log(v) for v in values) / len(values)) if values else float("nan")


def machine():
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown CPU")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return f"{model}, {os.cpu_count()} CPUs, {memory:.0f} GiB"


def main():
    arguments = parse_arguments()
    directory = prepare_data(arguments)
    queries = []
    for path in sorted(glob.glob(os.path.join(ROOT, "SQL", "ssb", "q*.sql"))):
        with open(path) as file:
            queries.append((os.path.basename(path)[1:-4], file.read().strip().rstrip(";")))
    engines = make_engines(arguments)
    subject, peers = engines[0], engines[1:]
    load, disk, memory, opened = {}, {}, {}, []
    try:
        # DuckDB forks, so it starts before any connection exists.
        for engine in sorted(engines, key=lambda e: e.name != "duckdb"):
            engine.open()
            opened.append(engine)
        for engine in engines:
            print(f"loading {engine.name} … ", end="", flush=True)
            load[engine.name] = engine.load(directory, arguments.sort)
            print(f"{load[engine.name]:.1f} s", flush=True)
        equal, times = compare_and_time(queries, engines, arguments.runs)
        for engine in engines:
            disk[engine.name], memory[engine.name] = engine.disk_bytes(), engine.peak_rss()
    finally:
        for engine in opened:
            try:
                engine.close()
            except Exception as problem:
                print(f"closing {engine.name}: {problem}", file=sys.stderr)
    report(arguments, queries, engines, times, load, disk, memory, equal)
    return 0 if all(equal.values()) else 1


def compare_and_time(queries, engines, runs):
    """Compares first, then times the engines query by query in turn, so that they share the same minutes."""
    equal, times = {}, {}
    subject, peers = engines[0], engines[1:]
    print("comparing results … ", end="", flush=True)
    for name, sql in queries:
        found = plain(subject.query(sql)[0])
        equal[name] = True
        for peer in peers:
            difference = first_difference(plain(peer.query(sql)[0]), found)
            if difference:
                equal[name] = False
                print(f"\nquery {name}: {subject.name} differs from {peer.name}: {difference}", flush=True)
    print(f"{sum(equal.values())} of {len(queries)} equal", flush=True)
    if not all(equal.values()):
        return equal, times
    began = time.monotonic()
    for name, sql in queries:
        times[name] = {}
        for engine in engines:
            engine.query(sql)
            times[name][engine.name] = [engine.query(sql)[1] for _ in range(runs)]
    print(f"timed {runs} warm runs of each query in {time.monotonic() - began:.0f} s\n", flush=True)
    return equal, times


def report(arguments, queries, engines, times, load, disk, memory, equal):
    subject, peers = engines[0], engines[1:]
    median = {n: {e: statistics.median(v) for e, v in per.items()} for n, per in times.items()}
    means = {p.name: geometric_mean([m[p.name] / m[subject.name] for m in median.values()]) for p in peers}
    if times:
        print(f"Star Schema Benchmark, scale {arguments.scale}, sort {arguments.sort}, {arguments.threads} threads; {machine()}")
        print(f"milliseconds, median and minimum of {arguments.runs} warm runs; ratio = peer / {subject.name}\n")
        header = f"{'query':>6} {subject.name:>11} {'min':>8}"
        for peer in peers:
            header += f" │ {peer.name:>11} {'min':>8} {'ratio':>7}"
        print(header + "\n" + "─" * len(header))
        for name, _ in queries:
            line = f"{name:>6} {median[name][subject.name]:>11.2f} {min(times[name][subject.name]):>8.2f}"
            for peer in peers:
                ratio = median[name][peer.name] / median[name][subject.name]
                line += f" │ {median[name][peer.name]:>11.2f} {min(times[name][peer.name]):>8.2f} {ratio:>7.2f}"
            print(line)
        print("─" * len(header))
        sums = {e.name: sum(m[e.name] for m in median.values()) for e in engines}
        line = f"{'sum':>6} {sums[subject.name]:>11.2f} {'':>8}"
        for peer in peers:
            line += f" │ {sums[peer.name]:>11.2f} {'':>8} {sums[peer.name] / sums[subject.name]:>7.2f}"
        print(line)
        line = f"{'geometric mean of ratios':>27}"
        for peer in peers:
            line += f" │ {'':>11} {'':>8} {means[peer.name]:>7.2f}"
        print(line + "\n")
    print(f"{'':>12} {'load':>9} {'on disk':>11} {'peak memory':>13}")
    for engine in engines:
        n = engine.name
        print(f"{n:>12} {load[n]:>7.1f} s {disk[n] / 1e6:>8.0f} MB {memory[n] / 1e6:>10.0f} MB")
    if arguments.json:
        figures = {
            "scale": arguments.scale, "sort": arguments.sort, "threads": arguments.threads, "machine": machine(),
            "queries": [{"name": n, "equal": equal[n], subject.name + "_ms": median.get(n, {}).get(subject.name),
                         "peers": {p.name: median.get(n, {}).get(p.name) for p in peers}} for n, _ in queries],
            "geomean_ratio": means, "load_seconds": load, "bytes_on_disk": disk, "peak_rss_bytes": memory}
        if not times:
            figures["geomean_ratio"] = {}
        with open(arguments.json, "w") as file:
            json.dump(figures, file, indent=1)
    print("every result equal" if all(equal.values()) else "RESULTS DIFFER: no time counts")
    print(f"{sum(equal.values())} passed, {len(equal) - sum(equal.values())} failed", flush=True)


if __name__ == "__main__":
    sys.exit(main())
