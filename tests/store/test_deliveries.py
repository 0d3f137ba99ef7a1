"""Plans: what is owed once, what is the same news, what is taken back or owed again."""

import asyncio

import pytest
import sqlalchemy as sa

from app.kernel.clock import DAY, HOUR, MINUTE
from app.store import Database
from app.store.deliveries import SAME_NEWS, cancel, owe_again, plan
from app.store.tables import deliveries, news_sent
from tests.store.rows import snapshot, want


async def test_a_second_run_adds_nothing(database: Database) -> None:
    now = database.clock()
    wanted = [want("e1", "team"), want("e1", "qa"), want("e2", "team")]
    first = await database.write(lambda c: plan(c, wanted, now))
    assert first.created == {"team": 2, "qa": 1}
    second = await database.write(lambda c: plan(c, [*wanted, want("e1", "team", card="other")], now + 5))
    assert second.created == {}
    assert second.suppressed == []
    assert len(await database.read(snapshot)) == 3


async def test_a_new_delivery_waits_from_now_until_its_age(database: Database) -> None:
    now = database.clock()
    await database.write(lambda c: plan(c, [want("e1", max_age_us=HOUR)], now))
    (row,) = (await database.read(snapshot)).values()
    assert (row.state, row.due_at, row.expires_at, row.tries, row.fence) == ("pending", now, now + HOUR, 0, 0)


async def test_the_same_news_is_sent_once_within_its_window(database: Database) -> None:
    now, dedupe = database.clock(), ("checkout 1.4 prod succeeded", 10 * MINUTE)
    first, other = want("e1", dedupe=dedupe), want("e2", dedupe=dedupe)
    assert (await database.write(lambda c: plan(c, [first], now))).created == {"team": 1}
    within = await database.write(lambda c: plan(c, [other], now + 9 * MINUTE))
    assert (within.created, within.suppressed) == ({}, [(other, SAME_NEWS)])
    rerun = await database.write(lambda c: plan(c, [first], now + 9 * MINUTE))
    assert rerun.suppressed == []
    after = await database.write(lambda c: plan(c, [other], now + 10 * MINUTE))
    assert after.created == {"team": 1}


async def test_a_rerun_does_not_prolong_the_window(database: Database) -> None:
    now, dedupe = database.clock(), ("same", 10 * MINUTE)
    for at in (now, now + 9 * MINUTE):
        await database.write(lambda c, at=at: plan(c, [want("e1", dedupe=dedupe)], at))
    assert await database.read(lambda c: c.scalar(sa.select(news_sent.c.until))) == now + 10 * MINUTE


async def test_of_the_same_news_in_one_batch_the_first_goes_out(database: Database) -> None:
    now, dedupe = database.clock(), ("same", MINUTE)
    wanted = [want("e9", dedupe=dedupe), want("e1", dedupe=dedupe), want("e2"), want("e9", "qa", dedupe=dedupe)]
    done = await database.write(lambda c: plan(c, wanted, now))
    assert done.created == {"team": 2, "qa": 1}
    assert done.suppressed == [(wanted[1], SAME_NEWS)]


async def test_two_replicas_do_not_both_win(database: Database) -> None:
    now = database.clock()
    plans = await asyncio.gather(
        *(
            database.write(
                lambda c, n=n, order=order: plan(c, [want(f"e{n}", dedupe=(f"news {k}", HOUR)) for k in order], now)
            )
            for n, order in enumerate([range(5), reversed(range(5)), range(5)])
        )
    )
    assert sum(sum(each.created.values()) for each in plans) <= 3  # one delivery for each event and channel
    assert sum(len(each.suppressed) for each in plans) == 10
    assert await database.read(lambda c: c.scalar(sa.select(sa.func.count()).select_from(news_sent))) == 5


async def test_only_what_waits_can_be_taken_back(database: Database) -> None:
    now = database.clock()
    await database.write(lambda c: plan(c, [want("e1")], now))
    (row,) = (await database.read(snapshot)).values()
    assert await database.write(lambda c: cancel(c, row.id, now + 1))
    assert not await database.write(lambda c: cancel(c, row.id, now + 2))
    assert not await database.write(lambda c: cancel(c, 999, now))
    (row,) = (await database.read(snapshot)).values()
    assert (row.state, row.reason, row.finished_at) == ("cancelled", "cancelled", now + 1)


async def test_a_dead_letter_is_owed_again_once_and_stays_dead(database: Database) -> None:
    now = database.clock()
    await database.write(lambda c: plan(c, [want("e1")], now))
    (row,) = (await database.read(snapshot)).values()
    assert await database.write(lambda c: owe_again(c, row.id, now, DAY)) is None
    await database.write(lambda c: c.execute(sa.update(deliveries).values(state="dead", tries=15, finished_at=now)))
    again = await database.write(lambda c: owe_again(c, row.id, now + 7, DAY))
    assert again == await database.write(lambda c: owe_again(c, row.id, now + 9, DAY))
    rows = await database.read(snapshot)
    assert [(each.state, each.generation, each.tries) for each in rows.values()] == [("dead", 0, 15), ("pending", 1, 0)]
    assert (rows[again].due_at, rows[again].expires_at) == (now + 7, now + 7 + DAY)


@pytest.mark.parametrize("delivery_id", [0, 12345])
async def test_what_is_not_there_is_not_owed_again(database: Database, delivery_id: int) -> None:
    assert await database.write(lambda c: owe_again(c, delivery_id, 1, DAY)) is None
    assert await database.read(snapshot) == {}
