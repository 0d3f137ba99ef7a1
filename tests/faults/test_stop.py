"""SIGTERM under load, twice, during the start, and while rules are read: F42."""

import asyncio
import signal
import time
from itertools import count
from pathlib import Path

import pytest

from app.store.tables import deliveries, receipts
from tests.fake_teams import FakeTeams, Reply
from tests.running.database import rows
from tests.running.engines import sqlite_only
from tests.running.fixtures import MakeProcess
from tests.running.hooks import build
from tests.running.invariants import check_after_faults, check_integrity
from tests.running.ledger import Ledger, load
from tests.running.rules import rewrite
from tests.running.wait import until

ORDERLY = (0, -signal.SIGTERM)
LONGEST = 30.0


@pytest.mark.parametrize("times", [1, 2], ids=["once", "twice"])
async def test_F42_stopped_under_load_whatever_was_admitted_is_answered_and_kept(
    make_process: MakeProcess, teams: FakeTeams, tmp_path: Path, times: int
) -> None:
    process = make_process()
    teams._replies = lambda _: Reply(delay=0.1)  # so that cards are on their way
    client = await process.start()
    ledger = Ledger(tmp_path / "ledger")
    task = asyncio.create_task(load(client.port, ledger, count(1), lambda: False, 32))
    await until(lambda: len(ledger.accepted) >= 100, "a hundred acknowledgements")
    await teams.wait_for(1)
    began = time.monotonic()
    for _ in range(times):
        process.signal(signal.SIGTERM)
    assert await process.ended(LONGEST) in ORDERLY
    assert time.monotonic() - began < LONGEST
    await task
    ledger.close()
    assert not ledger.refused, "answered with something else than 202"
    url = process.environ["SHIPBELL_DATABASE_URL"]
    stored = {row["id"] for row in await rows(url, receipts)}
    assert stored == set(ledger.accepted.values()), "stored, and its sender was not told"
    owed = await rows(url, deliveries)
    assert not [row for row in owed if row["state"] == "inflight"], "claimed and left behind"
    assert not [row for row in owed if row["ambiguous"]], "in doubt without need"
    assert "Traceback" not in process.said

    client = await process.start()
    await client.deliveries(ended=min(len(stored), 500))
    await until(lambda: len(teams.posts) >= len(stored), "the rest of the cards", 60)
    await check_after_faults(url, ledger.accepted, teams.posts)
    assert len(teams.posts) == len(stored)


async def test_F42_stopped_while_it_starts_it_ends_soon_and_starts_again(
    make_process: MakeProcess, teams: FakeTeams
) -> None:
    process = make_process(real=True)
    url = process.environ["SHIPBELL_DATABASE_URL"]
    for after in (0.1, 0.8):
        process.launch()
        await asyncio.sleep(after)
        process.signal(signal.SIGTERM)
        assert await process.ended(LONGEST) in ORDERLY
    process.launch()
    await until(lambda: '"ready"' in process.said, "the last moment before it listens", 60, every=0.001)
    process.signal(signal.SIGTERM)
    assert await process.ended(LONGEST) in ORDERLY
    await check_integrity(url)
    client = await process.start()
    await client.taken(build(1))
    await client.deliveries(ended=1)
    assert len(teams.posts) == 1


@sqlite_only
async def test_F42_stopped_while_it_reads_new_rules_it_ends_soon_and_starts_again(
    make_process: MakeProcess, teams: FakeTeams
) -> None:
    process = make_process()
    client = await process.start()
    receipt = await client.accepted(build(1))
    routes = Path(process.environ["SHIPBELL_RULES_DIR"]) / "routes.yaml"
    rewrite(routes, routes.read_text("utf-8") + "\n")
    await asyncio.sleep(0.5)  # a change is read a little later, and that takes a while
    process.signal(signal.SIGTERM)
    assert await process.ended(LONGEST) in ORDERLY
    assert "Traceback" not in process.said
    client = await process.start()
    assert (await client.settled(receipt))["state"] == "processed"
    await teams.wait_for(1)
    assert len(teams.posts) == 1
    await check_integrity(process.environ["SHIPBELL_DATABASE_URL"])
