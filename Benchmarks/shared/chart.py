"""A bar chart of one comparison as SVG: time by query, on a logarithmic axis, one colour an engine."""

import math
import sys

COLORS = ["#0b5fff", "#f2a900", "#d1495b", "#3a8f5b", "#7b5ea7", "#7a7a7a", "#00a0b0"]
WIDTH, PLOT, LEFT, TOP = 1080, 300, 64, 72


def draw(figures, path):
    queries = figures["queries"]
    subject = next(k[:-3] for k in queries[0] if k.endswith("_ms") and k != "minimum_ms")
    engines = [subject, *queries[0]["peers"]]
    times = {q["name"]: {subject: q[subject + "_ms"], **q["peers"]} for q in queries}
    every = [t for q in times.values() for t in q.values() if t]
    foot = 96 if any(len(q["name"]) > 6 for q in queries) else 36
    base = TOP + PLOT
    low, high = math.floor(math.log10(min(every))), math.ceil(math.log10(max(every)))
    high = max(high, low + 1)

    def y(value):
        share = (math.log10(value) - low) / (high - low)
        return base - share * PLOT

    group = (WIDTH - LEFT - 16) / len(queries)
    bar = group * 0.84 / len(engines)
    if figures.get("benchmark") == "tpch":
        title = f"TPC-H, scale {figures['scale']}"
    elif "scale" in figures:
        order = "sorted by date" if figures["sort"] == "date" else "unsorted"
        title = f"Star Schema Benchmark, scale {figures['scale']}, {order}"
    else:
        title = f"Retail dashboards, {figures['lines']:,} sales lines"
    notes = f"milliseconds, median of warm runs, logarithmic; {figures['threads']} threads; {figures.get('machine', '')}"
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {base + foot}" font-family="sans-serif" font-size="12">',
           f'<rect width="{WIDTH}" height="{base + foot}" fill="white"/>',
           f'<text x="{LEFT}" y="24" font-size="16" font-weight="bold">{title}</text>',
           f'<text x="{LEFT}" y="42" fill="#555">{notes}</text>']
    x = LEFT
    for engine, color in zip(engines, COLORS):
        out.append(f'<rect x="{x}" y="51" width="11" height="11" fill="{color}"/><text x="{x + 15}" y="61">{engine}</text>')
        x += 36 + 7 * len(engine)
    for power in range(low, high + 1):
        for step in range(1, 10 if power < high else 2):
            line = y(step * 10 ** power)
            out.append(f'<line x1="{LEFT}" x2="{WIDTH - 16}" y1="{line:.1f}" y2="{line:.1f}" '
                       f'stroke="{"#999" if step == 1 else "#e6e6e6"}" stroke-width="{0.8 if step == 1 else 0.5}"/>')
        out.append(f'<text x="{LEFT - 6}" y="{y(10 ** power) + 4:.1f}" text-anchor="end">{10 ** power:g} ms</text>')
    for index, (name, per_engine) in enumerate(times.items()):
        start = LEFT + index * group + group * 0.08
        for place, engine in enumerate(engines):
            value = per_engine[engine]
            if value:
                top = y(value)
                out.append(f'<rect x="{start + place * bar:.1f}" y="{top:.1f}" width="{bar * 0.92:.1f}" '
                           f'height="{base - top:.1f}" fill="{COLORS[place % len(COLORS)]}">'
                           f'<title>{engine} {name}: {value:.2f} ms</title></rect>')
        middle = start + group * 0.42
        # Long names lean, so that they do not run into each other.
        lean = f'transform="rotate(-22 {middle:.1f} {base + 14})" text-anchor="end"' if len(name) > 6 else 'text-anchor="middle"'
        out.append(f'<text x="{middle:.1f}" y="{base + 18}" {lean}>{name}</text>')
    out.append("</svg>")
    with open(path, "w") as file:
        file.write("\n".join(out) + "\n")


if __name__ == "__main__":
    import json
    with open(sys.argv[1]) as source:
        draw(json.load(source), sys.argv[2])
