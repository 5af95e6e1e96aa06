"""What the comparisons share: databases in processes of their own, results compared, figures and charts."""

import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "Tests"))


def statements_of(path):
    """The statements of a schema below ROOT."""
    with open(os.path.join(ROOT, path)) as file:
        text = re.sub(r"--[^\n]*", "", file.read())
    return [statement.strip() for statement in text.split(";") if statement.strip()]
