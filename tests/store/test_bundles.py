"""Bundles: what waits together, and until when, decided by the database in any order and by any replica."""

import asyncio

import sqlalchemy as sa

from app.kernel.clock import HOUR, MINUTE
from app.routing.calm import Wait
from app.store import Connection, Database
from app.store.deliveries import Planned, Wanted, plan
from app.store.tables import bundle_items, bundles, deliveries
from tests.store.rows import snapshot, want


def waits(at: int, **changes: object) -> Wait:
    values = {"how": "group", "by": "batches", "key": "dev", "card": "digest", "wait": 2 * MINUTE} | changes
    return Wait(at=at, **({"max_wait": 10 * MINUTE} | values))  # type: ignore[arg-type]


def grouped(event: str, at: int, channel: str = "team", **changes: object) -> Wanted:
    return want(event, channel, wait=waits(at, **changes))


def told_of(planned: Planned) -> tuple[dict[str, int], list[str]]:
    return dict(planned.created), [wanted.event_id for wanted, _ in planned.waiting]


def open_bundles(connection: Connection) -> list[sa.Row[tuple[object, ...]]]:
    return list(connection.execute(sa.select(bundles).order_by(bundles.c.id)))


def items(connection: Connection) -> dict[str, int]:
    return {row.event_id: row.bundle_id for row in connection.execute(sa.select(bundle_items))}


async def test_what_waits_is_no_delivery_yet(database: Database) -> None:
    now = database.clock()
    wanted = [grouped("e1", now), want("e2"), grouped("e3", now + 5)]
    planned = await database.write(lambda c: plan(c, wanted, now))
    assert told_of(planned) == ({"team": 1}, ["e1", "e3"])
    assert [row.event_id for row in (await database.read(snapshot)).values()] == ["e2"]
    (bundle,) = await database.read(open_bundles)
    assert {bundle_id for _, bundle_id in planned.waiting} == {bundle.id}
    assert (bundle.channel, bundle.how, bundle.by, bundle.card) == ("team", "group", "batches", "digest")
    assert (bundle.first_at, bundle.last_at, bundle.due_at) == (now, now + 5, now + 5 + 2 * MINUTE)
    assert bundle.closed_at is None


async def test_a_second_run_adds_nothing(database: Database) -> None:
    now = database.clock()
    wanted = [grouped("e1", now), grouped("e2", now + 1, first_now=True)]
    await database.write(lambda c: plan(c, wanted, now))
    before = await database.read(open_bundles), await database.read(items)
    again = await database.write(lambda c: plan(c, [*wanted, *wanted], now + MINUTE))
    assert told_of(again) == ({}, [])
    assert before == (await database.read(open_bundles), await database.read(items))


async def test_each_key_channel_and_reason_has_a_bundle_of_its_own(database: Database) -> None:
    now = database.clock()
    wanted = [
        grouped("e1", now), grouped("e2", now, key="qa"), grouped("e3", now, "other"),
        grouped("e4", now, how="coalesce"), grouped("e5", now),
    ]  # fmt: skip
    await database.write(lambda c: plan(c, wanted, now))
    found = await database.read(items)
    assert found["e1"] == found["e5"]
    assert len({found[each] for each in ("e1", "e2", "e3", "e4")}) == 4


async def test_the_end_does_not_depend_on_the_order(database: Database) -> None:
    now, ends = database.clock(), []
    for key, order in (("a", (0, 60, 90)), ("b", (90, 0, 60)), ("c", (60, 90, 0))):
        for n, seconds in enumerate(order):
            one = grouped(f"{key}{n}", now + seconds * 1_000_000, key=key)
            await database.write(lambda c, one=one: plan(c, [one], now))
        ends.append((await database.read(open_bundles))[-1])
    assert {(row.first_at, row.last_at, row.due_at) for row in ends} == {
        (now, now + 90_000_000, now + 90_000_000 + 2 * MINUTE)
    }


async def test_a_bundle_waits_no_longer_than_the_longest_and_at_least_to_the_end_of_its_span(
    database: Database,
) -> None:
    now = database.clock()
    for n in range(8):
        one = grouped(f"e{n}", now + n * 100_000_000)
        await database.write(lambda c, one=one: plan(c, [one], now))
    (bundle,) = await database.read(open_bundles)
    assert bundle.due_at == now + 10 * MINUTE
    held = grouped("h1", now, how="hold", key="nights", wait=0, max_wait=0, until=now + HOUR)
    await database.write(lambda c: plan(c, [held], now))
    assert (await database.read(open_bundles))[-1].due_at == now + HOUR


async def test_what_comes_after_a_bundle_was_due_does_not_prolong_it(database: Database) -> None:
    now = database.clock()
    await database.write(lambda c: plan(c, [grouped("e1", now)], now))
    await database.write(lambda c: plan(c, [grouped("e2", now + 3 * MINUTE)], now))
    (bundle,) = await database.read(open_bundles)
    assert (bundle.last_at, bundle.due_at) == (now, now + 2 * MINUTE)


async def test_the_first_goes_out_at_once_and_is_told_no_more(database: Database) -> None:
    now = database.clock()
    wanted = [grouped("e2", now + 2, first_now=True), grouped("e1", now + 1, first_now=True)]
    planned = await database.write(lambda c: plan(c, wanted, now))
    assert told_of(planned) == ({"team": 1}, ["e2"])
    later = await database.write(lambda c: plan(c, [grouped("e3", now + 9, first_now=True)], now))
    assert told_of(later) == ({}, ["e3"])
    (sent,) = (await database.read(snapshot)).values()
    assert (sent.event_id, sent.card) == ("e1", "generic")
    alone = await database.read(
        lambda c: c.scalars(sa.select(bundle_items.c.event_id).where(bundle_items.c.sent_alone)).all()
    )
    assert alone == ["e1"]


async def test_the_same_news_does_not_wait_either(database: Database) -> None:
    now, dedupe = database.clock(), ("same", HOUR)
    first, second = (grouped(each, now)._replace(dedupe=dedupe) for each in ("e1", "e2"))
    planned = await database.write(lambda c: plan(c, [first, second], now))
    assert told_of(planned) == ({}, ["e1"])
    assert [item.event_id for item, _ in planned.suppressed] == ["e2"]


async def test_what_was_sent_once_does_not_wait_later(database: Database) -> None:
    now = database.clock()
    await database.write(lambda c: plan(c, [want("e1")], now))
    assert told_of(await database.write(lambda c: plan(c, [grouped("e1", now)], now))) == ({}, [])
    assert await database.read(open_bundles) == []


async def test_replicas_open_one_bundle_and_take_each_card_once(database: Database) -> None:
    now = database.clock()
    wanted = [grouped(f"e{n}", now + n, key=f"k{n % 3}", first_now=True) for n in range(30)]
    shuffled = [wanted, wanted[::-1], wanted[10:] + wanted[:10]]
    plans = await asyncio.gather(
        *(
            database.write(lambda c, part=part: plan(c, part, now))
            for each in shuffled
            for part in (each[:15], each[15:])
        )
    )
    assert len(await database.read(open_bundles)) == 3
    assert len(await database.read(items)) == 30
    assert sum(sum(each.created.values()) for each in plans) == 3
    assert sum(len(each.waiting) for each in plans) == 27
    assert await database.read(lambda c: c.scalar(sa.select(sa.func.count()).select_from(deliveries))) == 3


async def test_what_was_decided_at_routing_is_kept(database: Database) -> None:
    now = database.clock()
    wanted = [want("e1", extra=b'{"message":"Bold."}'), grouped("e2", now)]
    await database.write(lambda c: plan(c, [wanted[0], wanted[1]._replace(extra=b"{}")], now))
    (sent,) = (await database.read(snapshot)).values()
    assert sent.extra == b'{"message":"Bold."}'
    assert await database.read(lambda c: c.scalar(sa.select(bundle_items.c.extra))) == b"{}"
