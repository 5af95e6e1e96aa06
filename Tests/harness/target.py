"""The options that choose which server a suite runs against."""

import os
import re

from .postgres import PostgresCluster
from .storehouse import ROOT, Storehouse


def add_target_options(parser):
    group = parser.add_argument_group("server under test (by default a Storehouse of its own)")
    group.add_argument("--server", metavar="HOST:PORT", help="use a Storehouse that runs already")
    group.add_argument("--data-dir", metavar="DIR", help="its data directory, for the password")
    group.add_argument("--dbname", default="storehouse", help="database to connect to (default: %(default)s)")
    group.add_argument("--postgresql", action="store_true",
                       help="run against PostgreSQL 15 instead, which shows that the suite itself is right")


def open_target(arguments, settings=()):
    if arguments.postgresql:
        return PostgresCluster(settings)
    return Storehouse(arguments.server, arguments.data_dir, dbname=arguments.dbname)


def load_sql(server, *names):
    """Runs files of SQL/ as the administrator, as they are; PostgreSQL does not know the storage options."""
    with server.connect(autocommit=True) as connection:
        for name in names:
            with open(os.path.join(ROOT, "SQL", name)) as file:
                text = file.read()
            if server.name == "postgresql":
                text = re.sub(r"^\) WITH \(.*\);", ");", text, flags=re.M)
            connection.execute(text)
