"""The loop: a round, a pause with some chance in it, and again; of several replicas one collects."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

from app import telemetry
from app.clients.opening import Clients
from app.clients.upstreams import Collect
from app.collector.differences import COMPARED
from app.collector.incident_tool import Told
from app.collector.labels import LABEL
from app.collector.news import Tell
from app.collector.round import Progress, Round
from app.collector.shown import SHOWN
from app.collector.standing import Standing
from app.collector.summary import Summary
from app.collector.work import Ask, Work
from app.estate import Estate
from app.kernel import logs
from app.kernel.clock import MINUTE, SECOND, monotonic
from app.kernel.errors import Overloaded, StoreUnavailable
from app.store import Database, collected, differences, fact_claims, fact_history
from app.store.collected import LOOKED, UNSEEN, Seen
from app.store.differences import Difference

log = logs.get("collector")

LEASE = 3 * MINUTE
"""How long a replica that died keeps the others from collecting, µs; renewed while a round goes on."""
ROUND = "round"
KINDS = (
    *("environment", "application", "commits", "version", "pull_request", "ticket", "moved", "cursor"),
    *(SHOWN, UNSEEN, LOOKED, LABEL, COMPARED),
)
WHOLE = 40
"""Digits of a whole commit."""


@dataclass(slots=True)
class Collector:
    """Collects for one process. `clients` and `collect` are asked for anew each round: the rules may have changed."""

    database: Database
    clients: Callable[[], Clients | None]
    collect: Callable[[], Collect]
    estate: Callable[[], Estate]
    send: Tell
    owner: str
    jitter: Callable[[], float]
    keeps: bool = True
    """Whether what was seen is remembered: not in a dry run."""
    standing: Standing = field(default_factory=Standing)

    async def run(self) -> None:
        """Collect until cancelled, at a steady pace. A round that fails as a whole is tried again after the pause."""
        while True:
            began, clients = monotonic(), self.clients()
            pause = self.collect().every / SECOND * (0.9 + 0.2 * self.jitter())
            if clients is not None:
                async with self.lease(round(pause * SECOND)) as mine:
                    if mine:
                        await self._round(clients)
            await asyncio.sleep(max(pause - (monotonic() - began), pause / 10))

    @asynccontextmanager
    async def lease(self, pause: int, *, at_once: bool = False) -> AsyncIterator[bool]:
        """Whether to collect now: no other replica does, and (unless `at_once`) it is time. The next is after `pause`.

        On SQLite there is no other.
        """
        if self.database.dialect == "sqlite":
            yield True
            return
        mine = await self._may(at_once=at_once)
        keeping = asyncio.create_task(self._keep_lease()) if mine else None
        began = self.database.clock()
        try:
            yield mine
        finally:
            if keeping is not None:
                keeping.cancel()
                with suppress(StoreUnavailable):
                    await self.database.write(lambda connection: collected.rest(connection, self.owner, began + pause))

    async def once(
        self,
        clients: Clients,
        *,
        only: Collection[str] = (),
        since: int | None = None,
        tell: Progress = lambda _: None,
    ) -> Summary:
        """One round. `since`: how far back to read, µs, what was read before included; without it, from where the
        last round came to. Raises StoreUnavailable or Overloaded."""
        collect, now = self.collect(), self.database.clock()
        seen = await self.database.read(lambda connection: collected.read(connection, KINDS))
        work = Work(
            now=now,
            since=now - (collect.since if since is None else since),
            quiet_after=collect.quiet_after,
            ask=Ask(self._known, self._subjects, self._tickets, self._incidents),
            seen=seen,
            send=self.send,
            keep=self._keep,
            again=since is not None,
            compared=self._compared,
        )
        return await Round(
            work, clients, self.estate(), self.standing, collect.concurrency, tell, frozenset(only)
        ).run()

    async def _may(self, *, at_once: bool = False) -> bool:
        now = self.database.clock()
        try:
            return await self.database.write(
                lambda connection: collected.lease(connection, self.owner, now, now + LEASE, at_once=at_once)
            )
        except StoreUnavailable:
            return False

    async def _keep_lease(self) -> None:
        while True:
            await asyncio.sleep(LEASE / SECOND / 3)
            await self._may()

    async def _round(self, clients: Clients) -> None:
        parts = [*clients.parts(), ROUND]
        telemetry.create_collector_series(parts)
        for part in parts:
            telemetry.COLLECTOR_RUNS.labels(part).inc()
        try:
            summary = await self.once(clients)
        except (Overloaded, StoreUnavailable) as error:
            log.warning("a round was broken off", action="collect", reason=str(error))
            self._count(parts, parts)
        except Exception:  # a defect in a round must not end what webhooks need
            log.error("a round failed", action="collect", exc_info=True)
            self._count(parts, parts)
        else:
            self._count(parts, [*summary.failed, ROUND] if summary.failed else [])
            telemetry.COLLECTOR_SECONDS.labels(ROUND).set(summary.seconds)
            news, stale = sum(summary.told.values()), sorted(summary.stale)[:20]
            log.info("collected", action="collect", services=summary.services, news=news, stale=stale,
                     unknown=len(summary.unknown), calls=sum(summary.calls.values()),
                     seconds=round(summary.seconds, 1))  # fmt: skip

    def _count(self, parts: Collection[str], failed: Collection[str]) -> None:
        for part in parts:
            if part in failed:
                telemetry.COLLECTOR_FAILURES.labels(part).inc()
            else:
                telemetry.COLLECTOR_SUCCESS.labels(part).set(self.database.clock() / SECOND)

    # ---------------------------------------------------------------- the store

    async def _known(self, service: str, words: Collection[str]) -> Mapping[str, str]:
        """A whole hash is known if there is such a commit; `whole` would take anybody's word for it."""
        whole = {word for word in words if len(word) >= WHOLE}
        short = [word for word in words if word not in whole]
        found = await self.database.read(lambda connection: collected.known_commits(connection, whole))
        return {sha: sha for sha in found} | await self.database.read(
            lambda connection: fact_history.whole(connection, service, short)
        )

    async def _subjects(self, service: str, types: Collection[str], since: int) -> Mapping[str, set[str]]:
        return await self.database.read(partial(collected.told, service=service, types=types, since=since))

    async def _tickets(self, service: str) -> Sequence[str]:
        return await self.database.read(lambda connection: collected.tickets(connection, service))

    async def _incidents(self, subjects: Collection[str]) -> Mapping[str, Sequence[Told]]:
        found: dict[str, list[Told]] = {}
        for claim in await self.database.read(lambda connection: fact_claims.by_subjects(connection, subjects)):
            found.setdefault(claim.subject, []).append(Told(claim.type, claim.at))
        return found

    async def _compared(self, told: Sequence[Difference]) -> None:
        if self.keeps:
            await self.database.write(lambda connection: differences.note(connection, told))

    async def _keep(self, seen: Sequence[Seen]) -> None:
        if self.keeps:
            await self.database.write(lambda connection: collected.note(connection, seen))
