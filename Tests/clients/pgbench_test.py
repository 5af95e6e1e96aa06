"""pgbench with scripts of its own against the server: simple, extended and prepared mode, several clients."""

import argparse
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from harness import Tally, add_target_options, open_target

PGBENCH = next((p for p in ("/usr/lib/postgresql/15/bin/pgbench", "/usr/bin/pgbench") if os.path.exists(p)), "pgbench")
SETUP = """
CREATE TABLE accounts (id integer PRIMARY KEY, branch integer NOT NULL, balance bigint NOT NULL);
INSERT INTO accounts SELECT g, g % 10, 0 FROM generate_series(1, 1000) AS g;
CREATE TABLE history (id integer, amount integer, at timestamptz DEFAULT now());
"""
SCRIPTS = {
    "lookup": """\\set id random(1, 1000)
SELECT balance FROM accounts WHERE id = :id;
""",
    "sums": """\\set branch random(0, 9)
SELECT branch, count(*), sum(balance) FROM accounts WHERE branch = :branch GROUP BY branch;
SELECT count(*) AS n FROM history \\gset
\\set more :n + 1
SELECT :more;
""",
    "append": """\\set id random(1, 1000)
\\set amount random(-5000, 5000)
BEGIN;
INSERT INTO history (id, amount) VALUES (:id, :amount);
SELECT balance FROM accounts WHERE id = :id;
END;
""",
    "update": """\\set id random(1, 1000)
\\set amount random(-5000, 5000)
UPDATE accounts SET balance = balance + :amount WHERE id = :id;
""",
    "pipeline": """\\set id random(1, 1000)
\\startpipeline
SELECT balance FROM accounts WHERE id = :id;
SELECT count(*) FROM accounts WHERE branch = 3;
\\endpipeline
""",
}


def run(server, directory, script, mode, clients, transactions):
    path = os.path.join(directory, f"{script}.sql")
    with open(path, "w") as file:
        file.write(SCRIPTS[script])
    environment = {**os.environ, "PGPASSWORD": server.password, "PGHOST": server.host, "PGPORT": str(server.port),
                   "PGUSER": server.user, "PGDATABASE": server.dbname}
    done = subprocess.run([PGBENCH, "-n", "-f", path, "-M", mode, "-c", str(clients), "-j", "2", "-t", str(transactions), "--max-tries", "20"],
                          capture_output=True, text=True, env=environment, timeout=60, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout[-600:] + done.stderr[-600:]
    found = re.search(r"number of transactions actually processed: (\d+)/(\d+)", done.stdout)
    assert found and found[1] == found[2] == str(clients * transactions), done.stdout
    assert "number of failed transactions: 0" in done.stdout, done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_target_options(parser)
    arguments = parser.parse_args()
    tally = Tally()
    with open_target(arguments) as server, tempfile.TemporaryDirectory() as directory:
        with server.connect(autocommit=True) as c:
            c.execute(SETUP)
            for script in SCRIPTS:
                for mode in ("simple", "extended", "prepared"):
                    if (script, mode) == ("pipeline", "simple"):
                        continue
                    tally.run(f"{script}, {mode}", run, server, directory, script, mode, 4, 50)
            tally.equal("every appended row is there", c.execute("SELECT count(*) FROM history").fetchone(), (600,))
        tally.check("the server is alive", server.is_alive())
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
