"""The courier when something goes wrong: nothing is lost, and what may be repeated is bounded and marked."""

import asyncio

import pytest
import sqlalchemy as sa

from app import telemetry
from app.channels import Message, Outcome
from app.delivery.leases import LEASE
from app.delivery.opening import Budget
from app.kernel.answers import DELIVERED, Verdict
from app.kernel.clock import MINUTE, SECOND
from app.store import Database
from app.store.channel_states import states
from app.store.reaping import reap
from app.store.tables import attempts
from tests.conftest import HandClock
from tests.delivery.conftest import Post, until
from tests.store.rows import snapshot

RETRY = Outcome(Verdict.RETRY, "http_5xx", 503)
AMBIGUOUS = Outcome(Verdict.AMBIGUOUS, "timeout")


def throttled(after: float | None) -> Outcome:
    return Outcome(Verdict.THROTTLED, "http_429", 429, after)


def footer(message: Message) -> str:
    text: str = message.card["body"][-1]["text"]
    return text


class Gate:
    """Holds every message until it is opened."""

    def __init__(self, outcome: Outcome = DELIVERED) -> None:
        self.opened, self.outcome = asyncio.Event(), outcome

    async def __call__(self) -> Outcome:
        await self.opened.wait()
        return self.outcome


async def test_F41_a_crash_between_claim_and_result_repeats_once_and_says_so(
    database: Database, clock: HandClock
) -> None:
    first = Post(database, clock, "a")
    gate = Gate()
    lost = first.open("team", lambda _: gate())
    first.start()
    await first.owe("e1")
    await until(lambda: len(lost.messages) == 1)
    await first.crash()
    assert await first.states() == {"e1": "inflight"}

    second = Post(database, clock, "b")
    team = second.open("team")
    if database.dialect == "postgresql":  # another replica may live: its leases have to end
        clock.advance(70)
        await database.write(lambda c: reap(c, database.clock()))
    second.start()
    await second.settled(e1="pending lease_lost")
    clock.advance(59)
    await asyncio.sleep(0.1)
    assert team.messages == []
    clock.advance(1)
    await second.settled(e1="delivered")
    assert "possible repeat" in footer(team.messages[0])
    assert "try 2" in footer(team.messages[0])
    assert team.messages[0].delivery == lost.messages[0].delivery
    await second.stop()


async def test_F43_the_result_of_a_process_that_slept_is_refused(post: Post) -> None:
    gate = Gate()
    team = post.open("team", lambda _: gate())
    stale = telemetry.STALE_RESULTS._value.get()
    post.start()
    await post.owe("e1")
    await until(lambda: len(team.messages) == 1)
    post.courier._desk.leases._until.clear()  # nothing renews in a process that is stopped
    post.clock.advance(180)
    await post.database.write(lambda c: reap(c, post.database.clock()))
    gate.opened.set()
    await until(lambda: telemetry.STALE_RESULTS._value.get() == stale + 1)
    assert await post.states() == {"e1": "pending lease_lost"}
    assert await post.database.read(lambda c: c.scalar(sa.select(attempts.c.verdict))) == "delivered"
    post.clock.advance(60)
    await post.settled(e1="delivered")
    assert len(team.messages) == 2


async def test_F43_what_was_claimed_and_not_sent_before_the_sleep_is_left_to_others(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.delivery.courier.RENEW_SECONDS", 3600)  # nothing renews in a process that sleeps
    gate = Gate()
    team = post.open("team", lambda _: gate())
    post.start()
    await post.owe("e1", "e2", "e3")
    await until(lambda: len(team.messages) == 1)
    leases = post.courier._desk.leases
    await until(lambda: len(leases) == 3)
    for pair in leases._until:
        leases._until[pair] = post.database.clock() - 1
    gate.opened.set()
    await until(lambda: len(leases) == 0)
    assert team.events == ["e1"]
    assert set((await post.states()).values()) == {"delivered", "inflight"}


async def test_a_long_attempt_keeps_its_lease(post: Post) -> None:
    gate = Gate()
    team = post.open("team", lambda _: gate())
    post.start()
    await post.owe("e1")
    await until(lambda: len(team.messages) == 1)

    async def renewed() -> bool:
        (row,) = (await post.database.read(snapshot)).values()
        return row.lease_until == post.database.clock() + LEASE

    for _ in range(10):
        post.clock.advance(15)
        await until(renewed, lambda: "a new lease")
        await post.database.write(lambda c: reap(c, post.database.clock()))
    gate.opened.set()
    await post.settled(e1="delivered")
    assert len(team.messages) == 1


async def test_F60_a_429_pauses_its_channel_costs_no_try_and_survives_a_restart(
    database: Database, clock: HandClock
) -> None:
    first, second = Post(database, clock, "a"), Post(database, clock, "a")
    team = first.open("team", concurrency=2)
    first.open("qa")
    team.script = [throttled(120), throttled(None)]
    first.start()
    await first.owe("e1", "e2", "e3")
    await first.settled(e1="pending http_429")
    await first.owe("q1", channel="qa")
    await first.settled(q1="delivered")
    clock.advance(119)
    await asyncio.sleep(0.1)
    sent = len(team.messages)
    assert sent <= 2
    await first.stop()
    assert all(row.tries == 0 for row in (await database.read(snapshot)).values() if row.channel == "team")
    assert (await database.read(states))["team"].not_before == database.clock() + SECOND

    team = second.open("team")
    second.start()
    await asyncio.sleep(0.1)
    assert team.messages == []
    clock.advance(1)
    await second.settled(e1="delivered", e2="delivered", e3="delivered")
    assert team.events == ["e1", "e2", "e3"]
    assert not any("repeat" in footer(message) for message in team.messages)
    await second.stop()


async def resting_until(post: Post) -> int:
    """Until when the channel rests, once that has been written down."""
    found = 0

    async def look() -> bool:
        nonlocal found
        found = (await post.database.read(states))["team"].not_before
        return found > post.database.clock()

    await until(look)
    return found


async def test_F61_after_an_outage_one_is_tried_and_then_all_go_out_in_order(post: Post) -> None:
    down = True
    team = post.open("team", lambda _: RETRY if down else DELIVERED)
    names = [f"e{n:02}" for n in range(20)]
    post.start()
    await post.owe(*names[:10])
    await until(lambda: len(team.messages) == 5)
    tried = 5
    for _ in range(6):  # rests of 30 s, 1, 2, 4, 8 and 15 min
        await post.recorded()
        await asyncio.sleep(0.05)
        assert len(team.messages) == tried
        post.clock.advance((await resting_until(post) - post.database.clock()) / SECOND + 1)
        tried += 1
        await until(lambda want=tried: len(team.messages) == want)
    await post.owe(*names[10:])
    down = False
    await post.recorded()
    await asyncio.sleep(0.1)
    assert len(team.messages) == tried
    post.clock.advance(20 * 60)
    await post.settled(**dict.fromkeys(names, "delivered"))
    probe, *rest = team.events[tried:]
    assert probe in names[:5]
    assert rest == [each for each in names if each != probe]  # those that had failed keep their places
    assert team.most_at_once == 1


@pytest.mark.parametrize(("on_ambiguous", "posts", "state"), [("resend", 3, "exhausted"), ("drop", 1, "timeout")])
async def test_a_doubtful_message_is_repeated_twice_at_most(
    post: Post, on_ambiguous: str, posts: int, state: str
) -> None:
    team = post.open("team", lambda _: AMBIGUOUS, on_ambiguous=on_ambiguous)
    post.start()
    await post.owe("e1")
    for sent in range(1, posts + 1):
        await until(lambda want=sent: len(team.messages) == want)
        await asyncio.sleep(0.1)
        post.clock.advance(120)
    await post.settled(e1=f"dead {state}")
    assert len(team.messages) == posts
    assert ["possible repeat" in footer(message) for message in team.messages] == [n > 0 for n in range(posts)]


async def test_F66_a_channel_that_never_answers_is_in_doubt_after_the_deadline(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.delivery.attempt.DEADLINE", SECOND // 20)
    team = post.open("team", lambda _: Gate()())
    post.start()
    await post.owe("e1")
    await post.settled(e1="pending timeout")
    (row,) = (await post.database.read(snapshot)).values()
    assert (row.ambiguous, row.tries, row.due_at) == (1, 1, post.database.clock() + MINUTE)
    assert len(team.messages) == 1


async def test_F68_a_dead_channel_with_a_backlog_does_not_hold_up_the_others(post: Post) -> None:
    dead = post.open("team", lambda _: Gate()(), concurrency=4)
    await post.owe(*(f"d{n:04}" for n in range(500)))
    healthy = {f"h{n}": post.open(f"h{n}") for n in range(10)}
    post.start()
    await until(lambda: len(dead.messages) == 4)  # and none of them ever ends
    for turn in range(5):
        for name in healthy:
            await post.owe(f"{name}-{turn}", channel=name)
    await until(lambda: all(len(each.messages) == 5 for each in healthy.values()))
    assert len(dead.messages) == 4
    rows = (await post.database.read(snapshot)).values()
    assert sum(row.state == "inflight" and row.channel == "team" for row in rows) == 16  # 4 on their way, 12 at hand
    await post.stop(grace=0.05)


async def test_F69_a_backlog_drains_within_the_budget_the_oldest_first(database: Database, clock: HandClock) -> None:
    first, second = Post(database, clock, "a"), Post(database, clock, "b")
    budget = Budget("notify", 25, 300 * SECOND)
    names = [f"e{n:03}" for n in range(60)]
    events: list[str] = []

    def say(message: Message) -> Outcome:
        events.append(message.event["id"])
        return DELIVERED

    for each in (first, second):
        each.open("team", say, budget=budget, concurrency=4)
        each.open("qa", say, budget=budget)
    await first.owe(*names)
    await first.owe("q1", channel="qa")
    first.start()
    await until(lambda: len(events) == 25)
    await asyncio.sleep(0.1)
    assert len(events) == 25  # both channels together
    await first.stop()
    second.start()  # a restart does not begin a new budget
    clock.advance(299)
    await asyncio.sleep(0.1)
    assert len(events) == 25
    clock.advance(1)
    await until(lambda: len(events) == 50)
    clock.advance(300)
    await until(lambda: len(events) == 61)
    team = [each for each in events if each != "q1"]
    assert sorted(team) == names
    assert set(team[:24]) == set(names[:24])
    await second.stop()
