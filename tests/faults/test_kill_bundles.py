"""kill -9 at random points while cards wait for each other: each is told once, with those that it came with: F40."""

import asyncio
import random
from itertools import count
from pathlib import Path

import pytest

from app.store.tables import bundle_items, bundles, deliveries, events, receipts
from tests.fake_teams import FakeTeams
from tests.faults.test_kill import load_until
from tests.running.database import make_due, pass_time, rows
from tests.running.fixtures import MakeProcess
from tests.running.invariants import ENDED, check_after_faults
from tests.running.ledger import Ledger, load
from tests.running.process import Process
from tests.running.rules import ONE_SINK, rewrite
from tests.running.wait import until

GROUPED = ONE_SINK.replace(
    "    card: pipeline\n",
    "    group: {by: [type], wait: 1s, max_wait: 2s, card: digest, first: now}\n    card: pipeline\n",
)
KILLS = 6


@pytest.fixture
def process(make_process: MakeProcess) -> Process:
    made = make_process()
    rewrite(Path(made.environ["SHIPBELL_RULES_DIR"]) / "routes.yaml", GROUPED)
    return made


async def settle(process: Process, url: str, ledger: Ledger) -> None:
    """Start for the last time, send again what was not answered, and wait until nothing waits or is owed."""
    await pass_time(url, 3600)
    client = await process.start()
    await load(client.port, ledger, iter(sorted(ledger.unknown)), lambda: False, 8)
    assert not ledger.unknown

    async def done() -> bool:
        if await rows(url, receipts, receipts.c.state == "received") or await rows(
            url, bundles, bundles.c.closed_at.is_(None)
        ):
            return False
        waiting = await rows(url, deliveries, deliveries.c.state.notin_(ENDED))
        if waiting and all(row["ambiguous"] and row["state"] == "pending" for row in waiting):
            await make_due(url)
        return not waiting

    await until(done, "the end of all bundles and deliveries", 120, every=0.2)
    assert await process.stop() in (0, -15)


async def test_F40_killed_while_cards_wait_each_is_told_once(
    process: Process, tmp_path: Path, teams: FakeTeams
) -> None:
    url, ledger = process.environ["SHIPBELL_DATABASE_URL"], Ledger(tmp_path / "ledger")
    seed = random.randrange(1 << 30)
    print(f"seed {seed}")  # noqa: T201  pytest shows it when the test fails
    chance, numbers = random.Random(seed), count(1)
    for _ in range(KILLS):
        process.launch()
        task = await load_until(process, ledger, numbers, chance.randrange(1, 150))
        await asyncio.sleep(chance.choice([0, 0.5, chance.uniform(0.9, 1.6)]))  # also while bundles are closed
        await process.kill()
        await task
    await settle(process, url, ledger)
    await check_after_faults(url, ledger.accepted, teams.posts)

    waited, news = await rows(url, bundle_items), await rows(url, events)
    assert len(waited) == len({row["event_id"] for row in waited}) == len(news) >= KILLS
    owed = {row["key"]: row for row in await rows(url, deliveries)}
    told = {post.headers["webhook-id"]: post.json["event"] for post in teams.posts}
    lost = {key for key, row in owed.items() if row["state"] == "dead"}
    assert told.keys() == owed.keys() - lost
    assert len(lost) <= 1, "three deaths on the way of one card are rare"
    alone = {event["id"] for event in told.values() if "digest" not in event}
    digests = [event["digest"] for event in told.values() if "digest" in event]
    assert alone <= {row["event_id"] for row in waited if row["sent_alone"]}
    if not lost:
        assert len(alone) + sum(digest["count"] for digest in digests) == len(news)
    assert len(owed) < len(news) / 2, "they were told together"
