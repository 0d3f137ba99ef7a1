"""One round: desired state, what runs, then each service's repository and tickets, side by side.

A fault of one service or upstream is noted and stops nothing else: what was known of it stays, and is called stale.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from app.clients.bitbucket import Bitbucket
from app.clients.faults import ApiFault
from app.clients.opening import Clients
from app.collector.applications import tell_applications
from app.collector.differences import compare, pairs
from app.collector.environments import Place, places, tell_environments
from app.collector.history import History
from app.collector.incident_tool import Tool
from app.collector.incidents import tell_incidents, tools
from app.collector.issues import Issues
from app.collector.labels import Labels
from app.collector.reading import Reading, pause
from app.collector.repositories import name_of
from app.collector.shown import Places, note_unseen, remember, say_lost, showed, unseen
from app.collector.standing import Heard, Standing
from app.collector.summary import ALL, Summary
from app.collector.tickets import tell_tickets
from app.collector.work import Work
from app.estate import Estate
from app.kernel import logs
from app.kernel.clock import monotonic
from app.kernel.errors import Overloaded, StoreUnavailable
from app.kernel.together import all_of, together
from app.store.collected import LOOKED, Seen

T = TypeVar("T")
log = logs.get("collector")

SERVICE_SECONDS = 120.0
"""A service that takes longer is left for the next round: it may hang for ever."""

Progress = Callable[[Summary], None]


@dataclass(frozen=True, slots=True)
class Round:
    """What a round works with. `only` limits it to some services."""

    work: Work
    clients: Clients
    estate: Estate
    standing: Standing
    concurrency: int
    tell: Progress = lambda _: None
    only: Collection[str] = ()
    patience: float = SERVICE_SECONDS
    _read: dict[str, History] = field(default_factory=dict, init=False)
    _answered: dict[str, int] = field(default_factory=dict, init=False)
    """Questions that each upstream had answered before the round."""
    _refused: set[str] = field(default_factory=set, init=False)
    """The upstreams that know no token of ours: they are not asked again before the next round."""

    async def run(self) -> Summary:
        """Go round once. Raises StoreUnavailable or Overloaded when nothing can be kept."""
        began, summary, calls = monotonic(), self.work.summary, self.clients.calls()
        self._answered.update({name: api.answered for name, api in self.clients.apis().items()})
        services = [name for name in self.estate.services if self._wanted(name)]
        summary.services = len(services)
        self.tell(summary)
        await together(self._services(services), self._incidents())
        await self.work.flush()
        summary.calls.update({name: count - calls.get(name, 0) for name, count in self.clients.calls().items()})
        summary.seconds = monotonic() - began
        return summary

    async def _services(self, services: Sequence[str]) -> None:
        here = await self._environments(services)
        issues = Issues(self.clients.jira) if self.clients.jira else None
        await self._side_by_side(services, lambda service: self._service(service, here.get(service, ()), issues))
        await self._side_by_side(list(self._read), self._rest)
        await self._side_by_side(list(self._read), lambda service: self._compare(service, here.get(service, ())))

    def _wanted(self, service: str) -> bool:
        return not self.only or service in self.only

    async def _side_by_side(self, services: Sequence[str], step: Callable[[str], Awaitable[None]]) -> None:
        slots = asyncio.Semaphore(self.concurrency)

        async def one(service: str) -> None:
            async with slots:
                await step(service)

        await all_of(one(service) for service in services)

    # ---------------------------------------------------------------- for all services at once

    async def _environments(self, services: Sequence[str]) -> Mapping[str, Sequence[Place]]:
        """What is wanted and what runs, told; by service."""
        standing, summary = self.standing, self.work.summary
        desired, heard, _ = await asyncio.gather(
            standing.desired(self.clients.gitops, self.estate, summary),
            standing.running(self.clients.argocd, self.estate, showed(self.work)),
            self._repositories(services),
        )
        here = {key: place for key, place in places(desired or (), heard.running).items() if self._wanted(key[0])}
        fresh = [each for each in heard.running if each.service is None or self._wanted(each.service)]
        if self.clients.gitops is not None and desired:
            await standing.past.fill(self.clients.gitops, desired, fresh)
        await tell_applications(self.work, fresh, known_only=desired is None)
        await self._tell_environments(here, heard, told=desired is not None)
        await self.work.flush()
        return {service: [place for key, place in here.items() if key[0] == service] for service in services}

    async def _tell_environments(self, here: Places, heard: Heard, *, told: bool) -> None:
        """Tell what is wanted and what runs, unless nobody knows what is wanted: then what was told last stays."""
        work = self.work
        before = {key for kind, key in work.seen if kind == "environment" and self._wanted(key.rpartition("/")[0])}
        missed = unseen(work, here, heard, before)
        say_lost(work, heard, missed)
        if not told:
            return
        gone = before - missed.blind if not self.only else set()
        await tell_environments(work, {k: v for k, v in here.items() if "/".join(k) not in missed.blind}, gone)
        remember(work, here, heard)
        note_unseen(work, missed)
        if not self.only and "gitops" not in work.summary.failed:  # else nobody knows any more
            work.note(Seen(LOOKED, "environments", "", work.now))

    async def _incidents(self) -> None:
        """What the incident tools tell, who are not asked about one service alone."""
        asked = {tool.name: tool for tool in tools(self.clients.incidents)} if not self.only else {}
        await self._side_by_side(list(asked), lambda name: self._tool(asked[name]))

    async def _tool(self, tool: Tool[Any]) -> None:
        await self._guarded(ALL, tool.name, tell_incidents(self.work, tool))
        await self.work.flush()

    async def _repositories(self, services: Sequence[str]) -> None:
        if self.clients.bitbucket is not None:
            workspace = self.clients.bitbucket.workspace
            named = [name for service in services if (name := name_of(self.estate, service, workspace))]
            names = [name for name, _ in named]
            try:
                await self.standing.repositories.prepare(self.clients.bitbucket, names, self.work.now)
            except ApiFault as fault:  # each service says for itself what it lacks
                self._heed(fault)

    # ---------------------------------------------------------------- service by service

    async def _service(self, service: str, here: Sequence[Place], issues: Issues | None) -> None:
        """What lineage and tickets of one service need; whatever goes wrong in it is noted here."""
        texts: list[str] = []
        if self.clients.bitbucket is not None:
            found = await self._guarded(service, "bitbucket", self._history(self.clients.bitbucket, service, here))
            texts = found or []
        if issues is not None:
            keys = dict.fromkeys([*self.estate.tickets_in(texts), *await self.work.ask.tickets(service)])
            await self._guarded(service, "jira", tell_tickets(self.work, issues, service, list(keys)))
        await self.work.flush()
        self.work.summary.done += 1
        self.tell(self.work.summary)

    async def _history(self, bitbucket: Bitbucket, service: str, here: Sequence[Place]) -> list[str]:
        work = self.work
        named = name_of(self.estate, service, bitbucket.workspace)
        if named is None:
            work.summary.not_known(f"{service}: the estate names no repository, and upstreams.bitbucket no workspace")
            return []
        name, guessed = named
        its = await self.standing.repositories.of(bitbucket, name, work.now, guessed=guessed)
        if its is None:
            work.summary.not_known(f"{service}: there is no repository {name}, and the estate names none")
            return []
        reading = Reading(work, bitbucket, service, name, its, first=work.before("commits", name) is None)
        images = {version: image for place in here for version, image in place.images.items()}
        labels = Labels(work, self.clients.registries, service, images)
        history = History(reading, pause(bitbucket, len(self.estate.services)), labels)
        texts = await history.read(self._words(here))
        self._read[service] = history
        return texts

    async def _rest(self, service: str) -> None:
        await self._guarded(service, "bitbucket", self._read[service].rest())
        await self.work.flush()

    async def _compare(self, service: str, here: Sequence[Place]) -> None:
        """How much differs between environments: after all else, for it can wait the longest."""
        if wanted := list(pairs(here, self.estate)):
            await self._guarded(service, "bitbucket", self._differences(service, here, wanted))
            await self.work.flush()

    async def _differences(self, service: str, here: Sequence[Place], wanted: Sequence[tuple[str, str]]) -> None:
        history = self._read[service]
        await compare(history.here, wanted, await history.commits_of(self._words(here)))

    def _words(self, here: Sequence[Place]) -> Mapping[str, str]:
        """The versions that are wanted or run, each with the commit, tag or branch that it names."""
        found = [version for place in here for version in (place.wanted, place.actual) if version]
        tags = self.clients.gitops.tags if self.clients.gitops else None
        return {version: (tags and tags.commit(version)) or version for version in found}

    def _heed(self, fault: ApiFault) -> None:
        """Ask no more where a token is refused, unless it was good for something else in this round."""
        api = self.clients.apis().get(fault.upstream)
        if fault.kind != "auth_error" or api is None or api.answered != self._answered.get(api.name):
            return
        if api.name == "bitbucket":
            self.standing.repositories.kept.clear()  # the next round begins with one question, not with one for each
        if api.name not in self._refused:
            self._refused.add(api.name)
            what = f"the token of upstreams.{api.name} is refused: nothing more is asked there in this round"
            log.warning(what, action="collect", upstream=api.name, reason=fault.detail)

    async def _guarded(self, service: str, upstream: str, step: Coroutine[Any, Any, T]) -> T | None:
        left = partial(self.work.summary.left, service)
        if upstream in self._refused:
            step.close()
            left(upstream, f"{upstream}: auth_error: not asked: its token is refused")
            return None
        try:
            async with asyncio.timeout(self.patience):
                return await step
        except ApiFault as fault:
            self._heed(fault)
            left(fault.upstream, str(fault))
        except TimeoutError:
            left(upstream, f"{upstream}: no end within {self.patience:g} s")
        except (StoreUnavailable, Overloaded):
            raise
        except Exception:  # what one service trips over must not stop the others
            log.error("a service could not be read", action="collect", service=service, exc_info=True)
            left(upstream, f"{upstream}: a defect of ours, the log says more")
        return None
