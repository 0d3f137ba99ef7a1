"""`INSERT … ON CONFLICT` for both engines: the one place that asks which dialect it is."""

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert


def insert_for(connection: Connection, table: Table) -> Insert:
    """The dialect's INSERT, which knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    if connection.dialect.name == "sqlite":
        return sqlite_insert(table)
    from sqlalchemy.dialects.postgresql import insert  # loaded only where PostgreSQL is used

    found: Insert = insert(table)  # type: ignore[assignment]  # another class with the same methods
    return found
