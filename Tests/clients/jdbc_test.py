"""pgjdbc against the server: runs Jdbc.java and counts its checks."""

import argparse
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from harness import Tally, add_target_options, open_target

DRIVER = "/usr/share/java/postgresql.jar"
SETUP = """
CREATE SCHEMA sales;
CREATE TABLE visits (id integer PRIMARY KEY, store text NOT NULL, amount numeric(10,2), day date, at timestamptz, ok boolean);
INSERT INTO visits VALUES (1, 'north', 9.50, '2024-01-05', '2024-01-05 10:00+00', true), (2, 'south', NULL, '2024-01-06', NULL, false);
CREATE VIEW big_visits AS SELECT id, amount FROM visits WHERE amount > 5;
CREATE TABLE sales.lines (order_id bigint, line smallint, product varchar(40) NOT NULL, PRIMARY KEY (order_id, line));
COMMENT ON TABLE visits IS 'who came';
COMMENT ON COLUMN visits.store IS 'where';
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_target_options(parser)
    arguments = parser.parse_args()
    tally = Tally()
    with open_target(arguments) as server:
        with server.connect(autocommit=True) as c:
            c.execute(SETUP)
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Jdbc.java")
        done = subprocess.run(["java", "-Duser.timezone=UTC", "-cp", DRIVER, source, server.host, str(server.port), server.dbname,
                               server.user, server.password], capture_output=True, text=True, timeout=200, stdin=subprocess.DEVNULL)
        for line in done.stdout.splitlines():
            word, _, name = line.partition(" ")
            tally.check(name.partition(": ")[0] if word == "ok" else name, word == "ok")
        tally.check("the program ended", done.returncode == 0, done.stderr[-800:])
        tally.check("the server is alive", server.is_alive())
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
