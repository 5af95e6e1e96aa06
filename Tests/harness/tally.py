"""Counts checks, prints each failure as it happens, and ends a suite with one line of totals."""

import sys
import time
import traceback


class Tally:
    def __init__(self, verbose=False):
        self.passed = 0
        self.failed = 0
        self.verbose = verbose
        self.began = time.monotonic()

    def check(self, name, condition, detail=""):
        if condition:
            self.passed += 1
            if self.verbose:
                print(f"ok    {name}")
        else:
            self.failed += 1
            print(f"FAIL  {name}" + (f"\n      {detail}" if detail else ""))
        sys.stdout.flush()
        return bool(condition)

    def equal(self, name, actual, expected):
        return self.check(name, actual == expected, f"expected {expected!r}\n      found    {actual!r}")

    def run(self, name, body, *arguments):
        """Runs a test function that signals failure by raising; an assertion's text is the detail."""
        try:
            body(*arguments)
        except AssertionError as problem:
            where = traceback.extract_tb(problem.__traceback__)[-1]
            self.check(name, False, f"line {where.lineno}: {where.line}  {problem}".strip())
        except Exception as problem:
            where = traceback.extract_tb(problem.__traceback__)
            own = [frame for frame in where if frame.filename.endswith(("_test.py", "psql.py", "psql_commands.py", "catalogs.py", "hostile.py"))]
            line = own[-1].lineno if own else where[-1].lineno
            self.check(name, False, f"line {line}: {type(problem).__name__}: {problem}".strip())
        else:
            self.check(name, True)

    def finish(self):
        """Prints the totals and returns the exit code."""
        print(f"{time.monotonic() - self.began:.1f} s")
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 1 if self.failed or not self.passed else 0


def same(actual, expected):
    assert actual == expected, f"expected {expected!r}, found {actual!r}"


def contains(text, *parts):
    for part in parts:
        assert part in text, f"{part!r} is not in:\n{text}"
