"""Random statements whose answer does not depend on the plan.

LIMIT stands only under an ORDER BY over all output columns, or under one over all columns of its tables; keys that are
equal but look different (1.0 and 1.00, 0 and -0) are brought to one form where the plan would choose which of them is
shown. A `form_…` makes a kind of query, a `relation_…` something for FROM; `changes.py` makes INSERT, UPDATE, DELETE.
"""

import re

from aggregates import Aggregates
from changes import Changes
from expressions import COMPARISONS, FAMILIES, PARTNERS
from tables import TABLES
from tree import Items, Node, Optional

# Forms of query and how often each is asked.
FORMS = {"risky": 4, "windowed": 12, "set": 9, "with": 10, "recursive": 4, "grouping_sets": 6, "distinct_on": 3, "ties": 3, "values": 2,
         "documents": 8, "partition": 8, "select": 31}
# Relations for FROM, how often each is taken, and whether it may refer to what stands left of it.
RELATIONS = {"table": 60, "subquery": 12, "values": 3, "series": 4, "using": 4, "unnest": 2, "lateral": 6, "lateral_aggregate": 3,
             "lateral_series": 3}


class Grammar(Aggregates, Changes):
    def source(self, depth, tables):
        """FROM: one to three relations; returns the clause and the columns in sight."""
        first, scope = self.relation(depth, tables, [])
        parts = [first]
        for _ in range(self.rng.choice([0, 0, 1, 1, 2])):
            relation, inner = self.relation(depth, tables, scope)
            join = self.join_condition(scope, inner)
            if str(relation).startswith("LATERAL"):
                parts.append(Optional(self.choose("lateral join", [" CROSS JOIN ", " JOIN ", " LEFT JOIN "]), relation))
                if "CROSS" not in str(parts[-1].parts[0]):
                    parts[-1].parts.append(" ON true")
            elif self.chance(0.08) and len(parts) == 1:
                parts.append(Optional(self.choose("cross join", [" CROSS JOIN ", ", "]), relation))
            else:
                kind = self.choose("join", [" JOIN ", " LEFT JOIN ", " JOIN ", " LEFT JOIN ", " INNER JOIN ", " RIGHT JOIN ", " FULL JOIN "])
                extra = [self.condition(scope + inner, 0, False)] if kind != " FULL JOIN " and self.chance(0.2) else []
                parts.append(Optional(kind, relation, " ON ", Items([join] + extra, " AND ", least=1)))
            scope = scope + inner
        return Node(None, *parts), scope

    def relation(self, depth, tables, outer):
        kinds = [k for k, weight in RELATIONS.items() for _ in range(weight)
                 if (outer or not k.startswith("lateral")) and (depth > 0 or k in ("table", "values", "series", "using"))]
        kind = self.rng.choice(kinds)
        self.coverage.take("relation_" + kind, 0, 1)
        return getattr(self, "relation_" + kind)(depth, tables, outer)

    def relation_table(self, depth, tables, outer):
        name = self.rng.choice([n for n in tables for _ in range(1 if n == "void" else 12)])
        alias = self.alias()
        return Node(None, f"{name} AS {alias}"), [(alias, tables[name])]

    def relation_subquery(self, depth, tables, outer):
        body, families = self.select(depth - 1, tables, self.output_families(3), named=True)
        alias = self.alias()
        return Node(None, "(", body, f") AS {alias}"), [(alias, [(f"c{i}", f) for i, f in enumerate(families)])]

    def relation_values(self, depth, tables, outer):
        families, alias = [self.rng.choice(["int", "text", "num", "date"]) for _ in range(2)], self.alias()
        rows = Items([Node(None, "(", Items([Node(f, "CAST(", self.literal(f), f" AS {'numeric' if f == 'num' else 'integer' if f == 'int' else f})")
                                             for f in families], least=2), ")") for _ in range(self.rng.randint(1, 4))], least=1)
        return Node(None, "(VALUES ", rows, f") AS {alias}(c0, c1)"), [(alias, [(f"c{i}", f) for i, f in enumerate(families)])]

    def relation_series(self, depth, tables, outer):
        alias = self.alias()
        text, family = self.choose("series", [
            ("generate_series(1, 7)", "int"), ("generate_series(10, -5, -4)", "int"), ("generate_series(1, 0)", "int"),
            ("generate_series(0.5, 3, 0.75)", "num"), ("generate_series(TIMESTAMP '2024-01-01', '2024-03-01', INTERVAL '10 days')", "ts")])
        return Node(None, f"{text} AS {alias}(c0)"), [(alias, [("c0", family)])]

    def relation_unnest(self, depth, tables, outer):
        alias = self.alias()
        if self.chance(0.5):
            return (Node(None, "unnest(", self.literal("ints"), f") WITH ORDINALITY AS {alias}(c0, c1)"),
                    [(alias, [("c0", "int"), ("c1", "big")])])
        return Node(None, "unnest(", self.literal("texts"), f") AS {alias}(c0)"), [(alias, [("c0", "text")])]

    def relation_using(self, depth, tables, outer):
        """Two tables whose common columns have one name; the merged column has no table."""
        kind = self.choose("join using", ["JOIN", "LEFT JOIN", "FULL JOIN", "RIGHT JOIN", "NATURAL JOIN", "NATURAL LEFT JOIN"])
        left, right, column, family = self.choose("using", [("sale", "place", "code", "text"), ("item", "doc", "id", "int")])
        a, b, using = self.alias(), self.alias(), "" if "NATURAL" in kind else f" USING ({column})"
        merged = f"{a}_{b}"
        columns = [(c, f) for table in (left, right) for c, f, _ in TABLES[table] if c != column]
        # A join with an alias hides its tables: their other columns have names of their own.
        return (Node(None, f"({left} AS {a} {kind} {right} AS {b}{using}) AS {merged}"),
                [(merged, [(column, family), *columns])])

    def lateral_body(self, tables, outer):
        text, inner = self.one_table()
        conditions = Items([self.correlation(outer, inner), self.condition(outer + inner, 0, False)], " AND ", " WHERE ")
        return text, inner, conditions

    def relation_lateral(self, depth, tables, outer):
        text, inner, conditions = self.lateral_body(tables, outer)
        families, alias = [self.rng.choice(["int", "text", "num", "date"]) for _ in range(2)], self.alias()
        items = Items([Node(f, self.expression(outer + inner, f, 1), f" AS c{i}") for i, f in enumerate(families)], least=2)
        return (Node(None, "LATERAL (SELECT ", items, f" FROM {text}", conditions, f" ORDER BY {self.all_columns(inner)} LIMIT {self.rng.randint(1, 3)}) AS {alias}"),
                [(alias, [(f"c{i}", f) for i, f in enumerate(families)])])

    def relation_lateral_aggregate(self, depth, tables, outer):
        text, inner, conditions = self.lateral_body(tables, outer)
        families, alias = [self.rng.choice(["big", "num"]) for _ in range(2)], self.alias()
        items = Items([Node(f, self.aggregate(inner, f), f" AS c{i}") for i, f in enumerate(families)], least=2)
        return (Node(None, "LATERAL (SELECT ", items, f" FROM {text}", conditions, f") AS {alias}"),
                [(alias, [(f"c{i}", f) for i, f in enumerate(families)])])

    def relation_lateral_series(self, depth, tables, outer):
        alias = self.alias()
        return (Node(None, "LATERAL generate_series(1, abs(", self.leaf(outer, "int"), f") % 4) AS {alias}(c0)"), [(alias, [("c0", "int")])])

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

    def select(self, depth, tables, families, named=False, plain=False, normal=False):
        """SELECT … without ORDER BY; returns the node and the families of its output columns."""
        source, scope = self.source(depth, tables)
        where = Items([self.condition(scope, self.rng.randint(0, 2)) for _ in range(self.rng.choice([0, 0, 1, 1, 2]))], " AND ", " WHERE ")
        if not plain and self.chance(0.35):
            items, tail = self.grouped(scope, families)
        else:
            items, tail = [], ""
            for family in families:
                if not plain and self.chance(0.12) and family not in ("tz", "dbl"):
                    items.append(self.scalar_subquery(scope, family))
                else:
                    items.append(self.expression(scope, family, self.rng.randint(0, 3)))
        distinct = Optional("DISTINCT ") if self.chance(0.15) else ""
        if normal:
            items = [self.normal(item) for item in items]
        elif distinct and not tail:
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
            if re.search(r"\bt\d+(_t\d+)?\.\w", str(key)):
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

    # MARK: forms

    def statement(self):
        """A whole query as (node, is the order total?, the partitioned query or None)."""
        self.approximate, self.aliases = False, 0
        self.parameters = 0 if self.chance(0.15) else None
        tables = {name: [(c, f) for c, f, _ in columns] for name, columns in TABLES.items()}
        form = self.rng.choice([f for f, weight in FORMS.items() for _ in range(weight)])
        self.coverage.take("form_" + form, 0, 1)
        made = getattr(self, "form_" + form)(tables)
        return made if len(made) == 3 else (*made, None)

    def ordered(self, prefix, body, families, may=0.55):
        """The query with an ORDER BY over every column, sometimes a LIMIT; or as it is."""
        if self.approximate or not self.chance(may):
            return Node(None, prefix, body), False
        order = [Node(None, str(i + 1), self.direction()) for i in range(len(families))]
        self.rng.shuffle(order)
        limit = ""
        if self.chance(0.5):
            count = self.rng.randint(0, 20)
            limit = self.choose("limit", [
                Optional(f" LIMIT {count}"), Optional(f" LIMIT {count} OFFSET {self.rng.randint(0, 10)}"),
                Optional(f" OFFSET {self.rng.randint(0, 10)} ROWS FETCH NEXT {count} ROWS ONLY"), Optional(f" OFFSET {self.rng.randint(0, 10)}")])
        return Node(None, prefix, body, Items(order, ", ", " ORDER BY ", least=len(order)), limit), True

    def form_select(self, tables):
        body, families = self.select(1, tables, self.output_families())
        return self.ordered("", body, families)

    def form_set(self, tables):
        families = self.output_families(3)

        def part(depth):
            if depth > 0 and self.chance(0.3):
                return Node(None, "(", part(depth - 1), self.operator(), part(depth - 1), ")")
            return self.select(0, tables, families, named=True, normal=True)[0]

        parts = [part(1)]
        for _ in range(self.rng.randint(1, 2)):
            parts.append(Optional(self.operator(), part(1)))
        return self.ordered("", Node(None, *parts), families)

    def operator(self):
        return f" {self.choose('set operation', ['UNION ALL', 'UNION', 'INTERSECT', 'INTERSECT ALL', 'EXCEPT', 'EXCEPT ALL'])} "

    def form_with(self, tables):
        inner, families = self.select(0, tables, self.output_families(4), named=True)
        kind = self.choose("materialized", ["", "", " MATERIALIZED", " NOT MATERIALIZED"])
        definitions = [Node(None, f"w AS{kind} (", inner, ")")]
        tables = dict(tables, w=[(f"c{i}", f) for i, f in enumerate(families)])
        if self.chance(0.4):
            second, families = self.select(0, {"w": tables["w"], "item": tables["item"]}, self.output_families(3), named=True)
            definitions.append(Node(None, "v (x0, x1, x2) AS (" if len(families) == 3 else "v AS (", second, ")"))
            tables = dict(tables, v=[(f"{'x' if len(families) == 3 else 'c'}{i}", f) for i, f in enumerate(families)])
        names = {n: tables[n] for n in ("w", "v", "item", "sale") if n in tables}
        body, families = self.select(1, names, self.output_families())
        return self.ordered(Node(None, "WITH ", Items(definitions, least=len(definitions)), " "), body, families)

    def form_recursive(self, tables):
        union, most = self.choose("recursion", ["UNION ALL", "UNION"]), self.rng.randint(2, 6)
        definition, columns = self.pick(
            lambda: (f"r(n) AS (SELECT {self.rng.randint(-1, 3)} {union} SELECT n + 1 FROM r WHERE n < {most})", [("n", "int")]),
            lambda: (f"r(n, s) AS (VALUES (1, 'x'::text) {union} SELECT n + 1, s || n FROM r WHERE n < {most})", [("n", "int"), ("s", "text")]),
            lambda: (Node(None, "r(n, l) AS (SELECT id, 0 FROM item AS t WHERE ", self.condition([("t", tables["item"])], 1),
                          f" {union} SELECT s.item_id, r.l + 1 FROM r JOIN sale AS s ON s.sid = r.n WHERE r.l < {most})"), [("n", "int"), ("l", "int")]),
            lambda: (f"r(d, k) AS (SELECT DATE '2024-01-31', 0 {union} SELECT (d + INTERVAL '1 month')::date, k + 1 FROM r WHERE k < {most})",
                     [("d", "date"), ("k", "int")]))
        body, families = self.select(0, {"r": columns, "event": tables["event"]}, self.output_families(3))
        return self.ordered(Node(None, "WITH RECURSIVE ", definition, " "), body, families)

    def form_grouping_sets(self, tables):
        source, scope = self.source(0, tables)
        # PostgreSQL may show keys that come out constant even in sets that lack them.
        columns = [Node(f, f"{alias}.{c}") for alias, listed in scope for c, f in listed if f in FAMILIES]
        keys = self.rng.sample(columns, min(len(columns), self.rng.randint(2, 3)))
        if len(keys) < 2:
            return self.form_select(tables)
        if self.chance(0.3):
            keys[0] = Node("bool", "(", keys[0], " IS NULL)")
        texts = list(map(str, keys))
        sets = self.choose("grouping sets", [
            f"ROLLUP ({', '.join(texts)})", f"CUBE ({', '.join(texts)})", f"GROUPING SETS (({', '.join(texts)}), ({texts[-1]}), ())",
            f"GROUPING SETS (({texts[0]}), ({texts[1]}))", f"{texts[0]}, ROLLUP ({texts[1]})", f"GROUPING SETS (ROLLUP ({texts[0]}), CUBE ({texts[1]}))"])
        families = [key.type for key in keys if key.type] + ["big"]
        items = [Node(None, text) for text in texts] + [self.aggregate(scope, "big")]
        if self.chance(0.6):
            items.append(Node("int", f"grouping({', '.join(texts[:2])})"))
        having = Optional(" HAVING count(*) > ", str(self.rng.randint(0, 3))) if self.chance(0.2) else ""
        where = Items([self.condition(scope, 1)] if self.chance(0.4) else [], " AND ", " WHERE ")
        body = Node(None, "SELECT ", Items(items, least=1), " FROM ", source, where, f" GROUP BY {sets}", having)
        # Two keys that a join equates are one sort key to PostgreSQL, also in sets that lack one of them.
        return self.ordered("", body, items, may=0.55 if len(scope) == 1 else 0)

    def form_distinct_on(self, tables):
        text, scope = self.one_table()
        key = self.leaf(scope, self.rng.choice(["int", "text", "date", "bool"]))
        items = Items([key] + [self.expression(scope, f, 2) for f in self.output_families(3)], least=1)
        where = Items([self.condition(scope, 1)] if self.chance(0.4) else [], " AND ", " WHERE ")
        return Node(None, f"SELECT DISTINCT ON ({key}) ", items, f" FROM {text}", where, f" ORDER BY {key}", self.direction(), f", {self.all_columns(scope)}"), False

    def form_ties(self, tables):
        text, scope = self.one_table()
        key = self.leaf(scope, self.rng.choice(["int", "text", "date", "num"]))
        items = Items([self.expression(scope, f, 1) for f in self.output_families(3)], least=1)
        where = Items([self.condition(scope, 1)] if self.chance(0.4) else [], " AND ", " WHERE ")
        return Node(None, "SELECT ", items, f" FROM {text}", where, f" ORDER BY {key}", self.direction(),
                    f" FETCH FIRST {self.rng.randint(1, 9)} ROWS WITH TIES"), False

    def form_values(self, tables):
        relation, scope = self.relation_values(0, tables, [])
        return self.ordered("", Node(None, str(relation)[1:].split(") AS ")[0]) if self.chance(0.3) else Node(None, "SELECT * FROM ", relation), [1, 2])

    def form_documents(self, tables):
        """jsonb, arrays and intervals, which other forms do not sort or group by."""
        alias = self.alias()
        scope = [(alias, tables["doc"])]
        families = [self.rng.choice(["js", "js", "ints", "texts", "iv"]) for _ in range(self.rng.randint(1, 3))]
        if self.chance(0.2):
            items, tail = self.grouped(scope, ["ints", "js", "int"])
        else:
            items, tail = [self.expression(scope, f, 3) for f in families], ""
            if self.chance(0.3):
                items.append(Node("ints", "ARRAY(SELECT ", self.leaf([("x", tables["sale"])], "int"), " FROM sale AS x WHERE x.item_id = ", f"{alias}.id ORDER BY x.sid)"))
        where = Items([self.condition(scope, 2) for _ in range(self.rng.choice([0, 1, 1]))], " AND ", " WHERE ")
        return Node(None, "SELECT ", Items(items, least=1), f" FROM doc AS {alias}", where, tail), False

    def form_windowed(self, tables):
        name, alias = self.rng.choice(["item", "sale", "event", "place"]), self.alias()
        scope = [(alias, tables[name])]
        window = "w" if self.chance(0.3) else None
        items = [Node(None, f"{alias}.{tables[name][0][0]}")] + [self.window(scope, window) for _ in range(self.rng.randint(1, 3))]
        where = Items([self.condition(scope, 1)] if self.chance(0.5) else [], " AND ", " WHERE ")
        named = ""
        if window:
            named = Node(None, " WINDOW w AS (", Optional("PARTITION BY ", self.leaf(scope, self.rng.choice(["int", "text", "bool"])), " "),
                         f"ORDER BY {self.all_columns(scope)})")
        return self.ordered("", Node(None, "SELECT ", Items(items, least=1), f" FROM {name} AS {alias}", where, named), items)

    def form_partition(self, tables):
        """Three-valued logic: a query's rows are those where p is true, those where it is false, those where it is unknown."""
        source, scope = self.source(1, tables)
        items = Items([self.expression(scope, f, 2) for f in self.output_families(3)], least=1)
        condition = self.condition(scope, 2)
        own = Optional(self.condition(scope, 1)) if self.chance(0.4) else ""

        def where(test):
            both = [t for t in (own, test) if t and str(t)]
            return Node(None, " WHERE ", Items(both, " AND ", least=1)) if both else ""

        select = lambda test: Node(None, "SELECT ", items, " FROM ", source, where(test))
        pieces = [condition, Node("bool", "(NOT ", condition, ")"), Node("bool", "(", condition, " IS NULL)")]
        return select(None), False, Node(None, *[part for i, p in enumerate(pieces) for part in ([" UNION ALL "] if i else []) + [select(p)]])

    def form_risky(self, tables):
        return self.risky(), False

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
