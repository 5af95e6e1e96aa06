"""Storehouse and DuckDB with the retail star loaded, in a directory that may be kept."""

import glob
import os
import re
import sys
import time
from multiprocessing.connection import Connection

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "ssb"))

from engines import ROOT, StorehouseEngine, WorkerEngine  # noqa: E402
from workers import DuckDB, serve  # noqa: E402

FACTS = ["fact_sales", "fact_inventory_snapshot"]


def schema_statements():
    with open(os.path.join(ROOT, "SQL", "schema.sql")) as file:
        text = re.sub(r"--[^\n]*", "", file.read())
    return [statement.strip() for statement in text.split(";") if statement.strip()]


def tables(directory):
    return [(os.path.basename(path)[:-4], path) for path in sorted(glob.glob(os.path.join(directory, "*.csv")))]


class RetailStorehouse(StorehouseEngine):
    def __init__(self, server, loaded):
        super().__init__(server)
        self.loaded = loaded

    def open(self):
        super().open()
        # What a query may hold in memory; the peer takes most of the machine's unasked.
        self.connection.execute("SET work_mem = '4GB'")

    def load(self, directory, _sort=None):
        if self.loaded:
            return None
        for statement in schema_statements():
            self.connection.execute(statement)
        began = time.monotonic()
        for table, path in tables(directory):
            with self.connection.cursor() as cursor, open(path, "rb") as file:
                with cursor.copy(f"COPY {table} FROM STDIN WITH (FORMAT csv, HEADER)") as copy:
                    while block := file.read(1 << 20):
                        copy.write(block)
        self.settle()
        return time.monotonic() - began

    def settle(self, _sort=None):
        """The load counts until the facts stand in segments, as the peer's does."""
        deadline = time.monotonic() + 600
        for table in FACTS:
            total = self.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            while time.monotonic() < deadline:
                found = self.connection.execute(
                    "SELECT coalesce(sum(rows), 0) FROM storehouse.segments WHERE table_name = %s", (table,)).fetchone()[0]
                if found >= total * 0.95:
                    break
                time.sleep(0.1)


class RetailDuckDB(WorkerEngine):
    """DuckDB in a process of its own: this file, run as a program."""

    program = os.path.abspath(__file__)

    def __init__(self, threads, directory):
        super().__init__("duckdb", threads, directory)
        self.loaded = os.path.exists(os.path.join(directory, RetailWorker.file))

    def load(self, directory, _sort=None):
        return None if self.loaded else self._ask("load", directory, None)

    def query(self, sql):
        return self._ask("query", dialect(sql))


class RetailWorker(DuckDB):
    file = "retail.duckdb"

    def load(self, source, _sort):
        for statement in schema_statements():
            self.connection.execute(re.sub(r"\)\s*WITH \(sort_key[^)]*\)$", ")", statement))
        began = time.monotonic()
        for table, file in tables(source):
            self.connection.execute(f"COPY {table} FROM '{file}' (FORMAT csv, HEADER true)")
        self.connection.execute("CHECKPOINT")
        return time.monotonic() - began

    def sizes(self):
        return (os.path.getsize(self.path),)


def dialect(sql):
    """DuckDB divides integers into fractions; the hour of a minute is its `//`."""
    return sql.replace("local_minute / 60", "local_minute // 60")


if __name__ == "__main__":
    serve({"duckdb": RetailWorker}, sys.argv[1], Connection(int(sys.argv[2])), sys.argv[3], int(sys.argv[4]))
