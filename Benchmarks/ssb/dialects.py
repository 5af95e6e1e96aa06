"""What a peer's SQL needs changed, and nothing else.

DuckDB, PostgreSQL and DataFusion run the queries as they are. ClickHouse and Polars do not choose a join order of
their own that suits a star, so they get one: explicit joins, the fact table first, the dimension that leaves fewest
rows next. ClickHouse's text columns of few values are LowCardinality, as its own guide to this benchmark has them.
Polars sums 32-bit integers in 32 bits, so there the argument of `sum` is widened first.
"""

import re

# Share of rows that a condition on the column leaves, to order the joins by.
PASS_RATE = {
    "p_brand1": 1 / 1000, "c_city": 2 / 250, "s_city": 2 / 250, "d_yearmonth": 1 / 84, "d_yearmonthnum": 1 / 84,
    "d_weeknuminyear": 1 / 53, "p_category": 1 / 25, "c_nation": 1 / 25, "s_nation": 1 / 25, "d_year": 1 / 7,
    "c_region": 1 / 5, "s_region": 1 / 5, "p_mfgr": 2 / 5,
}
PREFIX = {"date": "d_", "customer": "c_", "supplier": "s_", "part": "p_"}

LOW_CARDINALITY = {
    "d_dayofweek", "d_month", "d_yearmonth", "d_sellingseason", "c_city", "c_nation", "c_region", "c_mktsegment",
    "s_city", "s_nation", "s_region", "p_mfgr", "p_category", "p_brand1", "p_color", "p_type", "p_container",
    "lo_orderpriority", "lo_shipmode",
}


def explicit_joins(sql):
    match = re.fullmatch(r"(SELECT .*?)\nFROM (.*?)\nWHERE (.*?)((?:\nGROUP BY .*)?)", sql, re.S)
    head, tables, conditions, tail = match.groups()
    keys, filters = {}, []
    for condition in conditions.split("\n  AND "):
        pair = re.fullmatch(r"lo_\w+ = (([dcsp]_)\w+)", condition)
        if pair:
            keys[pair.group(2)] = condition
        else:
            filters.append(condition)

    def passing(table):
        columns = {c for f in filters for c in re.findall(r"\b[dcsp]_\w+", f)}
        return min([PASS_RATE[c] for c in columns if c.startswith(PREFIX[table])], default=1)

    dimensions = sorted((t.strip() for t in tables.split(",") if t.strip() != "lineorder"), key=passing)
    joins = "".join(f"\nJOIN {t} ON {keys[PREFIX[t]]}" for t in dimensions)
    return f"{head}\nFROM lineorder{joins}\nWHERE " + "\n  AND ".join(filters) + tail


def for_clickhouse(sql):
    return explicit_joins(sql)


def for_polars(sql):
    return re.sub(r"sum\(([^()]+)\)", lambda m: "sum(" + re.sub(r"\b(lo_\w+)", r"CAST(\1 AS BIGINT)", m.group(1)) + ")",
                  explicit_joins(sql))


def clickhouse_schema(statement, sort):
    """CREATE TABLE in ClickHouse's types and engine; keys are the dimension's key, or the fact's date when sorted."""
    table = re.match(r"CREATE TABLE (\w+)", statement).group(1)
    columns = []
    for name, kind in re.findall(r"^    (\w+) (integer|text)", statement, re.M):
        type = "Int32" if kind == "integer" else "LowCardinality(String)" if name in LOW_CARDINALITY else "String"
        columns.append(f"{name} {type}")
    key = re.search(r"(\w+) integer PRIMARY KEY", statement)
    order = key.group(1) if key else "lo_orderdate" if sort == "date" else "tuple()"
    return f"CREATE TABLE {table} ({', '.join(columns)}) ENGINE = MergeTree ORDER BY {order}"


def order_of(sql):
    """Positions in the row of the columns that ORDER BY names."""
    ordering = re.search(r"\nORDER BY (.*)$", sql, re.S)
    if not ordering:
        return []
    selected = [c.strip() for c in re.match(r"SELECT (.*?)\nFROM", sql, re.S).group(1).split(",")]
    names = [re.split(r"\s+AS\s+", c)[-1] for c in selected]
    return [names.index(part.split()[0]) for part in ordering.group(1).split(", ")]
