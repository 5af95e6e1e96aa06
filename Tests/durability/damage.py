"""Damage and a full disk: an error that names what is wrong, the server alive, nothing lost.

Damage: after a clean stop single bytes of the stored files are flipped, or a file is cut short. `storehouse check`
must then fail and name the file; a server on it either refuses to start, or answers with an error, or with the right
answer when the byte did not matter. It never gives a wrong answer and never dies.

Full disk: the data directory lies in a small memory file system (needs root; skipped otherwise).
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import psycopg

from harness import Storehouse, Tally

QUERIES = ["SELECT count(*), sum(a), sum(n), min(t), max(d) FROM damaged", "SELECT t, count(*), sum(a) FROM damaged GROUP BY t ORDER BY t",
           "SELECT a, t, n, d FROM damaged WHERE a % 997 = 0 ORDER BY a", "SELECT sum(length(c)) FROM damaged"]
ROWS = 150_000


def fill(server):
    with server.connect(autocommit=True) as c:
        c.execute("CREATE TABLE damaged (a integer PRIMARY KEY, t text, n numeric(12,2), d date, c text)")
        for start in range(0, ROWS, 50_000):
            with c.cursor() as cursor, cursor.copy("COPY damaged FROM STDIN") as copy:
                copy.write("".join(f"{i}\tkind{i % 50}\t{i * 7 % 100003 / 100}\t{2000 + i % 25}-01-{i % 28 + 1:02d}\tcomment {i * 31 % 1009}\n"
                                   for i in range(start, start + 50_000)))
        c.execute("DELETE FROM damaged WHERE a % 1000 = 5")
        return [c.execute(q).fetchall() for q in QUERIES]


def files_of(directory):
    found = []
    for folder, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.getsize(path) > 0 and not name.endswith((".password", ".token", ".log", "LOCK", "lock", ".pid")):
                found.append(os.path.relpath(path, directory))
    return sorted(found)


def harm(path, rng):
    size = os.path.getsize(path)
    kind = rng.choice(["flip", "flip", "flip", "zero", "cut"])
    with open(path, "r+b") as file:
        at = rng.randrange(size)
        if kind == "cut":
            file.truncate(at)
        elif kind == "zero":
            file.seek(at)
            before = file.read(min(4096, size - at))
            file.seek(at)
            file.write(b"\0" * len(before))
            if not before.strip(b"\0"):
                return None
        else:
            file.seek(at)
            byte = file.read(1)[0]
            file.seek(at)
            file.write(bytes([byte ^ 1 << rng.randrange(8)]))
    return f"{kind} at {at} of {size}"


def damage(tally, rounds, rng):
    base = tempfile.mkdtemp(prefix="storehouse-damage-")
    try:
        original = os.path.join(base, "data")
        server = Storehouse(data=original)
        with server:
            expected = fill(server)
        done = subprocess.run([server.binary, "check", original], capture_output=True, text=True, timeout=120)
        if not tally.check("check passes on sound files", done.returncode == 0, done.stdout + done.stderr):
            return
        files = files_of(original)
        # Large files first, and every file at least once when there are rounds enough.
        order = sorted(files, key=lambda f: -os.path.getsize(os.path.join(original, f)))
        for round in range(rounds):
            name = order[round % len(order)] if round < 2 * len(order) else rng.choice(order)
            copy = os.path.join(base, f"copy{round}")
            shutil.copytree(original, copy)
            what = harm(os.path.join(copy, name), rng)
            if what:
                one_damage(tally, server.binary, copy, name, what, expected)
            shutil.rmtree(copy)
    finally:
        shutil.rmtree(base, ignore_errors=True)


def one_damage(tally, binary, copy, name, what, expected):
    done = subprocess.run([binary, "check", copy], capture_output=True, text=True, timeout=120)
    said = done.stdout + done.stderr
    noticed = done.returncode == 1 and os.path.basename(name) in said
    tally.check(f"{name}, {what}: check ends in order", done.returncode in (0, 1), f"exit {done.returncode}: {said[-500:]}")
    server = Storehouse(data=copy)
    refused = False
    try:
        server.log_path = copy + ".log"
        server.start(timeout=30)
    except SystemExit as problem:
        refused = True
        tally.check(f"{name}, {what}: the refusal to start is no crash", server.process.returncode > 0, str(problem)[-500:])
    harmless = not refused
    if not refused:
        for query, answer in zip(QUERIES, expected):
            try:
                with server.connect(autocommit=True) as c:
                    found = c.execute(query).fetchall()
                tally.check(f"{name}, {what}: no wrong answer", found == answer, f"{query}\n      {str(found)[:200]}\n      instead of {str(answer)[:200]}")
            except psycopg.Error as problem:
                harmless = False
                tally.check(f"{name}, {what}: the error is one of damage", problem.sqlstate in ("XX001", "XX002", "58030", "58P01"), f"{problem.sqlstate} {problem}")
        tally.check(f"{name}, {what}: the server is alive", server.process.poll() is None and server.is_alive())
        server.stop()
    tally.check(f"{name}, {what}: noticed by check, or harmless", noticed or harmless and done.returncode == 0, f"exit {done.returncode}: {said[-500:]}")
    if os.path.exists(server.log_path):
        os.remove(server.log_path)


def full_disk(tally):
    mount = tempfile.mkdtemp(prefix="storehouse-full-")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", mount], capture_output=True).returncode != 0:
        print("full disk: skipped, mounting a file system needs root")
        os.rmdir(mount)
        return
    log = tempfile.NamedTemporaryFile(prefix="storehouse-full-", suffix=".log")
    try:
        with Storehouse(data=os.path.join(mount, "data"), log=log.name) as server:
            fill_the_disk(tally, server, mount)
    finally:
        subprocess.run(["umount", "-l", mount], capture_output=True)
        os.rmdir(mount)


def fill_the_disk(tally, server, mount):
    with server.connect(autocommit=True) as c:
        c.execute("CREATE TABLE filler (a integer, t text)")
        c.execute("INSERT INTO filler VALUES (0, 'first')")
    committed, states = 1, set()
    rng = random.Random(5)
    ballast = os.path.join(mount, "ballast")
    with open(ballast, "wb") as file:
        file.write(b"x" * (40 << 20))
    for attempt in range(60):
        try:
            with server.connect(autocommit=True) as c, c.cursor() as cursor:
                with cursor.copy("COPY filler FROM STDIN") as copy:
                    copy.write("".join(f"{i}\t{rng.randbytes(100).hex()}\n" for i in range(10_000)))
                committed += 10_000
        except psycopg.Error as problem:
            states.add(problem.sqlstate)
            if len(states) and attempt > 5 and server.process.poll() is not None:
                break
            if problem.sqlstate == "53100":
                break
    tally.check("a full disk is error 53100", "53100" in states, states)
    stopped = server.process.poll() is not None
    tally.check("a full disk does not crash the server", not stopped or server.process.returncode >= 0, f"exit {server.process.returncode}")
    if not stopped:
        try:
            with server.connect(autocommit=True) as c:
                tally.equal("reading still works on a full disk", c.execute("SELECT count(*) FROM filler").fetchone()[0], committed)
        except psycopg.Error as problem:
            tally.check("reading still works on a full disk", False, problem)
    os.remove(ballast)
    if not stopped:
        # Space is back: the server may go on by itself or after a restart.
        for _ in range(20):
            try:
                with server.connect(autocommit=True) as c:
                    c.execute("INSERT INTO filler VALUES (1, 'after')")
                committed += 1
                break
            except psycopg.Error:
                time.sleep(0.5)
    server.stop()
    server.start()
    with server.connect(autocommit=True) as c:
        tally.equal("nothing committed is lost, nothing refused is there", c.execute("SELECT count(*) FROM filler").fetchone()[0], committed)
        c.execute("INSERT INTO filler VALUES (2, 'restarted')")
        tally.equal("writing works again", c.execute("SELECT count(*) FROM filler").fetchone()[0], committed + 1)
    tally.equal("a clean stop", server.stop(), 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=24, help="damages to try (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=["damage", "disk"])
    arguments = parser.parse_args()
    tally = Tally()
    if arguments.only != "disk":
        damage(tally, arguments.rounds, random.Random(arguments.seed))
    if arguments.only != "damage":
        full_disk(tally)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
