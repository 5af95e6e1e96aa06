"""Random expressions, conditions and the subqueries in them.

Expressions are typed by family (int, big, num, dbl, text, bool, date, ts, tz, iv; js is jsonb, ints and texts are arrays). No
expression can fail: which error comes first is not defined, so what may fail is alone in its query (`Grammar.risky`).
"""

import sys

from coverage import Coverage
from tables import TABLES, TEXTS
from tree import Items, Node, Optional, Parameter

FAMILIES = ["int", "big", "num", "dbl", "text", "bool", "date", "ts", "tz"]
TYPES = {"int": "integer", "big": "bigint", "num": "numeric(12,3)", "dbl": "double precision", "text": "text",
         "bool": "boolean", "date": "date", "ts": "timestamp", "tz": "timestamptz", "iv": "interval", "js": "jsonb", "ints": "integer[]", "texts": "text[]"}
# What a parameter may be, in text form.
PARAMETERS = {"int": ["0", "1", "-7", "42"], "big": ["5000000000", "-12"], "num": ["0.5", "1.50", "-0.10"], "dbl": ["0.5", "-1e3"],
              "text": ["", "apple", "a_b", "日本", "o'hare"], "bool": ["t", "false"], "date": ["2024-02-29", "1999-12-31"],
              "ts": ["2024-01-01 12:30:00"], "tz": ["2024-03-10 06:30:00+00"]}
# Column pairs that find partners when joined.
PARTNERS = {("item_id", "id"), ("who", "id"), ("code", "code"), ("sid", "id"), ("eid", "id"), ("eid", "sid"), ("who", "item_id"),
            ("t", "label"), ("dt", "day"), ("since", "day")}
COMPARISONS = ["=", "<>", "<", "<=", ">", ">="]


class Expressions:
    def __init__(self, rng):
        self.rng = rng
        self.coverage = Coverage(self)
        self.aliases = 0
        self.parameters = None  # ids of parameters that take literals' places, or none may
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
        if self.parameters is not None and family in PARAMETERS and self.chance(0.5):
            self.parameters += 1
            return Parameter(family, self.parameters, rng.choice(PARAMETERS[family]), TYPES[family])
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
        if family == "ints":
            return Node(family, rng.choice(["ARRAY[1, 2, 3]", "'{}'::integer[]", "ARRAY[7, NULL, 42]", "'{-1}'::int[]"]))
        if family == "texts":
            return Node(family, rng.choice(["ARRAY['a', 'apple']", "'{}'::text[]", "ARRAY['x', NULL, '']", "string_to_array('x,y,z', ',')"]))
        if family == "js":
            return Node(family, rng.choice(["""'{"a": 1, "list": [1, "two", null]}'::jsonb""", "'[1, 2.50, true]'::jsonb", "'null'::jsonb",
                                            """'{"s": "x", "nested": {"k": -1e2}}'::jsonb""", "'\"text\"'::jsonb"]))
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
        if self.chance(0.15) and family not in ("iv", "js"):
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
        """Calls one of the makers; which one counts as a production."""
        chosen = self.rng.randrange(len(makers))
        self.coverage.take(sys._getframe(1).f_code.co_name, chosen, len(makers))
        return makers[chosen]()

    def choose(self, site, options):
        """One of the options, each a production."""
        chosen = self.rng.randrange(len(options))
        self.coverage.take(site, chosen, len(options))
        return options[chosen]

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
            lambda: Node("int", "cardinality(", self.expression(scope, "ints", depth), ")"),
            lambda: Node("int", "(", self.leaf(scope, "ints"), ")[", str(self.rng.randint(0, 4)), "]"),
            lambda: Node("int", "array_length(", self.leaf(scope, "texts"), ", 1)"),
            lambda: Node("int", "array_position(", self.leaf(scope, "ints"), ", ", leaf(), ")"),
            lambda: Node("int", "bit_length(", e("text"), ")"),
            lambda: Node("int", "gcd(", leaf(), ", ", leaf(), ")"),
            lambda: Node("int", "width_bucket(", leaf("num"), ", -100, 1000, 7)"),
            lambda: Node("int", "(", leaf(), self.rng.choice([" & ", " | ", " # "]), leaf(), ")"),
            lambda: Node("int", "jsonb_array_length(", self.leaf(scope, "js"), " -> 'list')"),
            lambda: Node("int", "CAST(date_part('", self.rng.choice(["hour", "day", "month"]), "', ", e("iv"), ") AS integer)"),
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
            lambda: Node("num", "power(", Node("num", "round(", self.leaf(scope, "num"), ", 1)"), ", 2)"),
            lambda: Node("num", "div(", e(), ", ", self.rng.choice(["7", "0.3", "-2.5"]), ")"),
            lambda: Node("num", "trim_scale(", e(), ")"),
            lambda: Node("num", "extract(epoch FROM ", e("iv"), ")"),
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
            lambda: Node("text", "regexp_replace(", e(), ", ", self.pattern(), ", ", self.rng.choice(["'<\\&>'", "''", "'x'"]), Optional(", 'g'"), ")"),
            lambda: Node("text", "substring(", e(), " from ", self.pattern(), ")"),
            lambda: Node("text", "(regexp_match(", e(), ", ", self.pattern(), "))[1]"),
            lambda: Node("text", "translate(", e(), ", 'aeiou', 'AEI')"),
            lambda: Node("text", "overlay(", e(), " placing 'XY' from ", str(self.rng.randint(1, 4)), " for ", count(), ")"),
            lambda: Node("text", "format('%s|%L', ", e(), ", ", e("int"), ")"),
            lambda: Node("text", self.rng.choice(["quote_literal", "quote_ident", "md5"]), "(", e(), ")"),
            lambda: Node("text", "to_hex(", e("int"), ")"),
            lambda: Node("text", "to_char(", self.leaf(scope, self.rng.choice(["num", "int"])), ", ",
                         self.rng.choice(["'999,990.00'", "'FM9999990.0'", "'S99999'", "'000000'"]), ")"),
            lambda: Node("text", "array_to_string(", self.expression(scope, self.rng.choice(["ints", "texts"]), depth), ", ','", Optional(", '*'"), ")"),
            lambda: Node("text", "(", self.leaf(scope, "texts"), ")[", str(self.rng.randint(1, 3)), "]"),
            lambda: Node("text", "(", self.expression(scope, "js", depth), " ->> ", self.rng.choice(["'a'", "'s'", "'nested'", "0"]), ")"),
            lambda: Node("text", "(", self.leaf(scope, "js"), " #>> '{", self.rng.choice(["list,0", "nested,k", "a"]), "}')"),
            lambda: Node("text", "jsonb_typeof(", self.expression(scope, "js", depth), ")"),
            lambda: Node("text", "CAST(", e("iv"), " AS text)"),
        )

    def make_bool(self, scope, depth):
        self.coverage.take("make_bool", 0, 1)
        return self.condition(scope, depth + 1)

    def make_date(self, scope, depth):
        e = lambda f="date": self.expression(scope, f, depth)
        return self.pick(
            lambda: Node("date", "(", e(), self.rng.choice([" + ", " - "]), self.leaf(scope, "int"), ")"),
            lambda: Node("date", "CAST(", e(self.rng.choice(["ts", "tz"])), " AS date)"),
            lambda: Node("date", "make_date(2000 + abs(", self.leaf(scope, "int"), ") % 30, ", str(self.rng.randint(1, 12)), ", ", str(self.rng.randint(1, 28)), ")"),
            lambda: Node("date", "to_date(to_char(", e(), ", 'YYYY-MM-DD'), 'YYYY-MM-DD')"),
            lambda: Node("date", "CAST(date_trunc('", self.rng.choice(["month", "year", "week", "quarter"]), "', ", e(), ") AS date)"),
        )

    def make_ts(self, scope, depth):
        e = lambda f="ts": self.expression(scope, f, depth)
        return self.pick(
            lambda: Node("ts", "(", e(), self.rng.choice([" + ", " - "]), self.expression(scope, "iv", depth), ")"),
            lambda: Node("ts", "(", e("date"), self.rng.choice([" + ", " - "]), self.literal("iv"), ")"),
            lambda: Node("ts", "date_trunc('", self.rng.choice(["hour", "day", "month", "minute", "week", "quarter", "year"]), "', ", e(), ")"),
            lambda: Node("ts", "CAST(", e("date"), " AS timestamp)"),
            lambda: Node("ts", "date_bin('15 minutes', ", e(), ", TIMESTAMP '2020-01-01')"),
            lambda: Node("ts", "make_timestamp(2024, ", str(self.rng.randint(1, 12)), ", 5, 7, 8, 9.25)"),
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

    def make_ints(self, scope, depth):
        leaf = lambda: self.leaf(scope, "ints")
        return self.pick(
            lambda: Node("ints", "ARRAY[", Items([self.expression(scope, "int", depth) for _ in range(self.rng.randint(1, 3))], least=1), "]"),
            lambda: Node("ints", "(", leaf(), " || ", leaf(), ")"),
            lambda: Node("ints", "array_append(", leaf(), ", ", self.leaf(scope, "int"), ")"),
            lambda: Node("ints", "array_prepend(", self.leaf(scope, "int"), ", ", leaf(), ")"),
            lambda: Node("ints", "array_remove(", leaf(), ", ", self.leaf(scope, "int"), ")"),
            lambda: Node("ints", "(", leaf(), f")[{self.rng.randint(0, 2)}:{self.rng.randint(1, 3)}]"),
            lambda: Node("ints", "array_replace(", leaf(), ", 1, ", self.leaf(scope, "int"), ")"))

    def make_texts(self, scope, depth):
        return self.pick(
            lambda: Node("texts", "string_to_array(", self.expression(scope, "text", depth), ", ", self.rng.choice(["','", "' '", "'a'"]), ")"),
            lambda: Node("texts", "ARRAY[", Items([self.expression(scope, "text", depth) for _ in range(2)], least=1), "]"),
            lambda: Node("texts", "regexp_split_to_array(", self.expression(scope, "text", depth), ", '[,a]+')"),
            lambda: Node("texts", "(", self.leaf(scope, "texts"), " || ", self.leaf(scope, "texts"), ")"))

    def make_js(self, scope, depth):
        leaf = lambda: self.leaf(scope, "js")
        return self.pick(
            lambda: Node("js", "(", leaf(), " -> ", self.rng.choice(["'a'", "'list'", "'nested'", "0", "-1"]), ")"),
            lambda: Node("js", "(", leaf(), " #> '{", self.rng.choice(["list,1", "nested,k", "a"]), "}')"),
            lambda: Node("js", "jsonb_build_object('k', ", self.expression(scope, self.rng.choice(FAMILIES), depth), ")"),
            lambda: Node("js", "to_jsonb(", self.expression(scope, self.rng.choice(["int", "num", "text", "bool", "date"]), depth), ")"),
            lambda: Node("js", "(", leaf(), " || ", leaf(), ")"),
            lambda: Node("js", "(", leaf(), " - 'a')"),
            lambda: Node("js", "jsonb_set(", leaf(), ", '{a}', '7')"))

    # MARK: conditions

    def pattern(self):
        return self.rng.choice(["'[a-c]+'", "'(a|e)(p*)'", "'^.'", "'\\d+'", "'a$'", "'\\s'", "'(?i)APP'", "'x*'", "'[^a-z]'", "'(.)\\1'"])

    def condition(self, scope, depth, subqueries=True):
        e = lambda f: self.expression(scope, f, depth - 1)
        if depth > 0 and self.chance(0.25):
            return Node("bool", "(", Items([self.condition(scope, depth - 1) for _ in range(2)], self.rng.choice([" AND ", " OR "]), least=1), ")")
        if depth > 0 and subqueries and self.chance(0.18):
            return self.pick(
                lambda: self.exists(scope, depth), lambda: self.in_subquery(scope, depth), lambda: self.quantified(scope, depth),
                lambda: Node("bool", "(", self.leaf(scope, "num"), f" {self.rng.choice(COMPARISONS)} ", self.scalar_subquery(scope, "num"), ")"))
        family = self.rng.choice(FAMILIES)
        negation = lambda: Optional(" NOT") if self.chance(0.3) else ""
        kind = self.rng.randrange(16)
        if kind <= 3:
            return Node("bool", "(", e(family), f" {self.rng.choice(COMPARISONS)} ", e(family), ")")
        if kind >= 13:
            return self.pick(
                lambda: Node("bool", "(", e("text"), self.rng.choice([" ~ ", " !~ ", " ~* "]), self.pattern(), ")"),
                lambda: Node("bool", "(", e("text"), negation(), " SIMILAR TO '", self.rng.choice(["a%", "(a|b)_+", "%[0-9]%"]), "')"),
                lambda: Node("bool", "(", e("int"), " = ANY(", self.expression(scope, "ints", depth - 1), "))"),
                lambda: Node("bool", "(", e("text"), self.rng.choice([" <> ALL(", " = ANY("]), self.leaf(scope, "texts"), "))"),
                lambda: Node("bool", "(", self.leaf(scope, "ints"), self.rng.choice([" @> ", " <@ ", " && ", " = ", " < "]), self.leaf(scope, "ints"), ")"),
                lambda: Node("bool", "(", self.leaf(scope, "js"), " @> ", self.rng.choice(["""'{"a": 1}'""", "'{}'", """'{"s": "x"}'"""]), ")"),
                lambda: Node("bool", "(", self.leaf(scope, "js"), " ? ", self.rng.choice(["'a'", "'nested'"]), ")"),
                lambda: Node("bool", "((", e("int"), ", ", e("text"), f") {self.rng.choice(COMPARISONS)} (", e("int"), ", ", e("text"), "))"),
                lambda: Node("bool", "((", e("int"), ", ", e("date"), ") IN ((", e("int"), ", ", e("date"), "), (1, NULL)))"),
                lambda: Node("bool", "starts_with(", e("text"), ", 'a')"),
                lambda: Node("bool", "((", self.leaf(scope, "date"), ", ", self.leaf(scope, "date"), ") OVERLAPS (DATE '2024-01-01', DATE '2024-06-01'))"))
        return self.pick(
            lambda: Node("bool", "(", e(family), self.rng.choice([" IS NULL)", " IS NOT NULL)"])),
            lambda: Node("bool", "(", e(family), negation(), " IN (",
                         Items([self.literal(family) for _ in range(self.rng.randint(1, 4))], least=1), "))"),
            lambda: self.between(scope, depth),
            lambda: Node("bool", "(", e("text"), negation(), self.rng.choice([" LIKE ", " LIKE ", " ILIKE "]),
                         self.rng.choice(["'a%'", "'%a%'", "'_e%'", "'%e'", "''", "'%'", "'50\\%'", "'a\\_b'", "'__'", "'%ä%'", "'ap_le'"]), ")"),
            lambda: Node("bool", "(NOT ", self.condition(scope, depth - 1) if depth > 0 else self.leaf(scope, "bool"), ")"),
            lambda: Node("bool", "(", e("bool"), self.rng.choice([" IS TRUE)", " IS NOT TRUE)", " IS FALSE)", " IS UNKNOWN)"])),
            lambda: Node("bool", "(", e(family), self.rng.choice([" IS DISTINCT FROM ", " IS NOT DISTINCT FROM "]), e(family), ")"))

    def between(self, scope, depth):
        family = self.rng.choice(["int", "num", "date", "text", "ts"])
        e = lambda: self.expression(scope, family, depth - 1)
        return Node("bool", "(", e(), Optional(" NOT") if self.chance(0.3) else "", self.rng.choice([" BETWEEN ", " BETWEEN ", " BETWEEN SYMMETRIC "]), e(), " AND ", e(), ")")

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
        extra = self.condition(scope + inner, depth - 1) if self.chance(0.3) else self.condition(inner, 0, False)
        conditions = Items([self.correlation(scope, inner), extra], " AND ", " WHERE ")
        return Node("bool", "(", Optional("NOT ") if self.chance(0.4) else "", f"EXISTS (SELECT 1 FROM {text}", conditions, "))")

    def in_subquery(self, scope, depth):
        text, inner = self.one_table()
        family = self.rng.choice(["int", "text", "num", "date"])
        conditions = Items([self.correlation(scope, inner)] if self.chance(0.4) else [self.condition(inner, depth - 1)], " AND ", " WHERE ")
        negation = Optional(" NOT") if self.chance(0.3) else ""
        if self.chance(0.15):
            return Node("bool", "((", self.leaf(scope, "int"), ", ", self.leaf(scope, "text"), ")", negation, " IN (SELECT ",
                        self.leaf(inner, "int"), ", ", self.leaf(inner, "text"), f" FROM {text}", conditions, "))")
        return Node("bool", "(", self.expression(scope, family, depth - 1), negation,
                    " IN (SELECT ", self.leaf(inner, family), f" FROM {text}", conditions, "))")

    def quantified(self, scope, depth):
        text, inner = self.one_table()
        family = self.rng.choice(["int", "text", "num", "date"])
        conditions = Items([self.correlation(scope, inner)] if self.chance(0.4) else [self.condition(inner, 0, False)], " AND ", " WHERE ")
        return Node("bool", "(", self.leaf(scope, family), f" {self.rng.choice(COMPARISONS)} {self.rng.choice(['ANY', 'ALL', 'SOME'])} (SELECT ",
                    self.leaf(inner, family), f" FROM {text}", conditions, "))")

    def scalar_subquery(self, scope, family):
        text, inner = self.one_table()
        conditions = Items([self.correlation(scope, inner)], " AND ", " WHERE ")
        return self.pick(
            lambda: Node(family, "(SELECT ", self.aggregate(inner, family), f" FROM {text}", conditions, ")"),
            lambda: Node(family, "(SELECT ", self.leaf(inner, family), f" FROM {text}", conditions, f" ORDER BY {self.all_columns(inner)} LIMIT 1)"),
            lambda: Node(family, "(SELECT ", self.aggregate(inner, family), f" FROM {text}",
                         Items([self.correlation(scope, inner), self.condition(scope + inner, 0, False)], " AND ", " WHERE "), ")"))
