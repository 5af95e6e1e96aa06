"""Generated SQL as a tree, so that a failing query can be shrunk by cutting branches."""

import re


class Node:
    """An expression or clause: text and child nodes in order. `type` is the SQL type family, or None."""

    def __init__(self, type, *parts):
        self.type = type
        self.parts = list(parts)

    def __str__(self):
        return "".join(map(str, self.parts))

    def children(self):
        return [part for part in self.parts if isinstance(part, Node)]


class Items(Node):
    """A list whose elements may be dropped one by one, down to `least`."""

    def __init__(self, items, separator=", ", prefix="", least=0):
        super().__init__(None, *items)
        self.separator, self.prefix, self.least = separator, prefix, least

    def __str__(self):
        return self.prefix + self.separator.join(map(str, self.parts)) if self.parts else ""


class Optional(Node):
    """A part that may vanish as a whole."""

    def __init__(self, *parts):
        super().__init__(None, *parts)


SIMPLEST = {
    "int": "1", "big": "CAST(1 AS bigint)", "num": "1.5", "dbl": "CAST(1 AS double precision)", "text": "'x'",
    "bool": "true", "date": "DATE '2024-01-01'", "ts": "TIMESTAMP '2024-01-01 00:00:00'",
    "tz": "TIMESTAMPTZ '2024-01-01 00:00:00+00'", "iv": "INTERVAL '1 day'",
}


def shrink(root, still_fails, limit=250):
    """Cuts branches of the tree as long as `still_fails()` holds; changes the tree in place."""
    tried = 0
    progress = True
    while progress and tried < limit:
        progress = False
        for parent, index, replacement in list(_cuts(root)):
            if tried >= limit:
                break
            if index >= len(parent.parts):
                continue
            old = parent.parts[index]
            if replacement is None:
                del parent.parts[index]
            else:
                parent.parts[index] = replacement
            tried += 1
            if still_fails():
                progress = True
                break
            if replacement is None:
                parent.parts.insert(index, old)
            else:
                parent.parts[index] = old


def _cuts(node):
    """Every single cut, the large ones first."""
    queue = [node]
    while queue:
        current = queue.pop(0)
        for index, part in enumerate(current.parts):
            if not isinstance(part, Node):
                continue
            if isinstance(current, Items) and len(current.parts) > current.least:
                yield current, index, None
            elif isinstance(part, Optional):
                yield current, index, None
            if part.type:
                for inner in _descendants(part):
                    if inner.type == part.type:
                        yield current, index, inner
                simplest = SIMPLEST.get(part.type)
                if simplest and str(part) != simplest and part.children():
                    yield current, index, Node(part.type, simplest)
            queue.append(part)


def _descendants(node):
    for child in node.children():
        yield child
        yield from _descendants(child)


class Parameter(Node):
    """A literal that is sent apart from the text; `bound` gives it its number."""

    def __init__(self, type, identity, value, declared):
        super().__init__(type, f"\x01{identity}\x02{value}\x02{declared}\x03")


def bound(text):
    """The text with numbered parameters, and their (value, declared type) pairs."""
    numbers, values = {}, []

    def number(match):
        identity, value, declared = match.groups()
        if identity not in numbers:
            values.append((value, declared))
            numbers[identity] = len(values)
        return f"CAST(${numbers[identity]} AS {declared})"

    return re.sub("\x01(\\d+)\x02(.*?)\x02(.*?)\x03", number, text, flags=re.S), values


def literal(value):
    return "'" + value.replace("'", "''") + "'"


def spelled(text):
    """The text with literals in the parameters' places."""
    return re.sub("\x01(\\d+)\x02(.*?)\x02(.*?)\x03",
                  lambda m: f"CAST({literal(m.group(2))} AS {m.group(3)})", text, flags=re.S)
