"""The databases that `compare` drives: each loads the five tables, runs a query and reports its cost.

Every one is a process of its own, so that its memory and its reads can be told apart, and can be started again, so
that a query can be run with nothing of the database in the process's memory.
"""

import importlib.metadata
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

from schema import ROOT, TABLES, schema_statements, tree_bytes

sys.path.insert(0, os.path.join(ROOT, "Tests"))

HERE = os.path.dirname(os.path.abspath(__file__))


def install(peer):
    """Installs a peer's packages, as Benchmarks/requirements.txt pins them, when they are missing."""
    with open(os.path.join(ROOT, "Benchmarks", "requirements.txt")) as file:
        pinned = dict(line.strip().split("==") for line in file if "==" in line)
    names = {"chdb": ["chdb"], "polars": ["polars"], "polars-memory": ["polars"], "datafusion": ["datafusion", "pyarrow"]}
    for package in names.get(peer, []):
        try:
            found = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found = None
        if found != pinned[package]:
            print(f"installing {package} {pinned[package]}", flush=True)
            subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                            f"{package}=={pinned[package]}"], check=True)


class Process:
    """Counters that the kernel keeps of a process."""

    @staticmethod
    def number(pid, file, label):
        with open(f"/proc/{pid}/{file}") as lines:
            for line in lines:
                if line.startswith(label):
                    return int(line.split()[1])
        return 0

    def peak_rss(self):
        """The most memory held since the last `reset_peak`, in bytes."""
        return self.number(self.pid, "status", "VmHWM:") * 1024

    def reset_peak(self):
        with open(f"/proc/{self.pid}/clear_refs", "w") as file:
            file.write("5")

    def bytes_read(self):
        """What the process has read by read calls, from the page cache or the disk: files, and a few bytes of queries."""
        return self.number(self.pid, "io", "rchar:")


class WireEngine(Process):
    """A database behind the PostgreSQL protocol."""

    can_restart = False

    def __init__(self, server):
        self.server = server

    def open(self):
        self.server.__enter__()
        self.connection = self.server.connect(autocommit=True)

    def close(self):
        self.connection.close()
        self.server.__exit__(None, None, None)

    def copy(self, table, file, rows=None):
        """Sends the file, or that many of its next lines; tells whether there was anything to send."""
        first = file.readline() if rows else b""
        if rows and not first:
            return False
        with self.connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN WITH (FORMAT csv)") as copy:
            if not rows:
                while block := file.read(1 << 20):
                    copy.write(block)
                return True
            block = [first]
            for sent in range(2, rows + 1):
                line = file.readline()
                if not line:
                    break
                block.append(line)
                if len(block) == 10_000:
                    copy.write(b"".join(block))
                    block = []
            copy.write(b"".join(block))
        return True

    def load(self, directory, sort, rows=None):
        for statement in schema_statements():
            self.connection.execute(self.adapt(statement, sort))
        began = time.monotonic()
        for table in TABLES:
            with open(os.path.join(directory, table + ".csv"), "rb") as file:
                if table == "lineorder" and rows:
                    while self.copy(table, file, rows):
                        pass
                else:
                    self.copy(table, file)
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

    @property
    def can_restart(self):
        return self.server.address is None

    @property
    def pid(self):
        return self.server.process.pid

    def restart(self):
        self.connection.close()
        self.server.stop()
        self.server.start(timeout=600)
        self.connection = self.server.connect(autocommit=True)

    def adapt(self, statement, sort):
        if sort == "date" and statement.startswith("CREATE TABLE lineorder"):
            return statement + " WITH (sort_key = 'lo_orderdate')"
        return statement

    def load(self, directory, sort, rows=None):
        seconds = super().load(directory, sort, rows)
        if rows and sort != "none":
            # Pieces are sorted one by one and overlap.
            began = time.monotonic()
            self.connection.execute("CALL storehouse.compact('lineorder')")
            seconds += time.monotonic() - began
        return seconds

    def settle(self, sort):
        """The load counts until the rows stand in segments, as the peers' does."""
        self.connection.execute("CALL storehouse.flush()")
        deadline = time.monotonic() + 600
        total = self.connection.execute("SELECT count(*) FROM lineorder").fetchone()[0]
        while time.monotonic() < deadline:
            found = self.connection.execute(
                "SELECT coalesce(sum(rows), 0) FROM storehouse.segments WHERE table_name = 'lineorder'").fetchone()[0]
            if found >= total:
                return
            time.sleep(0.1)

    def sizes(self):
        fact = self.connection.execute(
            "SELECT coalesce(sum(bytes), 0) FROM storehouse.segments WHERE table_name = 'lineorder'").fetchone()[0]
        return tree_bytes(self.server.data) if self.server.data else 0, int(fact)


class PostgreSQLEngine(WireEngine):
    name = "postgresql"

    @property
    def pid(self):
        return self.connection.info.backend_pid

    def settle(self, sort):
        if sort == "date":
            self.connection.execute("CREATE INDEX lineorder_date ON lineorder (lo_orderdate)")
            self.connection.execute("CLUSTER lineorder USING lineorder_date")
        self.connection.execute("VACUUM (ANALYZE)")

    def sizes(self):
        return self.connection.execute(
            "SELECT pg_database_size(current_database()), pg_total_relation_size('lineorder')").fetchone()


class WorkerEngine(Process):
    """An embedded database: `workers.py`, or another program of that kind, in a process of its own."""

    can_restart = True
    program = os.path.join(HERE, "workers.py")

    def __init__(self, name, threads, directory=None):
        self.name = name
        self.threads = threads
        self.own = directory is None
        self.directory = directory or tempfile.mkdtemp(prefix=f"{name}-ssb-")

    def open(self):
        os.makedirs(self.directory, exist_ok=True)
        self.pipe, theirs = multiprocessing.Pipe()
        environment = dict(os.environ, POLARS_MAX_THREADS=str(self.threads), TOKIO_WORKER_THREADS=str(self.threads),
                           RAYON_NUM_THREADS=str(self.threads))
        self.process = subprocess.Popen(
            [sys.executable, self.program, self.name, str(theirs.fileno()), self.directory,
             str(self.threads)], pass_fds=[theirs.fileno()], env=environment, stdin=subprocess.DEVNULL)
        theirs.close()
        self._ask("open")

    def close(self):
        self.pipe.close()
        self.process.wait()
        if self.own:
            shutil.rmtree(self.directory, ignore_errors=True)

    def restart(self):
        self.pipe.close()
        self.process.wait()
        self.open()

    @property
    def pid(self):
        return self.process.pid

    def _ask(self, *request):
        self.pipe.send(request)
        try:
            kind, answer = self.pipe.recv()
        except EOFError:
            raise SystemExit(f"{self.name}: the process ended with {self.process.wait()}")
        if kind == "error":
            raise SystemExit(f"{self.name}: {answer}")
        return answer

    def load(self, directory, sort, rows=None):
        return self._ask("load", directory, sort)

    def query(self, sql):
        return self._ask("query", sql)

    def sizes(self):
        return self._ask("sizes")
