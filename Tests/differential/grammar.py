"""Random SELECT statements whose answer does not depend on the plan.

Expressions are typed by family (int, big, num, dbl, text, bool, date, ts, tz, iv). Two rules keep the answers
comparable: an expression that may fail is alone in its query, because which error comes first is not defined;
LIMIT stands only under an ORDER BY over all output columns; and keys that are equal but look different (1.0 and 1.00,
0 and -0) are brought to one form where the plan would choose which of them is shown.
"""

import re

from tables import TABLES, TEXTS
from tree import Items, Node, Optional

FAMILIES = ["int", "big", "num", "dbl", "text", "bool", "date", "ts", "tz"]
TYPES = {"int": "integer", "big": "bigint", "num": "numeric(12,3)", "dbl": "double precision", "text": "text",
         "bool": "boolean", "date": "date", "ts": "timestamp", "tz": "timestamptz", "iv": "interval"}
# Column pairs that find partners when joined.
PARTNERS = {("item_id", "id"), ("who", "id"), ("code", "code"), ("sid", "id"), ("eid", "id"), ("eid", "sid"), ("who", "item_id"),
            ("t", "label"), ("dt", "day"), ("since", "day")}
COMPARISONS = ["=", "<>", "<", "<=", ">", ">="]


class Grammar:
    def __init__(self, rng):
        self.rng = rng
        self.aliases = 0
        self.approximate = False  # the query holds a sum of doubles, whose last digits depend on the order

    # MARK: leaves

    def chance(self, share):
        return self.rng.random() < share

    def alias(self):
        self.aliases += 1
        return f"t{self.aliases}"

    def literal(self, family):
        rng = self.rng
        if self.chance(0.04):
            return Node(family, f"CAST(NULL AS {TYPES[family]})")
        if family == "int":
            return Node(family, str(rng.choice([0, 1, 2, 3, 7, 10, 42, 100, 365])))
        if family == "big":
            return Node(family, rng.choice(["5000000000", "CAST(12 AS bigint)", "-3000000000::bigint"]))
        if family == "num":
            return Node(family, rng.choice(["0.5", "1.50", "2.25", "0.005", "12.3450", "-0.10", "100.0", "7.0::numeric(6,2)"]))
        if family == "dbl":
            return Node(family, rng.choice(["0.5::double precision", "CAST(3 AS double precision)", "1e3::float8", "-0.125::double precision"]))
        if family == "text":
            return Node(family, "'" + rng.choice(TEXTS).replace("'", "''") + "'::text")
        if family == "bool":
            return Node(family, rng.choice(["true", "false"]))
        if family == "date":
            return Node(family, rng.choice(["DATE '2024-02-29'", "DATE '2024-01-31'", "'2024-12-31'::date", "DATE '2023-12-05'", "DATE '1999-12-31'"]))
        if family == "ts":
            return Node(family, rng.choice(["TIMESTAMP '2024-02-29 23:59:59.5'", "TIMESTAMP '2024-01-01'", "'2024-07-04 12:30:00'::timestamp"]))
        if family == "tz":
            return Node(family, rng.choice(["TIMESTAMPTZ '2024-03-10 06:30:00+00'", "TIMESTAMPTZ '2024-06-01 00:00:00+02'"]))
        return Node("iv", rng.choice(["INTERVAL '1 day'", "INTERVAL '1 month'", "INTERVAL '90 minutes'", "INTERVAL '1 year 2 months'",
                                      "INTERVAL '-36 hours'", "INTERVAL '2 days 03:04:05.678'"]))

    def columns(self, scope, family):
        return [f"{alias}.{name}" for alias, columns in scope for name, kind in columns if kind == family]

    def leaf(self, scope, family):
        found = self.columns(scope, family)
        if found and self.chance(0.85):
            return Node(family, self.rng.choice(found))
        return self.literal(family)

    # MARK: expressions

    def expression(self, scope, family, depth):
        if depth <= 0 or self.chance(0.25):
            return self.leaf(scope, family)
        if self.chance(0.15) and family != "iv":
            return self.conditional(scope, family, depth)
        return getattr(self, "make_" + family)(scope, depth - 1)

    def conditional(self, scope, family, depth):
        e = lambda: self.expression(scope, family, depth - 1)
        kind = self.rng.randrange(5)
        if kind == 0:
            arms = Items([Node(None, "WHEN ", self.condition(scope, depth - 1), " THEN ", e())
                          for _ in range(self.rng.randint(1, 3))], " ", least=1)
            return Node(family, "CASE ", arms, Optional(" ELSE ", e()), " END")
        if kind == 1:
            other = self.rng.choice(["int", "text", "bool"])
            arms = Items([Node(None, "WHEN ", self.literal(other), " THEN ", e()) for _ in range(2)], " ", least=1)
            return Node(family, "CASE ", self.leaf(scope, other), " ", arms, Optional(" ELSE ", e()), " END")
        if kind == 2:
            return Node(family, "coalesce(", Items([e() for _ in range(self.rng.randint(2, 3))], least=1), ")")
        if kind == 3:
            return Node(family, "nullif(", e(), ", ", self.leaf(scope, family), ")")
        if family == "bool":
            return Node(family, "coalesce(", e(), ", false)")
        return Node(family, self.rng.choice(["greatest", "least"]), "(", Items([e() for _ in range(2)], least=1), ")")

    def pick(self, *makers):
        return self.rng.choice(makers)()

    def make_int(self, scope, depth):
        e = lambda f="int": self.expression(scope, f, depth)
        leaf = lambda f="int": self.leaf(scope, f)
        return self.pick(
            lambda: Node("int", "(", e(), " + ", e(), ")"),
            lambda: Node("int", "(", e(), " - ", e(), ")"),
            lambda: Node("int", "(", leaf(), " * ", leaf(), ")"),
            lambda: Node("int", "(", e(), " / nullif(", leaf(), ", 0))"),
            lambda: Node("int", "(", e(), " % nullif(", leaf(), ", 0))"),
            lambda: Node("int", "(- ", e(), ")"),
            lambda: Node("int", "abs(", e(), ")"),
            lambda: Node("int", self.rng.choice(["length", "char_length", "octet_length"]), "(", e("text"), ")"),
            lambda: Node("int", "position(", Node("text", self.rng.choice(["'a'", "'na'", "''", "'日'"])), " in ", e("text"), ")"),
            lambda: Node("int", "strpos(", e("text"), ", ", Node("text", "'e'"), ")"),
            lambda: Node("int", "CAST(extract(", self.rng.choice(["year", "month", "day", "dow", "doy", "quarter", "week", "isodow", "isoyear"]),
                         " FROM ", e(self.rng.choice(["date", "ts"])), ") AS integer)"),
            lambda: Node("int", "CAST(", leaf("num"), " AS integer)"),
            lambda: Node("int", "CAST(", leaf("dbl"), " AS integer)"),
            lambda: Node("int", "CAST(", e("bool"), " AS integer)"),
            lambda: Node("int", "(", leaf("date"), " - ", leaf("date"), ")"),
            lambda: Node("int", "mod(", e(), ", 7)"),
            lambda: Node("int", "ascii(", e("text"), ")"),
        )

    def make_big(self, scope, depth):
        e = lambda f="big": self.expression(scope, f, depth)
        return self.pick(
            lambda: Node("big", "(", e(), self.rng.choice([" + ", " - "]), e(self.rng.choice(["big", "int"])), ")"),
            lambda: Node("big", "(", self.leaf(scope, "big"), " * ", self.leaf(scope, "int"), ")"),
            lambda: Node("big", "(", e(), " / nullif(", self.leaf(scope, "int"), ", 0))"),
            lambda: Node("big", "(", e(), " % 1000)"),
            lambda: Node("big", "abs(", e(), ")"),
            lambda: Node("big", "CAST(", e("int"), " AS bigint)"),
        )

    def make_num(self, scope, depth):
        e = lambda f="num": self.expression(scope, f, depth)
        places = lambda: str(self.rng.choice([0, 1, 2, 3, -1]))
        return self.pick(
            lambda: Node("num", "(", e(), " + ", e(self.rng.choice(["num", "int"])), ")"),
            lambda: Node("num", "(", e(), " - ", e(), ")"),
            lambda: Node("num", "(", self.leaf(scope, "num"), " * ", self.leaf(scope, self.rng.choice(["num", "int"])), ")"),
            lambda: Node("num", "(", e(), " / nullif(", self.leaf(scope, self.rng.choice(["num", "int"])), ", 0))"),
            lambda: Node("num", "(", self.leaf(scope, "num"), " % nullif(", self.leaf(scope, "num"), ", 0))"),
            lambda: Node("num", "round(", e(), ", ", places(), ")"),
            lambda: Node("num", "round(", e(), ")"),
            lambda: Node("num", "trunc(", e(), ", ", places(), ")"),
            lambda: Node("num", self.rng.choice(["ceil", "floor", "abs", "sign", "trunc"]), "(", e(), ")"),
            lambda: Node("num", "(- ", e(), ")"),
            lambda: Node("num", "CAST(", e("int"), " AS numeric)"),
            lambda: Node("num", "CAST(", self.leaf(scope, "num"), " AS numeric(14,1))"),
            lambda: Node("num", "extract(", self.rng.choice(["epoch", "second", "hour", "minute"]), " FROM ", e("ts"), ")"),
        )

    def make_dbl(self, scope, depth):
        e = lambda f="dbl": self.expression(scope, f, depth)
        return self.pick(
            lambda: Node("dbl", "(", e(), self.rng.choice([" + ", " - ", " * "]), e(), ")"),
            lambda: Node("dbl", "(", e(), " / nullif(", self.leaf(scope, "dbl"), ", 0))"),
            lambda: Node("dbl", "CAST(", e(self.rng.choice(["int", "num", "big"])), " AS double precision)"),
            lambda: Node("dbl", self.rng.choice(["floor", "ceil", "abs", "round", "trunc", "sign"]), "(", e(), ")"),
            lambda: Node("dbl", "sqrt(abs(", self.leaf(scope, "dbl"), "))"),
            lambda: Node("dbl", "(", e(), " * ", self.leaf(scope, "int"), ")"),
        )

    def make_text(self, scope, depth):
        e = lambda f="text": self.expression(scope, f, depth)
        count = lambda: str(self.rng.randint(0, 6))
        return self.pick(
            lambda: Node("text", "(", e(), " || ", e(), ")"),
            lambda: Node("text", "(", e(), " || ", e(self.rng.choice(["int", "num", "date"])), ")"),
            lambda: Node("text", self.rng.choice(["upper", "lower", "trim", "ltrim", "rtrim", "reverse", "initcap"]), "(", e(), ")"),
            lambda: Node("text", "substr(", e(), ", ", str(self.rng.randint(-2, 4)), ", ", count(), ")"),
            lambda: Node("text", "substring(", e(), " from ", str(self.rng.randint(1, 4)), " for ", count(), ")"),
            lambda: Node("text", self.rng.choice(["left", "right"]), "(", e(), ", ", str(self.rng.randint(-3, 5)), ")"),
            lambda: Node("text", "replace(", e(), ", ", Node("text", self.rng.choice(["'a'", "'pp'", "''", "' '"])), ", ", Node("text", "'<>'"), ")"),
            lambda: Node("text", "concat(", Items([e(), e("int"), e("text")], least=1), ")"),
            lambda: Node("text", "CAST(", e(self.rng.choice(["int", "num", "date", "bool", "ts", "big", "dbl"])), " AS text)"),
            lambda: Node("text", self.rng.choice(["lpad", "rpad"]), "(", e(), ", ", count(), ", '*')"),
            lambda: Node("text", "split_part(", e(), ", ',', ", str(self.rng.randint(1, 3)), ")"),
            lambda: Node("text", "repeat(", self.leaf(scope, "text"), ", ", str(self.rng.randint(-1, 2)), ")"),
            lambda: Node("text", "CAST(", e(), " AS varchar(3))"),
            lambda: Node("text", "to_char(", e(self.rng.choice(["date", "ts"])), ", ",
                         self.rng.choice(["'YYYY-MM-DD'", "'YYYYMM'", "'Dy DD Mon'", "'HH24:MI:SS'", "'Q'"]), ")"),
            lambda: Node("text", "concat_ws('-', ", Items([e(), e()], least=1), ")"),
        )

    def make_bool(self, scope, depth):
        return self.condition(scope, depth + 1)

    def make_date(self, scope, depth):
        e = lambda f="date": self.expression(scope, f, depth)
        return self.pick(
            lambda: Node("date", "(", e(), self.rng.choice([" + ", " - "]), self.leaf(scope, "int"), ")"),
            lambda: Node("date", "CAST(", e(self.rng.choice(["ts", "tz"])), " AS date)"),
            lambda: Node("date", "CAST(date_trunc('", self.rng.choice(["month", "year", "week", "quarter"]), "', ", e(), ") AS date)"),
        )

    def make_ts(self, scope, depth):
        e = lambda f="ts": self.expression(scope, f, depth)
        return self.pick(
            lambda: Node("ts", "(", e(), self.rng.choice([" + ", " - "]), self.expression(scope, "iv", depth), ")"),
            lambda: Node("ts", "(", e("date"), self.rng.choice([" + ", " - "]), self.literal("iv"), ")"),
            lambda: Node("ts", "date_trunc('", self.rng.choice(["hour", "day", "month", "minute", "week", "quarter", "year"]), "', ", e(), ")"),
            lambda: Node("ts", "CAST(", e("date"), " AS timestamp)"),
            lambda: Node("ts", "(", self.leaf(scope, "tz"), " AT TIME ZONE '", self.rng.choice(["UTC", "America/New_York", "Europe/Berlin"]), "')"),
        )

    def make_tz(self, scope, depth):
        e = lambda f="tz": self.expression(scope, f, depth)
        return self.pick(
            lambda: Node("tz", "(", e(), self.rng.choice([" + ", " - "]), self.literal("iv"), ")"),
            lambda: Node("tz", "date_trunc('", self.rng.choice(["hour", "day", "month"]), "', ", e(), ")"),
            lambda: Node("tz", "CAST(", e("ts"), " AS timestamptz)"),
            lambda: Node("tz", "(", self.leaf(scope, "ts"), " AT TIME ZONE '", self.rng.choice(["UTC", "America/New_York", "Asia/Tokyo"]), "')"),
        )

    def make_iv(self, scope, depth):
        return self.pick(
            lambda: Node("iv", "(", self.leaf(scope, "ts"), " - ", self.leaf(scope, "ts"), ")"),
            lambda: Node("iv", "(", self.literal("iv"), " + ", self.literal("iv"), ")"),
            lambda: Node("iv", "(", self.literal("iv"), " * ", str(self.rng.randint(-2, 3)), ")"),
        )

    # MARK: conditions

    def condition(self, scope, depth, subqueries=True):
        e = lambda f: self.expression(scope, f, depth - 1)
        if depth > 0 and self.chance(0.25):
            return Node("bool", "(", Items([self.condition(scope, depth - 1) for _ in range(2)], self.rng.choice([" AND ", " OR "]), least=1), ")")
        kind = self.rng.randrange(13 if depth > 0 and subqueries else 11)
        family = self.rng.choice(FAMILIES)
        if kind <= 3:
            return Node("bool", "(", e(family), f" {self.rng.choice(COMPARISONS)} ", e(family), ")")
        if kind == 4:
            return Node("bool", "(", e(family), self.rng.choice([" IS NULL)", " IS NOT NULL)"]))
        if kind == 5:
            return Node("bool", "(", e(family), Optional(" NOT") if self.chance(0.3) else "", " IN (",
                        Items([self.literal(family) for _ in range(self.rng.randint(1, 4))], least=1), "))")
        if kind == 6:
            family = self.rng.choice(["int", "num", "date", "text", "ts"])
            return Node("bool", "(", e(family), Optional(" NOT") if self.chance(0.3) else "", " BETWEEN ", e(family), " AND ", e(family), ")")
        if kind == 7:
            pattern = self.rng.choice(["'a%'", "'%a%'", "'_e%'", "'%e'", "''", "'%'", "'50\\%'", "'a\\_b'", "'__'", "'%ä%'", "'ap_le'"])
            return Node("bool", "(", e("text"), Optional(" NOT") if self.chance(0.3) else "", self.rng.choice([" LIKE ", " LIKE ", " ILIKE "]), pattern, ")")
        if kind == 8:
            return Node("bool", "(NOT ", self.condition(scope, depth - 1) if depth > 0 else self.leaf(scope, "bool"), ")")
        if kind == 9:
            return Node("bool", "(", e("bool"), self.rng.choice([" IS TRUE)", " IS NOT TRUE)", " IS FALSE)", " IS UNKNOWN)"]))
        if kind == 10:
            return Node("bool", "(", e(family), self.rng.choice([" IS DISTINCT FROM ", " IS NOT DISTINCT FROM "]), e(family), ")")
        if kind == 11:
            return self.exists(scope, depth)
        return self.in_subquery(scope, depth)

    def correlation(self, outer, inner):
        """A condition that ties a subquery to the query around it, or none."""
        for family in self.rng.sample(["int", "text", "date"], 3):
            ours, theirs = self.columns(inner, family), self.columns(outer, family)
            if ours and theirs and self.chance(0.8):
                return Node("bool", f"({self.rng.choice(ours)} = {self.rng.choice(theirs)})")
        return Node("bool", "true")

    def one_table(self):
        table, alias = self.rng.choice(list(TABLES)), self.alias()
        return f"{table} AS {alias}", [(alias, [(c, f) for c, f, _ in TABLES[table]])]

    def exists(self, scope, depth):
        text, inner = self.one_table()
        conditions = Items([self.correlation(scope, inner), self.condition(inner, 0, False)], " AND ", " WHERE ")
        return Node("bool", "(", Optional("NOT ") if self.chance(0.4) else "", f"EXISTS (SELECT 1 FROM {text}", conditions, "))")

    def in_subquery(self, scope, depth):
        text, inner = self.one_table()
        family = self.rng.choice(["int", "text", "num", "date"])
        conditions = Items([self.correlation(scope, inner)] if self.chance(0.3) else [self.condition(inner, 0, False)], " AND ", " WHERE ")
        return Node("bool", "(", self.expression(scope, family, depth - 1), Optional(" NOT") if self.chance(0.3) else "",
                    " IN (SELECT ", self.leaf(inner, family), f" FROM {text}", conditions, "))")

    def scalar_subquery(self, scope, family):
        text, inner = self.one_table()
        return Node(family, "(SELECT ", self.aggregate(inner, family), f" FROM {text}", Items([self.correlation(scope, inner)], " AND ", " WHERE "), ")")

    # MARK: aggregates and windows

    def aggregate(self, scope, family, depth=0):
        e = lambda f: self.expression(scope, f, depth)
        if family == "big":
            made = self.pick(
                lambda: ("count(*)",),
                lambda: ("count(", e(self.rng.choice(FAMILIES)), ")"),
                lambda: ("count(DISTINCT ", e(self.rng.choice(["int", "text", "num", "date", "bool"])), ")"),
                lambda: ("sum(", e("int"), ")"),
                lambda: ("max(", e("big"), ")"))
        elif family == "num":
            made = self.pick(
                lambda: ("sum(", e(self.rng.choice(["num", "big"])), ")"),
                lambda: ("avg(", e(self.rng.choice(["int", "num", "big"])), ")"),
                lambda: ("sum(DISTINCT ", self.leaf(scope, "num"), ")"),
                lambda: (self.rng.choice(["min", "max"]), "(", self.one_scale(e("num")), ")"))
        elif family == "bool":
            made = (self.rng.choice(["bool_and", "bool_or", "every"]), "(", self.condition(scope, 0, False), ")")
        elif family == "text" and self.chance(0.3):
            made = ("string_agg(", e("text"), ", '|' ORDER BY ", self.all_columns(scope), ")")
        elif family == "dbl" and self.chance(0.6):
            self.approximate = True
            made = (self.rng.choice(["sum", "avg"]), "(", self.leaf(scope, "dbl"), ")")
        else:
            made = (self.rng.choice(["min", "max"]), "(", e(family), ")")
        if self.chance(0.2):
            made += (Optional(" FILTER (WHERE ", self.condition(scope, 0, False), ")"),)
        return Node(family, *made)

    def all_columns(self, scope):
        return ", ".join(f"{alias}.{name}" for alias, columns in scope for name, _ in columns)

    def window(self, scope):
        total = self.all_columns(scope)
        family = self.rng.choice(["int", "num", "text", "date"])
        partition = Optional("PARTITION BY ", self.leaf(scope, self.rng.choice(["int", "text", "bool"])), " ") if self.chance(0.6) else ""
        order = self.leaf(scope, family)
        kind = self.rng.randrange(6)
        if kind == 0:
            return Node("big", self.rng.choice(["rank()", "dense_rank()"]), " OVER (", partition, "ORDER BY ", order, self.direction(), ")")
        if kind == 1:
            return Node("big", "row_number() OVER (", partition, "ORDER BY ", order, self.direction(), f", {total})")
        if kind == 2:
            return Node(family, self.rng.choice(["lag", "lead"]), "(", self.leaf(scope, family), Optional(f", {self.rng.randint(0, 3)}"),
                        ") OVER (", partition, "ORDER BY ", order, f", {total})")
        if kind == 3:
            frame = self.rng.choice(["ROWS BETWEEN 2 PRECEDING AND CURRENT ROW", "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
                                     "ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING", "ROWS UNBOUNDED PRECEDING"])
            family = self.rng.choice(["big", "num"])
            argument = self.leaf(scope, "int" if family == "big" else "num")
            return Node(family, "sum(", argument, ") OVER (", partition, "ORDER BY ", order, f", {total}", Optional(f" {frame}"), ")")
        if kind == 4:
            function = self.rng.choice(["sum", "avg", "count", "min", "max"])
            return Node("num", function, "(", self.leaf(scope, "num"), ") OVER (", partition, Optional("ORDER BY ", order), ")")
        return Node(family, self.rng.choice(["first_value", "last_value"]), "(", self.leaf(scope, family), ") OVER (", partition,
                    "ORDER BY ", order, f", {total})")

    def direction(self):
        return self.rng.choice(["", "", " ASC", " DESC", " DESC NULLS LAST", " ASC NULLS FIRST"])

    # MARK: queries

    def source(self, depth, tables):
        """FROM: one to three relations; returns the clause and the columns in sight."""
        first, scope = self.relation(depth, tables)
        parts = [first]
        for _ in range(self.rng.choice([0, 0, 1, 1, 2])):
            relation, inner = self.relation(depth, tables)
            kind = self.rng.choice([" JOIN ", " JOIN ", " LEFT JOIN ", " LEFT JOIN ", " INNER JOIN "])
            join = self.join_condition(scope, inner)
            if kind != " LEFT JOIN " and self.chance(0.08) and len(parts) == 1:
                parts.append(Optional(" CROSS JOIN ", relation))
            else:
                extra = [self.condition(scope + inner, 0, False)] if self.chance(0.2) else []
                parts.append(Optional(kind, relation, " ON ", Items([join] + extra, " AND ", least=1)))
            scope = scope + inner
        return Node(None, *parts), scope

    def relation(self, depth, tables):
        if depth > 0 and self.chance(0.15):
            body, families = self.select(depth - 1, tables, self.output_families(3), named=True)
            alias = self.alias()
            return Node(None, "(", body, f") AS {alias}"), [(alias, [(f"c{i}", f) for i, f in enumerate(families)])]
        name = self.rng.choice([n for n in tables for _ in range(1 if n == "void" else 12)])
        alias = self.alias()
        return Node(None, f"{name} AS {alias}"), [(alias, tables[name])]

    def join_condition(self, scope, inner):
        pairs = [(f"{a}.{x}", f"{b}.{y}") for a, columns in scope for x, _ in columns for b, others in inner for y, _ in others
                 if (x, y) in PARTNERS or (y, x) in PARTNERS]
        if pairs and self.chance(0.8):
            return Node("bool", "(" + " = ".join(self.rng.choice(pairs)) + ")")
        for family in self.rng.sample(["int", "text", "date", "int", "num"], 5):
            ours, theirs = self.columns(scope, family), self.columns(inner, family)
            if ours and theirs:
                return Node("bool", f"({self.rng.choice(ours)} = {self.rng.choice(theirs)})")
        return Node("bool", "true")

    def output_families(self, most=5):
        return [self.rng.choice(FAMILIES + ["int", "num", "text"]) for _ in range(self.rng.randint(1, most))]

    def select(self, depth, tables, families, named=False, plain=False):
        """SELECT … without ORDER BY; returns the node and the families of its output columns."""
        source, scope = self.source(depth, tables)
        where = Items([self.condition(scope, self.rng.randint(0, 2)) for _ in range(self.rng.choice([0, 0, 1, 1, 2]))], " AND ", " WHERE ")
        if not plain and self.chance(0.35):
            items, tail = self.grouped(scope, families)
        else:
            items, tail = [], ""
            for family in families:
                if not plain and self.chance(0.1) and family not in ("tz", "dbl"):
                    items.append(self.scalar_subquery(scope, family))
                else:
                    items.append(self.expression(scope, family, self.rng.randint(0, 3)))
        distinct = Optional("DISTINCT ") if self.chance(0.15) else ""
        if distinct and not tail:
            items = [self.one_scale(item) for item in items]
        if named:
            outputs = [Node(None, item, f" AS c{i}") for i, item in enumerate(items)]
        else:
            outputs = [Node(None, item, Optional(f" AS o{i}")) if self.chance(0.5) else item for i, item in enumerate(items)]
        # Other queries read the outputs of a named one by place, so none may be dropped.
        list_node = Items(outputs, least=len(outputs) if named else 1)
        return Node(None, "SELECT ", distinct, list_node, " FROM ", source, where, tail), families

    def grouping_key(self, scope, family):
        """An expression over columns: a bare number would be a position, and constants cannot be keys. Numerics
        that are equal but differ in scale fall into one group, shown by whichever came first, so they get one scale."""
        for _ in range(10):
            key = self.expression(scope, family, self.rng.choice([0, 0, 1]))
            if re.search(r"\bt\d+\.\w", str(key)):
                return self.one_scale(key)
        return self.one_scale(Node(family, "nullif(", self.literal(family), ", ", self.literal(family), ")"))

    def one_scale(self, node):
        if node.type == "dbl":
            return Node("dbl", "(", node, " + 0::float8)")  # -0 becomes 0
        return Node("num", "round(", node, ", 2)") if node.type == "num" and node.children() else node

    def grouped(self, scope, families):
        keys, items = [], []
        for family in families:
            if keys and len(keys) < 3 and self.chance(0.35) or not keys and self.chance(0.6):
                key = self.grouping_key(scope, family)
                keys.append(key)
                items.append(Node(family, str(key)))
            else:
                items.append(self.aggregate(scope, family, self.rng.choice([0, 0, 1])))
        tail = [Items([Node(None, str(key)) for key in keys], ", ", " GROUP BY ", least=len(keys))]
        if self.chance(0.25):
            having = self.pick(
                lambda: Node("bool", "(count(*) ", self.rng.choice(COMPARISONS), " ", str(self.rng.randint(0, 4)), ")"),
                lambda: Node("bool", "(", self.aggregate(scope, "num"), " > ", self.literal("num"), ")"))
            tail.append(Optional(" HAVING ", having))
        return items, Node(None, *tail)

    def query(self):
        """A whole statement as (node, is the order total?)."""
        self.approximate = False
        tables = {name: [(c, f) for c, f, _ in columns] for name, columns in TABLES.items()}
        kind = self.rng.random()
        prefix = ""
        if kind < 0.04:
            return self.risky(), False
        if kind < 0.14:
            body, families = self.windowed(tables)
        elif kind < 0.22:
            families = self.output_families(3)
            parts = [self.select(0, tables, families)[0] for _ in range(self.rng.randint(2, 3))]
            body = Items(parts, " UNION ALL ", least=1)
        else:
            if kind < 0.32:
                inner, families = self.select(0, tables, self.output_families(4), named=True)
                prefix = Node(None, "WITH w AS (", inner, ") ")
                tables = dict(tables, w=[(f"c{i}", f) for i, f in enumerate(families)])
            body, families = self.select(1, tables, self.output_families())
        if self.approximate or not self.chance(0.55):
            return Node(None, prefix, body), False
        order = [Node(None, str(i + 1), self.direction()) for i in range(len(families))]
        head = order[:1]
        self.rng.shuffle(order)
        limit = ""
        if self.chance(0.5):
            limit = Optional(f" LIMIT {self.rng.randint(0, 20)}", Optional(f" OFFSET {self.rng.randint(0, 10)}") if self.chance(0.4) else "")
        return Node(None, prefix, body, Items(order or head, ", ", " ORDER BY ", least=len(order)), limit), True

    def windowed(self, tables):
        name, alias = self.rng.choice(["item", "sale", "event", "place"]), self.alias()
        scope = [(alias, tables[name])]
        items = [Node(None, f"{alias}.{tables[name][0][0]}")] + [self.window(scope) for _ in range(self.rng.randint(1, 3))]
        where = Items([self.condition(scope, 1)] if self.chance(0.5) else [], " AND ", " WHERE ")
        return Node(None, "SELECT ", Items(items, least=1), f" FROM {name} AS {alias}", where), items

    def risky(self):
        """One expression that may fail, on every row, with one possible error."""
        expression = self.rng.choice([
            "k / s", "n / k", "d / k", "k % s", "m % n", "k * 100000000", "b * b", "(k + 2147483000)::int", "CAST(b AS integer)", "CAST(k AS smallint) * s * s",
            "CAST(t AS integer)", "CAST(t AS numeric)", "CAST(t AS date)", "CAST(t AS boolean)", "CAST(n AS numeric(4,2))", "sqrt(d)", "ln(n)",
            "substr(t, 1, k)", "left(t, k)", "CAST(m AS integer) * 1000000", "abs(k - 2147483648)", "n * 1e30", "nosuch", "t + 1", "f + 1", "dt + t",
            "upper(k)", "sum(t)", "nosuch(k)", "k AND f", "CASE WHEN k THEN 1 END", "count(k) + k", "dt - ts", "t < k", "coalesce(k, t)", "lag(k)",
            "date_trunc('nonsense', ts)", "extract(nonsense FROM ts)", "(SELECT sid FROM sale)", "(SELECT k, s FROM item)", "k::nosuchtype",
            "'2024-02-30'::date", "'x'::int", "DATE '2024-13-01'", "1/0", "split_part(t, ',', 0)", "INTERVAL 'nonsense'"])
        return Node(None, f"SELECT {expression} FROM item")
