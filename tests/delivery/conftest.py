"""A courier on a real database, with channels that do as they are told and a clock that is turned by hand."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import sqlalchemy as sa

from app.cards import load_cards
from app.channels import Channel, ChannelSettings, Message, Outcome
from app.delivery.courier import Courier
from app.delivery.opening import Budget, OpenChannel
from app.kernel.answers import DELIVERED
from app.kernel.clock import DAY
from app.store import Connection, Database
from app.store.tables import attempts
from tests.conftest import HandClock
from tests.store.rows import owe, snapshot

Say = Callable[[Message], Outcome | Awaitable[Outcome]]


class ToldChannel:
    """Answers by `say`, or with the outcomes of `script` first; keeps every message."""

    def __init__(self, say: Say = lambda _: DELIVERED) -> None:
        self.say, self.script = say, list[Outcome]()
        self.messages: list[Message] = []
        self.at_once = self.most_at_once = 0

    async def send(self, message: Message) -> Outcome:
        self.messages.append(message)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0)
            said = self.script.pop(0) if self.script else self.say(message)
            return said if isinstance(said, Outcome) else await said
        finally:
            self.at_once -= 1

    async def close(self) -> None:
        """Nothing is held open."""

    @property
    def events(self) -> list[str]:
        return [message.event["id"] for message in self.messages]


def open_channel(name: str, channel: Channel, *, budget: Budget | None = None, **settings: object) -> OpenChannel:
    values = {"kind": "told", "concurrency": 1} | settings
    return OpenChannel(name, channel, ChannelSettings.model_validate(values), budget, DAY)


class Post:
    """A running courier and what it works with."""

    def __init__(self, database: Database, clock: HandClock, owner: str = "me") -> None:
        self.database, self.clock = database, clock
        self.channels: dict[str, OpenChannel] = {}
        self.cards = load_cards({})
        self.courier = Courier(
            database, channels=lambda: self.channels, cards=lambda: self.cards, clock=database.clock,
            jitter=lambda: 0.5, owner=owner,
        )  # fmt: skip
        self._task: asyncio.Task[None] | None = None

    def open(self, name: str, say: Say = lambda _: DELIVERED, **settings: object) -> ToldChannel:
        """Put a channel in force, as a reload does."""
        told = ToldChannel(say)
        self.put(open_channel(name, told, **settings))  # type: ignore[arg-type]
        return told

    def put(self, opened: OpenChannel) -> None:
        self.channels = {**self.channels, opened.name: opened}
        self.courier.wake([opened.name])

    async def owe(self, *events: str, channel: str = "team", **changes: object) -> None:
        now = self.database.clock()

        def work(connection: Connection) -> None:
            owe(connection, events, now, channel, **({"card": "minimal"} | changes))

        await self.database.write(work)
        self.courier.wake([channel])

    def start(self) -> None:
        self._task = asyncio.create_task(self.courier.run())

    async def crash(self) -> None:
        """End it without a word, as a kill does."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._task = None

    async def left(self, channel: str) -> None:
        """Wait until nothing works for a channel that has left the rules."""
        names = {f"lane {channel}", f"sender {channel}"}
        await until(
            lambda: not names & {task.get_name() for task in asyncio.all_tasks()}, lambda: f"the end of {names}"
        )

    async def stop(self, grace: float = 60) -> None:
        if self._task is not None:
            await self.courier.drain(grace)
            await self.crash()

    async def states(self) -> dict[str, str]:
        """The state of every delivery, by event; with its reason where there is one."""
        rows = (await self.database.read(snapshot)).values()
        return {row.event_id: f"{row.state} {row.reason}" if row.reason else row.state for row in rows}

    async def settled(self, **states: str) -> None:
        """Wait until these deliveries are in these states."""
        found: dict[str, str] = {}

        async def look() -> bool:
            found.update(await self.states())
            return all(found.get(event) == state for event, state in states.items())

        await until(look, lambda: f"{found} instead of {states}")

    async def tried(self, *reasons: str) -> None:
        """Wait until the attempts that are written down are these, and no others."""
        found: list[str] = []

        async def look() -> bool:
            query = sa.select(attempts.c.reason).order_by(attempts.c.delivery_id, attempts.c.fence)
            found[:] = await self.database.read(lambda connection: connection.scalars(query).all())
            return found == list(reasons)

        await until(look, lambda: f"{found} instead of {reasons}")

    async def recorded(self) -> None:
        """Wait until no delivery is in flight: what came of the last ones is written."""
        found: dict[str, str] = {}

        async def look() -> bool:
            found.update(await self.states())
            return "inflight" not in found.values()

        await until(look, lambda: f"nothing in flight, and not {found}")


async def until(
    condition: Callable[[], bool | Awaitable[bool]], what: Callable[[], str] = lambda: "it", seconds: float = 30
) -> None:
    """Wait for a condition; fails with `what` after `seconds`."""
    for _ in range(int(seconds / 0.01)):
        found = condition()
        if found if isinstance(found, bool) else await found:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"waited for {what()}")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for due deliveries often: the tests turn the clock."""
    monkeypatch.setattr("app.delivery.courier.POLL_SECONDS", 0.02)
    monkeypatch.setattr("app.delivery.courier.RENEW_SECONDS", 0.02)


@pytest.fixture
async def post(database: Database, clock: HandClock) -> AsyncIterator[Post]:
    made = Post(database, clock)
    yield made
    await made.stop()
