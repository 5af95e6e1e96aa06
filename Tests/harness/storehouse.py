"""A Storehouse server: started here in a temporary directory, or one that runs already."""

import os
import shutil
import signal
import subprocess
import tempfile
import time

import psycopg

from .ports import free_port

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.environ.get("STOREHOUSE_BINARY", os.path.join(ROOT, ".build", "release", "storehouse"))


class Storehouse:
    """`with Storehouse() as server` starts one; `Storehouse(address=…, data=…)` uses one that runs."""

    name = "storehouse"

    def __init__(self, address=None, data=None, options=(), binary=None, dbname="storehouse", log=None):
        self.binary = binary or BINARY
        self.address = address
        self.data = data
        self.options = list(options)
        self.user = "admin"
        self.dbname = dbname
        self.host = "127.0.0.1"
        self.process = None
        self.own_directory = None
        self.log_path = log
        if address:
            self.host, port = address.rsplit(":", 1)
            self.port = int(port)
            self.http_port = None

    def __enter__(self):
        if self.address:
            return self
        if not os.access(self.binary, os.X_OK):
            raise SystemExit(f"{self.binary} is missing: swift build -c release")
        if not self.data:
            self.own_directory = tempfile.mkdtemp(prefix="storehouse-test-")
            self.data = os.path.join(self.own_directory, "data")
        self.log_path = self.log_path or os.path.join(self.own_directory or os.path.dirname(self.data), "server.log")
        self.start()
        return self

    def __exit__(self, kind, *_):
        self.stop()
        if self.own_directory and (kind is None or kind is SystemExit):
            shutil.rmtree(self.own_directory, ignore_errors=True)

    def start(self, timeout=60):
        """Starts the server and waits until it answers a query."""
        self.port, self.http_port = free_port(), free_port()
        command = [self.binary, "serve", "--data", self.data, "--port", str(self.port),
                   "--http-port", str(self.http_port), *self.options]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + timeout
        while True:
            if self.process.poll() is not None:
                raise SystemExit(f"the server ended at start, exit code {self.process.returncode}:\n{self.log_tail()}")
            if self.is_alive():
                return
            if time.monotonic() > deadline:
                raise SystemExit(f"the server did not answer within {timeout} s:\n{self.log_tail()}")
            time.sleep(0.03)

    def stop(self, timeout=30):
        """Asks the server to end, as Ctrl-C does; returns its exit code."""
        if not self.process or self.process.poll() is not None:
            return self.process.returncode if self.process else None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            print(f"the server did not stop within {timeout} s and was killed", flush=True)
            return None

    def kill(self):
        """kill -9, and nothing else."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    @property
    def password(self):
        if os.environ.get("PGPASSWORD"):
            return os.environ["PGPASSWORD"]
        with open(os.path.join(self.data, "admin.password")) as file:
            return file.read().strip()

    @property
    def ingest_token(self):
        with open(os.path.join(self.data, "ingest.token")) as file:
            return file.read().strip()

    def connect(self, **options):
        options.setdefault("dbname", self.dbname)
        options.setdefault("user", self.user)
        options.setdefault("password", self.password)
        return psycopg.connect(host=self.host, port=self.port, **options)

    def is_alive(self):
        try:
            with self.connect(connect_timeout=5) as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except (psycopg.Error, OSError):
            return False

    def log_tail(self, lines=20):
        try:
            with open(self.log_path, errors="replace") as file:
                return "".join(file.readlines()[-lines:])
        except (OSError, TypeError):
            return ""

    def peak_rss(self):
        """The most memory the process has ever held, in bytes."""
        with open(f"/proc/{self.process.pid}/status") as file:
            for line in file:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        return 0
