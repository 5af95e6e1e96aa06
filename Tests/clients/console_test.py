"""The console, `storehouse sql`, at a terminal: completion, pager, editor, watching, redirection, progress."""

import argparse
import os
import pty
import re
import select
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from harness import Storehouse, Tally, contains, same

SETUP = """
CREATE SCHEMA sales;
CREATE TABLE visits (id integer PRIMARY KEY, store text NOT NULL, amount numeric(10,2));
INSERT INTO visits VALUES (1, 'north', 9.50), (2, 'south', NULL);
CREATE VIEW big_visits AS SELECT id FROM visits WHERE amount > 5;
CREATE TABLE sales.order_lines (order_id bigint, line smallint, PRIMARY KEY (order_id, line));
CREATE ROLE analyst;
GRANT SELECT ON visits TO analyst;
"""


class Terminal:
    """The console in a pseudo-terminal; what it shows gathers in `seen`."""

    def __init__(self, server, directory, lines=24, **environment):
        self.seen = ""
        self.process, self.descriptor = pty.fork()
        if self.process == 0:
            os.environ.update(PGPASSWORD=server.password, HOME=directory, TERM="xterm", **environment)
            os.execv(server.binary, [server.binary, "sql", "--host", server.host, "--port", str(server.port)])
        import fcntl
        import struct
        import termios
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", lines, 120, 0, 0))
        self.expect("=> ")

    def send(self, text):
        os.write(self.descriptor, text.encode())

    def expect(self, pattern, timeout=15):
        """Waits for a pattern; returns what was shown up to its end, escapes left out."""
        deadline = time.monotonic() + timeout
        while True:
            plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|[\r\x07]", "", self.seen)
            found = re.search(pattern, plain)
            if found:
                self.seen = plain[found.end():]
                return plain[:found.end()]
            ready = select.select([self.descriptor], [], [], max(0, deadline - time.monotonic()))[0]
            assert ready, f"{pattern!r} did not come; shown:\n{plain[-800:]}"
            try:
                self.seen += os.read(self.descriptor, 65536).decode(errors="replace")
            except OSError:
                raise AssertionError(f"the console ended; shown:\n{plain[-800:]}") from None

    def line(self, text):
        """Sends a line; returns what comes up to the next prompt."""
        self.send(text + "\n")
        self.expect(re.escape(text.split("\t")[0][:20]))
        return self.expect(r"storehouse[=*!-]\S*> ")

    def close(self):
        try:
            os.write(self.descriptor, b"\x04")
        except OSError:
            pass
        os.close(self.descriptor)
        os.waitpid(self.process, 0)


def completion(t, _):
    t.send("SEL\t")
    t.expect("SELECT")
    t.send(" * FROM vis\t")
    t.expect("visits")
    t.send(" WHERE amo\t > 5;\n")
    contains(t.expect(r"\(1 row\)"), "store", "north")
    t.expect("=> ")
    t.send("SELECT count(*) FROM sales.ord\t;\n")
    contains(t.expect(r"\(1 row\)"), "sales.order_lines")
    t.expect("=> ")
    t.send("sel\t 1;\n")
    t.expect(r"\(1 row\)")
    t.expect("=> ")


def listing(t, _):
    contains(t.line("\\dt"), "visits", "table")
    contains(t.line("\\dv"), "big_visits", "view")
    contains(t.line("\\du"), "analyst", "Cannot login")
    contains(t.line("\\dn"), "sales", "public")
    contains(t.line("\\df abs"), "bigint", "func")
    contains(t.line("\\dp visits"), "analyst=r/admin")
    contains(t.line("\\l"), "storehouse", "UTF8")
    contains(t.line("\\d visits"), "numeric(10,2)", "not null")
    contains(t.line("\\?"), "\\watch", "\\copy")


def null_and_expanded(t, _):
    contains(t.line("\\pset null (none)"), 'Null display is "(none)".')
    contains(t.line("SELECT amount FROM visits ORDER BY id;"), "(none)")
    contains(t.line("\\x"), "Expanded display is on.")
    contains(t.line("SELECT id, store FROM visits WHERE id = 1;"), "-[ RECORD 1 ]", "store | north")
    t.line("\\x off")
    t.line("\\pset null")


def carets(t, _):
    shown = t.line("SELECT nosuch FROM visits;")
    contains(shown, 'column "nosuch" does not exist', "LINE 1: SELECT nosuch FROM visits", "               ^")


def buffer(t, _):
    t.line("SELECT 6 * 7;")
    contains(t.line("\\p"), "SELECT 6 * 7")
    t.line("SELECT 1,")
    contains(t.line("\\p"), "SELECT 1,")
    contains(t.line("\\r"), "Query buffer reset")


def redirection(t, directory):
    path = os.path.join(directory, "out.txt")
    t.line(f"\\o {path}")
    assert "north" not in t.line("SELECT store FROM visits WHERE id = 1;")
    t.line("\\o")
    with open(path) as file:
        contains(file.read(), "store", "north", "(1 row)")
    t.line(f"\\o |tr a-z A-Z > {path}")
    t.line("SELECT store FROM visits WHERE id = 1;")
    t.line("\\o")
    with open(path) as file:
        contains(file.read(), "NORTH")


def watching(t, _):
    t.line("SELECT 40 + 2 AS answer;")
    shown = t.line("\\watch 0.1 c=3")
    same(shown.count("(every 0.1s)"), 3)
    same(shown.count("42"), 3)
    t.send("\\watch 0.1\n")
    t.expect("every 0.1s")
    t.send("\x03")
    t.expect("=> ")
    contains(t.line("SELECT 'still here';"), "still here")


def editing(t, directory):
    t.line("SELECT 'before' AS word;")
    contains(t.line("\\e"), "after")
    contains(t.line("\\g"), "after")
    path = os.path.join(directory, "mine.sql")
    with open(path, "w") as file:
        file.write("SELECT 'before', 2;\n")
    contains(t.line(f"\\e {path}"), "after")


def progress(t, _):
    t.send("SELECT pg_sleep(2.5);\n")
    t.expect("running for 1 s; Ctrl-C cancels")
    t.expect("running for 2 s")
    t.expect("=> ")
    t.send("SELECT pg_sleep(60);\n")
    t.expect("running for 1 s")
    t.send("\x03")
    t.expect("canceling statement")
    t.expect("=> ")


def client_copy(t, directory):
    path = os.path.join(directory, "copied.csv")
    contains(t.line(f"\\copy visits TO '{path}' (FORMAT csv)"), "COPY 2")
    with open(path) as file:
        same(file.read(), "1,north,9.50\n2,south,\n")


def pager(server, directory):
    t = Terminal(server, directory, lines=10, PAGER="sed -e 's/^/paged /'")
    try:
        assert "paged" not in t.line("SELECT 1;")
        shown = t.line("SELECT generate_series(1, 50);")
        contains(shown, "paged (50 rows)")
        assert re.search(r"paged +50\n", shown), shown
        contains(t.line("\\pset pager off"), "Pager usage is off.")
        assert "paged" not in t.line("SELECT generate_series(1, 50);")
    finally:
        t.close()


def scripts(server, directory):
    def run(*arguments, expect=0):
        done = subprocess.run([server.binary, "sql", "--host", server.host, "--port", str(server.port), *arguments],
                              capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL,
                              env={**os.environ, "PGPASSWORD": server.password, "HOME": directory})
        same(done.returncode, expect)
        return done.stdout + done.stderr
    same(run("--csv", "-c", "SELECT store, amount FROM visits ORDER BY id"), "store,amount\nnorth,9.50\nsouth,\n")
    contains(run("-c", "\\pset null -", "-c", "SELECT NULL AS nothing"), " -\n")
    contains(run("-c", "SELECT 1/0", expect=1), "division by zero")
    contains(run("-c", "\\nosuch", expect=1), "invalid command \\nosuch")


TESTS = [completion, listing, null_and_expanded, carets, buffer, redirection, watching, editing, progress, client_copy]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.parse_args()
    tally = Tally()
    with Storehouse() as server, tempfile.TemporaryDirectory() as directory:
        with server.connect(autocommit=True) as c:
            c.execute(SETUP)
        for test in TESTS:
            t = Terminal(server, directory, EDITOR="sed -i s/before/after/", PAGER="cat")
            tally.run(test.__name__, test, t, directory)
            t.close()
        tally.run("pager", pager, server, directory)
        tally.run("scripts", scripts, server, directory)
        tally.check("the server is alive", server.is_alive())
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
