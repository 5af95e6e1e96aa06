"""The five tables."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from shared import ROOT, statements_of  # noqa: E402,F401

TABLES = ["date", "customer", "supplier", "part", "lineorder"]


def schema_statements():
    """CREATE TABLE statements, in the order of TABLES."""
    return statements_of("SQL/ssb/schema.sql")
