"""Aggregates and window functions whose results do not depend on the order of their input."""

from expressions import FAMILIES, Expressions
from tree import Items, Node, Optional


class Aggregates(Expressions):
    def aggregate(self, scope, family, depth=0):
        e = lambda f: self.expression(scope, f, depth)
        ordered = lambda: ["int", "num", "text", "date"]
        filter = (Optional(" FILTER (WHERE ", self.condition(scope, 0, False), ")"),) if self.chance(0.2) else ()
        if family == "big":
            made = self.pick(
                lambda: ("count(*)",),
                lambda: ("count(", e(self.rng.choice(FAMILIES)), ")"),
                lambda: ("count(DISTINCT ", e(self.rng.choice(["int", "text", "num", "date", "bool"])), ")"),
                lambda: ("sum(", e("int"), ")"),
                lambda: ("max(", e("big"), ")"),
                lambda: ("regr_count(", self.leaf(scope, "dbl"), ", ", self.leaf(scope, "dbl"), ")"))
        elif family == "num":
            made = self.pick(
                lambda: ("sum(", e(self.rng.choice(["num", "big"])), ")"),
                lambda: ("avg(", e(self.rng.choice(["int", "num", "big"])), ")"),
                lambda: ("sum(DISTINCT ", self.leaf(scope, "num"), ")"),
                lambda: (self.rng.choice(["min", "max"]), "(", self.one_scale(e("num")), ")"),
                lambda: (self.rng.choice(["stddev", "variance", "var_pop", "stddev_pop", "var_samp"]), "(", self.leaf(scope, self.rng.choice(["int", "num"])), ")"),
                lambda: self.percentile("disc", self.normal(self.leaf(scope, "num"))))
        elif family == "bool":
            made = (self.choose("bool aggregate", ["bool_and", "bool_or", "every"]), "(", self.condition(scope, 0, False), ")")
        elif family == "text":
            made = self.pick(
                lambda: (self.rng.choice(["min", "max"]), "(", e(family), ")"),
                lambda: ("string_agg(", e("text"), ", '|' ORDER BY ", self.all_columns(scope), ")"),
                lambda: ("string_agg(DISTINCT ", e("text"), ", ',')"),
                lambda: self.percentile("disc", e("text")),
                lambda: ("mode() WITHIN GROUP (ORDER BY ", e("text"), ")"))
            text = self.rng.choice(["int", "date", "text"])
            if self.chance(0.2):
                return Node("text", "array_to_string(array_agg(", e(text), f" ORDER BY {self.all_columns(scope)})", *filter, ", ',', '~')")
        elif family == "dbl":
            made = self.doubles(scope, e)
        elif family == "int":
            made = self.pick(
                lambda: (self.rng.choice(["min", "max", "bit_and", "bit_or", "bit_xor"]), "(", e(family), ")"),
                lambda: self.percentile("disc", e("int")),
                lambda: ("mode() WITHIN GROUP (ORDER BY ", e("int"), ")"))
        elif family == "ints":
            made = ("array_agg(", e("int"), f" ORDER BY {self.all_columns(scope)})")
        elif family == "js":
            made = ("jsonb_agg(", e("int"), f" ORDER BY {self.all_columns(scope)})")
        else:
            made = (self.rng.choice(["min", "max"]), "(", e(family), ")")
        return Node(family, *made, *filter)

    def doubles(self, scope, e):
        leaf = lambda: self.leaf(scope, self.rng.choice(["dbl", "dbl", "int"]))
        self.approximate = True
        return self.pick(
            lambda: (self.rng.choice(["sum", "avg"]), "(", self.leaf(scope, "dbl"), ")"),
            lambda: (self.rng.choice(["min", "max"]), "(", e("dbl"), ")"),
            lambda: (self.rng.choice(["stddev", "variance", "var_pop", "stddev_pop"]), "(", self.leaf(scope, "dbl"), ")"),
            lambda: (self.rng.choice(["corr", "covar_pop", "covar_samp", "regr_slope", "regr_intercept", "regr_r2", "regr_sxx", "regr_avgx"]),
                     "(", leaf(), ", ", leaf(), ")"),
            lambda: self.percentile("cont", self.leaf(scope, self.rng.choice(["int", "dbl", "num"]))))

    def percentile(self, kind, argument):
        return (f"percentile_{kind}({self.rng.choice(['0', '0.25', '0.5', '0.9', '1'])}) WITHIN GROUP (ORDER BY ", argument,
                self.rng.choice(["", " DESC"]), ")")

    def all_columns(self, scope):
        return ", ".join(f"{alias}.{name}" for alias, columns in scope for name, family in columns if family != "js")

    def window(self, scope, name=None):
        """A window function; over the window `name`, which orders by every column, if there is one."""
        total = self.all_columns(scope)
        family = self.rng.choice(["int", "num", "text", "date"])
        partition = Optional("PARTITION BY ", self.leaf(scope, self.rng.choice(["int", "text", "bool"])), " ") if self.chance(0.6) else ""
        order = self.leaf(scope, family)
        by_all = (" OVER ", name) if name and self.chance(0.5) else (
            " OVER (", partition, "ORDER BY ", order, self.direction(), f", {total}", self.frame(True), ")")
        unframed = (" OVER ", name) if name and self.chance(0.5) else (
            " OVER (", partition, "ORDER BY ", order, self.direction(), f", {total})")
        aggregate = self.rng.choice(["sum", "avg", "count", "min", "max"])
        filter = Optional(" FILTER (WHERE ", self.condition(scope, 0, False), ")") if self.chance(0.25) else ""
        return self.pick(
            lambda: Node("big", self.rng.choice(["rank()", "dense_rank()"]), " OVER (", partition, "ORDER BY ", order, self.direction(), ")"),
            lambda: Node("dbl", self.rng.choice(["percent_rank()", "cume_dist()"]), " OVER (", partition, "ORDER BY ", order, self.direction(), ")"),
            lambda: Node("big", "row_number()", *unframed),
            lambda: Node("int", f"ntile({self.rng.randint(1, 5)})", *unframed),
            lambda: Node(family, self.rng.choice(["lag", "lead"]), "(", self.leaf(scope, family),
                         Optional(f", {self.rng.randint(0, 3)}", Optional(", ", self.leaf(scope, family)) if family != "num" else ""), ")", *unframed),
            lambda: Node(family, self.rng.choice(["first_value", "last_value"]), "(", self.leaf(scope, family), ")", *by_all),
            lambda: Node(family, "nth_value(", self.leaf(scope, family), f", {self.rng.randint(1, 3)})", *by_all),
            lambda: Node("num", aggregate, "(", self.leaf(scope, "num"), ")", filter, *by_all),
            lambda: Node("big", "sum(", self.leaf(scope, "int"), ")", filter, *by_all),
            lambda: Node("text", "string_agg(", self.leaf(scope, "text"), ", '.')", filter, *by_all),
            lambda: Node("num", aggregate, "(", self.leaf(scope, "num"), ")", filter, " OVER (", partition, Optional("ORDER BY ", order), ")"),
            lambda: Node("num", aggregate, "(", self.leaf(scope, "num"), ")", filter, " OVER (", partition, "ORDER BY ", order,
                         self.direction(), self.frame(False), ")"),
            lambda: self.range_window(scope, partition, aggregate))

    def frame(self, is_total):
        """A frame clause; without a total order only frames that whole groups of peers enter and leave."""
        mode = self.choose("frame mode", ["ROWS", "GROUPS", "RANGE"] if is_total else ["GROUPS", "GROUPS", "RANGE"])
        bounds = ["UNBOUNDED PRECEDING", "CURRENT ROW", "UNBOUNDED FOLLOWING"]
        if mode != "RANGE":
            bounds = [bounds[0], f"{self.rng.randint(0, 3)} PRECEDING", bounds[1], f"{self.rng.randint(0, 3)} FOLLOWING", bounds[2]]
        start = self.rng.randrange(len(bounds) - 1)
        end = self.rng.randrange(max(start, 1), len(bounds))
        exclusion = self.choose("frame exclusion", ["", "", "", " EXCLUDE CURRENT ROW", " EXCLUDE GROUP", " EXCLUDE TIES", " EXCLUDE NO OTHERS"])
        if not is_total and exclusion == " EXCLUDE CURRENT ROW":
            exclusion = ""
        if self.chance(0.2) and start < len(bounds) // 2 + 1:
            return Optional(f" {mode} {bounds[start]}{exclusion}")
        return Optional(f" {mode} BETWEEN {bounds[start]} AND {bounds[end]}{exclusion}")

    def range_window(self, scope, partition, aggregate):
        family, offset = self.choose("range offset", [("int", "10"), ("big", "1000"), ("num", "50.5"), ("date", "INTERVAL '30 days'"),
                                                      ("ts", "INTERVAL '1 month'")])
        key = self.leaf(scope, family)
        frame = self.choose("range frame", [f"BETWEEN {offset} PRECEDING AND CURRENT ROW", f"BETWEEN {offset} PRECEDING AND {offset} FOLLOWING",
                                            f"BETWEEN CURRENT ROW AND {offset} FOLLOWING", f"BETWEEN {offset} FOLLOWING AND UNBOUNDED FOLLOWING"])
        return Node("num", aggregate, "(", self.leaf(scope, "num"), ") OVER (", partition, "ORDER BY ", key, self.rng.choice(["", " DESC"]), f" RANGE {frame})")

    def normal(self, node):
        """Equal values in one form: 1.0 and 1.00 would otherwise be shown by luck."""
        if node.type == "num":
            return Node("num", "round(", node, ", 2)")
        return self.one_scale(node)

    def direction(self):
        return self.rng.choice(["", "", " ASC", " DESC", " DESC NULLS LAST", " ASC NULLS FIRST"])
