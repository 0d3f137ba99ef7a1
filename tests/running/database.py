"""Looks into a service's database from outside, and the passing of time in it."""

from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.kernel.clock import SECOND
from app.store.tables import bundle_items, bundles, channel_states, deliveries, metadata, receipts

T = TypeVar("T")

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}


async def look(url: str, work: Callable[[Connection], T]) -> T:
    """Run work on a connection of our own, beside the service's; what it changes is committed."""
    parsed = make_url(url)
    engine = create_async_engine(parsed.set(drivername=_DRIVERS[parsed.get_backend_name()]), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


async def rows(url: str, table: sa.Table, *where: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
    """The rows of a table as dicts."""
    query = sa.select(table).where(*where)
    return await look(url, lambda connection: [dict(row) for row in connection.execute(query).mappings()])


async def everything(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, in the order of its key."""

    def read(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
        found = {}
        for table in metadata.sorted_tables:
            query = sa.select(table).order_by(*table.primary_key.columns)
            found[table.name] = [tuple(row) for row in connection.execute(query)]
        return found

    return await look(url, read)


async def counts(url: str) -> dict[str, int]:
    """How many rows each table has."""
    return {name: len(found) for name, found in (await everything(url)).items()}


async def pass_time(url: str, seconds: float) -> None:
    """As if this time had passed since the service died: leases run out, what waits becomes due."""
    us = int(seconds * SECOND)

    def work(connection: Connection) -> None:
        for column in (deliveries.c.due_at, deliveries.c.lease_until):
            connection.execute(sa.update(column.table).values({column: column - us}))
        states = channel_states.c
        connection.execute(
            sa.update(channel_states).values(lease_until=states.lease_until - us, not_before=states.not_before - us)
        )
        connection.execute(
            sa.update(receipts).where(receipts.c.state == "received").values(due_at=receipts.c.due_at - us)
        )

    await look(url, work)


async def end_waits(url: str, seconds: float) -> None:
    """As if bundles and their cards had waited for so long since the service died."""
    us, times = int(seconds * SECOND), (bundles.c.first_at, bundles.c.last_at, bundles.c.due_at)

    def work(connection: Connection) -> None:
        connection.execute(sa.update(bundles).values({column: column - us for column in times}))
        connection.execute(sa.update(bundle_items).values(at=bundle_items.c.at - us))

    await look(url, work)


async def make_due(url: str) -> None:
    """Whatever waits for its next try need not wait any longer; safe beside a service that runs."""
    work = sa.update(deliveries).where(deliveries.c.state == "pending").values(due_at=deliveries.c.created_at)
    await look(url, lambda connection: connection.execute(work) and None)
