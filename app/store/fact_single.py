"""Facts that are one event's word each: the newest word on a thing stands."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.facts.claims import View
from app.facts.events import Ticket, gate, scan, test_run, ticket
from app.store.ask import ask
from app.store.fact_records import GATES, SCANS, TEST_RUNS, Records, several
from app.store.fact_tables import fact_tickets

TICKETS = Records(fact_tickets, Ticket, ("fix_versions",))
_ALL: tuple[tuple[Records[Any], Any, str], ...] = (
    (SCANS, scan, "at"),
    (TEST_RUNS, test_run, "at"),
    (GATES, gate, "at"),
    (TICKETS, ticket, "as_of"),
)

_OLD = {
    each.table.name: each.select.where(next(iter(each.table.primary_key.columns)).in_(several("keys_")))
    for each, _, _ in _ALL
}


def note(connection: Connection, views: Sequence[View]) -> None:
    """Note what these events say, where nothing newer is known."""
    for records, read, time in _ALL:
        found = [records.row(made) for view in views if (made := read(view)) is not None]
        if found:
            _newest(connection, records, found, records.columns.index(time))


def _newest(connection: Connection, records: Records[Any], found: Sequence[tuple[Any, ...]], time: int) -> None:
    old = ask(connection, _OLD[records.table.name], {"keys_": [row[0] for row in found]})
    best: dict[Any, tuple[Any, ...]] = {}
    for row in [*old, *found]:
        there = best.get(row[0])
        if there is None or (there[time], repr(there)) < (row[time], repr(row)):
            best[row[0]] = row
    records.become(connection, old, list(best.values()))


def forget(connection: Connection) -> None:
    """Empty all of them."""
    for records, _, _ in _ALL:
        connection.execute(sa.delete(records.table))
