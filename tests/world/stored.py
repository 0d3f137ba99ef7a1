"""The facts as the store has them: fed by batches as the processor would, read as rows of all tables."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.facts.derive import Facts
from app.store.fact_records import ARRIVALS, ATTEMPTS, DEPLOYMENTS, INCIDENTS
from tests.world import outcome
from tests.world.outcome import World

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
