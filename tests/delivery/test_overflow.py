"""A budget that is used up: what comes then is one digest for each channel, and nothing of it is lost."""

from collections import Counter

import orjson
import pytest
import sqlalchemy as sa

from app.channels import Message, Outcome
from app.delivery.bundler import Bundler
from app.delivery.opening import Budget
from app.kernel.answers import DELIVERED, Verdict
from app.kernel.clock import SECOND
from app.store import Connection, Database
from app.store.budgets import save_stamps
from app.store.claims import claim
from app.store.deliveries import cancel
from app.store.reaping import expire
from app.store.tables import bundles, deliveries
from tests.conftest import HandClock
from tests.delivery.conftest import Post, ToldChannel, until
from tests.store.rows import snapshot

BUDGET = Budget("notify", 25, 300 * SECOND, digest=True)


class Office(Post):
    """A courier and a bundler that works when it is told to."""

    def __init__(self, database: Database, clock: HandClock, owner: str = "me") -> None:
        super().__init__(database, clock, owner)
        self.bundler = Bundler(database, self.courier.wake)

    async def put_off(self, number: int, channel: str = "team") -> None:
        """Wait until so many cards of a channel wait for a post."""

        def work(connection: Connection) -> int:
            later = sa.select(sa.func.count()).where(
                deliveries.c.channel == channel,
                deliveries.c.state == "pending",
                deliveries.c.due_at > self.database.clock(),
            )
            return connection.scalar(later) or 0

        async def enough() -> bool:
            return await self.database.read(work) == number

        await until(enough, lambda: f"{number} to be put off")

    async def free_again(self) -> None:
        """The next post is free, and the bundles are closed."""
        self.clock.advance(300.5)
        while await self.bundler.once():
            pass

    async def sums(self) -> dict[str, int]:
        rows = (await self.database.read(snapshot)).values()
        return dict(Counter(f"{row.state} {row.reason}" if row.reason else row.state for row in rows))

    async def at_rest(self) -> bool:
        """A channel has its message before the result of it is written."""
        return "inflight" not in await self.sums()


@pytest.fixture
async def office(database: Database, clock: HandClock):
    made = Office(database, clock)
    yield made
    await made.stop()


def told(channel: ToldChannel) -> list[set[str]]:
    """The events that each message tells."""
    return [
        {item["id"] for item in message.event["digest"]["items"]}
        if "digest" in message.event
        else {message.event["id"]}
        for message in channel.messages
    ]


def ids(first: int, last: int) -> list[str]:
    return [f"e{n:03}" for n in range(first, last)]


async def test_the_26th_post_in_300_s_becomes_part_of_a_digest(office: Office) -> None:
    team = office.open("team", budget=BUDGET)
    office.start()
    await office.owe(*ids(0, 28))
    await office.put_off(3)
    await office.owe(*ids(28, 30))  # later ones join until then
    await office.put_off(5)
    await until(lambda: len(team.messages) == 25)
    assert told(team) == [{each} for each in ids(0, 25)]
    assert await office.bundler.once() == 0
    await office.free_again()
    await until(lambda: len(team.messages) == 26)
    assert told(team)[-1] == set(ids(25, 30))
    digest = team.messages[-1].event["digest"]
    assert (digest["how"], digest["by"], digest["count"]) == ("overflow", "notify", 5)
    await until(office.at_rest)
    assert await office.sums() == {"delivered": 26, "cancelled digested": 5}


async def test_channels_share_the_posts_and_each_has_a_digest_of_its_own(office: Office) -> None:
    team, qa = (office.open(name, budget=BUDGET) for name in ("team", "qa"))
    office.start()
    await office.owe(*ids(0, 20))
    await until(lambda: len(team.messages) == 20)
    await office.owe(*ids(50, 57), channel="qa")
    await office.put_off(2, "qa")
    await office.owe(*ids(20, 23))
    await office.put_off(3)
    await office.free_again()
    await until(lambda: len(team.messages) + len(qa.messages) == 27)
    assert told(team)[20:] == [set(ids(20, 23))]
    assert told(qa) == [{each} for each in ids(50, 55)] + [set(ids(55, 57))]


async def test_one_that_stays_alone_is_sent_as_itself(office: Office) -> None:
    team = office.open("team", budget=BUDGET)
    office.start()
    await office.owe(*ids(0, 26))
    await office.put_off(1)
    await office.free_again()
    await until(lambda: len(team.messages) == 26)
    assert told(team)[-1] == {"e025"}
    await until(office.at_rest)
    assert await office.sums() == {"delivered": 26}
    assert {row.generation for row in (await office.database.read(snapshot)).values()} == {0}


async def test_a_restart_keeps_the_bucket_and_what_waits(database: Database, clock: HandClock) -> None:
    first, second = Office(database, clock, "one"), Office(database, clock, "two")
    before, after = (each.open("team", budget=BUDGET) for each in (first, second))
    first.start()
    await first.owe(*ids(0, 27))
    await first.put_off(2)
    await first.stop()
    second.start()
    await second.owe("e027", "e028")
    await second.put_off(4)
    assert (len(before.messages), len(after.messages)) == (25, 0)
    await second.free_again()
    await until(lambda: len(after.messages) == 1)
    assert told(after) == [set(ids(25, 29))]
    await second.stop()


async def test_without_digest_what_is_too_much_waits_its_turn(office: Office) -> None:
    team = office.open("team", budget=Budget("notify", 5, 300 * SECOND))
    office.start()
    await office.owe(*ids(0, 8))
    await until(lambda: len(team.messages) == 5)
    await office.free_again()
    await until(lambda: len(team.messages) == 8)
    assert told(team) == [{each} for each in ids(0, 8)]
    assert await office.database.read(lambda c: c.scalar(sa.select(sa.func.count()).select_from(bundles))) == 0


async def test_a_backlog_after_a_pause_is_told_by_a_digest(office: Office) -> None:
    pause = [Outcome(Verdict.THROTTLED, "throttled", 429, retry_after=60)]

    def say(_: Message) -> Outcome:
        return pause.pop() if pause else DELIVERED

    team = office.open("team", say, budget=Budget("notify", 3, 300 * SECOND, digest=True))
    office.start()
    await office.owe("e000")
    await office.settled(e000="pending throttled")
    await office.owe(*ids(1, 40))
    office.clock.advance(61)
    await office.put_off(38)
    await until(lambda: len(team.messages) == 3)
    assert told(team) == [{"e000"}, {"e000"}, {"e001"}]  # what was tried keeps its place
    await office.free_again()
    await until(lambda: len(team.messages) == 4)
    assert told(team)[-1] == set(ids(2, 40))


async def test_what_was_taken_back_meanwhile_is_not_told(office: Office) -> None:
    team = office.open("team", budget=Budget("notify", 1, 300 * SECOND, digest=True))
    office.start()
    await office.owe(*ids(0, 5))
    await office.put_off(4)
    rows = {row.event_id: row.id for row in (await office.database.read(snapshot)).values()}
    now = office.database.clock()
    assert await office.database.write(lambda c: cancel(c, rows["e001"], now))
    assert await office.database.write(lambda c: expire(c, [rows["e002"]], now))
    await office.free_again()
    await until(lambda: len(team.messages) == 2)
    assert told(team)[-1] == {"e003", "e004"}
    await until(office.at_rest)
    assert await office.sums() == {
        "delivered": 2, "cancelled cancelled": 1, "dead expired": 1, "cancelled digested": 2,
    }  # fmt: skip


async def test_when_nothing_is_left_of_it_nothing_is_told(office: Office) -> None:
    team = office.open("team", budget=Budget("notify", 1, 300 * SECOND, digest=True))
    office.start()
    await office.owe("e000", "e001")
    await office.put_off(1)
    rows = {row.event_id: row.id for row in (await office.database.read(snapshot)).values()}
    assert await office.database.write(lambda c: cancel(c, rows["e001"], office.database.clock()))
    await office.free_again()
    await until(lambda: bool(team.messages))
    assert told(team) == [{"e000"}]
    (closed,) = await office.database.read(lambda c: c.execute(sa.select(bundles)).all())
    assert (closed.closed_at, closed.delivery_key) == (office.database.clock(), None)


async def test_a_digest_does_not_overflow_but_waits_its_turn(office: Office) -> None:
    """The post that became free went to another channel: the digest waits, and goes out as what it is."""
    budget = Budget("notify", 2, 300 * SECOND, digest=True)
    team = office.open("team", budget=budget)
    office.start()
    await office.owe(*ids(0, 4))
    await office.put_off(2)
    await office.database.write(lambda c: save_stamps(c, "notify", [office.database.clock() + 300 * SECOND] * 2))
    await office.free_again()
    await office.owe("e004")
    await office.put_off(1)
    assert len(team.messages) == 2
    await office.free_again()
    await until(lambda: len(team.messages) == 4)
    assert told(team)[2:] == [{"e002", "e003"}, {"e004"}]


async def test_if_nobody_makes_the_digest_they_go_out_by_themselves(office: Office) -> None:
    team = office.open("team", budget=Budget("notify", 3, 300 * SECOND, digest=True))
    office.start()
    await office.owe(*ids(0, 5))
    await office.put_off(2)
    office.clock.advance(300 + 121)
    await until(lambda: len(team.messages) == 5)
    assert told(team) == [{each} for each in ids(0, 5)]
    await until(office.at_rest)
    await office.free_again()
    assert len(team.messages) == 5
    assert await office.sums() == {"delivered": 5}


async def test_two_thousand_become_one(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    team = office.open("team", budget=Budget("notify", 1, 300 * SECOND, digest=True))
    office.start()
    await office.owe(*(f"e{n:05}" for n in range(2001)))
    await office.put_off(2000)
    await office.free_again()
    await until(lambda: len(team.messages) == 2)
    digest = team.messages[-1].event["digest"]
    assert (digest["count"], len(digest["items"])) == (2000, 100)
    assert len(orjson.dumps(team.messages[-1].card)) < 28_000


async def test_a_claim_beside_the_bundler_is_never_told_twice(office: Office, database: Database) -> None:
    """Somebody claims what the bundle was read with: the bundle stays open, and the rest is told without it."""
    budget = Budget("notify", 1, 300 * SECOND, digest=True)
    office.open("team", budget=budget)
    office.start()
    await office.owe(*ids(0, 4))
    await office.put_off(3)
    await office.stop()
    office.clock.advance(301)
    made = office.bundler._closing

    async def claimed_meanwhile(*args):
        closing = await made(*args)
        office.bundler._closing = made
        now = office.database.clock()
        await database.write(lambda c: c.execute(sa.text("UPDATE channel_states SET owner='x', lease_until=1e18")))
        await database.write(
            lambda c: c.execute(sa.update(deliveries).where(deliveries.c.event_id == "e001").values(due_at=now))
        )
        assert len(await database.write(lambda c: claim(c, "team", "x", 5, now, SECOND))) == 1
        return closing

    office.bundler._closing = claimed_meanwhile
    assert await office.bundler.once() == 0
    assert await office.bundler.once() == 1
    assert await office.sums() == {"delivered": 1, "inflight": 1, "cancelled digested": 2, "pending": 1}


async def test_what_overflows_again_before_its_digest_is_made_is_told_once(office: Office, clock: HandClock) -> None:
    team = office.open("team", budget=BUDGET)
    office.start()
    await office.owe(*ids(0, 28))
    await office.put_off(3)
    clock.advance(300.5)
    await office.owe(*ids(30, 55))  # takes all the room that there is again
    await until(lambda: len(team.messages) == 50)
    clock.advance(130)  # nobody made the digest: what waits for it is due by itself, and there is no room
    office.courier.wake(["team"])
    await office.put_off(3)
    clock.advance(200)
    while await office.bundler.once():
        pass
    await until(lambda: len(team.messages) == 51)
    assert told(team)[-1] == set(ids(25, 28))
    assert team.messages[-1].event["digest"]["count"] == 3
