"""Questions, and changes that answer, which are asked over and over: compiled once, and put to SQLite's driver itself.

SQLAlchemy takes 100 to 300 µs to prepare a statement and to wrap its rows, SQLite 10 to answer it; facts of one event
take some dozens of them.
"""

import sqlite3
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.sql.dml import ReturningUpdate

from app.store.bulk import as_told

Row = tuple[Any, ...]
_Text = tuple[str, list[str], dict[str, Any]]
"""SQL, the names of its parameters in their order, and the values of those that are written in the statement."""


Statement = sa.Select[Any] | ReturningUpdate[Any]


class _Question:
    """A statement, with its text for lists of certain lengths."""

    def __init__(self, statement: Statement) -> None:
        self.statement = statement
        columns = list(statement.exported_columns)
        self._flags = [place for place, column in enumerate(columns) if isinstance(column.type, sa.Boolean)]
        self._texts: dict[tuple[int, ...], _Text] = {}

    def ask(self, connection: Connection, values: Mapping[str, Any]) -> list[Row]:
        lists = {name: _padded(value) for name, value in values.items() if type(value) is list}
        if not all(lists.values()):
            return []  # nothing is in an empty list
        sizes = tuple(map(len, lists.values()))
        text, order, fixed = self._texts.get(sizes) or self._compile(connection, {**values, **lists}, sizes)
        flat = {**fixed, **values} if fixed else dict(values)
        for name, items in lists.items():
            flat.update(zip(_numbered(name, len(items)), items, strict=True))
        cursor = connection.connection.cursor()
        try:
            cursor.execute(text, tuple(flat[name] for name in order))
            found: list[Row] = list(cursor.fetchall())
        finally:
            cursor.close()
        return [self._read(row) for row in found] if self._flags else found

    def _compile(self, connection: Connection, values: Mapping[str, Any], sizes: tuple[int, ...]) -> _Text:
        state = self.statement.compile(dialect=connection.dialect).construct_expanded_state(values)
        order = list(state.positiontup or ())
        given = {*values, *(each for name, value in values.items() if isinstance(value, list)
                            for each in _numbered(name, len(value)))}  # fmt: skip
        fixed = {name: state.parameters[name] for name in order if name not in given}
        self._texts[sizes] = (state.statement, order, fixed)
        return self._texts[sizes]

    def _read(self, row: Row) -> Row:
        cells = list(row)
        for place in self._flags:
            if cells[place] is not None:
                cells[place] = bool(cells[place])
        return tuple(cells)


MOST = 500
"""Questions that are remembered: whoever makes up a new one for each time does not fill the memory."""
_questions: dict[int, _Question] = {}


def ask(connection: Connection, statement: Statement, values: Mapping[str, Any]) -> list[Row]:
    """The rows of a statement, as plain tuples. A statement is known by its identity."""
    question = _questions.get(id(statement))
    if question is None and len(_questions) < MOST:
        question = _questions[id(statement)] = _Question(statement)
    if question is not None and connection.dialect.name == "sqlite":
        try:
            return question.ask(connection, values)
        except sqlite3.Error as error:
            if not statement.is_select:  # the fault may have ended the transaction: what is written now would stay
                raise as_told(connection, str(statement), error) from error
            # SQLAlchemy meets the same fault, and tells it as everybody expects
    return [tuple(row) for row in connection.execute(statement, values)]


@lru_cache(maxsize=512)
def _numbered(name: str, size: int) -> list[str]:
    """What SQLAlchemy calls the parameters of a list."""
    return [f"{name}_{number}" for number in range(1, size + 1)]


def _padded(items: list[Any]) -> list[Any]:
    """A list made longer by its last item, to one of few lengths."""
    size = 1
    while size < len(items):
        size *= 2
    return items + items[-1:] * (size - len(items))
