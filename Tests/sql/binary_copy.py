"""COPY in binary format, out and in, byte for byte as PostgreSQL 15 does it."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import psycopg

from harness import PostgresCluster, Storehouse, Tally

TABLE = """CREATE TABLE kinds(i2 smallint, i4 integer, i8 bigint, r real, d double precision, n numeric(12,3), b boolean,
    t text, v varchar(10), c char(4), dt date, ti time, ts timestamp, tz timestamptz, iv interval, u uuid, by bytea,
    a int[], ta text[], j jsonb)"""
ROWS = """INSERT INTO kinds VALUES
    (1, 2, 3, 1.5, -2.25, 123.456, true, 'text', 'var', 'c', '2024-02-29', '12:34:56.789', '2024-01-01 10:00',
     '2024-01-01 10:00+02', '1 year 2 days 03:04:05', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '\\x00ff', '{1,NULL,3}',
     '{a,"b c"}', '{"k": [1, 2]}'),
    (-32768, -2147483648, -9223372036854775808, 'NaN', 'Infinity', -0.001, false, '', 'é', '    ', '0001-01-01',
     '00:00', 'infinity', '-infinity', '-1 month', '00000000-0000-0000-0000-000000000000', '', '{}', '{""}', 'null'),
    (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
     NULL)"""


def dump(connection, sql):
    with connection.cursor().copy(sql) as copy:
        return b"".join(bytes(part) for part in copy)


def load(connection, sql, data, piece):
    with connection.cursor().copy(sql) as copy:
        for start in range(0, len(data), piece):
            copy.write(data[start:start + piece])


def code(connection, sql, data):
    try:
        load(connection, sql, data, 1 << 16)
    except psycopg.Error as error:
        return error.sqlstate
    return None


def main():
    tally = Tally()
    with PostgresCluster() as oracle, Storehouse() as server:
        theirs, ours = oracle.connect(autocommit=True), server.connect(autocommit=True)
        for connection in (theirs, ours):
            connection.execute(TABLE)
            connection.execute(ROWS)
        out = "COPY kinds TO STDOUT (FORMAT binary)"
        want, have = dump(theirs, out), dump(ours, out)
        tally.check("what comes out is PostgreSQL's", want == have, f"{want.hex()}\n{have.hex()}")
        tally.check("of no rows too", dump(theirs, "COPY (SELECT 1 WHERE false) TO STDOUT (FORMAT binary)")
                    == dump(ours, "COPY (SELECT 1 WHERE false) TO STDOUT (FORMAT binary)"))
        for piece in (1, 7, 1 << 16):
            ours.execute("TRUNCATE kinds")
            load(ours, "COPY kinds FROM STDIN (FORMAT binary)", want, piece)
            tally.check(f"what goes in comes out, in pieces of {piece}", dump(ours, out) == want)
        ours.execute("CREATE TABLE many AS SELECT g AS n, 'row ' || g AS s FROM generate_series(1, 50000) g")
        data = dump(ours, "COPY (SELECT n, s FROM many ORDER BY n) TO STDOUT (FORMAT binary)")
        ours.execute("TRUNCATE many")
        load(ours, "COPY many (n, s) FROM STDIN (FORMAT binary)", data, 100_000)
        row = ours.execute("SELECT count(*), sum(n), max(s) FROM many").fetchone()
        tally.check("many rows", row == (50000, 1250025000, "row 9999"), str(row))
        for name, data, rows in (("no signature", b"PGCOPX" + want[6:], 0), ("half a signature", want[:6], 0),
                                 ("cut short", want[:-5], 0), ("too few fields", want[:19] + b"\x00\x02" + want[21:], 0),
                                 ("more behind the end", want + b"\x00", 0), ("no end", want[:-2], 3),
                                 ("no rows", want[:19], 0)):
            for connection in (theirs, ours):
                connection.execute("TRUNCATE kinds")
            answers = [code(connection, "COPY kinds FROM STDIN (FORMAT binary)", data) for connection in (theirs, ours)]
            tally.check(f"{name}: {answers[0]}", answers[0] == answers[1], str(answers))
            counts = [connection.execute("SELECT count(*) FROM kinds").fetchone()[0] for connection in (theirs, ours)]
            tally.check(f"{name}: {rows} rows stay", counts == [rows, rows], str(counts))
        for option in ("DELIMITER ','", "NULL 'x'", "HEADER"):
            try:
                ours.execute(f"COPY kinds TO STDOUT (FORMAT binary, {option})")
                tally.check(f"{option} is refused", False)
            except psycopg.Error as error:
                tally.check(f"{option} is refused", error.sqlstate == "42601", str(error))
        theirs.close()
        ours.close()
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
