"""The databases that `compare` drives, with the star schema's tables: each loads them, runs a query and reports its cost."""

import os
import time

from schema import TABLES, schema_statements
from shared import engines
from shared.machine import tree_bytes


class StarLoad:
    """A load over the PostgreSQL protocol."""

    def load(self, directory, sort, rows=None):
        for statement in schema_statements():
            self.connection.execute(self.adapt(statement, sort))
        began = time.monotonic()
        for table in TABLES:
            with open(os.path.join(directory, table + ".csv"), "rb") as file:
                if table == "lineorder" and rows:
                    while self.copy_lines(table, file, rows):
                        pass
                else:
                    self.copy(table, file)
        self.settle(sort)
        return time.monotonic() - began

    def copy_lines(self, table, file, rows):
        """Sends that many of the file's next lines; tells whether there was anything to send."""
        first = file.readline()
        if not first:
            return False
        with self.connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN WITH (FORMAT csv)") as copy:
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

    def adapt(self, statement, sort):
        return statement


class StorehouseEngine(StarLoad, engines.StorehouseEngine):
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
        self.await_segments(["lineorder"])

    def sizes(self):
        fact = self.connection.execute(
            "SELECT coalesce(sum(bytes), 0) FROM storehouse.segments WHERE table_name = 'lineorder'").fetchone()[0]
        return tree_bytes(self.server.data) if self.server.data else 0, int(fact)


class PostgreSQLEngine(StarLoad, engines.WireEngine):
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


class WorkerEngine(engines.WorkerEngine):
    """An embedded database: `workers.py` in a process of its own."""

    def __init__(self, name, threads, directory):
        super().__init__(name, threads, directory, os.path.join(os.path.dirname(os.path.abspath(__file__)), "workers.py"))

    def load(self, directory, sort, rows=None):
        return super().load(directory, sort)
