"""The embedded databases with the star schema's tables, each in a process of its own (`shared/workers.py`)."""

import os
import re
import time

from dialects import clickhouse_schema, for_clickhouse, for_polars
from schema import TABLES, schema_statements
from shared import workers
from shared.workers import serve


class DuckDB(workers.DuckDB):
    file = "ssb.duckdb"

    def load(self, source, sort):
        for statement in schema_statements():
            self.connection.execute(statement)
        began = time.monotonic()
        for table in TABLES:
            name = os.path.join(source, table + ".csv")
            if table == "lineorder" and sort == "date":
                columns = self.connection.execute("DESCRIBE lineorder").fetchall()
                types = ", ".join(f"'{c[0]}': '{c[1]}'" for c in columns)
                self.connection.execute(f"INSERT INTO lineorder SELECT * FROM read_csv('{name}', header = false, "
                                        f"columns = {{{types}}}) ORDER BY lo_orderdate")
            else:
                self.connection.execute(f"COPY {table} FROM '{name}' (FORMAT csv, HEADER false)")
        self.connection.execute("CHECKPOINT")
        return time.monotonic() - began

    def sizes(self):
        """Bytes of the whole file, and of the blocks that lineorder's columns lie in."""
        block = self.connection.execute("PRAGMA database_size").fetchone()[2]
        blocks = self.connection.execute(
            "SELECT count(DISTINCT b) FROM (SELECT unnest(list_append(additional_block_ids, block_id)) AS b "
            "FROM pragma_storage_info('lineorder')) WHERE b >= 0").fetchone()[0]
        return os.path.getsize(self.path), blocks * block


class ClickHouse:
    """chdb: ClickHouse in a process. MergeTree tables, ordered by date or not at all; its query cache is off by
    default. Each run of a query pays for parsing one TSV answer in Python, a few hundred short rows at most."""

    def __init__(self, directory, threads):
        from chdb import session

        self.directory = directory
        self.session = session.Session(self.directory)
        self.session.query("CREATE DATABASE IF NOT EXISTS ssb ENGINE = Atomic")
        self.session.query("USE ssb")
        self.session.query(f"SET max_threads = {threads}, max_insert_threads = {threads}")

    def load(self, source, sort):
        for statement in schema_statements():
            self.session.query(clickhouse_schema(statement, sort))
        began = time.monotonic()
        for table in TABLES:
            self.session.query(f"INSERT INTO {table} FROM INFILE '{source}/{table}.csv' FORMAT CSV")
            self.session.query(f"OPTIMIZE TABLE {table} FINAL")
        return time.monotonic() - began

    def query(self, sql):
        lines = self.session.query(for_clickhouse(sql), "TSV").bytes().decode().split("\n")[:-1]
        return [tuple(int(v) if v.isdecimal() or v[:1] == "-" else v for v in line.split("\t")) for line in lines]

    def sizes(self):
        parts = "SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = 'ssb'"
        return tuple(int(self.session.query(parts + more, "TSV").bytes()) for more in ("", " AND table = 'lineorder'"))


class Parquet:
    """Parquet files with zstd, written once by DuckDB and shared by the engines that keep no files of their own."""

    def __init__(self, directory, threads):
        self.directory = directory
        self.threads = threads
        self.context = None
        if os.path.exists(self.path("lineorder")):
            self.attach()

    def path(self, table):
        return os.path.join(self.directory, table + ".parquet")

    def load(self, source, sort):
        import duckdb

        os.makedirs(self.directory, exist_ok=True)
        began = time.monotonic()
        connection = duckdb.connect()
        connection.execute(f"SET threads = {self.threads}; SET memory_limit = '3GB'; "
                           f"SET temp_directory = '{self.directory}/tmp'")
        for statement, table in zip(schema_statements(), TABLES):
            columns = re.findall(r"^    (\w+) (integer|text)", statement, re.M)
            types = ", ".join(f"'{n}': '{'INTEGER' if t == 'integer' else 'VARCHAR'}'" for n, t in columns)
            order = " ORDER BY lo_orderdate" if table == "lineorder" and sort == "date" else ""
            connection.execute(
                f"COPY (SELECT * FROM read_csv('{source}/{table}.csv', header = false, columns = {{{types}}}){order}) "
                f"TO '{self.path(table)}' (FORMAT parquet, COMPRESSION zstd)")
        connection.close()
        return time.monotonic() - began

    def sizes(self):
        return sum(os.path.getsize(self.path(t)) for t in TABLES), os.path.getsize(self.path("lineorder"))


class Polars(Parquet):
    """Polars' SQL over lazy scans of the Parquet files, run by its streaming engine."""

    def attach(self):
        import polars

        self.context = polars.SQLContext({t: polars.scan_parquet(self.path(t)) for t in TABLES})

    def query(self, sql):
        if not self.context:
            self.attach()
        return self.context.execute(for_polars(sql)).collect(engine="streaming").rows()


class PolarsMemory(Polars):
    """The same over frames in memory, which hold no more than the columns the queries name."""

    FACTS = ["lo_custkey", "lo_partkey", "lo_suppkey", "lo_orderdate", "lo_quantity", "lo_extendedprice", "lo_discount",
             "lo_revenue", "lo_supplycost"]

    def attach(self):
        import polars

        scans = {t: polars.scan_parquet(self.path(t)) for t in TABLES}
        scans["lineorder"] = scans["lineorder"].select(self.FACTS)
        self.context = polars.SQLContext({t: s.collect().lazy() for t, s in scans.items()})


class DataFusion(Parquet):
    """DataFusion's SQL over the Parquet files; filters are pushed into the Parquet reader."""

    def attach(self):
        import datafusion

        settings = datafusion.SessionConfig().with_target_partitions(self.threads).with_parquet_pruning(True)
        self.context = datafusion.SessionContext(
            settings.set("datafusion.execution.parquet.pushdown_filters", "true"))
        for table in TABLES:
            self.context.register_parquet(table, self.path(table))

    def query(self, sql):
        if not self.context:
            self.attach()
        frame = self.context.sql(sql)
        columns = [c.to_pylist() for c in frame.to_arrow_table().columns]
        return list(zip(*columns))


WORKERS = {"duckdb": DuckDB, "chdb": ClickHouse, "polars": Polars, "polars-memory": PolarsMemory, "datafusion": DataFusion}


if __name__ == "__main__":
    serve(WORKERS)
