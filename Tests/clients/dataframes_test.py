"""pandas and Polars reading and writing through SQLAlchemy and ADBC."""

import argparse
import datetime
import decimal
import os
import sys

import adbc_driver_postgresql.dbapi as adbc
import pandas as pd
import polars as pl
import pyarrow as pa
import sqlalchemy as sa

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from harness import Tally, add_target_options, open_target, same

SETUP = """
CREATE TABLE sales (id integer PRIMARY KEY, store text NOT NULL, amount numeric(10,2), day date, at timestamptz,
                    ok boolean, ratio double precision);
INSERT INTO sales SELECT g, 'store ' || g % 3, g * 1.25, date '2024-01-01' + g, timestamptz '2024-01-01 10:00+00', g % 2 = 0,
       g / 4.0 FROM generate_series(1, 1000) AS g;
INSERT INTO sales (id, store) VALUES (1001, 'empty');
"""


def pandas_query(engine, _):
    frame = pd.read_sql("SELECT * FROM sales ORDER BY id", engine)
    same(frame.shape, (1001, 7))
    same(frame["id"].sum(), 501501)
    same(frame["amount"][0], decimal.Decimal("1.25"))
    same(frame["ratio"].dtype.kind, "f")
    frame = pd.read_sql(sa.text("SELECT * FROM sales WHERE store = :store"), engine, params={"store": "store 1"})
    same(len(frame), 334)


def pandas_table(engine, _):
    frame = pd.read_sql_table("sales", engine, schema="public", index_col="id")
    same(frame.shape, (1001, 6))
    same(str(frame["day"].dtype)[:10], "datetime64")


def pandas_chunks(engine, _):
    with engine.connect().execution_options(stream_results=True) as c:
        sizes = [len(chunk) for chunk in pd.read_sql(sa.text("SELECT * FROM sales"), c, chunksize=300)]
    same(sizes, [300, 300, 300, 101])


def pandas_write(engine, _):
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": [1.5, 2.5], "d": pd.to_datetime(["2024-01-01", "2024-01-02"]),
                          "e": [True, False]})
    for method in (None, "multi"):
        frame.to_sql("written", engine, if_exists="replace", index=False, method=method)
        frame.to_sql("written", engine, if_exists="append", index=False, method=method)
        back = pd.read_sql("SELECT * FROM written ORDER BY a, b", engine)
        same(list(back["a"]), [1, 1, 2, 2])
        same(list(back["c"]), [1.5, 1.5, 2.5, 2.5])
    with engine.begin() as c:
        c.execute(sa.text("DROP TABLE written"))


def polars_query(engine, _):
    frame = pl.read_database("SELECT id, store, amount, day FROM sales ORDER BY id", engine)
    same(frame.height, 1001)
    same(frame.schema["day"], pl.Date)
    same(frame["id"].sum(), 501501)


def adbc_query(_, uri):
    with adbc.connect(uri) as c, c.cursor() as cursor:
        cursor.execute("SELECT * FROM sales ORDER BY id")
        table = cursor.fetch_arrow_table()
        same(table.num_rows, 1001)
        same([str(t) for t in table.schema.types[:2]], ["int32", "string"])
        row = table.slice(0, 1).to_pylist()[0]
        same((row["id"], row["store"], row["day"], row["ok"], row["ratio"]), (1, "store 1", datetime.date(2024, 1, 2), False, 0.25))
        same(row["at"], datetime.datetime(2024, 1, 1, 10, tzinfo=row["at"].tzinfo))
        same(str(row["amount"]), "1.25")
        same(table.slice(1000, 1).to_pylist()[0]["amount"], None)


def adbc_types(_, uri):
    with adbc.connect(uri) as c, c.cursor() as cursor:
        cursor.execute("SELECT 1::int2 AS a, 2::int8 AS b, 1.5::float4 AS c, 'x'::varchar AS d, '\\x00ff'::bytea AS e, "
                       "timestamp '2024-01-01' AS f, time '10:00' AS g, '{1,2}'::int[] AS h, '{}'::jsonb AS i, true AS j, "
                       "interval '1 day' AS k")
        row = cursor.fetch_arrow_table().to_pylist()[0]
        same([row[name] for name in "abcdefghj"],
             [1, 2, 1.5, "x", b"\x00\xff", datetime.datetime(2024, 1, 1), datetime.time(10), [1, 2], True])


def adbc_parameters(_, uri):
    with adbc.connect(uri) as c, c.cursor() as cursor:
        cursor.execute("SELECT $1::int4 + 1 AS a, $2::text AS b", (1, "x"))
        same(cursor.fetch_arrow_table().to_pylist(), [{"a": 2, "b": "x"}])
        cursor.execute("SELECT count(*) FROM sales WHERE store = $1", ("store 1",))
        same(cursor.fetchone(), (334,))


def adbc_ingest(_, uri):
    table = pa.table({"a": [1, 2, None], "b": ["x", None, "z"], "c": [1.5, 2.5, None], "d": [datetime.date(2024, 1, 1)] * 3,
                      "e": [True, False, None], "f": [datetime.datetime(2024, 1, 1)] * 3, "g": [b"x", None, b""]})
    with adbc.connect(uri) as c, c.cursor() as cursor:
        for mode in ("create", "append"):
            same(cursor.adbc_ingest("ingested", table, mode=mode), 3)
        c.commit()
        cursor.execute("SELECT * FROM ingested ORDER BY a")
        same(cursor.fetch_arrow_table().slice(0, 1).to_pylist(),
             [{"a": 1, "b": "x", "c": 1.5, "d": datetime.date(2024, 1, 1), "e": True, "f": datetime.datetime(2024, 1, 1), "g": b"x"}])
        cursor.execute("SELECT count(*) FROM ingested")
        same(cursor.fetchone(), (6,))
        cursor.execute("DROP TABLE ingested")
        c.commit()


def adbc_metadata(_, uri):
    with adbc.connect(uri) as c:
        schema = c.adbc_get_table_schema("sales")
        same(schema.names, ["id", "store", "amount", "day", "at", "ok", "ratio"])
        objects = c.adbc_get_objects(depth="all", db_schema_filter="public", table_name_filter="sales").read_all().to_pylist()
        catalog = next(o for o in objects if o["catalog_db_schemas"])
        found = catalog["catalog_db_schemas"][0]["db_schema_tables"][0]
        same(found["table_name"], "sales")
        same([column["column_name"] for column in found["table_columns"]], schema.names)
        same([k["constraint_type"] for k in found["table_constraints"]], ["PRIMARY KEY"])
        assert "table" in c.adbc_get_table_types()
        same(c.adbc_get_info()["vendor_name"], "PostgreSQL")


def polars_adbc(_, uri):
    frame = pl.read_database_uri("SELECT id, store, day FROM sales", uri, engine="adbc")
    same(frame.height, 1001)
    same(frame.schema["day"], pl.Date)
    pl.DataFrame({"a": [1, 2], "b": ["x", "y"]}).write_database("polars_made", uri, engine="adbc", if_table_exists="replace")
    same(pl.read_database_uri("SELECT * FROM polars_made ORDER BY a", uri, engine="adbc").rows(), [(1, "x"), (2, "y")])


ENGINE_TESTS = [pandas_query, pandas_table, pandas_chunks, pandas_write, polars_query]
ADBC_TESTS = [adbc_query, adbc_types, adbc_parameters, adbc_ingest, adbc_metadata, polars_adbc]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_target_options(parser)
    arguments = parser.parse_args()
    tally = Tally()
    with open_target(arguments) as server:
        with server.connect(autocommit=True) as c:
            c.execute(SETUP)
        address = f"{server.user}:{server.password}@{server.host}:{server.port}/{server.dbname}"
        for driver in ("psycopg", "psycopg2", "pg8000"):
            engine = sa.create_engine(f"postgresql+{driver}://{address}")
            for test in ENGINE_TESTS:
                tally.run(f"{driver}: {test.__name__}", test, engine, None)
            engine.dispose()
        for test in ADBC_TESTS:
            tally.run(test.__name__, test, None, f"postgresql://{address}")
        tally.check("the server is alive", server.is_alive())
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
