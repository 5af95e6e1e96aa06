"""SQLAlchemy's dialect conformance suite, set up for Storehouse as its PostgreSQL dialect sees it."""

import pytest
from sqlalchemy.dialects.postgresql import base
from sqlalchemy.dialects.postgresql import provision  # noqa: F401 — its hooks come first
from sqlalchemy.testing.provision import post_configure_engine

pytest.register_assert_rewrite("sqlalchemy.testing.assertions")

from sqlalchemy.testing.plugin.pytestplugin import *  # noqa: E402, F401, F403


@post_configure_engine.for_db("postgresql")
def no_extensions(url, engine, follower_ident):
    """PostgreSQL's own set-up makes the extensions citext and hstore, which do not exist here."""


def left_out(self, constraint, **options):
    """Not claimed (see requirements.py), and yet part of tables that tests of other things make."""
    return None


for kind in ("foreign_key", "check", "unique"):
    setattr(base.PGDDLCompiler, f"visit_{kind}_constraint", left_out)
