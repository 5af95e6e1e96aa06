"""Databases that a comparison drives.

Every one is a process of its own, so that its memory and its reads can be told apart, and can be started again, so
that a query can be run with nothing of the database in the process's memory.
"""

import importlib.metadata
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time

from shared import ROOT
from shared.machine import Process

PACKAGES = {"chdb": ["chdb"], "polars": ["polars"], "polars-memory": ["polars"], "datafusion": ["datafusion", "pyarrow"],
            "tpchgen": ["tpchgen-cli"]}


def install(name):
    """Installs a peer's packages, as Benchmarks/requirements.txt pins them, when they are missing."""
    with open(os.path.join(ROOT, "Benchmarks", "requirements.txt")) as file:
        pinned = dict(line.strip().split("==") for line in file if "==" in line)
    for package in PACKAGES.get(name, []):
        try:
            found = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found = None
        if found != pinned[package]:
            print(f"installing {package} {pinned[package]}", flush=True)
            subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                            f"{package}=={pinned[package]}"], check=True)


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

    def copy(self, table, file, options="FORMAT csv"):
        """Sends what is left of a file."""
        with self.connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN WITH ({options})") as copy:
            while block := file.read(1 << 20):
                copy.write(block)

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

    def await_segments(self, tables, share=1.0):
        """A load counts until that share of the tables' rows stands in segments, as the peers' rows stand in theirs."""
        self.connection.execute("CALL storehouse.flush()")
        deadline = time.monotonic() + 600
        for table in tables:
            total = self.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            while time.monotonic() < deadline:
                found = self.connection.execute(
                    "SELECT coalesce(sum(rows), 0) FROM storehouse.segments WHERE table_name = %s", (table,)).fetchone()[0]
                if found >= total * share:
                    break
                time.sleep(0.1)


class WorkerEngine(Process):
    """An embedded database: a program that `workers.serve`s, in a process of its own."""

    can_restart = True

    def __init__(self, name, threads, directory, program):
        self.name = name
        self.threads = threads
        self.program = program
        self.own = directory is None
        self.directory = directory or tempfile.mkdtemp(prefix=f"{name}-peer-")

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

    def load(self, *arguments):
        return self._ask("load", *arguments)

    def query(self, sql):
        return self._ask("query", sql)

    def sizes(self):
        return self._ask("sizes")


def close(engine):
    try:
        engine.close()
    except Exception as problem:
        print(f"closing {engine.name}: {problem}", file=sys.stderr)
