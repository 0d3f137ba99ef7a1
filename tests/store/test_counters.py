"""Counters in the store: they add up, over connections and restarts, and a transaction that fails adds nothing."""

import asyncio

import pytest

from app import telemetry
from app.store import Connection, Database, counters

RECEIVED = (telemetry.RECEIVED, ("bitbucket",))
FAILED = (telemetry.FAILURES, ("team", "timeout"))


async def test_they_add_up_and_nothing_is_written_for_nothing(database: Database) -> None:
    await database.write(lambda c: counters.add(c, {RECEIVED: 2, FAILED: 0}))
    await database.write(lambda c: counters.add(c, {RECEIVED: 3}))
    assert await database.read(counters.values) == {("webhook_events_received_total", ("bitbucket",)): 5}


async def test_many_at_once_lose_none(database: Database) -> None:
    await asyncio.gather(*(database.write(lambda c: counters.add(c, {RECEIVED: 1, FAILED: 2})) for _ in range(50)))
    assert await database.read(counters.values) == {
        ("webhook_events_received_total", ("bitbucket",)): 50,
        ("notification_failures_total", ("team", "timeout")): 100,
    }


async def test_what_is_rolled_back_was_not_counted(database: Database) -> None:
    def work(connection: Connection) -> None:
        counters.add(connection, {RECEIVED: 1})
        raise RuntimeError("the fact was not stored")

    with pytest.raises(RuntimeError):
        await database.write(work)
    assert await database.read(counters.values) == {}
