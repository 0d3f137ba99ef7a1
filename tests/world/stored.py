"""The facts as the store has them: fed by batches as the processor would, read as rows of all tables."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.events import to_json
from app.facts.derive import Facts
from app.ingest.facts import apply_facts
from app.store import events
from app.store.fact_records import ARRIVALS, ATTEMPTS, DEPLOYMENTS, INCIDENTS
from tests.world import outcome
from tests.world.outcome import World
from tests.world.telling import View, us

_RECORDS = (DEPLOYMENTS, ATTEMPTS, ARRIVALS, INCIDENTS)


def world(connection: Connection) -> World:
    """What the store says, in the shape in which it can be compared."""
    lived, tried, arrived = (
        {key: list(rows) for key, rows in _by_chain(each, connection)} for each in (DEPLOYMENTS, ATTEMPTS, ARRIVALS)
    )
    chains = {
        key: Facts(lived.get(key, []), tried.get(key, []), arrived.get(key, []), {}, ())
        for key in {*lived, *tried, *arrived}
    }
    return outcome.of_facts(chains, INCIDENTS.find(connection, INCIDENTS.select, {}))


def dump(connection: Connection) -> dict[str, list[Any]]:
    """Every row of what numbers are made of, in an order that depends on the rows alone."""
    return {each.table.name: sorted(map(repr, connection.execute(sa.select(each.table)))) for each in _RECORDS}


def _by_chain(records: Any, connection: Connection) -> Iterator[tuple[tuple[str, str], Sequence[Any]]]:
    last = "at" if records is ATTEMPTS else "live_at"
    columns = records.table.c
    query = records.select.order_by(columns.service, columns.environment, columns[last])
    for key, rows in groupby(records.find(connection, query, {}), key=lambda one: (one.service, one.environment)):
        yield key, list(rows)


def tell(connection: Connection, views: Sequence[View]) -> None:
    """One batch, as the processor stores it: events that are there already are no news."""
    rows = [
        events.NewEvent(
            view["id"], view["receipt"], view["type"], view.get("status"), view["source"], view["service"],
            view.get("environment"), view["subject"], us(view["occurred_at"]), us(view["received_at"]), to_json(view),
        )
        for view in views
    ]  # fmt: skip
    new = events.add(connection, rows)
    apply_facts(connection, [view for view in {view["id"]: view for view in views}.values() if view["id"] in new])


def tried(connection: Connection, batches: Sequence[Sequence[View]]) -> tuple[World, dict[str, list[Any]]]:
    """What a world comes to when it is told in these batches; nothing of it stays."""
    with connection.begin_nested() as trial:
        for batch in batches:
            tell(connection, batch)
        told = world(connection), dump(connection)
        trial.rollback()
    return told


def cut(views: Sequence[View], size: int) -> list[list[View]]:
    """The events in batches of a size."""
    return [list(views[start : start + size]) for start in range(0, len(views), size)]
