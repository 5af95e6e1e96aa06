"""Runs scripts on PostgreSQL 15 and writes what it answers into them as expectations.

    record.py FILE…      plain SQL statements in a file become records; recorded ones are recorded anew

Messages of errors are kept in files whose first comment says `# messages`.
"""

import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from harness import PostgresCluster

from script import Runner, read


def record_file(server, path):
    records = read(path)
    keep_messages = bool(records) and "# messages" in records[0].comment
    runner = Runner(server)
    for record in records:
        if not record.sql:
            continue
        kind, lines = runner.run(record)
        if kind == "query":
            record.sorted = not re.search(r"\border by\b", record.sql, re.I) and len(lines) > 2
            if record.sorted:
                lines = lines[:1] + sorted(lines[1:])
        elif kind == "statement" and not keep_messages:
            lines = [re.sub(r": .*", "", lines[0])]
        elif kind == "copy":
            lines = [re.sub(r"^(error \w{5}): .*", r"\1", line) for line in lines]
        record.kind, record.expected = kind, lines
    runner.close()
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n\n".join(record.write() for record in records) + "\n")
    print(f"{path}: {sum(1 for r in records if r.sql)} records")


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    with PostgresCluster() as server:
        for path in sys.argv[1:]:
            record_file(server, path)


if __name__ == "__main__":
    main()
