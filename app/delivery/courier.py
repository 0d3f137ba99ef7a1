"""The courier: keeps a lane for every channel that is ours, and tells it when something is due."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping

from app.cards import Cards
from app.delivery import breaker
from app.delivery.lane import Desk, Lane
from app.delivery.leases import DEADLINE, Leases
from app.delivery.opening import OpenChannel
from app.delivery.reaper import counted, tell_reaped
from app.delivery.results import ResultWriter
from app.kernel import logs
from app.kernel.clock import SECOND, Clock
from app.kernel.errors import StoreUnavailable
from app.store import Connection, Database
from app.store.channel_states import ChannelState, disown, due_channels, enrol, own
from app.store.reaping import reap

POLL_SECONDS = 1.0
RENEW_SECONDS = 5.0
OWNERSHIP = 30 * SECOND
OWN_EVERY = 10 * SECOND
GRACE_SECONDS = 15.0

log = logs.get("courier")


class Courier:
    """Delivers what is due. `owner` names this process; `jitter` gives numbers in [0, 1).

    `why` is the page that says why an event was told, or ""; `ticket_urls` are the pages of tickets by their keys.

    On PostgreSQL a channel belongs to one replica at a time; on SQLite all are ours, and what a dead process
    held is taken over at the start.
    """

    def __init__(
        self,
        database: Database,
        *,
        channels: Callable[[], Mapping[str, OpenChannel]],
        cards: Callable[[], Cards],
        clock: Clock,
        jitter: Callable[[], float],
        owner: str,
        why: Callable[[str], str] = lambda _: "",
        ticket_urls: Callable[[Iterable[str]], Mapping[str, str]] = lambda _: {},
    ) -> None:
        leases = Leases(database, clock)
        self._desk = Desk(
            database, cards, clock, jitter, owner, leases, ResultWriter(database, leases, clock, owner), why,
            ticket_urls,
        )  # fmt: skip
        self._channels = channels
        self._alone = database.dialect == "sqlite"
        self._taken_over = not self._alone
        self._lanes: dict[str, Lane] = {}
        self._retiring: set[asyncio.Task[None]] = set()
        self._known: Mapping[str, OpenChannel] | None = None
        self._own_at = 0
        self._look = asyncio.Event()
        self._running = self._draining = False

    def at_most_once(self) -> frozenset[str]:
        """The channels that are not sent to again when nobody knows whether the first time arrived."""
        return frozenset(name for name, each in self._channels().items() if each.settings.on_ambiguous == "drop")

    def wake(self, channels: Iterable[str]) -> None:
        """Something is due for these channels, or they changed: a hint, nothing depends on it."""
        if self._channels() is not self._known:
            self._look.set()
        for name in channels:
            if lane := self._lanes.get(name):
                lane.wake()

    async def run(self) -> None:
        """Deliver until cancelled. `drain` first, or leases have to run out."""
        self._running = True
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._desk.results.run(), name="results")
                group.create_task(self._renew(), name="leases")
                while True:
                    self._look.clear()
                    await _stored(self._tend)
                    await self._idle()
        finally:
            for lane in self._lanes.values():
                lane.abandon()

    async def drain(self, grace: float = GRACE_SECONDS) -> None:
        """Stop claiming, give back what is unsent, wait for what is on its way, record it, give the channels back."""
        self._draining = True
        await asyncio.gather(*(lane.stop(grace) for lane in self._lanes.values()), *self._retiring)
        self._lanes = {}
        if not self._running:
            return
        owner = self._desk.owner
        try:
            async with asyncio.timeout(grace):
                await self._desk.results.flush()
                await self._desk.database.write(lambda connection: disown(connection, owner))
        except (StoreUnavailable, TimeoutError):
            log.error("results could not be recorded: their leases run out, and they may be repeated", action="drain")

    async def _take_over(self) -> None:
        """On SQLite nobody else can be at work: what is claimed was claimed by a process that died."""
        now, careful = self._desk.clock(), self.at_most_once()
        reaped = await self._desk.database.write(lambda c: counted(c, reap(c, now, at_most_once=careful, alone=True)))
        tell_reaped(reaped)
        self._taken_over = True

    async def _tend(self) -> None:
        if self._draining:
            return
        if not self._taken_over:
            await self._take_over()
        await self._own()
        now, owner = self._desk.clock(), self._desk.owner
        for name in await self._desk.database.read(lambda connection: due_channels(connection, owner, now)):
            if lane := self._lanes.get(name):
                lane.wake()
        for lane in self._lanes.values():
            lane.show(now)

    async def _own(self) -> None:
        """Keep the channels that are ours, take those that are free; at once when the rules changed."""
        channels, now = self._channels(), self._desk.clock()
        if channels is self._known and self._own_at <= now < self._own_at + OWN_EVERY:
            return
        owner, alone = self._desk.owner, self._alone

        def work(connection: Connection) -> dict[str, ChannelState]:
            enrol(connection, channels)
            return own(connection, list(channels), owner, now, OWNERSHIP, alone=alone)

        owned = await self._desk.database.write(work)
        if not self._draining:
            self._known, self._own_at = channels, now
            self._arrange(channels, owned)

    def _arrange(self, channels: Mapping[str, OpenChannel], owned: dict[str, ChannelState]) -> None:
        """Open a lane for every channel of ours, close those of channels that changed, went or were lost."""
        for name, lane in list(self._lanes.items()):
            if name not in owned or lane.opened is not channels[name]:
                self._retire(self._lanes.pop(name))
                if name in owned:  # what the lane knows may not have been saved yet
                    owned[name] = lane.state
        for name in owned.keys() - self._lanes.keys():
            lane = self._lanes[name] = Lane(self._desk, channels[name], breaker.given_a_chance(owned[name]))
            lane.wake()

    def _retire(self, lane: Lane) -> None:
        task = asyncio.create_task(lane.stop(DEADLINE / SECOND))
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            await _stored(self._desk.leases.renew)

    async def _idle(self) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS * (0.8 + 0.4 * self._desk.jitter())):
                await self._look.wait()
        except TimeoutError:
            pass


async def _stored(step: Callable[[], Awaitable[None]]) -> bool:
    """Take a step; False when the database was away."""
    try:
        await step()
    except StoreUnavailable as error:
        log.warning("store unavailable", action=step.__name__.strip("_"), reason=str(error))
        return False
    return True
