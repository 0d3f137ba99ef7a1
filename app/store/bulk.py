"""Statements over many rows that are compiled once.

SQLAlchemy prepares every row's parameters anew (13 µs a row); on the way of a webhook that is as much as
SQLite's own work, so here the compiled text and plain tuples go to the driver.
"""

import sqlite3
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError


def as_told(connection: Connection, text: str, error: sqlite3.Error) -> Exception:
    """A fault of SQLite's driver as SQLAlchemy would have told it."""
    dialect = connection.dialect
    return DBAPIError.instance(text, None, error, sqlite3.Error, hide_parameters=True, dialect=dialect)


class Bulk:
    """A statement whose parameters are the `names`, in the order of the tuples that it is run with."""

    def __init__(self, statement: sa.Insert | sa.Update | sa.Delete, *names: str, ending: str = "") -> None:
        self._statement, self._names, self._ending = statement, names, ending
        self._compiled: dict[str, tuple[str, tuple[int, ...]]] = {}

    def run(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> int:
        """Run it for each row; returns how many were changed, where the driver tells (SQLite's does)."""
        if not rows:
            return 0
        text, order = self._compiled.get(connection.dialect.name) or self._compile(connection.dialect)
        if order != tuple(range(len(order))):
            rows = list(map(itemgetter(*order), rows))
        if connection.dialect.name != "sqlite":
            return connection.exec_driver_sql(text, list(rows)).rowcount
        cursor = connection.connection.cursor()  # SQLAlchemy takes 50 µs to get here
        try:
            changed: int = cursor.executemany(text, rows).rowcount
        except sqlite3.Error as error:
            raise as_told(connection, text, error) from error
        finally:
            cursor.close()
        return changed

    def _compile(self, dialect: Dialect) -> tuple[str, tuple[int, ...]]:
        compiled = self._statement.compile(dialect=dialect)
        order = tuple(self._names.index(name) for name in compiled.positiontup or self._names)
        self._compiled[dialect.name] = (f"{compiled}{self._ending}", order)
        return self._compiled[dialect.name]


class BulkInsert(Bulk):
    """`INSERT INTO table (columns) VALUES (…)`.

    With `or_ignore` a row whose key is there already adds nothing, with `or_replace` it stands for what is there.
    PostgreSQL is sent all rows as one statement, but for those that replace: there a key must not come twice in one.
    """

    def __init__(self, table: sa.Table, *columns: str, or_ignore: bool = False, or_replace: bool = False) -> None:
        # inline: PostgreSQL else answers the number of a row that it counts itself, before what is said of conflicts
        statement = sa.insert(table).inline().values({column: sa.bindparam(column) for column in columns})
        ending = " ON CONFLICT DO NOTHING" if or_ignore else ""
        if or_replace:
            key = [column.name for column in table.primary_key.columns]
            rest = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name not in key)
            ending = f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {rest}"
        super().__init__(statement, *columns, ending=ending)
        self._table, self._one_by_one = table, or_replace
        self._together = ""

    def run(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> int:
        if not rows or self._one_by_one or connection.dialect.name == "sqlite":
            return super().run(connection, rows)
        return self._send(connection, rows, "").rowcount

    def added(self, connection: Connection, rows: Sequence[tuple[Any, ...]], column: str) -> set[Any]:
        """Run it on PostgreSQL; returns the values of `column` in the rows that were not there already."""
        return set(self._send(connection, rows, f" RETURNING {column}").scalars())

    def _send(self, connection: Connection, rows: Sequence[tuple[Any, ...]], answer: str) -> sa.CursorResult[Any]:
        """One array for each column: https://www.postgresql.org/docs/current/functions-array.html (unnest)."""
        self._together = self._together or self._unnested(connection.dialect)
        columns = tuple(list(column) for column in zip(*rows, strict=True))
        return connection.exec_driver_sql(self._together + answer, columns)

    def _unnested(self, dialect: Dialect) -> str:
        types = (self._table.c[name].type.compile(dialect) for name in self._names)
        # Without its length: a cast to it would cut what is too long, where the column refuses it.
        arrays = ", ".join(f"${index}::{kind.partition('(')[0]}[]" for index, kind in enumerate(types, 1))
        names = ", ".join(f'"{name}"' for name in self._names)
        into = f"INSERT INTO {self._table.name} ({names})"
        return f"{into} SELECT * FROM unnest({arrays}){self._ending}"  # noqa: S608  names of our own tables
