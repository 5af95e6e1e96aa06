"""kill -9 at random moments under ingest, COPY, UPDATE, DELETE and ageing; nothing acknowledged may be lost or doubled.

The oracle lives here, outside the server: the keys of every acknowledged event, and a model of a table that SQL
changes. After each restart every acknowledged event must be there exactly once, no event twice, and the table must
equal the model before or after the one statement that was under way. Unacknowledged events are sent again and must
not double. At the end `storehouse check` must find nothing.
"""

import argparse
import datetime
import os
import random
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import psycopg

from harness import Storehouse, Tally
from harness.storehouse import ROOT

from events import Event, Sender

DAYS = 60


class Oracle:
    def __init__(self):
        self.lock = threading.Lock()
        self.acknowledged = {}  # key -> number of lines
        self.pending = []       # batches whose answer never came
        self.next_number = 1
        self.table = {}         # id -> v
        self.table_after = None  # the model if the statement under way took effect
        self.problems = []

    def problem(self, text):
        with self.lock:
            self.problems.append(text)


def post_events(server, oracle, stop, rng, today):
    sender = Sender(server.http_port, server.ingest_token)
    while not stop.is_set():
        with oracle.lock:
            again = oracle.pending.pop() if oracle.pending and rng.random() < 0.7 else None
            if again is None:
                count = rng.choice([1, 2, 5, 20, 60])
                first, oracle.next_number = oracle.next_number, oracle.next_number + count
        batch = again or [Event(n, rng.randint(1, 4), today - datetime.timedelta(rng.randint(0, DAYS)), rng.randint(0, 1439))
                          for n in range(first, first + count)]
        try:
            statuses = sender.post(batch)
        except ValueError as problem:
            oracle.problem(str(problem))
            statuses = None
        with oracle.lock:
            if statuses is None:
                oracle.pending.append(batch)
            else:
                for event, status in zip(batch, statuses):
                    if status == "quarantined" or status == "duplicate" and again is None:
                        oracle.problems.append(f"event {event.id} was answered {status}")
                    oracle.acknowledged[event.key] = event.lines
        if statuses is None:
            time.sleep(0.02)
    sender.close()


def change_table(server, oracle, stop, rng):
    """One statement at a time on the table `kill_sql`, each its own transaction."""
    try:
        connection = server.connect(autocommit=True)
    except psycopg.Error:
        return
    while not stop.is_set():
        model = dict(oracle.table)
        kind = rng.choice(["copy", "copy", "insert", "update", "delete", "transaction"])
        remainder = rng.randint(0, 6)
        if kind in ("copy", "insert"):
            start = rng.randint(0, 10**9)
            new = {start + i: rng.randint(0, 999) for i in range(rng.randint(1, 2000 if kind == "copy" else 50))}
            new = {k: v for k, v in new.items() if k not in model}
            model.update(new)
        else:
            model = {k: (v + 1 if kind == "update" and k % 7 == remainder else v) for k, v in model.items()
                     if not (kind in ("delete", "transaction") and k % 7 == remainder)}
            if kind == "transaction":
                model = {k: v + 10 for k, v in model.items()}
        oracle.table_after = model
        try:
            if kind == "copy":
                with connection.cursor() as cursor, cursor.copy("COPY kill_sql FROM STDIN") as copy:
                    for row in new.items():
                        copy.write_row(row)
            elif kind == "insert" and new:
                connection.execute("INSERT INTO kill_sql VALUES " + ", ".join(f"({k}, {v})" for k, v in new.items()))
            elif kind == "update":
                connection.execute(f"UPDATE kill_sql SET v = v + 1 WHERE id % 7 = {remainder}")
            elif kind == "delete":
                connection.execute(f"DELETE FROM kill_sql WHERE id % 7 = {remainder}")
            elif kind == "transaction":
                with connection.transaction():
                    connection.execute(f"DELETE FROM kill_sql WHERE id % 7 = {remainder}")
                    connection.execute("UPDATE kill_sql SET v = v + 10")
        except psycopg.OperationalError as problem:
            if stop.is_set() or problem.sqlstate in (None, "57P01", "57P02", "08006"):
                return
            oracle.problem(f"{kind}: {problem.sqlstate} {problem}")
            return
        except psycopg.Error as problem:
            oracle.problem(f"{kind}: {problem.sqlstate} {problem}")
            return
        oracle.table, oracle.table_after = model, None
    connection.close()


def age(server, oracle, stop, rng, today):
    """Moves old segments to the archive, a little further each time."""
    try:
        connection = server.connect(autocommit=True)
    except psycopg.Error:
        return
    while not stop.is_set():
        before = today - datetime.timedelta(rng.randint(5, DAYS))
        try:
            connection.execute(f"CALL archive.age('fact_sales', before => date '{before}')")
        except psycopg.Error as problem:
            # A writer may have got in the way; a dead connection is what this test is about.
            if problem.sqlstate not in (None, "40001", "57P01", "57P02", "08006") and not stop.is_set():
                oracle.problem(f"archive.age: {problem.sqlstate} {problem}")
                return
            if connection.closed:
                return
        stop.wait(rng.uniform(0.05, 0.4))
    connection.close()


def prepare(server):
    with server.connect(autocommit=True) as connection:
        try:
            connection.execute("SELECT count(*) FROM fact_sales")
        except psycopg.errors.UndefinedTable:
            with open(os.path.join(ROOT, "SQL", "schema.sql")) as file:
                connection.execute(file.read())
        connection.execute("CREATE TABLE kill_sql (id bigint PRIMARY KEY, v integer NOT NULL)")


def verify(server, oracle, tally, cycle):
    """Everything acknowledged is there exactly once, and nothing that was never sent."""
    with server.connect(autocommit=True) as connection:
        found = {}
        rows = connection.execute("SELECT source, event_id, count(*), count(DISTINCT line_no) FROM fact_sales WHERE event_id LIKE 'kill-%' "
                                  "GROUP BY source, event_id").fetchall()
        doubled = [r for r in rows if r[2] != r[3]]
        found = {(r[0], r[1]): r[2] for r in rows}
        receipts = connection.execute("SELECT count(*), count(DISTINCT id) FROM storehouse.event_receipt WHERE id LIKE 'kill-%'").fetchone()
        table = dict(connection.execute("SELECT id, v FROM kill_sql").fetchall())
        table_rows = connection.execute("SELECT count(*) FROM kill_sql").fetchone()[0]
    lost = [k for k in oracle.acknowledged if k not in found]
    partial = [k for k, lines in oracle.acknowledged.items() if k in found and found[k] != lines]
    pending = {event.key: event.lines for batch in oracle.pending for event in batch}
    strange = [k for k in found if k not in oracle.acknowledged and found[k] != pending.get(k)]
    # Each unacknowledged batch is there as a whole or not at all.
    torn = [batch for batch in oracle.pending if 0 < sum(event.key in found for event in batch) < len(batch)]
    tally.check(f"cycle {cycle}: no acknowledged event lost", not lost, f"{len(lost)} of {len(oracle.acknowledged)}: {lost[:3]}")
    tally.check(f"cycle {cycle}: no event twice", not doubled and receipts[0] == receipts[1], f"{doubled[:3]}, receipts {receipts}")
    tally.check(f"cycle {cycle}: every event is whole", not partial and not strange and not torn,
                f"{len(partial)} partial, {len(strange)} strange, {len(torn)} torn batches: {(partial + strange)[:3]}")
    tally.check(f"cycle {cycle}: receipts match", receipts[1] == len(found), f"{receipts[1]} receipts, {len(found)} events")
    matches = table == oracle.table or oracle.table_after is not None and table == oracle.table_after
    tally.check(f"cycle {cycle}: the table is as committed", matches and table_rows == len(table),
                f"{len(table)} rows ({table_rows} counted); the model has {len(oracle.table)}, or {oracle.table_after and len(oracle.table_after)}")
    # From here on the model is what recovery brought back.
    oracle.table, oracle.table_after = table, None
    for problem in oracle.problems:
        tally.check(f"cycle {cycle}: no other problem", False, problem)
    oracle.problems.clear()


def run_cycle(server, oracle, rng, today, seconds):
    stop = threading.Event()
    workers = [threading.Thread(target=post_events, args=(server, oracle, stop, random.Random(rng.random()), today)) for _ in range(2)]
    workers.append(threading.Thread(target=change_table, args=(server, oracle, stop, random.Random(rng.random()))))
    workers.append(threading.Thread(target=age, args=(server, oracle, stop, random.Random(rng.random()), today)))
    for worker in workers:
        worker.start()
    time.sleep(seconds)
    server.kill()
    stop.set()
    for worker in workers:
        worker.join(60)


def drain(server, oracle, tally):
    """Sends what was never acknowledged once more, and some of the rest again: nothing may double."""
    sender = Sender(server.http_port, server.ingest_token)
    again = oracle.pending
    oracle.pending = []
    for batch in again:
        statuses = sender.post(batch)
        if not tally.check("resending an unacknowledged batch", statuses is not None and set(statuses) <= {"stored", "duplicate"}, statuses):
            oracle.pending.append(batch)
            continue
        oracle.acknowledged.update((event.key, event.lines) for event in batch)
        tally.check("resending an acknowledged batch", set(sender.post(batch) or ["no answer"]) == {"duplicate"})
    sender.close()


def check_directory(server, tally):
    done = subprocess.run([server.binary, "check", server.data], capture_output=True, text=True, timeout=120)
    tally.check("storehouse check", done.returncode == 0, (done.stdout + done.stderr)[-2000:])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=4, help="time limit; fewer kills than asked for is a failure (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3), "big"))
    arguments = parser.parse_args()
    rng, tally, oracle = random.Random(arguments.seed), Tally(), Oracle()
    today = datetime.datetime.now(datetime.timezone.utc).date() - datetime.timedelta(1)
    began = time.monotonic()
    kills = 0
    print(f"seed {arguments.seed}, {arguments.kills} kills", flush=True)
    with Storehouse() as server:
        prepare(server)
        for cycle in range(1, arguments.kills + 1):
            # Recovery itself is killed now and then: a start that is cut short after a random while.
            run_cycle(server, oracle, rng, today, rng.uniform(0.05, 1.6))
            kills += 1
            if rng.random() < 0.15:
                interrupt_recovery(server, rng)
            server.start()
            verify(server, oracle, tally, cycle)
            if cycle % 10 == 0:
                print(f"… {cycle} kills, {len(oracle.acknowledged)} events acknowledged, {len(oracle.table)} table rows, "
                      f"{tally.failed} failures, {time.monotonic() - began:.0f} s", flush=True)
            if tally.failed > 10 or time.monotonic() - began > arguments.minutes * 60:
                break
        tally.check(f"{arguments.kills} kills within {arguments.minutes} minutes", kills == arguments.kills, f"{kills} kills")
        drain(server, oracle, tally)
        verify(server, oracle, tally, "last")
        tally.check("events were acknowledged", len(oracle.acknowledged) > 10 * kills, len(oracle.acknowledged))
        archived = tiers(server)
        print(f"{kills} kills, {len(oracle.acknowledged)} events acknowledged; segments by tier: {archived}", flush=True)
        tally.equal("a clean stop", server.stop(), 0)
        check_directory(server, tally)
        if tally.failed:
            print(f"seed {arguments.seed}; the server's last words:\n{server.log_tail()}")
    return tally.finish()


def interrupt_recovery(server, rng):
    from harness.ports import free_port

    command = [server.binary, "serve", "--data", server.data, "--port", str(free_port()), "--http-port", str(free_port())]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    time.sleep(rng.uniform(0, 0.15))
    process.kill()
    process.wait()


def tiers(server):
    with server.connect(autocommit=True) as connection:
        return dict(connection.execute("SELECT tier, count(*) FROM storehouse.segments GROUP BY tier").fetchall())


if __name__ == "__main__":
    sys.exit(main())
