"""The retail star and its dashboards; run as a program, the peer's process."""

import glob
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from shared import ROOT, statements_of  # noqa: E402
from shared.pair import Dataset, serve_peer  # noqa: E402


class Retail(Dataset):
    title = "retail dashboards, {lines} sales lines"
    program = os.path.abspath(__file__)
    facts = ("fact_sales", "fact_inventory_snapshot")

    def schema(self):
        return statements_of("SQL/schema.sql")

    def files(self, directory):
        return [(os.path.basename(path)[:-4], path) for path in sorted(glob.glob(os.path.join(directory, "*.csv")))]

    def dialect(self, sql):
        """DuckDB divides integers into fractions; the hour of a minute is its `//`."""
        return sql.replace("local_minute / 60", "local_minute // 60")

    def queries(self, part=""):
        found = []
        for path in sorted(glob.glob(os.path.join(ROOT, "SQL", "dashboards", "*.sql"))):
            with open(path) as file:
                text = file.read().strip().rstrip(";")
            name = os.path.basename(path)[:-4]
            found.append((name, text))
            if name == "customer_cross_sell_pairs":
                found.append(("cross_sell_90_days", text.replace("FROM today) - 28", "FROM today) - 90")))
        return [query for query in found if part in query[0]]


if __name__ == "__main__":
    serve_peer(Retail())
