from sqlalchemy.testing.suite import *  # noqa: F401, F403

# Its one set of tables carries foreign keys, CHECK constraints with comments, and indexes; what is claimed of
# reflection is in sqlalchemy_test.py.
del ComponentReflectionTest  # noqa: F821

# There is no CREATE TYPE.
del EnumTest  # noqa: F821
