"""What the Python suites share: servers to test against, and a count of what passed."""

from .postgres import PostgresCluster
from .storehouse import Storehouse
from .tally import Tally, contains, same
from .target import add_target_options, load_sql, open_target

__all__ = ["PostgresCluster", "Storehouse", "Tally", "add_target_options", "contains", "load_sql", "open_target", "same"]
