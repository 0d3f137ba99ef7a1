"""Which database a test runs on, when one is enough or the two differ."""

import pytest

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what does not touch the store, or is about SQLite's file."""
postgresql_only = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
