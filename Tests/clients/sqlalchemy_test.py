"""SQLAlchemy 2: Core, ORM and reflection over psycopg, psycopg 2, asyncpg and pg8000, then its own conformance suite.

The suite's requirements are in sqlalchemy_suite/requirements.py, which says what is not claimed.
"""

import argparse
import asyncio
import datetime
import decimal
import os
import re
import subprocess
import sys

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import create_async_engine

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from harness import Tally, add_target_options, open_target, same

SUITE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sqlalchemy_suite")
SETUP = """
CREATE SCHEMA sales;
CREATE TABLE visits (id integer PRIMARY KEY, store text NOT NULL, amount numeric(10,2), day date DEFAULT '2024-01-01', at timestamptz, ok boolean);
INSERT INTO visits VALUES (1, 'north', 9.50, '2024-01-05', '2024-01-05 10:00+00', true), (2, 'south', NULL, '2024-01-06', NULL, false);
CREATE VIEW big_visits AS SELECT id, amount FROM visits WHERE amount > 5;
CREATE TABLE sales.lines (order_id bigint, line smallint, product varchar(40) NOT NULL, tags text[], doc jsonb, PRIMARY KEY (order_id, line));
COMMENT ON TABLE visits IS 'who came';
COMMENT ON COLUMN visits.store IS 'where';
"""


class Base(orm.DeclarativeBase):
    pass


class Product(Base):
    __tablename__ = "products"
    id = sa.Column(sa.Integer, primary_key=True, autoincrement=False)
    name = sa.Column(sa.String(40), nullable=False)
    price = sa.Column(sa.Numeric(10, 2))
    made = sa.Column(sa.DateTime(timezone=True))
    tags = sa.Column(postgresql.ARRAY(sa.Text))
    extra = sa.Column(postgresql.JSONB)


def inspection(engine):
    i = sa.inspect(engine)
    same(i.get_table_names(), ["visits"])
    same(i.get_table_names("sales"), ["lines"])
    same(i.get_view_names(), ["big_visits"])
    assert {"public", "sales"} <= set(i.get_schema_names()), i.get_schema_names()
    same(i.default_schema_name, "public")
    columns = {c["name"]: c for c in i.get_columns("visits")}
    same([str(c["type"]) for c in columns.values()], ["INTEGER", "TEXT", "NUMERIC(10, 2)", "DATE", "TIMESTAMP", "BOOLEAN"])
    same([c["nullable"] for c in columns.values()], [False, False, True, True, True, True])
    same(columns["store"]["comment"], "where")
    same(columns["day"]["default"], "'2024-01-01'::date")
    same(i.get_pk_constraint("lines", "sales")["constrained_columns"], ["order_id", "line"])
    same(i.get_pk_constraint("lines", "sales")["name"], "lines_pkey")
    same(i.get_indexes("visits"), [])
    same(i.get_foreign_keys("visits"), [])
    same(i.get_unique_constraints("visits"), [])
    same(i.get_check_constraints("visits"), [])
    same(i.get_table_comment("visits"), {"text": "who came"})
    assert "amount > " in i.get_view_definition("big_visits")
    same((i.get_sequence_names(), i.get_temp_table_names(), i.get_materialized_view_names(), i.get_enums(), i.get_domains()),
         ([], [], [], [], []))
    same((i.has_table("visits"), i.has_table("nosuch"), i.has_schema("sales"), i.has_sequence("nosuch")), (True, False, True, False))


def reflection(engine):
    m = sa.MetaData()
    m.reflect(engine, views=True)
    m.reflect(engine, schema="sales")
    same(sorted(m.tables), ["big_visits", "sales.lines", "visits"])
    lines = m.tables["sales.lines"]
    same([c.name for c in lines.primary_key], ["order_id", "line"])
    same(repr(lines.c.product.type), "VARCHAR(length=40)")
    with engine.connect() as c:
        visits = m.tables["visits"]
        same(c.execute(sa.select(visits.c.store).where(visits.c.id == 1)).scalar(), "north")


def mapping(engine):
    Base.metadata.create_all(engine)
    try:
        with orm.Session(engine) as s:
            moment = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
            s.add_all([Product(id=i, name=f"p{i}", price=decimal.Decimal(i) / 4, made=moment, tags=["a", None], extra={"n": i})
                       for i in range(50)])
            s.commit()
            one = s.get(Product, 7)
            same((one.name, one.price, one.made, one.tags, one.extra), ("p7", decimal.Decimal("1.75"), moment, ["a", None], {"n": 7}))
            one.name = "changed"
            s.commit()
            same(s.scalar(sa.select(sa.func.count()).select_from(Product).where(Product.name == "changed")), 1)
            same(s.scalars(sa.select(Product.id).where(Product.id.in_([3, 1, 2])).order_by(Product.id.desc())).all(), [3, 2, 1])
            same(s.scalar(sa.select(sa.func.count()).where(Product.extra["n"].as_integer() > 40)), 9)
            with s.begin_nested():
                s.execute(sa.update(Product).where(Product.id < 10).values(price=1))
            s.execute(sa.delete(Product).where(Product.id >= 40))
            s.commit()
            same(s.execute(sa.select(sa.func.count(), sa.func.sum(Product.price)).select_from(Product)).one(), (40, decimal.Decimal("193.75")))
    finally:
        Base.metadata.drop_all(engine)


def upsert_and_returning(engine):
    t = sa.Table("upserted", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True, autoincrement=False), sa.Column("n", sa.Integer))
    t.create(engine)
    try:
        with engine.begin() as c:
            same(c.execute(sa.insert(t).returning(t.c.id), [{"id": i, "n": 0} for i in range(5)]).scalars().all(), [0, 1, 2, 3, 4])
            insert = postgresql.insert(t).values(id=1, n=10)
            c.execute(insert.on_conflict_do_update(index_elements=["id"], set_={"n": insert.excluded.n}))
            same(c.execute(sa.select(t.c.n).where(t.c.id == 1)).scalar(), 10)
            same(c.execute(sa.update(t).where(t.c.id == 1).values(n=t.c.n + 1).returning(t.c.n)).scalar(), 11)
    finally:
        t.drop(engine)


def streaming(engine):
    with engine.connect() as c:
        result = c.execute(sa.text("SELECT g FROM generate_series(1, :n) AS g"), {"n": 1000}, execution_options={"yield_per": 100})
        same([len(part) for part in result.partitions(100)], [100] * 10)


def isolation(engine):
    for level in ("READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE", "AUTOCOMMIT"):
        with engine.connect().execution_options(isolation_level=level) as c:
            if level != "AUTOCOMMIT":
                same(c.get_isolation_level(), level)
            same(c.execute(sa.text("SELECT 1")).scalar(), 1)


def analytics(engine):
    m = sa.MetaData()
    visits = sa.Table("visits", m, autoload_with=engine)
    ranked = sa.select(visits.c.store, sa.func.rank().over(order_by=visits.c.day.desc()).label("r")).cte("ranked")
    query = sa.select(ranked.c.store, sa.case((ranked.c.r == 1, "last"), else_="earlier")).order_by(ranked.c.r)
    with engine.connect() as c:
        same(c.execute(query).all(), [("south", "last"), ("north", "earlier")])
        same(c.execute(sa.select(sa.func.percentile_cont(0.5).within_group(visits.c.id.desc()))).scalar(), 1.5)
        same(c.execute(sa.select(sa.func.array_agg(postgresql.aggregate_order_by(visits.c.store, visits.c.id.desc())))).scalar(), ["south", "north"])


async def asynchronous(url):
    engine = create_async_engine(url)
    async with engine.connect() as c:
        same((await c.execute(sa.text("SELECT store FROM visits WHERE id = :id"), {"id": 1})).scalar(), "north")
        same(await c.run_sync(lambda s: sa.inspect(s).get_table_names()), ["visits"])
        result = await c.stream(sa.text("SELECT generate_series(1, 1000)"))
        same(len([row async for row in result]), 1000)
    await engine.dispose()


TESTS = [inspection, reflection, mapping, upsert_and_returning, streaming, isolation, analytics]


def conformance(tally, url):
    """Runs SQLAlchemy's own suite; each of its tests counts."""
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "--maxfail=1000", "--dburi", url, "test_conformance.py"],
                          cwd=SUITE, capture_output=True, text=True, timeout=170, stdin=subprocess.DEVNULL)
    for line in done.stdout.splitlines():
        if line.startswith(("FAILED ", "ERROR ")):
            tally.check(line.partition(" - ")[0], False)
    found = re.search(r"(\d+) passed(?:, (\d+) skipped)?", done.stdout)
    if not tally.check("the conformance suite ran", found, done.stdout[-1500:] + done.stderr[-500:]):
        return
    tally.passed += int(found[1])
    print(f"conformance: {found[1]} passed, {found[2] or 0} skipped because requirements.py does not claim what they test")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_target_options(parser)
    arguments = parser.parse_args()
    tally = Tally()
    with open_target(arguments) as server:
        with server.connect(autocommit=True) as c:
            c.execute(SETUP)
        address = f"{server.user}:{server.password}@{server.host}:{server.port}/{server.dbname}"
        for driver in ("psycopg", "psycopg2", "pg8000"):
            engine = sa.create_engine(f"postgresql+{driver}://{address}")
            for test in TESTS:
                tally.run(f"{driver}: {test.__name__}", test, engine)
            engine.dispose()
        for driver in ("asyncpg", "psycopg"):
            tally.run(f"{driver}: asynchronous", lambda: asyncio.run(asynchronous(f"postgresql+{driver}://{address}")))
        with server.connect(autocommit=True) as c:
            c.execute("DROP VIEW big_visits")
            c.execute("DROP TABLE visits, sales.lines")
            c.execute("DROP SCHEMA sales")
            c.execute("CREATE SCHEMA test_schema")
        conformance(tally, f"postgresql+psycopg://{address}")
        tally.check("the server is alive", server.is_alive())
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
