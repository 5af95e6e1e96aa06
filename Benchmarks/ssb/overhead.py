"""Planning, wire and result encoding: what a query costs apart from its data."""

import json
import os
import statistics
import time

from schema import TABLES, schema_statements
from engines import StorehouseEngine
from harness import Storehouse

RUNS = 500


def timed(connection, sql):
    """Median and minimum microseconds through libpq, rows received and not converted to Python's types."""
    text, execute = sql.encode(), connection.pgconn.exec_
    for _ in range(20):
        answer = execute(text)
    if answer.error_message:
        raise SystemExit(f"{sql}\n{answer.error_message.decode()}")
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        execute(text)
        times.append((time.perf_counter() - began) * 1e6)
    return statistics.median(times), min(times)


def measure_overhead(source, queries, json_path=None):
    """The thirteen queries over tables of one row each, and their answers' sizes over the wire, read from a table."""
    answers = {}
    with Storehouse() as server:
        engine = StorehouseEngine(server)
        engine.connection = server.connect(autocommit=True)
        engine.load(source, "none")
        for name, sql in queries:
            answers[name] = engine.connection.execute(sql).fetchall()
        kinds = {name: ["text" if isinstance(v, str) else "bigint" for v in rows[0]] for name, rows in answers.items() if rows}
        engine.connection.close()
    figures = {}
    with Storehouse() as server, server.connect(autocommit=True) as connection:
        for statement, table in zip(schema_statements(), TABLES):
            connection.execute(statement)
            with open(os.path.join(source, table + ".csv"), "rb") as file, connection.cursor() as cursor, \
                    cursor.copy(f"COPY {table} FROM STDIN WITH (FORMAT csv)") as copy:
                copy.write(file.readline())
        connection.execute("CALL storehouse.flush()")
        for name, rows in answers.items():
            if not rows:
                continue
            table = "answer_" + name.replace(".", "_")
            columns = ", ".join(f"c{i} {kind}" for i, kind in enumerate(kinds[name]))
            connection.execute(f"CREATE TABLE {table} ({columns})")
            with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        connection.execute("CALL storehouse.flush()")
        floor = timed(connection, "SELECT 1")[0]
        print(f"microseconds, median of {RUNS} runs; SELECT 1 takes {floor:.0f}\n")
        print(f"{'query':>6} {'one row':>9} {'answer rows':>12} {'answer':>8} {'together':>9}")
        for name, sql in queries:
            table = "answer_" + name.replace(".", "_")
            one = timed(connection, sql)[0]
            # The answer's rows through scan, encoding and wire, less what any statement costs.
            answer = max(0, timed(connection, f"SELECT * FROM {table}")[0] - floor) if answers[name] else 0
            figures[name] = {"one_row_us": one, "answer_rows": len(answers[name]), "answer_us": answer}
            print(f"{name:>6} {one:>9.0f} {len(answers[name]):>12} {answer:>8.0f} {one + answer:>9.0f}")
    worst = max(f["one_row_us"] + f["answer_us"] for f in figures.values())
    print(f"\nthe dearest takes {worst / 1000:.3f} ms")
    if json_path:
        with open(json_path, "w") as file:
            json.dump({"select_1_us": floor, "queries": figures, "worst_ms": worst / 1000}, file, indent=1)
    print(f"{len(figures)} passed, 0 failed")
    return 0
