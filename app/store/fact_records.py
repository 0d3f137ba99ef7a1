"""Rows of facts and the records that they are: lists are JSON texts, and what did not change is not written."""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import Any, Generic, TypeVar

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Table

from app.facts.model import (
    Arrival,
    Attempt,
    Commit,
    Deployment,
    EnvironmentState,
    GateDecision,
    Incident,
    PullRequest,
    Scan,
    TestRun,
)
from app.store import fact_tables as tables
from app.store.ask import Row, ask
from app.store.bulk import Bulk, BulkInsert

R = TypeVar("R")
Key = tuple[Any, ...]


class Records(Generic[R]):
    """A table and the record that its rows hold. Columns that the record has not are given beside it."""

    def __init__(self, table: Table, record: type[R], lists: Sequence[str] = ()) -> None:
        self.table, self._record, self._lists = table, record, frozenset(lists)
        self.columns = tuple(column.name for column in table.columns)
        self._fields: tuple[str, ...] = tuple(record.__dataclass_fields__)  # type: ignore[attr-defined]
        self._places = itemgetter(*(self.columns.index(name) for name in self._fields))
        self._get = attrgetter(*self._fields)
        self._at = tuple(place for place, name in enumerate(self._fields) if name in self._lists)
        self._beside = tuple(name for name in self.columns if name not in self._fields)
        self._order = itemgetter(*([*self._fields, *self._beside].index(name) for name in self.columns))
        keys = [self.columns.index(column.name) for column in table.primary_key.columns]
        self.key: Callable[[Row], Any] = itemgetter(*keys) if len(keys) > 1 else lambda row: (row[keys[0]],)
        self._insert = BulkInsert(table, *self.columns)
        key = [column.name for column in table.primary_key.columns]
        where = [table.c[name] == sa.bindparam(f"{name}_", type_=table.c[name].type) for name in key]
        self._delete: Bulk = Bulk(sa.delete(table).where(*where), *(f"{name}_" for name in key))
        self.select = sa.select(table)

    def row(self, record: R, **beside: Any) -> Row:
        """A record as a row."""
        values: list[Any] = list(self._get(record))
        for place in self._at:
            values[place] = "[]" if values[place] == () else orjson.dumps(values[place]).decode()
        values.extend([beside[name] for name in self._beside])
        row: Row = self._order(values)
        return row

    def record(self, row: Sequence[Any]) -> R:
        """A row as its record."""
        values: list[Any] = list(self._places(row))
        for place in self._at:
            values[place] = () if values[place] == "[]" else _tuple(orjson.loads(values[place]))
        return self._record(*values)

    def find(self, connection: Connection, statement: sa.Select[Any], values: Mapping[str, Any]) -> list[R]:
        """The records of a statement that selects whole rows."""
        return [self.record(row) for row in ask(connection, statement, values)]

    def add(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Add rows that are not there; of several with one key the last one."""
        self._insert.run(connection, list({self.key(row): row for row in rows}.values()))

    def become(
        self, connection: Connection, old: Sequence[Row], new: Sequence[Row]
    ) -> tuple[list[tuple[Row, Row]], list[Row], list[Row]]:
        """Make `old` rows into `new` ones; returns (changed as (old, new), gone, added)."""
        before, after = {self.key(row): row for row in old}, {self.key(row): row for row in new}
        changed = [(before[key], row) for key, row in after.items() if key in before and before[key] != row]
        gone = [row for key, row in before.items() if key not in after]
        added = [row for key, row in after.items() if key not in before]
        doubtful = [*added, *gone, *(row for row, _ in changed)] if old else gone
        self._delete.run(connection, [self.key(row) for row in doubtful])
        self._insert.run(connection, [*added, *(row for _, row in changed)])
        return changed, gone, added

    def named(self, row: Row) -> dict[str, Any]:
        """A row by the names of its columns."""
        return dict(zip(self.columns, row, strict=True))


DEPLOYMENTS = Records(tables.fact_deployments, Deployment, ("tickets", "flags", "evidence"))
ATTEMPTS = Records(tables.fact_attempts, Attempt, ("evidence",))
ARRIVALS = Records(tables.fact_arrivals, Arrival, ("flags",))
COMMITS = Records(tables.fact_commits, Commit, ("tickets",))
PULL_REQUESTS = Records(tables.fact_pull_requests, PullRequest, ("commits", "tickets"))
INCIDENTS = Records(tables.fact_incidents, Incident, ("others", "evidence"))
SCANS = Records(tables.fact_scans, Scan)
TEST_RUNS = Records(tables.fact_test_runs, TestRun)
GATES = Records(tables.fact_gates, GateDecision, ("reasons",))
ENVIRONMENTS = Records(tables.fact_environments, EnvironmentState)


def _tuple(values: list[Any] | None) -> tuple[Any, ...] | None:
    """A list as its record has it; one that nobody knows is None, which is not an empty one."""
    return None if values is None else tuple(values)


def param(name: str) -> sa.BindParameter[str]:
    """A text that a statement is run with."""
    return sa.bindparam(name, type_=sa.String)


def number(name: str) -> sa.BindParameter[int]:
    """A number that a statement is run with."""
    return sa.bindparam(name, type_=sa.BigInteger)


def several(name: str) -> sa.BindParameter[Any]:
    """A list that a statement is run with."""
    return sa.bindparam(name, expanding=True)
