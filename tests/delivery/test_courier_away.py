"""The courier when the process ends, the database is away, or somebody takes back what it holds."""

import asyncio
from typing import Any

import pytest

from app.channels import Message, Outcome
from app.delivery.lane import Lane
from app.kernel.answers import DELIVERED
from app.kernel.errors import StoreUnavailable
from app.store import Database
from app.store.deliveries import cancel
from app.store.engine import Work
from tests.conftest import HandClock
from tests.delivery.conftest import Post, until
from tests.delivery.test_courier_faults import Gate
from tests.store.rows import snapshot


async def test_a_drain_gives_back_what_is_unsent_and_waits_for_what_is_on_its_way(post: Post) -> None:
    gate = Gate()
    team = post.open("team", lambda _: gate())
    post.start()
    await post.owe("e1", "e2", "e3")
    await until(lambda: len(team.messages) == 1)
    draining = asyncio.create_task(post.courier.drain(60))
    await asyncio.sleep(0.05)
    assert not draining.done()
    gate.opened.set()
    await draining
    assert await post.states() == {"e1": "delivered", "e2": "pending", "e3": "pending"}
    rows = list((await post.database.read(snapshot)).values())
    assert [(row.tries, row.ambiguous) for row in rows] == [(1, 0), (0, 0), (0, 0)]
    await post.owe("e4")
    await asyncio.sleep(0.1)
    assert len(team.messages) == 1


async def test_a_drain_cuts_off_what_takes_too_long_and_notes_the_doubt(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = Lane.stop
    monkeypatch.setattr(Lane, "stop", lambda lane, _: stop(lane, 0.05))  # and for noting it there is time
    team = post.open("team", lambda _: Gate()())
    post.start()
    await post.owe("e1")
    await until(lambda: len(team.messages) == 1)
    await post.courier.drain(60)
    assert await post.states() == {"e1": "pending timeout"}
    assert next(iter((await post.database.read(snapshot)).values())).ambiguous == 1


class Shaky:
    """A database that can be told to be away."""

    def __init__(self, database: Database) -> None:
        self._database, self.away, self.refused = database, False, 0
        self.dialect, self.clock, self.read = database.dialect, database.clock, database.read

    async def write(self, work: Work[Any]) -> Any:
        if self.away:
            self.refused += 1
            raise StoreUnavailable("away")
        return await self._database.write(work)


async def test_a_result_waits_for_a_database_that_is_away(database: Database, clock: HandClock) -> None:
    shaky = Shaky(database)
    post = Post(shaky, clock)  # type: ignore[arg-type]

    def say(_: Message) -> Outcome:
        shaky.away = True
        return DELIVERED

    team = post.open("team", say)
    post.start()
    await post.owe("e1")
    await until(lambda: shaky.refused >= 2)
    assert await post.states() == {"e1": "inflight"}
    shaky.away = False
    await post.settled(e1="delivered")
    assert len(team.messages) == 1
    await post.stop()


async def test_a_start_waits_for_a_database_that_is_away(database: Database, clock: HandClock) -> None:
    shaky = Shaky(database)
    post = Post(shaky, clock)  # type: ignore[arg-type]
    post.open("team")
    await post.owe("e1")
    shaky.away = True
    post.start()
    await until(lambda: shaky.refused >= 2)
    shaky.away = False
    await post.settled(e1="delivered")
    await post.stop()


async def test_what_was_taken_back_is_not_sent(post: Post) -> None:
    team = post.open("team")
    await post.owe("e1", "e2")
    first = min(await post.database.read(snapshot))
    assert await post.database.write(lambda c: cancel(c, first, post.database.clock()))
    post.start()
    await post.settled(e1="cancelled cancelled", e2="delivered")
    assert team.events == ["e2"]
