"""The five tables, and bytes on disk."""

import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TABLES = ["date", "customer", "supplier", "part", "lineorder"]


def schema_statements():
    """CREATE TABLE statements, in the order of TABLES."""
    with open(os.path.join(ROOT, "SQL", "ssb", "schema.sql")) as file:
        text = re.sub(r"--[^\n]*", "", file.read())
    return [statement.strip() for statement in text.split(";") if statement.strip()]


def tree_bytes(directory):
    total = 0
    for folder, _, files in os.walk(directory):
        for name in files:
            try:
                total += os.lstat(os.path.join(folder, name)).st_blocks * 512
            except OSError:
                pass
    return total
