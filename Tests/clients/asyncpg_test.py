"""asyncpg against the server: Parse, Describe and Flush without Sync, binary values, pools, COPY."""

import argparse
import asyncio
import datetime
import decimal
import io
import os
import sys
import uuid

import asyncpg

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from harness import Tally, add_target_options, open_target, same

VALUES = {
    "smallint": 5, "integer": -7, "bigint": 1 << 60, "real": 1.5, "double precision": 2.25,
    "numeric": decimal.Decimal("123.4500"), "text": "é'", "varchar": "v", "bytea": b"\0x", "boolean": True,
    "date": datetime.date(2024, 2, 29), "time": datetime.time(1, 2, 3, 4),
    "timestamp": datetime.datetime(2024, 1, 1, 1, 2, 3),
    "timestamptz": datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc),
    "interval": datetime.timedelta(days=1, seconds=3), "jsonb": '{"a": 1}', "json": "[1, 2]",
    "uuid": uuid.UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), "integer[]": [1, None, 3], "text[]": ["a", "b"],
    "numeric[]": [decimal.Decimal("1.5")], "timestamptz[]": [datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)],
}


async def fails(kind, awaitable):
    try:
        await awaitable
    except kind:
        return
    raise AssertionError(f"{kind.__name__} was not raised")


async def values(c):
    for kind, value in VALUES.items():
        same(await c.fetchval(f"SELECT $1::{kind}", value), value)
        same(await c.fetchval(f"SELECT $1::{kind}", None), None)


async def inferred_parameters(c):
    await c.execute("CREATE TABLE inferred (id integer PRIMARY KEY, day date, amount numeric(10,2))")
    await c.execute("INSERT INTO inferred VALUES ($1, $2, $3)", 1, datetime.date(2024, 1, 1), decimal.Decimal("2.50"))
    same(await c.fetchrow("SELECT amount FROM inferred WHERE id = $1 AND day >= $2 LIMIT $3", 1, datetime.date(2020, 1, 1), 5),
         (decimal.Decimal("2.50"),))
    same(len(await c.fetch("SELECT * FROM inferred WHERE id = any($1)", [1, 2])), 1)
    await c.execute("DROP TABLE inferred")


async def statements(c):
    statement = await c.prepare("SELECT a, a::text AS b FROM generate_series($1::integer, $2) AS t (a)")
    same(len(await statement.fetch(1, 10)), 10)
    same([(a.name, a.type.name) for a in statement.get_attributes()], [("a", "int4"), ("b", "text")])
    same([p.name for p in statement.get_parameters()], ["int4", "int4"])
    same(await statement.fetchval(5, 6), 5)
    plan = await statement.explain(1, 3)
    assert "Plan" in plan[0], plan


async def many(c):
    await c.execute("CREATE TABLE many (a integer PRIMARY KEY, b text)")
    await c.executemany("INSERT INTO many VALUES ($1, $2)", [(i, str(i)) for i in range(1000)])
    same(await c.fetchval("SELECT count(*) FROM many"), 1000)
    await fails(asyncpg.UniqueViolationError, c.executemany("INSERT INTO many VALUES ($1, $2)", [(5000, "a"), (5, "b")]))
    same(await c.fetchval("SELECT count(*) FROM many"), 1000)
    await c.execute("DROP TABLE many")


async def copy(c):
    await c.execute("CREATE TABLE copied (a integer, b text, c numeric(10,2), d timestamptz, e double precision[])")
    moment = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
    records = [(1, "x", decimal.Decimal("1.25"), moment, [1.5, None]), (2, None, None, None, None)]
    same(await c.copy_records_to_table("copied", records=records), "COPY 2")
    same([tuple(r) for r in await c.fetch("SELECT * FROM copied ORDER BY a")], records)
    for count, format in ((2, "binary"), (4, "csv"), (8, "text")):
        out = io.BytesIO()
        same(await c.copy_from_table("copied", output=out, format=format), f"COPY {count}")
        out.seek(0)
        same(await c.copy_to_table("copied", source=out, format=format), f"COPY {count}")
    same(await c.fetchval("SELECT count(*) FROM copied WHERE a = 1 AND c = 1.25"), 8)
    out = io.BytesIO()
    await c.copy_from_query("SELECT a FROM copied WHERE a > $1 ORDER BY a LIMIT 1", 1, output=out)
    same(out.getvalue(), b"2\n")
    await c.copy_records_to_table("copied", records=((i, "r", None, None, None) for i in range(50_000)))
    same(await c.fetchval("SELECT count(*) FROM copied WHERE b = 'r'"), 50_000)
    await fails(asyncpg.BadCopyFileFormatError, c.copy_to_table("copied", source=io.BytesIO(b"nothing like it at all"), format="binary"))
    await c.execute("DROP TABLE copied")


async def cursors(c):
    async with c.transaction():
        total = 0
        async for row in c.cursor("SELECT generate_series(1, 1000)", prefetch=77):
            total += row[0]
        same(total, 500500)
        cursor = await c.cursor("SELECT generate_series(1, 100)")
        same(len(await cursor.fetch(3)), 3)
        same(await cursor.forward(5), 5)
        same(await cursor.fetchrow(), (9,))


async def transactions(c):
    async with c.transaction(isolation="serializable", readonly=True, deferrable=True):
        same(await c.fetchval("SHOW transaction_isolation"), "serializable")
    async with c.transaction(isolation="repeatable_read"):
        await fails(asyncpg.DivisionByZeroError, nested(c))
        same(await c.fetchval("SELECT 5"), 5)


async def nested(c):
    async with c.transaction():
        await c.fetch("SELECT 1/0")


async def errors(c):
    await fails(asyncpg.UndefinedTableError, c.fetch("SELECT * FROM nosuch"))
    await fails(asyncpg.PostgresSyntaxError, c.fetch("SELEC"))
    await fails(asyncpg.DataError, c.fetch("SELECT $1::integer", "x"))
    await fails(asyncio.TimeoutError, c.fetch("SELECT pg_sleep(10)", timeout=0.3))
    same(await c.fetchval("SELECT 3"), 3)


async def altered_table(c):
    await c.execute("CREATE TABLE altered (a integer)")
    same(await c.fetch("SELECT * FROM altered"), [])
    await c.execute("ALTER TABLE altered ADD COLUMN b text")
    await c.execute("INSERT INTO altered VALUES (1, 'x')")
    # The driver prepares anew once it is told that the columns have changed.
    try:
        found = await c.fetch("SELECT * FROM altered")
    except asyncpg.InvalidCachedStatementError:
        found = await c.fetch("SELECT * FROM altered")
    same([tuple(r) for r in found], [(1, "x")])
    await c.execute("DROP TABLE altered")


async def session(c):
    same(c.get_server_version().major, 15)
    await c.execute("SET application_name = 'x'")
    await c.reset()
    same(await c.fetchval("SHOW application_name"), "")
    await c.set_type_codec("jsonb", encoder=repr, decoder=len, schema="pg_catalog", format="text")
    same(await c.fetchval("SELECT '[1]'::jsonb"), 3)
    await c.reset_type_codec("jsonb", schema="pg_catalog")
    await c.reload_schema_state()


async def pool(server):
    async with asyncpg.create_pool(host=server.host, port=server.port, user=server.user, password=server.password,
                                   database=server.dbname, min_size=2, max_size=4) as made:
        async def work(i):
            async with made.acquire() as c:
                return await c.fetchval("SELECT $1::integer", i)
        same(await asyncio.gather(*[work(i) for i in range(50)]), list(range(50)))


TESTS = [values, inferred_parameters, statements, many, copy, cursors, transactions, errors, altered_table, session]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_target_options(parser)
    arguments = parser.parse_args()
    tally = Tally()
    with open_target(arguments) as server:
        async def alone(test):
            c = await asyncpg.connect(host=server.host, port=server.port, user=server.user, password=server.password,
                                      database=server.dbname)
            try:
                await test(c)
            finally:
                await c.close()
        for test in TESTS:
            tally.run(test.__name__, lambda test=test: asyncio.run(alone(test)))
        tally.run("pool", lambda: asyncio.run(pool(server)))
        tally.check("the server is alive", server.is_alive())
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
