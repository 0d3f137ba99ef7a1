"""The loop: a round, a pause with some chance in it, and again; of several replicas one collects."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from app import telemetry
from app.clients.opening import Clients
from app.clients.upstreams import Collect
from app.collector.desired import Repository
from app.collector.history import Repositories
from app.collector.news import Tell
from app.collector.round import Progress, Round
from app.collector.summary import Summary
from app.collector.work import Ask, Work
from app.estate import Estate
from app.kernel import logs
from app.kernel.clock import MINUTE, SECOND
from app.kernel.errors import Overloaded, StoreUnavailable
from app.store import Database, collected, fact_history
from app.store.collected import Seen

log = logs.get("collector")

LEASE = 10 * MINUTE
"""How long a replica that died keeps the others from collecting, µs."""
ROUND = "round"
KINDS = ("environment", "application", "commits", "version", "pull_request", "ticket", "cursor")


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
    repository: Repository = field(default_factory=Repository)
    repositories: Repositories = field(default_factory=dict)

    async def run(self) -> None:
        """Collect until cancelled. A round that fails as a whole is tried again after the pause."""
        while True:
            clients = self.clients()
            if clients is not None and await self._may():
                await self._round(clients)
            every = self.collect().every / SECOND
            await asyncio.sleep(every * (0.9 + 0.2 * self.jitter()))

    async def once(
        self,
        clients: Clients,
        *,
        only: Collection[str] = (),
        since: int | None = None,
        tell: Progress = lambda _: None,
    ) -> Summary:
        """One round. `since`: how far back a first look reads, µs. Raises StoreUnavailable or Overloaded."""
        collect, now = self.collect(), self.database.clock()
        seen = await self.database.read(lambda connection: collected.read(connection, KINDS))
        work = Work(
            now=now,
            since=now - (collect.since if since is None else since),
            quiet_after=collect.quiet_after,
            ask=Ask(self._known, self._subjects, self._tickets),
            seen=seen,
            send=self.send,
            keep=self._keep,
        )
        began = clients.calls()
        found = Round(
            work, clients, self.estate(), self.repository, self.repositories, collect.concurrency, tell, frozenset(only)
        )
        summary = await found.run()
        for name, calls in began.items():
            summary.calls[name] -= calls
        return summary

    async def close(self) -> None:
        """Let another replica collect at once."""
        await self.database.write(lambda connection: collected.release(connection, self.owner))

    async def _may(self) -> bool:
        now = self.database.clock()
        try:
            return await self.database.write(
                lambda connection: collected.lease(connection, self.owner, now, now + LEASE)
            )
        except StoreUnavailable:
            return False

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
        except Exception:
            log.error("a round failed", action="collect", exc_info=True)
            self._count(parts, parts)
        else:
            self._count(parts, [*summary.failed, ROUND] if summary.failed else [])
            telemetry.COLLECTOR_SECONDS.labels(ROUND).set(summary.seconds)
            news, stale = sum(summary.told.values()), sorted(summary.stale)[:20]
            log.info("collected", action="collect", services=summary.services, news=news, stale=stale,
                     unknown=len(summary.unknown), seconds=round(summary.seconds, 1))  # fmt: skip

    def _count(self, parts: Collection[str], failed: Collection[str]) -> None:
        for part in parts:
            if part in failed:
                telemetry.COLLECTOR_FAILURES.labels(part).inc()
            else:
                telemetry.COLLECTOR_SUCCESS.labels(part).set(self.database.clock() / SECOND)

    # ---------------------------------------------------------------- the store

    async def _known(self, service: str, words: Collection[str]) -> Mapping[str, str]:
        return await self.database.read(lambda connection: fact_history.whole(connection, service, words))

    async def _subjects(self, service: str, types: Collection[str], since: int) -> Mapping[str, set[str]]:
        return await self.database.read(partial(collected.told, service=service, types=types, since=since))

    async def _tickets(self, service: str) -> Sequence[str]:
        return await self.database.read(lambda connection: collected.tickets(connection, service))

    async def _keep(self, seen: Sequence[Seen]) -> None:
        await self.database.write(lambda connection: collected.note(connection, seen))
