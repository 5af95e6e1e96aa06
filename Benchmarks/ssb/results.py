"""What a comparison found: as a table, and as JSON."""

import json
import math
import os
import statistics

from shared.machine import machine


def geometric_mean(values):
    return math.exp(sum(math.log(v) for v in values) / len(values)) if values else float("nan")


class Results:
    def __init__(self, arguments, names):
        self.arguments = arguments
        self.names = names
        self.engines = []
        self.equal = {}
        self.comparisons = 0
        # threads → query → engine → milliseconds of each run
        self.times = {}
        self.first = {}
        self.load_seconds, self.load_peak, self.peak, self.disk, self.fact, self.cold = {}, {}, {}, {}, {}, {}

    @property
    def counts(self):
        """Whether every result was equal, so that times mean something."""
        return bool(self.equal) and all(self.equal.values())

    @property
    def subject(self):
        return self.engines[0]

    def median(self, name, engine, threads=None):
        return statistics.median(self.times[threads or self.arguments.threads[-1]][name][engine])

    def total(self, engine, threads=None):
        return sum(self.median(n, engine, threads) for n in self.names)

    def ratio(self, name, peer):
        return self.median(name, peer) / self.median(name, self.subject)

    def mean_ratio(self, peer):
        return geometric_mean([self.ratio(n, peer) for n in self.names])

    def scaling(self, engine):
        """Times with the first thread count ÷ times with the last, geometric mean over the queries."""
        first, last = self.arguments.threads[0], self.arguments.threads[-1]
        return geometric_mean([self.median(n, engine, first) / self.median(n, engine, last) for n in self.names])

    def show(self):
        a, peers = self.arguments, self.engines[1:]
        if self.counts:
            print(f"\nStar Schema Benchmark, scale {a.scale}, sort {a.sort}, {a.threads[-1]} threads; {machine()}")
            print(f"milliseconds, median and minimum of {a.runs} warm runs; ratio = peer / {self.subject}; "
                  "read = bytes that the query reads after a restart\n")
            # Two peers side by side fit a screen.
            for start in range(0, max(len(peers), 1), 2):
                self.table(peers[start:start + 2])
            if len(a.threads) > 1:
                for engine in self.engines:
                    print(f"{engine:>13}: {a.threads[-1]} threads are {self.scaling(engine):.2f} × as fast as {a.threads[0]}")
                print()
        print(f"{'':>13} {'load':>10} {'peak':>9} │ {'on disk':>9} {'lineorder':>10} │ {'queries peak':>12} {'cold caches':>12}")
        for n in self.engines:
            cold = [q[n]["peak_rss_bytes"] for q in self.first.values() if n in q]
            print(f"{n:>13} {self.load_seconds.get(n, 0):>8.1f} s {self.load_peak.get(n, 0) / 1e6:>6.0f} MB │ "
                  f"{self.disk.get(n, 0) / 1e6:>6.0f} MB {self.fact.get(n, 0) / 1e6:>7.0f} MB │ "
                  f"{self.peak.get(n, 0) / 1e6:>9.0f} MB " + (f"{max(cold) / 1e6:>9.0f} MB" if cold else f"{'–':>12}"))
        if self.cold:
            tiers = ", ".join(f"{tier} {size / 1e6:.0f} MB" for tier, size in self.cold.items() if tier != "seconds")
            print(f"lineorder aged in {self.cold['seconds']:.0f} s: {tiers}")

    def table(self, peers):
        header = f"{'query':>6} {self.subject:>11} {'min':>8} {'read MB':>8}"
        for peer in peers:
            header += f" │ {peer:>13} {'min':>8} {'read MB':>8} {'ratio':>7}"
        print(header + "\n" + "─" * len(header))
        for name in self.names:
            print(f"{name:>6} " + self.cells(name, self.subject, 11) + "".join(
                f" │ {self.cells(name, p, 13)} {self.ratio(name, p):>7.2f}" for p in peers))
        print("─" * len(header))
        subject = self.total(self.subject)
        print(f"{'sum':>6} {subject:>11.2f} {'':>17}" + "".join(
            f" │ {self.total(p):>13.2f} {'':>17} {self.total(p) / subject:>7.2f}" for p in peers))
        print(f"{'geometric mean of ratios':>36}" + "".join(f" │ {'':>31} {self.mean_ratio(p):>7.2f}" for p in peers))
        print(f"{'smallest ratio':>36}" + "".join(
            f" │ {'':>31} {min(self.ratio(n, p) for n in self.names):>7.2f}" for p in peers) + "\n")

    def cells(self, name, engine, width):
        runs = self.times[self.arguments.threads[-1]][name][engine]
        first = self.first.get(name, {}).get(engine)
        read = f"{first['bytes_read'] / 1e6:>8.1f}" if first else f"{'–':>8}"
        return f"{statistics.median(runs):>{width}.2f} {min(runs):>8.2f} {read}"

    def figures(self):
        a = self.arguments
        last, peers = a.threads[-1], self.engines[1:]
        queries = []
        for name in self.names:
            timed = self.times.get(last, {}).get(name) if self.counts else None
            median = {e: statistics.median(v) for e, v in timed.items()} if timed else {}
            queries.append({
                "name": name, "equal": self.equal.get(name, False), self.subject + "_ms": median.get(self.subject),
                "peers": {p: median.get(p) for p in peers},
                "minimum_ms": {e: min(v) for e, v in timed.items()} if timed else {},
                "first_run": self.first.get(name, {})})
        figures = {
            "scale": a.scale, "sort": a.sort, "threads": last, "runs": a.runs, "seed": None if a.published else a.seed,
            "data": a.data or "generated", "machine": machine(), "results_compared": self.comparisons,
            "queries": queries, "geomean_ratio": {p: self.mean_ratio(p) for p in peers} if self.counts else {},
            "load_seconds": self.load_seconds, "bytes_on_disk": self.disk, "peak_rss_bytes": self.peak,
            "lineorder_bytes": self.fact, "load_peak_rss_bytes": self.load_peak}
        if self.cold:
            figures["archive_bytes"] = self.cold
        if len(a.threads) > 1 and self.counts:
            figures["scaling"] = {e: {"sum_ms": {str(t): self.total(e, t) for t in a.threads},
                                      "ratio": self.scaling(e)} for e in self.engines}
        return figures

    def write(self, path):
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        with open(path, "w") as file:
            json.dump(self.figures(), file, indent=1)
            file.write("\n")
