"""Random INSERT, UPDATE, DELETE and MERGE statements, each with RETURNING, and the table afterwards."""

from tables import TABLES
from tree import Items, Node, Optional

# Columns that a change may set: nothing generated for them is out of range.
SETTABLE = {"item": ["k", "b", "t", "f", "dt", "ts"], "sale": ["qty", "code", "day", "ok", "at"], "place": ["label", "weight", "since", "open"],
            "event": ["who", "big", "started", "ended"], "doc": ["nums", "tags", "word", "span"]}
KINDS = ["insert", "insert_select", "upsert", "update", "update_from", "delete", "delete_using", "merge"]


class Changes:
    """Mixed into the grammar; makes lists of statements that run in a transaction which is rolled back."""

    def changes(self):
        self.approximate, self.aliases = False, 0
        self.parameters = 0 if self.chance(0.15) else None
        table = self.rng.choice(list(SETTABLE))
        steps = []
        for _ in range(self.rng.choice([1, 1, 2])):
            kind = self.rng.choice(KINDS)
            self.coverage.take("change_" + kind, 0, 1)
            steps.append(getattr(self, "change_" + kind)(table))
        return [*steps, Node(None, f"SELECT * FROM {table}")]

    def family(self, table, column):
        return next(f for c, f, _ in TABLES[table] if c == column)

    def value(self, scope, table, column):
        """An expression that fits the column: NULL never meets NOT NULL, and texts fit their length."""
        family = self.family(table, column)
        made = self.expression(scope, family, 1)
        if column in ("qty", "day", "open", "big"):
            return Node(family, "coalesce(", made, ", ", {"int": "7", "date": "DATE '2024-05-05'", "bool": "true", "big": "12::bigint"}[family], ")")
        return made

    def key(self, table):
        return TABLES[table][0][0]

    def new_key(self, table):
        return "'K" + str(self.rng.randint(1, 99)) + "'" if table == "place" else str(self.rng.randint(1000, 9999))

    def required(self, table):
        return [c for c, _, d in TABLES[table] if "NOT NULL" in d]

    def assignments(self, scope, table):
        columns = self.rng.sample(SETTABLE[table], self.rng.randint(1, 2))
        return Items([Node(None, f"{c} = ", self.value(scope, table, c)) for c in columns], least=1)

    def returning(self, scope):
        if self.chance(0.2):
            return Optional(" RETURNING *")
        return Optional(" RETURNING ", Items([self.expression(scope, f, 1) for f in self.output_families(3)], least=1))

    def scope_of(self, table, alias):
        return [(alias, [(c, f) for c, f, _ in TABLES[table]])]

    def listed(self, table):
        return [self.key(table), *dict.fromkeys([*self.required(table), *self.rng.sample(SETTABLE[table], 2)])]

    def change_insert(self, table):
        columns = self.listed(table)
        rows = [Node(None, "(", Items([self.new_key(table) if i == 0 else self.value([], table, c) for i, c in enumerate(columns)], least=len(columns)), ")")
                for _ in range(self.rng.randint(1, 3))]
        return Node(None, f"INSERT INTO {table} AS t ({', '.join(columns)}) VALUES ", Items(rows[:1] if self.chance(0.7) else rows, least=1),
                    self.returning(self.scope_of(table, "t")))

    def change_insert_select(self, table):
        columns, scope = self.listed(table), self.scope_of(table, "s")
        key = f"s.{self.key(table)}" + (" || 'z'" if table == "place" else " + 5000")
        items = Items([Node(None, key)] + [self.value(scope, table, c) for c in columns[1:]], least=len(columns))
        return Node(None, f"INSERT INTO {table} AS t ({', '.join(columns)}) SELECT ", items, f" FROM {table} AS s WHERE ", self.condition(scope, 1),
                    self.returning(self.scope_of(table, "t")))

    def change_upsert(self, table):
        columns = self.listed(table)
        scope = self.scope_of(table, "t")
        both = scope + [("excluded", [(c, f) for c, f in scope[0][1] if c in columns])]
        key = "'N'" if table == "place" else str(self.rng.randint(1, 70))
        values = Items([key if i == 0 else self.value([], table, c) for i, c in enumerate(columns)], least=len(columns))
        action = self.pick(
            lambda: " DO NOTHING",
            lambda: Node(None, " DO UPDATE SET ", self.assignments(both, table)),
            lambda: Node(None, " DO UPDATE SET ", self.assignments(both, table), Optional(" WHERE ", self.condition(both, 0, False))))
        return Node(None, f"INSERT INTO {table} AS t ({', '.join(columns)}) VALUES (", values, f") ON CONFLICT ({self.key(table)})", action,
                    self.returning(scope))

    def change_update(self, table):
        scope = self.scope_of(table, "t")
        return Node(None, f"UPDATE {table} AS t SET ", self.assignments(scope, table), Optional(" WHERE ", self.condition(scope, 2)), self.returning(scope))

    def partner(self, table):
        """A table with at most one row for each of ours, and the condition that finds it."""
        return {"sale": ("item", "s.id = t.item_id"), "item": ("doc", "s.id = t.id"), "event": ("item", "s.id = t.who"),
                "place": ("place", "s.code = t.code"), "doc": ("event", "s.eid = t.id")}[table]

    def change_update_from(self, table):
        other, join = self.partner(table)
        both = self.scope_of(table, "t") + self.scope_of(other, "s")
        return Node(None, f"UPDATE {table} AS t SET ", self.assignments(both, table), f" FROM {other} AS s WHERE {join} AND ", self.condition(both, 1),
                    self.returning(both))

    def change_delete(self, table):
        scope = self.scope_of(table, "t")
        return Node(None, f"DELETE FROM {table} AS t WHERE ", self.condition(scope, 2), self.returning(scope))

    def change_delete_using(self, table):
        other, join = self.partner(table)
        both = self.scope_of(table, "t") + self.scope_of(other, "s")
        return Node(None, f"DELETE FROM {table} AS t USING {other} AS s WHERE {join} AND ", self.condition(both, 1), self.returning(both))

    def change_merge(self, table):
        other, join = self.partner(table)
        both = self.scope_of(table, "t") + self.scope_of(other, "s")
        matched = self.pick(lambda: Node(None, "UPDATE SET ", self.assignments(both, table)), lambda: Node(None, "DELETE"), lambda: Node(None, "DO NOTHING"))
        return Node(None, f"MERGE INTO {table} AS t USING {other} AS s ON {join} WHEN MATCHED AND ", self.condition(both, 1), " THEN ", matched,
                    " WHEN MATCHED THEN DO NOTHING")
