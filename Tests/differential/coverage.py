"""Which productions of the grammar were used: its methods that make a form, and the alternatives within them."""


class Coverage:
    PREFIXES = ("form_", "relation_", "make_", "change_")

    def __init__(self, grammar):
        self.possible = {name for name in dir(grammar) if name.startswith(self.PREFIXES)}
        self.used = {}

    def take(self, site, chosen, count):
        self.possible.update((site, index) for index in range(count))
        for production in (site, (site, chosen)):
            self.used[production] = self.used.get(production, 0) + 1

    @property
    def share(self):
        """Percentage of the productions that were used at least once."""
        return 100 * len(self.possible & set(self.used)) / max(len(self.possible), 1)

    def unused(self):
        return sorted(p if isinstance(p, str) else f"{p[0]}/{p[1]}" for p in self.possible - set(self.used))
