"""Storehouse and DuckDB with the retail star loaded, in a directory that may be kept."""

import glob
import os
import re
import resource
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "ssb"))

from engines import ROOT, DuckDBEngine, StorehouseEngine, tree_bytes  # noqa: E402

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


class RetailDuckDB(DuckDBEngine):
    """As DuckDBEngine: in a process of its own."""

    def __init__(self, threads, path):
        super().__init__(threads)
        self.path = path
        self.loaded = os.path.exists(path)

    def open(self):
        super().open()
        self._ask("open", self.path)

    def load(self, directory, _sort=None):
        return None if self.loaded else self._ask("load", directory, None)

    def query(self, sql):
        return self._ask("query", dialect(sql))

    @staticmethod
    def _serve(pipe, directory, threads):
        import duckdb

        connection = None
        while True:
            request = pipe.recv()
            try:
                answer = None
                if request[0] == "open":
                    path = request[1]
                    connection = duckdb.connect(path)
                    connection.execute(f"SET threads = {threads}")
                    connection.execute(f"SET temp_directory = '{directory}/tmp'")
                elif request[0] == "load":
                    for statement in schema_statements():
                        connection.execute(re.sub(r"\)\s*WITH \(sort_key[^)]*\)$", ")", statement))
                    began = time.monotonic()
                    for table, file in tables(request[1]):
                        connection.execute(f"COPY {table} FROM '{file}' (FORMAT csv, HEADER true)")
                    connection.execute("CHECKPOINT")
                    answer = time.monotonic() - began
                elif request[0] == "query":
                    began = time.perf_counter()
                    rows = connection.execute(request[1]).fetchall()
                    answer = (rows, (time.perf_counter() - began) * 1000)
                elif request[0] == "disk":
                    answer = os.path.getsize(path)
                elif request[0] == "rss":
                    answer = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
                else:
                    return
                pipe.send(("ok", answer))
            except Exception as problem:
                pipe.send(("error", str(problem)))


def dialect(sql):
    """DuckDB divides integers into fractions; the hour of a minute is its `//`."""
    return sql.replace("local_minute / 60", "local_minute // 60")


__all__ = ["ROOT", "RetailDuckDB", "RetailStorehouse", "tree_bytes"]
