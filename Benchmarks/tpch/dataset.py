"""TPC-H's tables and queries; run as a program, the peer's process."""

import glob
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from shared import ROOT, statements_of  # noqa: E402
from shared.pair import Dataset, serve_peer  # noqa: E402

TABLES = ["region", "nation", "supplier", "customer", "part", "partsupp", "orders", "lineitem"]


class TPCH(Dataset):
    title = "TPC-H, scale {scale}"
    program = os.path.abspath(__file__)
    facts = ("orders", "lineitem", "partsupp")

    def schema(self):
        return statements_of("SQL/tpch/schema.sql")

    def files(self, directory):
        return [(table, os.path.join(directory, table + ".csv")) for table in TABLES]

    def queries(self, scale, part=""):
        """The 22 queries as published; the share in the eleventh is that of the scale (clause 2.4.11.3)."""
        found = []
        for path in sorted(glob.glob(os.path.join(ROOT, "SQL", "tpch", "q*.sql"))):
            with open(path) as file:
                text = file.read().strip().rstrip(";")
            name = os.path.basename(path)[:-4]
            if name == "q11":
                text = text.replace("* 0.0001\n", f"* {0.0001 / scale:.12f}\n")
            if part in name:
                found.append((name, text))
        return found


if __name__ == "__main__":
    serve_peer(TPCH())
