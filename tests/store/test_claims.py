"""Claims, results and reaping: every change needs the claim's fence, and a lost claim changes nothing."""

import asyncio

import sqlalchemy as sa

from app.kernel.clock import DAY, HOUR, MINUTE, SECOND
from app.store import Database
from app.store.channel_states import enrol, own
from app.store.claims import Claimed, claim, hasten, renew
from app.store.reaping import expire, expired, pull_in, reap, stranded
from app.store.results import RELEASED, Attempt, Change, Result, record
from app.store.tables import attempts, deliveries
from tests.store.rows import owe, snapshot

LEASE = 60 * SECOND


async def ready(database: Database, ids: list[str], channel: str = "team", **changes: object) -> int:
    now = database.clock()

    def work(connection: sa.Connection) -> None:
        owe(connection, ids, now, channel, **changes)
        enrol(connection, [channel])
        own(connection, [channel], "me", now, HOUR)

    await database.write(work)
    return now


async def take(database: Database, limit: int = 10, owner: str = "me", channel: str = "team") -> list[Claimed]:
    now = database.clock()
    return await database.write(lambda c: claim(c, channel, owner, limit, now, LEASE))


async def test_a_claim_takes_the_oldest_with_their_events(database: Database) -> None:
    now = await ready(database, ["e3", "e1", "e2"])
    claims = await take(database, 2)
    assert [(each.event_id, each.tries, each.fence) for each in claims] == [("e3", 1, 1), ("e1", 1, 1)]
    assert b'"subject":"build:e3"' in (claims[0].data or b"")
    row = (await database.read(snapshot))[claims[0].id]
    assert (row.state, row.lease_owner, row.lease_until) == ("inflight", "me", now + LEASE)
    assert [each.event_id for each in await take(database)] == ["e2"]
    assert await take(database) == []


async def test_the_oldest_goes_first_though_it_was_put_off(database: Database) -> None:
    now = await ready(database, ["e1", "e2"])
    (first,) = await take(database, 1)
    later = Change("pending", "http_5xx", 503, due_at=now + SECOND)
    await database.write(lambda c: record(c, [Result(first.id, first.fence, later)], now))
    claims = await database.write(lambda c: claim(c, "team", "me", 10, now + 2 * SECOND, LEASE))
    assert [(each.event_id, each.tries) for each in claims] == [("e1", 2), ("e2", 1)]


async def test_nobody_else_and_nothing_that_is_not_due_is_taken(database: Database) -> None:
    now = await ready(database, ["e1"])
    assert await take(database, owner="other") == []
    assert await take(database, channel="qa") == []
    assert await database.write(lambda c: claim(c, "team", "me", 10, now - 1, LEASE)) == []
    assert await database.write(lambda c: claim(c, "team", "me", 10, now + DAY, LEASE)) == []  # too old by then
    assert (
        await database.write(lambda c: claim(c, "team", "me", 10, now + 2 * HOUR, LEASE)) == []
    )  # lease of the channel


async def test_no_delivery_is_claimed_twice(database: Database) -> None:
    await ready(database, [f"e{n}" for n in range(40)])
    taken = await asyncio.gather(*(take(database, 7) for _ in range(8)))
    ids = [each.id for claims in taken for each in claims]
    assert len(ids) == len(set(ids)) == 40


async def test_results_end_put_off_and_release(database: Database) -> None:
    now = await ready(database, ["e1", "e2", "e3", "e4"])
    a, b, c_, d = await take(database)
    tried = Attempt(now, now + 5, "delivered", "ok", 202, None)
    results = [
        Result(a.id, a.fence, Change("delivered", None, 202), tried),
        Result(b.id, b.fence, Change("pending", "http_5xx", 503, now + 9, ambiguous=1, rendered=b"card"), tried),
        Result(c_.id, c_.fence, RELEASED),
        Result(d.id, d.fence, Change("dead", "http_400", 400), tried),
    ]
    assert len(await database.write(lambda c: record(c, results, now + 7))) == 4
    rows = await database.read(snapshot)
    assert (rows[a.id].state, rows[a.id].finished_at, rows[a.id].http_status) == ("delivered", now + 7, 202)
    assert (rows[b.id].state, rows[b.id].due_at, rows[b.id].tries, rows[b.id].ambiguous) == ("pending", now + 9, 1, 1)
    assert (rows[b.id].rendered, rows[b.id].finished_at, rows[b.id].lease_owner) == (b"card", None, None)
    assert (rows[c_.id].state, rows[c_.id].tries, rows[c_.id].fence, rows[c_.id].ambiguous) == ("pending", 0, 2, 0)
    assert (rows[d.id].state, rows[d.id].reason) == ("dead", "http_400")
    count = sa.select(sa.func.count()).select_from(attempts)
    assert await database.read(lambda c: c.scalar(count)) == 3


async def test_the_frozen_card_is_kept_until_the_end(database: Database) -> None:
    now = await ready(database, ["e1"])
    for rendered in (b"card", None):
        (each,) = await take(database)
        change = Change("pending", "http_5xx", due_at=now, rendered=rendered)
        await database.write(lambda c, each=each, change=change: record(c, [Result(each.id, each.fence, change)], now))
    (each,) = await take(database)
    assert each.rendered == b"card"
    await database.write(lambda c: record(c, [Result(each.id, each.fence, Change("delivered"))], now))
    assert (await database.read(snapshot))[each.id].rendered is None


async def test_F43_a_stale_result_is_refused_and_its_attempt_kept(database: Database) -> None:
    now = await ready(database, ["e1"])
    (old,) = await take(database)
    reaped = await database.write(lambda c: reap(c, now + LEASE + 6 * SECOND))
    assert reaped.pending == {"team": 1}
    tried = Attempt(now, now + 1, "delivered", "ok", 202, None)
    stale = Result(old.id, old.fence, Change("delivered"), tried)
    assert await database.write(lambda c: record(c, [stale], now)) == set()
    assert await database.write(lambda c: record(c, [stale], now)) == set()  # written twice: one piece of evidence
    row = (await database.read(snapshot))[old.id]
    assert (row.state, row.fence, row.ambiguous, row.reason) == ("pending", 2, 1, "lease_lost")
    assert row.due_at == now + LEASE + 6 * SECOND + MINUTE
    assert await database.read(lambda c: c.scalar(sa.select(sa.func.count()).select_from(attempts))) == 1


async def test_only_a_lease_that_ran_out_is_reaped(database: Database) -> None:
    now = await ready(database, ["e1"])
    await take(database)
    for at in (now, now + LEASE + 5 * SECOND):
        reaped = await database.write(lambda c, at=at: reap(c, at))
        assert (reaped.pending, reaped.dead) == ({}, {})
    assert (await database.write(lambda c: reap(c, now, alone=True))).pending == {"team": 1}


async def test_after_two_repeats_a_lost_claim_is_dead(database: Database) -> None:
    now = await ready(database, ["e1"])
    for turn in range(3):
        at = now + turn * 10 * MINUTE
        assert len(await database.write(lambda c, at=at: claim(c, "team", "me", 1, at, LEASE))) == 1
        reaped = await database.write(lambda c, at=at: reap(c, at + 2 * MINUTE))
        assert (reaped.pending, reaped.dead) == (({"team": 1}, {}) if turn < 2 else ({}, {"team": 1}))
    (row,) = (await database.read(snapshot)).values()
    assert (row.state, row.ambiguous, row.reason) == ("dead", 3, "lease_lost")


async def test_a_channel_of_at_most_once_gets_no_repeat(database: Database) -> None:
    now = await ready(database, ["e1"])
    await take(database)
    reaped = await database.write(lambda c: reap(c, now + HOUR, at_most_once=["team"]))
    assert (reaped.pending, reaped.dead) == ({}, {"team": 1})


async def test_a_renewed_claim_is_not_reaped_and_a_lost_one_is_not_renewed(database: Database) -> None:
    now = await ready(database, ["e1", "e2"])
    a, b = await take(database)
    pairs = [(a.id, a.fence), (b.id, b.fence + 1)]
    assert await database.write(lambda c: renew(c, pairs, now + HOUR)) == {(a.id, a.fence)}
    assert (await database.write(lambda c: reap(c, now + 2 * LEASE))).pending == {"team": 1}
    rows = await database.read(snapshot)
    assert (rows[a.id].state, rows[b.id].state) == ("inflight", "pending")


async def test_what_waited_too_long_is_given_up(database: Database) -> None:
    now = await ready(database, ["e1", "e2", "e3"], max_age_us=HOUR)
    (claimed,) = await take(database, 1)
    assert await database.read(lambda c: expired(c, now + HOUR - 1)) == []
    ids = await database.read(lambda c: expired(c, now + HOUR))
    assert claimed.id not in ids
    assert await database.write(lambda c: expire(c, [*ids, claimed.id], now + HOUR)) == {"team": 2}
    rows = await database.read(snapshot)
    assert [row.state for row in rows.values()] == ["inflight", "dead", "dead"]
    assert rows[ids[0]].reason == "expired"


async def test_F44_what_a_jump_of_the_clock_stranded_is_pulled_in(database: Database) -> None:
    now = await ready(database, ["e1", "e2"])
    first = sa.update(deliveries).where(deliveries.c.event_id == "e1").values(due_at=now + 3650 * DAY)
    await database.write(lambda c: c.execute(first))
    ids = await database.read(lambda c: stranded(c, now))
    assert len(ids) == 1
    assert await database.write(lambda c: pull_in(c, ids, now)) == 1
    assert len(await take(database)) == 2


async def test_a_recovered_channel_s_failures_are_due_now_and_its_doubts_are_not(database: Database) -> None:
    now = await ready(database, ["e1", "e2", "e3"])
    a, b, _ = await take(database)
    results = [
        Result(a.id, a.fence, Change("pending", "http_5xx", due_at=now + HOUR)),
        Result(b.id, b.fence, Change("pending", "timeout", due_at=now + MINUTE, ambiguous=1)),
    ]
    await database.write(lambda c: record(c, results, now))
    assert await database.write(lambda c: hasten(c, "qa", now)) == 0
    assert await database.write(lambda c: hasten(c, "team", now)) == 1
    assert [each.event_id for each in await take(database)] == ["e1"]
