"""Inserts of many rows whose statement is compiled once.

SQLAlchemy prepares every row's parameters anew (13 µs a row); on the way of a webhook that is as much as
SQLite's own work, so here the compiled text and plain tuples go to the driver.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Dialect


class BulkInsert:
    """`INSERT INTO table (columns) VALUES (…)` for rows of tuples in the order of `columns`.

    With `or_ignore` a row whose key is there already adds nothing.
    """

    def __init__(self, table: sa.Table, *columns: str, or_ignore: bool = False) -> None:
        self._ending = " ON CONFLICT DO NOTHING" if or_ignore else ""
        self._statement = sa.insert(table).values({column: sa.bindparam(column) for column in columns})
        self._columns = columns
        self._compiled: dict[str, tuple[str, tuple[int, ...]]] = {}

    def run(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> int:
        """Insert the rows; returns how many, where the driver tells (SQLite's does). Raises what the driver raises."""
        if not rows:
            return 0
        name = connection.dialect.name
        text, order = self._compiled.get(name) or self._compile(connection.dialect)
        if order != tuple(range(len(order))):
            rows = [tuple(row[index] for index in order) for row in rows]
        return connection.exec_driver_sql(text, list(rows)).rowcount

    def _compile(self, dialect: Dialect) -> tuple[str, tuple[int, ...]]:
        compiled = self._statement.compile(dialect=dialect)
        order = tuple(self._columns.index(column) for column in compiled.positiontup or self._columns)
        self._compiled[dialect.name] = (f"{compiled}{self._ending}", order)
        return self._compiled[dialect.name]
