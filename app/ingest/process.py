"""From receipts to events, routing records and deliveries: one transaction a batch, safe to run again."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import structlog

from app import telemetry
from app.estate import Estate
from app.events import flat
from app.facts.windows import Zones
from app.ingest.facts import keep_facts
from app.ingest.interpret import interpret
from app.ingest.outcome import Read, count, finished, observe, stored
from app.ingest.planning import count_planned, plan_routed
from app.kernel.clock import SECOND, monotonic
from app.kernel.errors import StoreUnavailable
from app.routing import Rulebook, route
from app.sources import Source
from app.store import Connection, Database, counters
from app.store import events as event_store
from app.store import receipts as receipt_store
from app.store.carried import with_commits
from app.store.incident_starts import made_whole
from app.store.receipts import StoredReceipt

BATCH = 64
LEASE = 60 * SECOND
GRACE_SECONDS = 10.0
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
"""Seconds between two tries while the database is away."""
LARGE = 1 << 20
"""Bytes of bodies from which a batch is read in a thread: a scanner's report may take seconds."""

log = structlog.get_logger("process")


@dataclass(frozen=True, slots=True)
class Book:
    """What decides, as one snapshot: a batch reads it once."""

    estate: Estate
    rules: Rulebook
    max_age: Callable[[str], int]
    """How long a message to a channel may wait, in µs."""

    @property
    def zones(self) -> Zones:
        """Where days and weeks begin, for each team."""
        own = {team.name: ZoneInfo(team.timezone) for team in self.rules.teams if team.timezone}
        return Zones(ZoneInfo(self.rules.timezone), own)


@dataclass(frozen=True, slots=True)
class Batch:
    """What one batch came to: ids of new events, new deliveries by channel."""

    new: set[str]
    planned: Mapping[str, int]


class Processor:
    """Claims receipts and makes of them what they say. Several may run on PostgreSQL."""

    def __init__(
        self,
        database: Database,
        sources: Mapping[str, Source],
        book: Callable[[], Book],
        on_planned: Callable[[Iterable[str]], None],
    ) -> None:
        self._database, self._sources, self._book, self._on_planned = database, sources, book, on_planned
        self._wake = asyncio.Event()
        self._working = asyncio.Lock()
        self._stopping = False

    def wake(self) -> None:
        """Something was stored: a hint, nothing depends on it."""
        self._wake.set()

    async def run(self) -> None:
        """Process until cancelled; a database that is away is waited for."""
        pause = FIRST_PAUSE
        while not self._stopping:
            self._wake.clear()
            try:
                async with self._working:
                    done = await self.once() or await self.suspect()
                pause = FIRST_PAUSE
            except StoreUnavailable as error:
                pause = await _wait(pause, error)
                continue
            if not done:
                await self._idle()

    async def drain(self, grace: float = GRACE_SECONDS) -> None:
        """Finish the batch that is in work, and begin no other: what is cut off waits until its lease runs out."""
        self._stopping = True
        self._wake.set()
        try:
            async with asyncio.timeout(grace), self._working:
                pass
        except TimeoutError:
            log.warning("a batch was cut off: it is read again when its lease ends", action="drain")

    async def once(self) -> int:
        """Process one batch of fresh receipts; returns how many there were."""
        return await self._process(lambda connection, now: receipt_store.claim(connection, now, BATCH, LEASE))

    async def suspect(self) -> int:
        """Process one receipt that failed or was left over by a crash, alone, its try counted before."""
        return await self._process(lambda connection, now: receipt_store.claim_suspect(connection, now, LEASE))

    async def _idle(self) -> None:
        try:
            async with asyncio.timeout(1):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _process(self, claim: Callable[[Connection, int], list[StoredReceipt]]) -> int:
        began, book, now = monotonic(), self._book(), self._database.clock()
        claimed = await self._database.write(lambda connection: claim(connection, now))
        if not claimed:
            return 0
        if sum(len(receipt.body) for receipt in claimed) > LARGE:
            read = await asyncio.to_thread(self._read, claimed, book)
        else:
            read = self._read(claimed, book)
        batch = await self._stored(read, book, now)
        took = monotonic() - began
        telemetry.STAGE_SECONDS.labels("process").observe(took)
        observe(read, batch.new)
        log.info("processed", action="process", receipts=len(claimed), events=len(batch.new),
                 deliveries=sum(batch.planned.values()), ms=round(took * 1000, 1))  # fmt: skip
        self._on_planned(batch.planned)
        return len(claimed)

    async def _stored(self, read: Sequence[Read], book: Book, now: int) -> Batch:
        """Store it, and go on trying while the claim is ours: given up, it would wait until its lease runs out."""
        pause, until = FIRST_PAUSE, monotonic() + LEASE / SECOND
        while True:
            try:
                return await self._database.write(lambda connection: self._store(connection, read, book, now))
            except StoreUnavailable as error:
                if monotonic() + pause > until:
                    raise
                pause = await _wait(pause, error)

    def _read(self, claimed: Sequence[StoredReceipt], book: Book) -> list[Read]:
        """What the receipts say; no transaction is open meanwhile."""
        said = interpret(claimed, self._sources, book.estate)
        return [
            Read(receipt, each, [(event, flat(event)) for event in each.events])
            for receipt, each in zip(claimed, said, strict=True)
        ]

    def _store(self, connection: Connection, read: Sequence[Read], book: Book, now: int) -> Batch:
        """Everything that a batch comes to, in one transaction: run again it changes nothing."""
        new: set[str] = set()
        for again in (False, True):
            rows = [
                stored(event, view)
                for each in read
                if (each.receipt.flags == receipt_store.REPLAY_FLAG) is again
                for event, view in each.events
            ]
            new |= event_store.add(connection, rows, refresh=again)
        views = {event.id: view for each in read for event, view in each.events if event.id in new}
        replayed = [each for each in read if each.receipt.flags == receipt_store.REPLAY_FLAG]
        restated = keep_facts(connection, views, [view for each in replayed for _, view in each.events], book.zones)
        whole = made_whole(connection, list(views.values()))
        routed = [(view, route(book.rules, with_commits(connection, book.rules, view))) for view in whole]
        planned = plan_routed(connection, routed, book.max_age, now)
        receipt_store.finish(connection, [finished(each.receipt, each.said, now) for each in read], now)
        tally = count(read, [routing for _, routing in routed], new) + count_planned(planned) + restated
        counters.add(connection, tally)
        return Batch(new, planned)


async def _wait(pause: float, error: StoreUnavailable) -> float:
    """Tell, and wait; returns the next pause."""
    telemetry.ROUTING_ERRORS.labels("store").inc()
    log.warning("store unavailable", action="process", reason=str(error))
    await asyncio.sleep(pause)
    return min(pause * 2, LONGEST_PAUSE)
