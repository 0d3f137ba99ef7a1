"""The rows behind a number, and those left out of it: what was judged for the number is judged here by the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Select

from app.measures import Measure, Reason
from app.measures.definition import Judge
from app.measures.scope import Scope
from app.store.measure_places import LISTS
from app.store.measure_points import POINTS, WIDTHS, Span, statement

_BATCH = 500
_INNER = frozenset({"day", "week", "why"})
_KEYS = {
    "deployments": ("id",), "open_failures": ("id",), "attempts": ("id",), "incidents": ("id",),
    "open_incidents": ("id",), "commits": ("service", "environment", "sha"),
    "pulls": ("service", "environment", "repository", "number", "sha"),
    "stays": ("service", "environment", "left_for", "sha"), "running": ("service", "environment"),
}  # fmt: skip

Cursor = tuple[int, int, int]
"""Which kind of rows, the `at` of the last row, and how many rows of that `at` were looked at."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its values by name (times in µs). `reason`: why it was left out; `after`: the cursor behind it."""

    kind: str
    at: int
    reason: Reason | None
    values: dict[str, Any]
    after: Cursor


def rows(
    connection: Connection,
    measure: Measure,
    scope: Scope,
    span: Span,
    *,
    left_out: bool = False,
    reason: str | None = None,
    limit: int,
    after: Cursor | None = None,
) -> list[Row]:
    """At most `limit` rows, the newest first, behind `after`: those that are counted, or those `left_out`."""
    kinds: list[tuple[str, Judge]] = [(measure.rows, measure.judge), *(measure.beside.items() if left_out else ())]
    found: list[Row] = []
    for index, (kind, judge) in enumerate(kinds):
        if after is not None and index < after[0]:
            continue
        begin = after if after is not None and after[0] == index else None
        for row in _judged(connection, kind, judge, scope, span, index, begin):
            if (row.reason in ("", None) if left_out else row.reason is not None) or (reason and row.reason != reason):
                continue
            found.append(row)
            if len(found) == limit:
                return found
    return found


def _judged(
    connection: Connection, kind: str, judge: Judge, scope: Scope, span: Span, index: int, after: Cursor | None
) -> Iterator[Row]:
    """Every row of a kind, the newest first, with what its judge says; read some hundreds at a time."""
    base = statement(kind, scope, span, full=True).subquery()
    moment = sa.func.coalesce(base.c[0], 0) if kind == "running" else base.c[0]  # an index gives the order of the rest
    query = sa.select(base).order_by(moment.desc(), *(base.c[name] for name in _KEYS[kind]))
    at, seen = (after[1], after[2]) if after else (None, 0)
    width = WIDTHS[kind]
    while True:
        page: Select[Any] = query if at is None else query.where(moment <= at).offset(seen)
        read = connection.execute(page.limit(_BATCH)).all()
        for values in read:
            this = values[0] or 0
            at, seen = this, seen + 1 if this == at else 1
            reason: Any = judge(POINTS[kind](values[:width]))
            named = values._mapping
            yield Row(kind, this, reason, {key: _shown(key, named[key]) for key in _names(named, width, kind)},
                      (index, this, seen))  # fmt: skip
        if len(read) < _BATCH:
            return


def _names(named: Any, width: int, kind: str) -> list[str]:
    """What a person sees: the row's own columns; of rows that are made for the measure, all of them."""
    made = kind in ("pulls", "stays")
    return [name for number, name in enumerate(named) if (made or number >= width) and name not in _INNER]


def _shown(name: str, value: Any) -> Any:
    return orjson.loads(value) if name in LISTS and isinstance(value, str) else value
