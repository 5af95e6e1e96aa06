"""Renders Benchmarks/results/*.json into the marked places of README.md: figures come from commands, never by hand."""

import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
RESULTS = os.path.join(HERE, "results")
README = os.path.join(HERE, "README.md")
sys.path.insert(0, HERE)

from shared.chart import draw  # noqa: E402


def read(name):
    path = os.path.join(RESULTS, name + ".json")
    if not os.path.exists(path):
        return None
    with open(path) as file:
        return json.load(file)


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def milliseconds(value):
    return "–" if value is None else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def megabytes(value):
    return f"{value / 1e6:,.0f} MB" if value else "–"


def comparison(name, figures):
    """Times, ratios, loads and sizes of one run of `compare`."""
    peers = list(figures["geomean_ratio"])
    head = ["query", "Storehouse", *(f"{p} | ratio" for p in peers), "read by Storehouse"]
    rows, losses = [], []
    for query in figures["queries"]:
        own = query["storehouse_ms"]
        cells = [query["name"], milliseconds(own)]
        for peer in peers:
            theirs = query["peers"].get(peer)
            cells += [milliseconds(theirs), f"{theirs / own:.1f}" if theirs else "–"]
            if theirs and theirs < own:
                losses.append(f"{query['name']} to {peer} ({own / theirs:.1f} ×)")
        read_bytes = query.get("first_run", {}).get("storehouse", {}).get("bytes_read")
        rows.append([*cells, megabytes(read_bytes)])
    sums = {e: sum(q["storehouse_ms"] if e == "storehouse" else q["peers"][e] for q in figures["queries"])
            for e in ["storehouse", *peers]}
    rows.append(["**sum**", milliseconds(sums["storehouse"]),
                 *(c for p in peers for c in (milliseconds(sums[p]), f"{sums[p] / sums['storehouse']:.1f}")), ""])
    rows.append(["**geometric mean**", "", *(c for p in peers for c in ("", f"**{figures['geomean_ratio'][p]:.1f}**")), ""])
    # A two-column cell in the head stands for the peer's time and its ratio.
    out = [table(" | ".join(head).split(" | "), rows), ""]
    details = [f"{figures.get('machine', 'this machine')}; {figures['threads']} threads; medians of {figures.get('runs', 7)} warm runs, milliseconds"]
    if figures.get("results_compared"):
        details.append(f"{figures['results_compared']} results compared, all equal"
                       if all(q["equal"] for q in figures["queries"]) else "RESULTS DIFFER")
    if figures.get("seed") is not None:
        details.append(f"seed {figures['seed']}")
    out += ["; ".join(details) + ".", ""]
    engines = list(figures["load_seconds"])
    cold = {e: max((q.get("first_run", {}).get(e, {}).get("peak_rss_bytes", 0) for q in figures["queries"]), default=0)
            for e in engines}
    facts = figures.get("lineorder_bytes", {})
    out += [table(["", "load", "on disk", *(["lineorder"] if facts else []), "peak memory, warm", "peak memory, cold caches"],
                  [[e, f"{figures['load_seconds'][e]:,.1f} s" if figures["load_seconds"][e] else "–", megabytes(figures["bytes_on_disk"].get(e)),
                    *([megabytes(facts.get(e))] if facts else []), megabytes(figures["peak_rss_bytes"].get(e)),
                    megabytes(cold[e])] for e in engines]), ""]
    if figures.get("archive_bytes"):
        out += [f"lineorder in the archive: {megabytes(figures['archive_bytes'].get('archive'))}.", ""]
    if figures.get("scaling"):
        counts = list(next(iter(figures["scaling"].values()))["sum_ms"])
        out += [f"{counts[-1]} threads against {counts[0]}: " + ", ".join(
            f"{e} {s['ratio']:.2f} ×" for e, s in figures["scaling"].items()) + ".", ""]
    out += ["Slower than a peer: " + (", ".join(losses) if losses else "in no query of this run") + ".", ""]
    chart = os.path.join("results", name + ".svg")
    return out + [f"![{name}]({chart})"]


def overhead(figures):
    rows = [[n, f"{q['one_row_us']:.0f}", str(q["answer_rows"]), f"{q['answer_us']:.0f}",
             f"{q['one_row_us'] + q['answer_us']:.0f}"] for n, q in figures["queries"].items()]
    return [table(["query", "over one row, µs", "rows of the answer", "their encoding and wire, µs", "together, µs"], rows), "",
            f"The dearest takes {figures['worst_ms']:.2f} ms; `SELECT 1` takes {figures['select_1_us']:.0f} µs."]


def render(name):
    figures = read(name)
    if figures is None:
        return ["Not measured yet."]
    if "select_1_us" in figures:
        return overhead(figures)
    return comparison(name, figures)


def main():
    with open(README) as file:
        before = file.read()
    names = re.findall(r"<!-- figures: ([\w.-]+) -->", before)
    after = re.sub(r"(<!-- figures: ([\w.-]+) -->\n).*?(<!-- end of figures -->)",
                   lambda m: m.group(1) + "\n" + "\n".join(render(m.group(2))) + "\n\n" + m.group(3), before, flags=re.S)
    if "--check" in sys.argv[1:]:
        print("README.md shows the figures" if before == after else "README.md differs from the figures: Benchmarks/report")
        return 0 if before == after else 1
    for name in names:
        figures = read(name)
        if figures and "geomean_ratio" in figures:
            draw(figures, os.path.join(RESULTS, name + ".svg"))
    with open(README, "w") as file:
        file.write(after)
    return 0


if __name__ == "__main__":
    sys.exit(main())
