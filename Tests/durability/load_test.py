#!/usr/bin/env python3
"""Bulk loads: COPY and INSERT … SELECT of more rows than fit one segment.

Each check loads generated rows and asks for something that a load promises: order and errors as if one
thread had read the file, files that go with their transaction, memory that does not grow with the file.
"""

import argparse
import glob
import os
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import psycopg
from harness import Storehouse, Tally

SEGMENT = 1 << 20
MEMORY_MB = 500


class Loads:
    def __init__(self, server, tally):
        self.server = server
        self.tally = tally
        self.connection = server.connect(autocommit=True)

    def check(self, name, got, wanted):
        self.tally.check(name, got == wanted, f"got {got!r}, wanted {wanted!r}")

    def files(self):
        return {os.path.basename(path) for path in glob.glob(os.path.join(self.server.data, "hot", "*.seg"))}

    def wait_for_files(self, wanted):
        deadline = time.monotonic() + 20
        while self.files() != wanted and time.monotonic() < deadline:
            time.sleep(0.05)
        return self.files()

    def one(self, sql, connection=None):
        return (connection or self.connection).execute(sql).fetchone()[0]

    def copy(self, table, lines, options="(FORMAT csv)", connection=None, piece=100_000):
        with (connection or self.connection).cursor() as cursor:
            with cursor.copy(f"COPY {table} FROM STDIN WITH {options}") as copy:
                while lines:
                    copy.write(lines[:piece])
                    lines = lines[piece:]
            return cursor.rowcount

    def error(self, body, third="message_detail"):
        try:
            body()
        except psycopg.Error as error:
            return error.sqlstate, error.diag.message_primary, getattr(error.diag, third)
        return None

    def table(self, name, columns="k integer, t text"):
        self.connection.execute(f"DROP TABLE IF EXISTS {name}")
        self.connection.execute(f"CREATE TABLE {name} ({columns})")

    # What a row may look like, wherever blocks begin.

    def forms(self):
        count = 150_000
        plain = "".join(f"{n},text {n}\n" for n in range(count))
        self.table("forms")
        for name, text, options in [
            ("plain", plain, "(FORMAT csv)"),
            ("CRLF", plain.replace("\n", "\r\n"), "(FORMAT csv)"),
            ("no last newline", plain[:-1], "(FORMAT csv)"),
            ("header", "k,t\n" + plain, "(FORMAT csv, HEADER)"),
            ("text", plain.replace(",", "\t"), "(FORMAT text)"),
            ("text with CRLF", plain.replace(",", "\t").replace("\n", "\r\n"), "(FORMAT text)"),
            ("end mark", plain.replace(",", "\t") + "\\.\nnot,read\n" * 100_000, "(FORMAT text)"),
            ("all quoted", "".join(f'"{n}","text {n}"\n' for n in range(count)), "(FORMAT csv)"),
            ("escape", "".join(f'"{n}","text {n}"\n' for n in range(count)), "(FORMAT csv, ESCAPE '\\')"),
        ]:
            for piece in (1 << 20, 4093):
                self.connection.execute("TRUNCATE forms")
                self.check(f"{name}, rows", self.copy("forms", text.encode(), options, piece=piece), count)
                self.check(
                    f"{name}, sums",
                    self.connection.execute(
                        "SELECT sum(k), count(*) FILTER (WHERE t = 'text ' || k), sum(length(t)) FROM forms").fetchone(),
                    (count * (count - 1) // 2, count, sum(len(f"text {n}") for n in range(count))))
        # Newlines and quotes inside fields, at every place of a block's end.
        body = "".join(f'{n},"line ""{n}""\nand, more\r\n{"x" * (n % 97)}"\n' for n in range(count))
        for piece in (1 << 20, 65_521):
            self.connection.execute("TRUNCATE forms")
            self.copy("forms", body.encode(), piece=piece)
            self.check(
                "quoted newlines", self.one(
                    "SELECT count(*) FROM forms WHERE t = 'line \"' || k || E'\"\\nand, more\\r\\n' || repeat('x', k % 97)"),
                count)
        body = "".join(f"{n}\ttab\\tline\\\nnext\\\\{n}\n" if n % 3 else f"{n}\t\\N\n" for n in range(count))
        self.connection.execute("TRUNCATE forms")
        self.copy("forms", body.encode(), "(FORMAT text)")
        self.check(
            "escapes", self.connection.execute(
                "SELECT count(*) FILTER (WHERE t = E'tab\\tline\\nnext\\\\' || k), count(*) FILTER (WHERE t IS NULL)"
                " FROM forms").fetchone(), (count - (count + 2) // 3, (count + 2) // 3))
        long = "1," + "y" * (3 << 20) + "\n2,z\n"
        self.connection.execute("TRUNCATE forms")
        self.copy("forms", long.encode())
        self.check("long row", self.one("SELECT sum(length(t)) FROM forms"), (3 << 20) + 1)

    # Errors name the line, and the first one in the input counts.

    def errors(self):
        self.table("bad", "k integer, t varchar(20), n numeric(6,2)")
        good = [f"{n},text {n},{n % 100}.25" for n in range(300_000)]

        def load(changes, options="(FORMAT csv)"):
            lines = list(good)
            for line, text in changes.items():
                lines[line - 1] = text
            return self.error(lambda: self.copy("bad", ("\n".join(lines) + "\n").encode(), options), "context")

        self.check("bad value", load({250_123: "12x,text,1"}), (
            "22P02", 'invalid input syntax for type integer: "12x"', 'COPY bad, line 250123, column k: "12x"'))
        self.check("first error", load({299_999: "x,y,z", 200_001: "1,text", 250_000: "1,2,3,4"}), (
            "22P04", 'missing data for column "n"', 'COPY bad, line 200001: "1,text"'))
        self.check("extra data", load({150_000: "1,2,3,4", 150_001: "x,y,z"}), (
            "22P04", "extra data after last expected column", 'COPY bad, line 150000: "1,2,3,4"'))
        self.check("after quoted newlines", load({10: '1,"a\nb\nc",1', 100_000: "y,,"}), (
            "22P02", 'invalid input syntax for type integer: "y"', 'COPY bad, line 100002, column k: "y"'))
        self.check("too long", load({222_222: "1,aaaaaaaaaaaaaaaaaaaaa,1"}), (
            "22001", "value too long for type character varying(20)", 'COPY bad, line 222222, column t: "aaaaaaaaaaaaaaaaaaaaa"'))
        self.check("unterminated", load({299_000: '1,"open,1'})[:2], ("22P04", "unterminated CSV quoted field"))
        self.check("nothing stored", self.one("SELECT count(*) FROM bad"), 0)

    # Rows of an open transaction that are files already.

    def transactions(self):
        self.table("big")
        rows = 2 * SEGMENT + 50_000
        body = "".join(f"{n},{n % 7}\n" for n in range(rows)).encode()
        before = self.files()
        other = self.server.connect(autocommit=True)
        with self.server.connect() as mine:
            self.copy("big", body, connection=mine)
            self.check("two files", len(self.files() - before), 2)
            self.check("own rows", self.one("SELECT sum(k::bigint) FROM big", mine), rows * (rows - 1) // 2)
            self.check("hidden from others", self.one("SELECT count(*) FROM big", other), 0)
            mine.execute("SAVEPOINT a")
            self.check("update", mine.execute("UPDATE big SET t = 'new' WHERE k % 1000 = 0").rowcount, rows // 1000 + 1)
            self.check("delete", mine.execute("DELETE FROM big WHERE k % 1000 = 1").rowcount, rows // 1000 + 1)
            mine.execute("SAVEPOINT b")
            self.copy("big", body, connection=mine)
            self.check("four files", len(self.files() - before), 4)
            mine.execute("ROLLBACK TO b")
            self.check("files of a savepoint go", len(self.wait_for_files(self.files())), len(self.files()))
            self.check("updated", self.one("SELECT count(*) FROM big WHERE t = 'new'", mine), rows // 1000 + 1)
            self.check("left", self.one("SELECT count(*) FROM big", mine), rows - rows // 1000 - 1)
            mine.rollback()
        self.check("rollback removes files", self.wait_for_files(before), before)
        with self.server.connect() as mine:
            self.copy("big", body, connection=mine)
            mine.execute("DELETE FROM big WHERE k % 2 = 1")
            mine.execute("ALTER TABLE big ADD COLUMN extra integer DEFAULT 5")
            mine.commit()
        self.check("committed", other.execute("SELECT count(*), sum(k::bigint), sum(extra) FROM big").fetchone(),
                   ((rows + 1) // 2, (rows // 2) * (rows // 2 - 1) if rows % 2 == 0 else None, 5 * ((rows + 1) // 2)))
        kept = self.files()
        self.check("error", self.error(lambda: self.copy("big (k, t)", body + b"x,y\n"))[0], "22P02")
        self.check("an error removes files", self.wait_for_files(kept), kept)

        def cancelled():
            threading.Timer(0.5, self.connection.cancel).start()
            self.connection.execute("INSERT INTO big SELECT a.k, a.t FROM big a CROSS JOIN generate_series(1, 50)")
        self.check("cancel", self.error(cancelled)[0], "57014")
        self.check("cancel removes files", self.wait_for_files(kept), kept)
        self.connection.execute("CREATE TABLE copied AS SELECT k, t FROM big UNION ALL SELECT k, t FROM big")
        self.check("CREATE TABLE AS", self.one("SELECT count(*) FROM copied"), 2 * ((rows + 1) // 2))
        self.connection.execute("INSERT INTO copied SELECT * FROM copied")
        self.check("INSERT of itself", self.one("SELECT count(*) FROM copied"), 4 * ((rows + 1) // 2))
        self.connection.execute("DROP TABLE copied")

    def keys(self):
        self.table("keyed", "k bigint PRIMARY KEY, t integer")
        rows = 2 * SEGMENT + 300_000
        body = "".join(f"{n},{n % 7}\n" for n in range(rows))
        duplicate = lambda key: ("23505", 'duplicate key value violates unique constraint "keyed_pkey"',
                                 f"Key (k)=({key}) already exists.")
        for name, key in [("first segment", 5), ("second segment", SEGMENT + 5), ("in memory", 2 * SEGMENT + 5)]:
            self.check(f"key of the {name}", self.error(
                lambda: self.copy("keyed", (body + f"{key},0\n").encode())), duplicate(key))
        with self.server.connect() as mine:
            self.copy("keyed", body.encode(), connection=mine)
            # Somebody else takes a key meanwhile: the first to commit wins.
            self.connection.execute("INSERT INTO keyed VALUES (77, 1)")
            self.check("committed meanwhile", self.error(mine.commit), duplicate(77))
        self.check("one row", self.one("SELECT count(*) FROM keyed"), 1)
        with self.server.connect() as mine:
            mine.execute("DELETE FROM keyed WHERE k = 77")
            self.copy("keyed", body.encode(), connection=mine)
            mine.execute("DELETE FROM keyed WHERE k = 100")
            self.connection.execute("INSERT INTO keyed VALUES (100, 1)")
            mine.commit()
        self.check("keys", self.connection.execute("SELECT count(*), sum(k)::bigint FROM keyed").fetchone(),
                   (rows, rows * (rows - 1) // 2))
        self.check("key in the table", self.error(lambda: self.copy("keyed", b"2000000,1\n")), duplicate(2000000))

    def server_files(self):
        path = os.path.join(self.server.data, "..", "rows.csv")
        with open(path, "w") as file:
            file.writelines(f"{n},{n}\n" for n in range(100_000))
        self.table("filed")
        self.check("file", self.connection.execute(f"COPY filed FROM '{path}' (FORMAT csv)").rowcount, 100_000)
        out = os.path.abspath(path) + ".out"
        self.connection.execute(f"COPY (SELECT * FROM filed ORDER BY k) TO '{out}' (FORMAT csv)")
        self.check("file written", open(out).read(), open(path).read())
        self.check("no file", self.error(lambda: self.connection.execute("COPY filed FROM '/nowhere/x'"))[:2], (
            "58P01", 'could not open file "/nowhere/x" for reading: No such file or directory'))
        self.connection.execute("CREATE ROLE loader LOGIN PASSWORD 'loader'")
        self.connection.execute("GRANT ALL ON filed TO loader")
        self.connection.execute("SET ROLE loader")
        self.check("not for everybody", self.error(lambda: self.connection.execute(f"COPY filed FROM '{path}'"))[:2], (
            "42501", "must be superuser or have privileges of the pg_read_server_files role to COPY from a file"))
        self.check("nor to write", self.error(lambda: self.connection.execute(f"COPY filed TO '{out}'"))[:2], (
            "42501", "must be superuser or have privileges of the pg_write_server_files role to COPY to a file"))
        self.connection.execute("RESET ROLE")

    # Memory, and what a kill leaves.

    def status(self, key):
        with open(f"/proc/{self.server.process.pid}/status") as file:
            return next(int(line.split()[1]) >> 10 for line in file if line.startswith(key))

    def memory(self, rows):
        self.table("wide", ", ".join(f"c{n} integer" for n in range(16)) + ", t text")
        block = "".join(",".join(str((n * 7919 + c) % 1_000_003) for c in range(16)) + f",word {n % 11}\n"
                        for n in range(100_000)).encode()
        before = self.status("VmRSS")
        with open(f"/proc/{self.server.process.pid}/clear_refs", "w") as file:
            file.write("5")
        with self.connection.cursor() as cursor, cursor.copy("COPY wide FROM STDIN (FORMAT csv)") as copy:
            for _ in range(rows // 100_000):
                copy.write(block)
        grown = self.status("VmHWM") - before
        self.tally.check("memory of a load", grown < MEMORY_MB, f"grew by {grown} MB, more than {MEMORY_MB}")
        print(f"{rows} rows of 17 columns: {grown} MB more memory")

    def kill(self):
        self.table("killed")
        self.connection.execute("INSERT INTO killed VALUES (-1, 'kept')")
        before = self.files()
        body = "".join(f"{n},{n % 7}\n" for n in range(1_000_000)).encode()

        def load():
            try:
                for _ in range(100):
                    self.copy("killed", body * 4)
            except psycopg.Error:
                pass
        thread = threading.Thread(target=load)
        thread.start()
        while len(self.files() - before) < 2:
            time.sleep(0.02)
        self.server.kill()
        thread.join()
        left = self.files()
        self.server.start()
        self.connection = self.server.connect(autocommit=True)
        count = self.one("SELECT count(*) FROM killed")
        self.check("whole loads only", (count - 1) % 4_000_000, 0)
        self.check("the row before", self.one("SELECT t FROM killed WHERE k = -1"), "kept")
        deadline = time.monotonic() + 10
        while True:
            # A flush may be at work: its file has a name a moment later.
            rows = self.connection.execute("SELECT file FROM storehouse.segments").fetchall()
            nameless = self.files() - {os.path.basename(row[0]) for row in rows}
            if not nameless or time.monotonic() > deadline:
                break
            time.sleep(0.1)
        self.check("no file without a name", nameless, set())
        self.tally.check("a file was left behind", bool(left), "the kill came too early")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=4_000_000, help="rows of the memory check")
    parser.add_argument("--only", help="one check by name")
    arguments = parser.parse_args()
    tally = Tally()
    with Storehouse() as server:
        loads = Loads(server, tally)
        for name in ["forms", "errors", "server_files", "memory", "keys", "transactions", "kill"]:
            if arguments.only in (None, name):
                began = time.monotonic()
                getattr(loads, name)(*([arguments.rows] if name == "memory" else []))
                print(f"{name}: {time.monotonic() - began:.1f} s", flush=True)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
