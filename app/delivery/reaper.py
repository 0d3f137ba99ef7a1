"""The reaper: takes back claims of the dead, gives up what is too old, and keeps the gauges of the backlog."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial

from app import telemetry
from app.kernel import logs
from app.kernel.clock import SECOND
from app.kernel.errors import StoreUnavailable
from app.store import Connection, Database, counters
from app.store.delivery_list import Backlog, backlog
from app.store.reaping import Reaped, expire, expired, pull_in, reap, stranded

EVERY_SECONDS = 15.0

log = logs.get("reaper")


class Reaper:
    """One for each process that delivers; several do no harm to each other."""

    def __init__(
        self,
        database: Database,
        wake: Callable[[Iterable[str]], None],
        at_most_once: Callable[[], Collection[str]],
    ) -> None:
        self._database, self._wake, self._at_most_once = database, wake, at_most_once
        self._shown: set[str] = set()

    async def run(self) -> None:
        """Reap every 15 s until cancelled."""
        while True:
            try:
                await self.once()
            except StoreUnavailable as error:
                log.warning("store unavailable", action="reap", reason=str(error))
            await asyncio.sleep(EVERY_SECONDS)

    async def once(self) -> None:
        """One round."""
        now, careful = self._database.clock(), self._at_most_once()
        tell_reaped(await self._database.write(lambda c: counted(c, reap(c, now, at_most_once=careful))))
        await self._expire(now)
        far = await self._database.read(lambda c: stranded(c, now))
        if far:
            pulled = await self._database.write(lambda c: pull_in(c, far, now))
            log.warning("the clock was put back: deliveries were made due", action="reap", deliveries=pulled)
        self._show(await self._database.read(backlog), now)

    async def _expire(self, now: int) -> None:
        """In bites, so that the writer is never held for long; looked up outside it."""
        while ids := await self._database.read(lambda c: expired(c, now)):
            gone = await self._database.write(partial(_give_up, ids=ids, now=now))
            log.warning("given up, too old", action="reap", deliveries=dict(gone))

    def _show(self, now_waiting: Backlog, now: int) -> None:
        """Set the gauges; a channel that is in no answer any more is set to zero."""
        self._shown |= now_waiting.pending.keys() | now_waiting.dead.keys() | now_waiting.bundled.keys()
        for channel in self._shown:
            oldest = now_waiting.oldest_pending.get(channel, now)
            telemetry.PENDING.labels(channel).set(now_waiting.pending.get(channel, 0))
            telemetry.OLDEST_PENDING.labels(channel).set(max(now - oldest, 0) / SECOND)
            telemetry.BUNDLED.labels(channel).set(now_waiting.bundled.get(channel, 0))
            telemetry.DEAD.labels(channel).set(now_waiting.dead.get(channel, 0))
        telemetry.DEAD_OLDEST.set((now_waiting.oldest_dead or 0) / SECOND)


def counted(connection: Connection, reaped: Reaped) -> Reaped:
    """Count what was taken back, in the transaction that did it."""
    tally: Counter[counters.Series] = Counter()
    for channel, number in (*reaped.pending.items(), *reaped.dead.items()):
        tally[telemetry.AMBIGUOUS, (channel,)] += number
    for channel, number in reaped.dead.items():
        tally[telemetry.DELIVERIES, (channel, "dead")] += number
    counters.add(connection, tally)
    return reaped


def _give_up(connection: Connection, ids: Collection[int], now: int) -> Mapping[str, int]:
    gone = expire(connection, ids, now)
    counters.add(connection, {(telemetry.DELIVERIES, (channel, "dead")): number for channel, number in gone.items()})
    return gone


def tell_reaped(reaped: Reaped) -> None:
    """Tell what was taken back."""
    back, gone = sum(reaped.pending.values()), sum(reaped.dead.values())
    if not back and not gone:
        return
    telemetry.RECLAIMED.inc(back + gone)
    log.warning("leases ran out", action="reap", owed_again=dict(reaped.pending), given_up=dict(reaped.dead))
