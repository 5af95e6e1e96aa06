"""The tables that generated queries read: small, with NULLs, negatives, odd text and edge dates."""

import datetime

TEXTS = ["", "apple", "Apple", "banana", "a_b", "50%", " pad ", "o'hare", "zebra", "Zebra", "naïve", "ÄPFEL", "日本",
         "x,y,z", "back\\slash", "0042", "-7", "3.14", "tab\there", "the quick brown fox"]
CODES = ["N", "S", "E", "W", "NE", "sw", "X1", "X2", "", "Ö"]

DOCUMENTS = {
    "js": ['{"a": 1, "s": "x", "list": [1, "two", null, 2.50]}', '{"a": null, "nested": {"k": "v", "l": [true]}}', '{}', "[]", '[1, {"a": 2}]',
           '"text"', "12.30", "null", '{"a": "1", "list": []}', '{"a": false, "nested": {"k": {"deep": [[1]]}}}'],
    "ints": ["{1,2,3}", "{}", "{NULL,5}", "{7}", "{42,-1,42}", "{3,2,1}"],
    "texts": ["{a,b}", "{}", "{apple,NULL}", '{"x y","",z}', "{日本}"],
    "iv": ["1 day", "-2 hours", "1 mon 3 days 04:05:06.5", "0", "36:00:00", "-1 year", "30 days"],
}

# table: [(column, type family, declaration)]; the first column is the primary key.
TABLES = {
    "item": [("id", "int", "integer PRIMARY KEY"), ("k", "int", "integer"), ("s", "int", "smallint"),
             ("b", "big", "bigint"), ("n", "num", "numeric(10,2)"), ("m", "num", "numeric(18,4)"),
             ("d", "dbl", "double precision"), ("t", "text", "text"), ("f", "bool", "boolean"),
             ("dt", "date", "date"), ("ts", "ts", "timestamp")],
    "sale": [("sid", "int", "integer PRIMARY KEY"), ("item_id", "int", "integer"), ("code", "text", "text"),
             ("qty", "int", "integer NOT NULL"), ("price", "num", "numeric(12,2)"), ("note", "text", "varchar(20)"),
             ("day", "date", "date NOT NULL"), ("at", "tz", "timestamptz"), ("ok", "bool", "boolean")],
    "place": [("code", "text", "text PRIMARY KEY"), ("label", "text", "text"), ("weight", "int", "integer"),
              ("rate", "num", "numeric(6,3)"), ("since", "date", "date"), ("open", "bool", "boolean NOT NULL")],
    "event": [("eid", "int", "integer PRIMARY KEY"), ("who", "int", "integer"), ("big", "big", "bigint NOT NULL"),
              ("started", "ts", "timestamp"), ("ended", "ts", "timestamp"), ("ratio", "dbl", "double precision")],
    "doc": [("id", "int", "integer PRIMARY KEY"), ("j", "js", "jsonb"), ("nums", "ints", "integer[]"), ("tags", "texts", "text[]"),
            ("span", "iv", "interval"), ("word", "text", "text"), ("score", "num", "numeric(8,2)")],
    "void": [("x", "int", "integer"), ("y", "text", "text"), ("z", "num", "numeric(8,3)"), ("w", "date", "date")],
}
ROWS = {"item": 60, "sale": 120, "place": len(CODES), "event": 50, "doc": 40, "void": 0}


def _quote(text):
    return "'" + text.replace("'", "''") + "'"


def _value(rng, column, family, declaration, row):
    if column in ("id", "sid", "eid"):
        return str(row)
    if column == "code" and "PRIMARY" in declaration:
        return _quote(CODES[row - 1])
    if "NOT NULL" not in declaration and rng.random() < 0.15:
        return "NULL"
    if column == "code":
        return _quote(rng.choice(CODES + ["??"]))
    if column in ("item_id", "who"):
        return str(rng.randint(-3, 66))
    if family == "int":
        return str(rng.randint(-40, 40) if "smallint" in declaration else rng.choice([0, 1, -1, rng.randint(-999, 999)]))
    if family == "big":
        return str(rng.choice([0, rng.randint(-10**12, 10**12), rng.randint(-100, 100)]))
    if family == "num":
        scale = int(declaration.split(",")[1].split(")")[0])
        top = 10 ** (3 + scale) - 1 if scale == 3 and "6" in declaration else 10 ** (4 + scale)
        value = rng.choice([0, 5 * 10 ** (scale - 1), rng.randint(-top, top), rng.randint(-top, top)])
        sign, value = ("-", -value) if value < 0 else ("", value)
        return f"{sign}{value // 10 ** scale}.{value % 10 ** scale:0{scale}d}"
    if family == "dbl":
        return repr(rng.choice([0.0, 0.5, -1.25, rng.uniform(-1000, 1000), float(rng.randint(-50, 50))]))
    if family == "text":
        return _quote(rng.choice(TEXTS))
    if family in DOCUMENTS:
        return "'" + rng.choice(DOCUMENTS[family]) + "'"
    if family == "bool":
        return rng.choice(["true", "false"])
    if family == "date":
        day = datetime.date(2023, 12, 1) + datetime.timedelta(rng.randint(0, 500))
        return f"'{rng.choice([day, day, day, datetime.date(2024, 2, 29), datetime.date(2024, 1, 31), datetime.date(1969, 12, 31)])}'"
    moment = datetime.datetime(2023, 12, 1) + datetime.timedelta(seconds=rng.randint(0, 500 * 86400))
    if rng.random() < 0.3:
        moment += datetime.timedelta(microseconds=rng.randint(0, 999999))
    return f"'{moment}{'+00' if family == 'tz' else ''}'"


def statements(rng, factor=1):
    """CREATE TABLE and INSERT, the same text for every database, with so many times the usual rows."""
    for table, columns in TABLES.items():
        yield f"CREATE TABLE {table} ({', '.join(f'{c} {declaration}' for c, _, declaration in columns)})"
        rows = ["(" + ", ".join(_value(rng, *column, row) for column in columns) + ")"
                for row in range(1, ROWS[table] * (1 if table == "place" else factor) + 1)]
        for start in range(0, len(rows), 25):
            yield f"INSERT INTO {table} VALUES {', '.join(rows[start:start + 25])}"
