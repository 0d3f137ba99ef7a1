"""Upkeep: retention, free disk, the write-ahead log, and gauges that must be looked up."""

import asyncio
import shutil
from pathlib import Path

from app import telemetry
from app.kernel import logs
from app.kernel.clock import MINUTE, SECOND, monotonic
from app.kernel.errors import StoreUnavailable
from app.store import Database, retention
from app.store import events as event_store
from app.store import receipts as receipt_store

log = logs.get("upkeep")

DISK_EVERY, PRUNE_EVERY = 1, 60
STEADY_SECONDS = 3600.0
"""How long the clock must have run without a jump before anything is deleted for its age: a machine that starts in the
wrong year, or is put there, would lose its whole history in its first minute."""


class Disk:
    """Knows whether there is room left: below the reserve the door answers 503 instead of filling the disk."""

    def __init__(self, folder: Path | None, reserve: int) -> None:
        self._folder, self._reserve = folder, reserve
        self.full = False

    def look(self) -> None:
        """Measure; a folder of None (PostgreSQL) is never full here."""
        if self._folder is None:
            return
        free = shutil.disk_usage(self._folder).free
        telemetry.DB_FREE.set(free)
        if (free < self._reserve) is not self.full:
            self.full = not self.full
            log.warning("disk is full" if self.full else "disk has room again", action="disk", free=free)


class Upkeep:
    """Runs once a second for the disk and once a minute for the rest, until cancelled."""

    def __init__(self, database: Database, disk: Disk, *, history: int, attempts: int) -> None:
        self._database, self._disk = database, disk
        self._history, self._attempts = history, attempts
        self._ahead: float | None = None
        self._steady_since = monotonic()

    async def run(self) -> None:
        seconds = 0
        while True:
            self._disk.look()
            self._watch_clock()
            try:
                await self._measure()
                if seconds % PRUNE_EVERY == 0:
                    await self._database.maintain()
                    telemetry.STORE_EVENTS.set(await self._database.read(event_store.count))
                    if self._steady():
                        await self.prune()
            except StoreUnavailable as error:
                log.warning("store unavailable", action="upkeep", reason=str(error))
            seconds += DISK_EVERY
            await asyncio.sleep(DISK_EVERY)

    async def prune(self) -> int:
        """Delete what is older than the retention, bite by bite; returns how many rows went."""
        now, total = self._database.clock(), 0
        for bite, before in (
            (retention.prune_attempts, now - self._attempts),
            (retention.prune_history, now - self._history),
        ):
            gone = 1
            while gone:
                gone = await self._database.write(lambda connection, b=bite, t=before: b(connection, t))  # type: ignore[misc]
                total += gone
                await asyncio.sleep(0)
        if total:
            log.info("pruned", action="retention", rows=total)
        return total

    async def _measure(self) -> None:
        oldest = await self._database.read(receipt_store.oldest_waiting)
        now = self._database.clock()
        telemetry.OLDEST_UNROUTED.set(max(0, now - oldest) / SECOND if oldest else 0)

    def _watch_clock(self) -> None:
        """The machine's clock against one that only goes forward: how far it is ahead must stay the same."""
        ahead = self._database.clock() / SECOND - monotonic()
        moved = 0.0 if self._ahead is None else ahead - self._ahead
        self._ahead = ahead
        if abs(moved) > MINUTE / SECOND:
            telemetry.CLOCK_JUMPS.inc()
            self._steady_since = monotonic()
            log.warning("the clock jumped", action="clock", seconds=round(moved))

    def _steady(self) -> bool:
        """Whether what looks old is old. The database's clock may just have been learned anew: look again."""
        self._watch_clock()
        return monotonic() - self._steady_since >= STEADY_SECONDS
