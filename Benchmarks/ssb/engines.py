"""The databases that `compare` drives: each loads the five tables, runs a query and reports its cost."""

import multiprocessing
import os
import re
import resource
import shutil
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "Tests"))

TABLES = ["date", "customer", "supplier", "part", "lineorder"]


def schema_statements():
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


class WireEngine:
    """A database behind the PostgreSQL protocol."""

    def __init__(self, server):
        self.server = server

    def open(self):
        self.server.__enter__()
        self.connection = self.server.connect(autocommit=True)

    def close(self):
        self.connection.close()
        self.server.__exit__(None, None, None)

    def load(self, directory, sort):
        for statement in schema_statements():
            self.connection.execute(self.adapt(statement, sort))
        began = time.monotonic()
        for table in TABLES:
            with self.connection.cursor() as cursor, open(os.path.join(directory, table + ".csv"), "rb") as file:
                with cursor.copy(f"COPY {table} FROM STDIN WITH (FORMAT csv)") as copy:
                    while block := file.read(1 << 20):
                        copy.write(block)
        self.settle(sort)
        return time.monotonic() - began

    def adapt(self, statement, sort):
        return statement

    def settle(self, sort):
        pass

    def query(self, sql):
        began = time.perf_counter()
        rows = self.connection.execute(sql).fetchall()
        return rows, (time.perf_counter() - began) * 1000


class StorehouseEngine(WireEngine):
    name = "storehouse"

    def adapt(self, statement, sort):
        if sort == "date" and statement.startswith("CREATE TABLE lineorder"):
            return statement + " WITH (sort_key = 'lo_orderdate')"
        return statement

    def settle(self, sort):
        # The load counts until the rows stand in segments, as the peers' does.
        deadline = time.monotonic() + 600
        while time.monotonic() < deadline:
            found = self.connection.execute(
                "SELECT count(*), coalesce(sum(rows), 0) FROM storehouse.segments WHERE table_name = 'lineorder'"
            ).fetchone()
            total = self.connection.execute("SELECT count(*) FROM lineorder").fetchone()[0]
            if found[1] >= total * 0.95:
                return
            time.sleep(0.1)

    def disk_bytes(self):
        return tree_bytes(self.server.data) if self.server.data else 0

    def peak_rss(self):
        return self.server.peak_rss() if self.server.process else 0


class PostgreSQLEngine(WireEngine):
    name = "postgresql"

    def settle(self, sort):
        if sort == "date":
            self.connection.execute("CREATE INDEX lineorder_date ON lineorder (lo_orderdate)")
            self.connection.execute("CLUSTER lineorder USING lineorder_date")
        self.connection.execute("VACUUM (ANALYZE)")

    def disk_bytes(self):
        return self.connection.execute("SELECT pg_database_size(current_database())").fetchone()[0]

    def peak_rss(self):
        total = 0
        pid = self.connection.info.backend_pid
        with open(f"/proc/{pid}/status") as file:
            for line in file:
                if line.startswith("VmHWM:"):
                    total = int(line.split()[1]) * 1024
        return total


class DuckDBEngine:
    """Runs in a process of its own, so that its memory can be told apart."""

    name = "duckdb"

    def __init__(self, threads):
        self.threads = threads

    def open(self):
        self.directory = tempfile.mkdtemp(prefix="duckdb-ssb-")
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.get_context("fork").Process(
            target=self._serve, args=(theirs, self.directory, self.threads), daemon=True)
        self.process.start()

    def close(self):
        self.pipe.send(("stop",))
        self.process.join(30)
        shutil.rmtree(self.directory, ignore_errors=True)

    def _ask(self, *request):
        self.pipe.send(request)
        kind, answer = self.pipe.recv()
        if kind == "error":
            raise SystemExit(f"duckdb: {answer}")
        return answer

    def load(self, directory, sort):
        return self._ask("load", directory, sort)

    def query(self, sql):
        return self._ask("query", sql)

    def disk_bytes(self):
        return self._ask("disk")

    def peak_rss(self):
        return self._ask("rss")

    @staticmethod
    def _serve(pipe, directory, threads):
        import duckdb

        path = os.path.join(directory, "ssb.duckdb")
        connection = duckdb.connect(path)
        connection.execute(f"SET threads = {threads}")
        connection.execute(f"SET temp_directory = '{directory}/tmp'")

        def load(source, sort):
            for statement in schema_statements():
                connection.execute(statement)
            began = time.monotonic()
            for table in TABLES:
                name = os.path.join(source, table + ".csv")
                if table == "lineorder" and sort == "date":
                    columns = connection.execute("DESCRIBE lineorder").fetchall()
                    types = ", ".join(f"'{c[0]}': '{c[1]}'" for c in columns)
                    connection.execute(f"INSERT INTO lineorder SELECT * FROM read_csv('{name}', header = false, "
                                       f"columns = {{{types}}}) ORDER BY lo_orderdate")
                else:
                    connection.execute(f"COPY {table} FROM '{name}' (FORMAT csv, HEADER false)")
            connection.execute("CHECKPOINT")
            return time.monotonic() - began

        while True:
            request = pipe.recv()
            try:
                if request[0] == "load":
                    answer = load(request[1], request[2])
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
