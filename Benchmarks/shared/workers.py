"""Embedded databases in processes of their own: `PROGRAM NAME FILE-DESCRIPTOR DIRECTORY THREADS` calls `serve`.

The process answers requests on a pipe until it closes. What it stores is in DIRECTORY, so a later process finds it.
"""

import os
import sys
import time
from multiprocessing.connection import Connection


class DuckDB:
    """One database file. Text and keys are declared as for Storehouse; nothing is tuned but the thread count."""

    file = "peer.duckdb"

    def __init__(self, directory, threads):
        import duckdb

        self.path = os.path.join(directory, self.file)
        self.connection = duckdb.connect(self.path)
        self.connection.execute(f"SET threads = {threads}")
        self.connection.execute(f"SET temp_directory = '{directory}/tmp'")

    def query(self, sql):
        return self.connection.execute(sql).fetchall()

    def sizes(self):
        return (os.path.getsize(self.path),)


def serve(workers):
    """Answers requests until the other end closes the pipe."""
    name, pipe, directory, threads = sys.argv[1], Connection(int(sys.argv[2])), sys.argv[3], int(sys.argv[4])
    worker = None
    while True:
        try:
            request, *arguments = pipe.recv()
        except EOFError:
            return
        try:
            worker = worker or workers[name](directory, threads)
            if request == "query":
                began = time.perf_counter()
                rows = worker.query(arguments[0])
                answer = rows, (time.perf_counter() - began) * 1000
            elif request == "load":
                answer = worker.load(*arguments)
            elif request == "sizes":
                answer = worker.sizes()
            else:
                answer = None
            pipe.send(("ok", answer))
        except Exception as problem:
            pipe.send(("error", f"{type(problem).__name__}: {problem}"))
