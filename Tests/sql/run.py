"""Runs the scripts of this folder against a server, once in the simple and once in the extended protocol."""

import argparse
import glob
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from harness import Tally, add_target_options, open_target

from script import Runner, read

HERE = os.path.dirname(os.path.abspath(__file__))


def matches(record, kind, lines):
    if record.kind == "statement":
        expected = record.expected[0]
        if kind != "statement":
            return expected == "ok" and kind == "query"
        # Without a recorded message the SQLSTATE alone decides.
        return lines[0] == expected or (": " not in expected and lines[0].startswith(expected + ": "))
    if kind == "copy" and record.expected and record.expected[-1].startswith("error"):
        return lines[-1].startswith(record.expected[-1])
    if kind == "query" and record.sorted:
        lines = lines[:1] + sorted(lines[1:])
    return kind == record.kind and lines == record.expected


def show(lines, limit=12):
    shown = lines[:limit] + ([f"… {len(lines) - limit} more"] if len(lines) > limit else [])
    return "\n".join("        " + line for line in shown)


def run_file(tally, server, path, extended):
    runner = Runner(server, extended)
    name, mode = os.path.basename(path), "extended" if extended else "simple"
    for record in read(path):
        if not record.sql:
            continue
        if record.kind is None:
            raise SystemExit(f"{name}:{record.line}: not recorded yet: record.py {name}")
        kind, lines = runner.run(record)
        if matches(record, kind, lines):
            tally.passed += 1
            continue
        tally.check(f"{name}:{record.line} ({mode})", False,
                    f"{record.sql}\n      expected\n{show(record.expected)}\n      found\n{show(lines)}")
    runner.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scripts", nargs="*", help="files (default: all)")
    parser.add_argument("--protocol", choices=["simple", "extended", "both"], default="both")
    add_target_options(parser)
    arguments = parser.parse_args()
    paths = arguments.scripts or sorted(glob.glob(os.path.join(HERE, "*.test")))
    tally = Tally()
    with open_target(arguments) as server:
        for path in paths:
            before = tally.passed, tally.failed
            for extended in (False, True):
                if arguments.protocol in ("both", "extended" if extended else "simple"):
                    run_file(tally, server, path, extended)
            print(f"{os.path.basename(path):24} {tally.passed - before[0]} passed, {tally.failed - before[1]} failed", flush=True)
    if not arguments.scripts:
        page = subprocess.run([os.path.join(HERE, "..", "..", "Tools", "sql-features"), "--check"], text=True,
                              capture_output=True)
        tally.check("SQL/SUPPORTED.md is what the scripts say", page.returncode == 0, page.stdout)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
