"""TPC-H: the 22 queries of the specification with its validation parameters.

The data is tpchgen-cli's, in the specification's tables; money is numeric. `SQL/tpch` holds the queries.
"""

import os
import subprocess
import sys

from dataset import ROOT, TPCH
from shared import pair
from shared.engines import install


def prepare_data(arguments):
    """A directory of CSV files, generated when needed."""
    directory = arguments.data or os.path.join(ROOT, ".build", "tpch", f"scale-{arguments.scale:g}")
    complete = os.path.join(directory, "complete")
    if not arguments.data and not os.path.exists(complete):
        install("tpchgen")
        os.makedirs(directory, exist_ok=True)
        subprocess.run([os.path.join(os.path.dirname(sys.executable), "tpchgen-cli"), "csv", "--quiet", "--overwrite",
                        "--scale-factor", f"{arguments.scale:g}", "--output-dir", directory], check=True)
        open(complete, "w").close()
    return os.path.abspath(directory)


def main():
    parser = pair.parser(__doc__)
    parser.add_argument("--scale", type=float, default=1, help="scale factor; 1 is 6 million lines (default: %(default)s)")
    pair.add_options(parser)
    arguments = parser.parse_args()
    dataset = TPCH()
    return pair.run(dataset, arguments, prepare_data(arguments), dataset.queries(arguments.scale, arguments.query),
                    {"benchmark": "tpch", "scale": f"{arguments.scale:g}"})


if __name__ == "__main__":
    sys.exit(main())
