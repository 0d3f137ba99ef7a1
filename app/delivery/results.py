"""Writes the results of all channels, many in one commit.

The window in which a crash makes a repeat possible is the time from Teams' answer to this commit: a result waits
for 20 ms at most so that others can share it.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence

from app import telemetry
from app.delivery.leases import Leases
from app.kernel import logs
from app.kernel.answers import Verdict
from app.kernel.clock import Clock, monotonic
from app.kernel.errors import StoreUnavailable
from app.store import Connection, Database, counters
from app.store.channel_states import ChannelState, save
from app.store.claims import Pair
from app.store.results import Result, record

LINGER_SECONDS = 0.02
BATCH = 64
MOST = 512
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0

log = logs.get("courier")


class ResultWriter:
    """One for each process. `put` never waits: what is put is bounded by what has been claimed."""

    def __init__(self, database: Database, leases: Leases, clock: Clock, owner: str) -> None:
        self._database, self._leases, self._clock, self._owner = database, leases, clock, owner
        self._results: list[tuple[str, Result]] = []
        self._states: dict[str, ChannelState] = {}
        self._some = asyncio.Event()
        self._full = asyncio.Event()
        self._writing = asyncio.Lock()

    def put(self, channel: str, result: Result) -> None:
        """Record what came of a claim."""
        self._results.append((channel, result))
        self._some.set()
        if len(self._results) >= BATCH:
            self._full.set()

    def put_state(self, state: ChannelState) -> None:
        """Record a channel's state; only the last one counts."""
        self._states[state.channel] = state
        self._some.set()

    async def run(self) -> None:
        """Write until cancelled; a database that is away is waited for."""
        pause = _FIRST_PAUSE
        while True:
            await self._some.wait()
            await self._linger()
            try:
                await self.flush()
                pause = _FIRST_PAUSE
            except StoreUnavailable as error:
                log.warning("store unavailable", action="record", reason=str(error), waiting=len(self._results))
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def flush(self) -> None:
        """Write all that waits. Raises StoreUnavailable, and then everything waits as before."""
        async with self._writing:
            while self._results or self._states:
                await self._write()

    async def _linger(self) -> None:
        if len(self._results) < BATCH:
            self._full.clear()
            try:
                async with asyncio.timeout(LINGER_SECONDS):
                    await self._full.wait()
            except TimeoutError:
                pass

    async def _write(self) -> None:
        batch, states, now = self._results[:MOST], dict(self._states), self._clock()
        self._some.clear()
        began = monotonic()

        def work(connection: Connection) -> set[Pair]:
            save(connection, list(states.values()), self._owner)
            ours = record(connection, [result for _, result in batch], now)
            counters.add(connection, _count(batch, ours))
            return ours

        try:
            ours = await self._database.write(work)
        except BaseException:
            self._some.set()
            raise
        telemetry.STAGE_SECONDS.labels("record").observe(monotonic() - began)
        del self._results[: len(batch)]
        for channel, state in states.items():
            if self._states.get(channel) is state:
                del self._states[channel]
        self._settle(batch, ours)

    def _settle(self, batch: Sequence[tuple[str, Result]], ours: set[Pair]) -> None:
        """Count what was recorded; a result whose lease had been lost is counted apart, and nothing else is done."""
        pairs = [(result.delivery_id, result.fence) for _, result in batch]
        self._leases.let_go(pairs)
        stale = len(pairs) - len(ours)
        telemetry.STALE_RESULTS.inc(stale)
        ended = Counter(
            (channel, result.change.state)
            for (channel, result), pair in zip(batch, pairs, strict=True)
            if result.change.state != "pending" and pair in ours
        )
        if batch:
            told = {f"{channel} {state}": number for (channel, state), number in ended.items()}
            log.info("recorded", action="deliver", results=len(batch), stale=stale, ended=told)


def _count(batch: Sequence[tuple[str, Result]], ours: set[Pair]) -> Counter[counters.Series]:
    """What recorded results add to the counters. A batch that is written twice finds nothing that is still ours."""
    tally: Counter[counters.Series] = Counter()
    for channel, result in batch:
        if (result.delivery_id, result.fence) not in ours:
            continue
        if result.change.state != "pending":
            tally[telemetry.DELIVERIES, (channel, result.change.state)] += 1
        if result.attempt is not None:
            verdict = result.attempt.verdict
            tally[telemetry.ATTEMPTS, (channel,)] += 1
            tally[telemetry.RETRIES, (channel,)] += result.again
            tally[telemetry.AMBIGUOUS, (channel,)] += verdict == Verdict.AMBIGUOUS.value
            tally[telemetry.FAILURES, (channel, result.attempt.reason)] += verdict != Verdict.DELIVERED.value
    return tally
