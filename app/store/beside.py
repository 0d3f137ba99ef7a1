"""Another process that reads a SQLite file while this one writes it."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection


def open_beside(path: Path) -> Connection:
    """A connection that sees what is committed, and can write nothing; for as long as the process lives."""
    connection = sa.create_engine(f"sqlite+pysqlite:///{path}", hide_parameters=True).connect()
    connection.exec_driver_sql("PRAGMA query_only=1")
    connection.exec_driver_sql("PRAGMA cache_size=-16000")
    return connection
