"""A private PostgreSQL 15 cluster in a temporary directory: the oracle for SQL."""

import glob
import os
import pwd
import shutil
import subprocess
import tempfile

import psycopg

from .ports import free_port

PASSWORD = "oracle"


class PostgresCluster:
    """Starts on `with`, ends with it. Looks like `Storehouse` to the suites."""

    name = "postgresql"
    http_port = None

    def __init__(self, settings=()):
        found = sorted(glob.glob("/usr/lib/postgresql/15/bin"))
        if not found:
            raise SystemExit("PostgreSQL 15 is missing: apt-get install postgresql-15")
        self.bin = found[0]
        self.settings = ["fsync=off", "timezone=UTC", "listen_addresses=127.0.0.1", *settings]
        self.host = "127.0.0.1"
        self.user = "admin"
        self.password = PASSWORD
        self.dbname = "storehouse"

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix="oracle-")
        self.port = free_port()
        # PostgreSQL refuses to run as root, so its files then belong to its own user.
        self.owner = "postgres" if os.geteuid() == 0 else None
        if self.owner:
            os.chown(self.directory, pwd.getpwnam(self.owner).pw_uid, -1)
        self.data = os.path.join(self.directory, "data")
        secret = os.path.join(self.directory, "password")
        with open(secret, "w") as file:
            file.write(PASSWORD)
        os.chmod(secret, 0o644)
        self._run("initdb", "-D", self.data, "-A", "scram-sha-256", "--pwfile", secret, "-U", "admin",
                  "--locale=C.UTF-8", "--encoding=UTF8", "--no-sync")
        with open(os.path.join(self.data, "postgresql.conf"), "a") as file:
            for setting in self.settings:
                key, value = setting.split("=", 1)
                file.write(f"{key} = '{value}'\n")
        self._run("pg_ctl", "-D", self.data, "-w", "-l", os.path.join(self.directory, "log"),
                  "-o", f"-p {self.port} -k {self.directory}", "start")
        with self.connect(dbname="postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE storehouse")
        return self

    def __exit__(self, *_):
        try:
            self._run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)

    def _run(self, program, *arguments):
        command = [os.path.join(self.bin, program), *arguments]
        if self.owner:
            command = ["runuser", "-u", self.owner, "--", *command]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/",
                              stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise SystemExit(f"{program} failed:\n{done.stdout}")

    def connect(self, **options):
        options.setdefault("dbname", self.dbname)
        options.setdefault("user", self.user)
        options.setdefault("password", self.password)
        return psycopg.connect(host=self.host, port=self.port, **options)

    def is_alive(self):
        try:
            with self.connect(connect_timeout=5) as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.Error:
            return False
