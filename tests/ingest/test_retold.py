"""One happening that several sources tell, in any order: the same facts, and one card for each change of state."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import orjson
import pytest

from app.ingest import process
from app.kernel.clock import to_us
from app.store import events as event_store
from tests.conftest import HandClock, PostgresCluster
from tests.ingest import late_told
from tests.ingest.late_told import ENDED, House, Message, house

RUNS: Mapping[str, Callable[[int], Message]] = {
    "webhook": lambda number: late_told.webhook(number, "FAILED"),
    "collector": lambda number: late_told.collected(number, "ERROR"),
    "step": lambda number: late_told.reported(number, "failed"),
}
MERGES = {"webhook": late_told.request_webhook, "collector": late_told.request_collected}
TICKETS = {"webhook": late_told.ticket_webhook, "collector": late_told.ticket_collected}


@pytest.fixture
async def told(database_url: str, tmp_path: Path, clock: HandClock) -> AsyncIterator[House]:
    """A service whose one rule sends everything, and holds nothing back."""
    clock.now = to_us(ENDED + timedelta(hours=6))
    async with house(database_url, tmp_path, clock) as opened:
        yield opened


async def in_any_order(
    told: House, tellers: Mapping[str, Callable[[int], Message]], subject: str, first: int
) -> Sequence[int]:
    """Tell a thing in each order, one message after the other, and once all in one batch; returns their numbers."""
    orders = list(permutations(tellers))
    for number, order in enumerate(orders, first):
        await told.tell(*(tellers[name](number) for name in order))
    last = first + len(orders)
    await told.tell(*(tell(last) for tell in tellers.values()), together=True)
    for number in range(first, last + 1):
        assert len(await told.cards(subject.format(number))) == 1, number
    return range(first, last + 1)


async def test_one_card_whoever_tells_first(told: House) -> None:
    numbers = await in_any_order(told, RUNS, "build:%:{}", 1000)
    kept = await told.ask("SELECT count(*) FROM events WHERE subject LIKE 'build:%'")
    assert kept == [(3 * len(numbers),)]  # each one's word is kept: the collector's result is the true one
    await in_any_order(told, MERGES, "pull_request:%:{}", 500)
    await in_any_order(told, TICKETS, "ticket:%:{}", 700)
    requests = await told.ask("SELECT DISTINCT merged_at, merge_commit FROM fact_pull_requests")
    assert len(requests) == 1


async def test_another_state_of_a_run_is_told_to_people(told: House) -> None:
    """It was run again: it failed, it failed once more, and then it did not."""
    again, later = ENDED + timedelta(minutes=20), ENDED + timedelta(minutes=50)
    await told.tell(late_told.collected(7, "FAILED"), late_told.webhook(7, "FAILED"))
    await told.tell(late_told.webhook(7, "INPROGRESS", ENDED + timedelta(minutes=10)))
    await told.tell(late_told.webhook(7, "FAILED", again), late_told.collected(7, "FAILED", again))
    await told.tell(late_told.webhook(7, "SUCCESSFUL", later), late_told.collected(7, "SUCCESSFUL", later))
    assert await told.cards("build:%:7") == [
        ("pipeline.finished", "failed", "collector"),
        ("pipeline.started", None, "bitbucket"),
        ("pipeline.finished", "failed", "bitbucket"),
        ("pipeline.finished", "succeeded", "bitbucket"),
    ]


async def test_what_was_found_in_silence_holds_nothing_back(told: House) -> None:
    await told.tell(late_told.collected(8, "FAILED", quiet=True))
    assert await told.cards("build:%:8") == []
    await told.tell(late_told.webhook(8, "FAILED"), late_told.reported(8, "failed"))
    assert await told.cards("build:%:8") == [("pipeline.finished", "failed", "bitbucket")]
    await told.tell(late_told.collected(9, "FAILED", quiet=True))
    await told.tell(late_told.webhook(9, "SUCCESSFUL", ENDED + timedelta(minutes=5)))
    assert await told.cards("build:%:9") == [("pipeline.finished", "succeeded", "bitbucket")]


async def test_a_rollout_is_one_fact_and_one_card(told: House) -> None:
    """Argo CD, the step that changed the repository, and Bitbucket's own deployment, which the collector reads."""
    orders = list(permutations("abs"))
    for number, order in enumerate(orders, 1):
        at = ENDED + timedelta(hours=5 * number)
        told.clock.now = to_us(at + timedelta(minutes=30))
        tellers = {
            "a": late_told.rolled_by_argocd(at),
            "b": late_told.rolled_by_bitbucket(number, at),
            "s": late_told.rolled_by_step(number, at - timedelta(minutes=2)),
        }
        await told.tell(*(tellers[each] for each in order))
        assert len(await told.cards("deployment:%")) == number, order
    facts = await told.ask("SELECT evidence, live_at, flags FROM fact_deployments ORDER BY live_at")
    assert [len(orjson.loads(evidence)) for evidence, *_ in facts] == [3] * len(orders)
    assert (
        len({live_at - to_us(ENDED) - number * 5 * 3600 * 10**6 for number, (_, live_at, _) in enumerate(facts)}) == 1
    )


async def test_one_argo_cd_under_two_names_is_one_and_two_targets_are_two(told: House) -> None:
    await told.tell(late_told.rolled_by_argocd(ENDED), late_told.rolled_by_argocd(ENDED, "main"))
    assert len(await told.cards("deployment:%")) == 1
    elsewhere = late_told.rolled_by_argocd(ENDED + timedelta(seconds=1))
    uid = b"311904d6-3395-403a-ae1b-2c28e7323a47"
    body = elsewhere.body.replace(uid, uid[::-1]).replace(b"https://kubernetes.default.svc", b"https://us.example.com")
    await told.tell(replace(elsewhere, body=body))
    assert len(await told.cards("deployment:%")) == 2
    assert await told.ask("SELECT count(*) FROM fact_deployments") == [(1,)]


async def test_a_scale_to_zero_days_after_the_rollout_is_no_news(told: House) -> None:
    rolled, night = (
        late_told.set_at_zero("01", "2026-11-17T09:00:00Z"),
        late_told.set_at_zero("02", "2026-11-19T20:00:00Z"),
    )
    await told.tell(rolled, night)
    assert len(await told.cards("deployment:kubernetes:%")) == 1
    assert await told.ask("SELECT count(*) FROM fact_deployments") == [(1,)]


async def test_replicas_that_read_both_at_once_send_one_card(
    postgres: PostgresCluster, tmp_path: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "BATCH", 1)
    clock.now = to_us(ENDED + timedelta(hours=6))
    url = postgres.new_database()
    async with house(url, tmp_path, clock) as told:
        other = told.another_processor()
        for number in range(2000, 2006):
            await told.take(late_told.webhook(number, "FAILED"), late_told.collected(number, "FAILED"))
            assert await asyncio.gather(told.processor.once(), other.once()) == [1, 1]
            assert len(await told.cards(f"build:%:{number}")) == 1
    postgres.drop(url)


async def test_the_record_says_who_told_it_before(told: House) -> None:
    await told.tell(late_told.webhook(9, "FAILED"), late_told.collected(9, "FAILED"))
    (first,), (second,) = await told.ask("SELECT id FROM events ORDER BY seq")
    kept = await told.database.read(lambda connection: event_store.routing_of(connection, second))
    assert kept is not None
    record = orjson.loads(kept["record"])
    assert (record["suppressed"], record["told_by"]) == ({"out": "told_before"}, {"out": first})
