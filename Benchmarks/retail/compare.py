"""The retail dashboards.

The rows are `storehouse generate`'s: 100 stores, 90 days and the running one, their sales and inventory. Facts
come in by day, so both databases hold them in that order. Each query of SQL/dashboards runs as it stands; DuckDB
gets `//` where PostgreSQL's `/` divides integers. cross_sell_90_days is customer_cross_sell_pairs over 90 days.
"""

import os
import subprocess
import sys

from dataset import ROOT, Retail
from harness.storehouse import BINARY
from shared import pair


def prepare_data(arguments):
    directory = arguments.data or os.path.join(ROOT, ".build", "retail", f"lines-{arguments.lines}")
    if not os.path.exists(os.path.join(directory, "ground-truth.json")):
        os.makedirs(os.path.dirname(directory), exist_ok=True)
        subprocess.run([BINARY, "generate", "--out", directory, "--rows", str(arguments.lines)], check=True)
    return os.path.abspath(directory)


def main():
    parser = pair.parser(__doc__)
    parser.add_argument("--lines", type=int, default=2_000_000, help="sales lines, at least (default: %(default)s)")
    pair.add_options(parser)
    arguments = parser.parse_args()
    dataset = Retail()
    return pair.run(dataset, arguments, prepare_data(arguments), dataset.queries(arguments.query), {"lines": arguments.lines})


if __name__ == "__main__":
    sys.exit(main())
