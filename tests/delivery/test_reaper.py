"""The reaper: what the dead held is owed again, what is too old is given up, and the gauges tell of the rest."""

import sqlalchemy as sa

from app import telemetry
from app.delivery.reaper import Reaper
from app.kernel.clock import DAY, HOUR, SECOND
from app.store import Database, counters
from app.store.channel_states import enrol, own
from app.store.claims import claim
from app.store.deliveries import owe_again
from app.store.tables import deliveries
from tests.conftest import HandClock
from tests.delivery.conftest import Post
from tests.store.rows import owe, snapshot


def reaper(database: Database, *at_most_once: str) -> Reaper:
    return Reaper(database, lambda _: None, lambda: at_most_once)


async def claimed(database: Database, *ids: str, channel: str = "team") -> None:
    now = database.clock()

    def work(connection: sa.Connection) -> None:
        owe(connection, ids, now, channel)
        enrol(connection, [channel])
        own(connection, [channel], "gone", now, DAY)
        claim(connection, channel, "gone", 10, now, 60 * SECOND)

    await database.write(work)


async def test_what_the_dead_held_is_owed_again_or_given_up(database: Database, clock: HandClock) -> None:
    await claimed(database, "e1", "e2")
    await claimed(database, "d1", channel="careful")
    reclaimed = telemetry.RECLAIMED._value.get()
    round_ = reaper(database, "careful")
    await round_.once()
    assert {row.state for row in (await database.read(snapshot)).values()} == {"inflight"}
    clock.advance(66)
    await round_.once()
    rows = {row.event_id: (row.state, row.reason) for row in (await database.read(snapshot)).values()}
    assert rows == {"e1": ("pending", "lease_lost"), "e2": ("pending", "lease_lost"), "d1": ("dead", "lease_lost")}
    assert telemetry.RECLAIMED._value.get() == reclaimed + 3
    assert await database.read(counters.values) == {
        ("deliveries_ambiguous_total", ("team",)): 2,
        ("deliveries_ambiguous_total", ("careful",)): 1,
        ("deliveries_total", ("careful", "dead")): 1,
    }


async def test_more_than_a_bite_of_old_deliveries_is_given_up(database: Database, clock: HandClock) -> None:
    now = database.clock()
    await database.write(lambda c: owe(c, [f"e{n}" for n in range(600)], now, max_age_us=HOUR))
    await database.write(lambda c: owe(c, ["young"], now, max_age_us=DAY))
    clock.advance(3600)
    await reaper(database).once()
    rows = (await database.read(snapshot)).values()
    assert [row.event_id for row in rows if row.state == "pending"] == ["young"]
    assert {row.reason for row in rows if row.state == "dead"} == {"expired"}
    assert await database.read(counters.values) == {("deliveries_total", ("team", "dead")): 600}


async def test_F44_after_a_jump_of_the_clock_nothing_is_stuck(database: Database) -> None:
    now = database.clock()
    await database.write(lambda c: owe(c, ["e1"], now, max_age_us=3650 * DAY))
    await database.write(lambda c: c.execute(sa.update(deliveries).values(due_at=now + 3000 * DAY)))
    await reaper(database).once()
    assert [row.due_at for row in (await database.read(snapshot)).values()] == [now]


async def test_the_gauges_follow_the_backlog_down_to_zero(database: Database, clock: HandClock) -> None:
    now = database.clock()
    await database.write(lambda c: owe(c, ["e1", "e2", "e3"], now, "gauged"))
    dead = sa.update(deliveries).where(deliveries.c.event_id == "e3").values(state="dead", finished_at=now)
    await database.write(lambda c: c.execute(dead))
    clock.advance(30)
    round_ = reaper(database)
    await round_.once()
    gauges = (telemetry.PENDING, telemetry.OLDEST_PENDING, telemetry.DEAD)
    assert [each.labels("gauged")._value.get() for each in gauges] == [2, 30, 1]
    assert telemetry.DEAD_OLDEST._value.get() == now / SECOND
    await database.write(lambda c: c.execute(sa.delete(deliveries)))
    await round_.once()
    assert [each.labels("gauged")._value.get() for each in gauges] == [0, 0, 0]
    assert telemetry.DEAD_OLDEST._value.get() == 0


async def test_a_dead_letter_that_is_owed_again_goes_out_once_and_says_so(post: Post) -> None:
    team = post.open("team")
    post.start()
    await post.owe("e1")
    await post.settled(e1="delivered")
    (first,) = await post.database.read(snapshot)
    await post.database.write(lambda c: c.execute(sa.update(deliveries).values(state="dead")))
    for _ in range(2):
        await post.database.write(lambda c: owe_again(c, first, post.database.clock(), DAY))
        post.courier.wake(["team"])
    await post.settled(e1="delivered")
    assert len(team.messages) == 2
    assert team.messages[1].card["body"][-1]["text"].startswith("replayed · ref ")
