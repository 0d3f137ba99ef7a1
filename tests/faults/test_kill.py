"""kill -9 at random points under load, the ledger against the database and the sink: F40.

SHIPBELL_KILL_ROUNDS says how often it is killed on each database: 10 here, 200 for a release.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Iterator
from itertools import chain, count
from pathlib import Path

import pytest

from app.delivery.lane import MOST_HELD
from app.store.tables import deliveries, receipts
from tests.fake_teams import FakeTeams
from tests.running.database import make_due, pass_time, rows
from tests.running.invariants import ENDED, check_after_faults
from tests.running.ledger import Ledger, load
from tests.running.process import Process
from tests.running.wait import until

ROUNDS = int(os.environ.get("SHIPBELL_KILL_ROUNDS", "10"))
CLIENTS = 32
EXHAUSTED = 3
"""Doubts after which a delivery is given up: its first attempt and two re-sends, each in a process that died."""


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    book = Ledger(tmp_path / "ledger")
    yield book
    book.close()


@pytest.fixture
def url(process: Process) -> str:
    return process.environ["SHIPBELL_DATABASE_URL"]


async def load_until(process: Process, ledger: Ledger, numbers: Iterator[int], more: int) -> asyncio.Task[None]:
    """Start, repeat what nobody knows of as a sender would, and load until so many more are acknowledged."""
    client = await process.ready()
    goal = len(ledger.accepted) + more
    again = sorted(ledger.unknown | ledger.refused.keys())
    task = asyncio.create_task(load(client.port, ledger, chain(again, numbers), lambda: False, CLIENTS))
    await until(lambda: len(ledger.accepted) >= goal or task.done(), f"{more} acknowledgements", 60, every=0.001)
    return task


async def settle(process: Process, url: str, ledger: Ledger) -> None:
    """Start for the last time, send again what was not answered, and wait until nothing is owed."""
    await pass_time(url, 3600)
    client = await process.start()
    await load(client.port, ledger, iter(sorted(ledger.unknown)), lambda: False, CLIENTS)
    assert not ledger.unknown
    assert not ledger.refused

    async def done() -> bool:
        if await rows(url, receipts, receipts.c.state == "received"):
            return False
        waiting = await rows(url, deliveries, deliveries.c.state.notin_(ENDED))
        if waiting and all(row["ambiguous"] and row["state"] == "pending" for row in waiting):
            await make_due(url)
        return not waiting

    await until(done, "the end of all deliveries", 120, every=0.2)
    assert await process.stop() in (0, -15)


async def check_told(url: str, ledger: Ledger, teams: FakeTeams, kills: int) -> None:
    """Every acknowledged build arrived, but for those that died three times on their way: they are dead letters.

    A process takes at most `MOST_HELD` with it when it dies, so three deaths cannot cost more than that.
    """
    await check_after_faults(url, ledger.accepted, teams.posts)
    arrived = {post.json["event"]["build"]["number"] for post in teams.posts}
    dead = await rows(url, deliveries, deliveries.c.state == "dead")
    assert all((row["reason"], row["ambiguous"]) == ("lease_lost", EXHAUSTED) for row in dead), dead[:3]
    assert len(dead) <= kills // EXHAUSTED * MOST_HELD
    assert len(ledger.accepted.keys() - arrived) <= len(dead)
    assert not await rows(url, deliveries, deliveries.c.state == "cancelled")


async def test_F40_killed_at_random_points_nothing_acknowledged_is_lost(
    process: Process, url: str, ledger: Ledger, teams: FakeTeams
) -> None:
    seed = random.randrange(1 << 30)
    print(f"seed {seed}")  # noqa: T201  pytest shows it when the test fails
    chance, numbers = random.Random(seed), count(1)
    kills = ROUNDS
    for _ in range(ROUNDS):
        process.launch()
        task = await load_until(process, ledger, numbers, chance.randrange(1, 150))
        await process.kill()
        await task
        await pass_time(url, 3600)
        if chance.random() < 0.3:  # once more, while it is starting
            process.launch()
            await asyncio.sleep(chance.uniform(0.0, 2.0))
            await process.kill()
            kills += 1
    assert len(ledger.accepted) >= ROUNDS
    await settle(process, url, ledger)
    await check_told(url, ledger, teams, kills)


async def test_F40_the_sink_is_down_meanwhile_and_nothing_is_lost(
    process: Process, url: str, ledger: Ledger, teams: FakeTeams
) -> None:
    await teams.stop()
    numbers = count(1)
    process.launch()
    task = await load_until(process, ledger, numbers, 150)
    await process.kill()
    await task
    assert teams.posts == []
    await pass_time(url, 3600)
    process.launch()
    task = await load_until(process, ledger, numbers, 20)  # the sink is still down

    async def tried() -> bool:
        return bool(await rows(url, deliveries, deliveries.c.reason == "connect"))

    await until(tried, "an attempt")
    await process.kill()
    await task
    await teams.start()
    await settle(process, url, ledger)
    await check_told(url, ledger, teams, kills=2)
