"""One round: desired state, what runs, then each service's repository and tickets, side by side.

A fault of one service or upstream is noted and stops nothing else: what was known of it stays, and is called stale.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from app.clients.bitbucket import Bitbucket
from app.clients.faults import ApiFault
from app.clients.git_faults import GitFault
from app.clients.opening import Clients
from app.collector.applications import Running, running, tell_applications
from app.collector.desired import Named, Repository
from app.collector.environments import Place, places, tell_environments
from app.collector.history import History, Repositories
from app.collector.summary import Summary
from app.collector.tickets import tell_tickets
from app.collector.work import Work
from app.estate import Estate
from app.kernel.clock import monotonic

T = TypeVar("T")

SERVICE_SECONDS = 120.0
"""A service that takes longer is left for the next round: it may hang for ever."""

Progress = Callable[[Summary], None]


@dataclass(frozen=True, slots=True)
class Round:
    """What a round works with. `only` limits it to some services."""

    work: Work
    clients: Clients
    estate: Estate
    repository: Repository
    repositories: Repositories
    concurrency: int
    tell: Progress = lambda _: None
    only: frozenset[str] = frozenset()
    patience: float = SERVICE_SECONDS

    async def run(self) -> Summary:
        """Go round once. Raises StoreUnavailable or Overloaded when nothing can be kept."""
        began, summary = monotonic(), self.work.summary
        desired, found = await asyncio.gather(self._desired(), self._running())
        here = {key: place for key, place in places(desired, found).items() if self._wanted(key[0])}
        await tell_applications(self.work, found)
        await tell_environments(self.work, here.values())
        await self.work.flush()
        services = [name for name in self.estate.services if self._wanted(name)]
        summary.services = len(services)
        slots = asyncio.Semaphore(self.concurrency)
        async with asyncio.TaskGroup() as group:
            for service in services:
                own = [place for key, place in here.items() if key[0] == service]
                group.create_task(self._service(slots, service, own))
        summary.calls.update(self.clients.calls())
        summary.seconds = monotonic() - began
        return summary

    def _wanted(self, service: str) -> bool:
        return not self.only or service in self.only

    # ---------------------------------------------------------------- for all services at once

    async def _desired(self) -> Sequence[Named]:
        git = self.clients.gitops
        if git is None:
            return []
        try:
            return await self.repository.read(git, self.estate, self.work.summary)
        except GitFault as fault:
            self.work.summary.left("*", "gitops", f"gitops: {fault}")
            return []

    async def _running(self) -> list[Running]:
        async def ask(name: str) -> list[Running]:
            argocd, entry = self.clients.argocd[name]
            try:
                which = {"projects": entry.projects, "selector": entry.selector}
                return await running(argocd, entry.url, name, self.estate, **which)
            except ApiFault as fault:
                self.work.summary.left("*", "argocd", str(fault))
                return []

        return [each for found in await asyncio.gather(*map(ask, self.clients.argocd)) for each in found]

    # ---------------------------------------------------------------- service by service

    async def _service(self, slots: asyncio.Semaphore, service: str, here: Sequence[Place]) -> None:
        """Everything about one service; whatever goes wrong in it is noted here."""
        async with slots:
            texts: list[str] = []
            bitbucket, repository = self.clients.bitbucket, self.estate.repositories.get(service)
            if bitbucket is not None and repository is not None:
                texts = (
                    await self._guarded(service, "bitbucket", self._history(bitbucket, service, repository, here)) or []
                )
            jira = self.clients.jira
            if jira is not None:
                keys = [*self.estate.tickets_in(texts), *await self.work.ask.tickets(service)]
                await self._guarded(service, "jira", tell_tickets(self.work, jira, service, list(dict.fromkeys(keys))))
            await self.work.flush()
        self.work.summary.done += 1
        self.tell(self.work.summary)

    async def _history(self, bitbucket: Bitbucket, service: str, repository: str, here: Sequence[Place]) -> list[str]:
        return await History(self.work, bitbucket, self.repositories, service, repository).read(self._words(here))

    def _words(self, here: Sequence[Place]) -> Mapping[str, str]:
        """The versions that are wanted or run, each with the commit, tag or branch that it names."""
        found = [version for place in here for version in (place.wanted, place.actual) if version]
        tags = self.clients.gitops.tags if self.clients.gitops else None
        return {version: (tags and tags.commit(version)) or version for version in found}

    async def _guarded(self, service: str, upstream: str, step: Awaitable[T]) -> T | None:
        try:
            async with asyncio.timeout(self.patience):
                return await step
        except ApiFault as fault:
            self.work.summary.left(service, fault.upstream, str(fault))
        except TimeoutError:
            self.work.summary.left(service, upstream, f"{upstream}: no end within {self.patience:g} s")
        return None
