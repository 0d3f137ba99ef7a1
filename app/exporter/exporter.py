"""The exporter: keeps what the facts come to, made anew where they changed, and answers the scrape."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from prometheus_client.exposition import choose_encoder

from app import telemetry
from app.estate import Estate
from app.exporter import reading, shown, standing, text
from app.exporter.families import Operational
from app.exporter.reading import Found, Stages
from app.exporter.shown import Sample
from app.exporter.text import Counted, Examples, Lines
from app.kernel import logs
from app.kernel.clock import MINUTE, SECOND, monotonic
from app.kernel.errors import StoreUnavailable
from app.store import Database, counters, exported, lead_times

EVERY_SECONDS = 5.0
AT_LEAST_EVERY = 5 * MINUTE
"""A window moves on by itself: so often all is made anew."""
TEAM_EVERY = MINUTE
"""A team with much news is made anew at most so often."""
REST = 1.0
"""How long the loop rests after each service or team, in times of what it took: webhooks need the processor, too."""
AT_A_SCRAPE = 0.5
"""Seconds for which a scrape makes anew what changed; the rest is told as it was, and made by the loop."""

log = logs.get("exporter")


class Exporter:
    """One for each process. What it reads from the store is the same on all replicas."""

    def __init__(self, database: Database, estate: Callable[[], Estate], *, tickets: bool) -> None:
        self._database, self._estate, self._tickets = database, estate, tickets
        self._stages: Stages = ()
        self._counted: Counted = {}
        self._restated: Counter[str] = Counter()
        self._restatement: int | None = None
        self._services: dict[str, tuple[int, Found]] = {}
        self._teams: dict[str, tuple[int, Found]] = {}
        self._busy = asyncio.Lock()

    async def run(self, started: asyncio.Event) -> None:
        """Keep up with the facts until cancelled; the first pass, by far the longest, belongs to the start."""
        await started.wait()
        while True:
            try:
                await self.refresh(rest=REST)
            except StoreUnavailable as error:
                log.warning("store unavailable", action="export", reason=str(error))
            except Exception:  # figures that cannot be worked out must not end what webhooks need
                log.exception("figures could not be worked out", action="export")
            await asyncio.sleep(EVERY_SECONDS)

    async def scrape(self, accept: str) -> tuple[bytes, str]:
        """The exposition in the format that is asked for, and its content type. Without the store: as it was last."""
        try:
            if not self._busy.locked():
                await self.refresh(AT_A_SCRAPE)
            self._counted = await self._database.read(counters.values)
        except StoreUnavailable as error:
            log.warning("store unavailable", action="scrape", reason=str(error))
        services = {service: found for service, (_, found) in self._services.items()}
        lines = [*(found.lines for found in services.values()), *(found.lines for _, found in self._teams.values())]
        now = list(self._now(services))
        # In a thread: webhooks need not wait for it.
        return await asyncio.to_thread(
            _written, accept, self._counted, [*lines, text.written(now)], _examples(services)
        )

    async def refresh(self, seconds: float = float("inf"), *, rest: float = 0.0) -> None:
        """Make anew what changed or is old, for so long at most; `rest` is as `REST`. Raises StoreUnavailable."""
        until = monotonic() + seconds
        async with self._busy:
            estate = self._estate()
            self._follow(estate)
            self._counted = await self._database.read(counters.values)
            await self._follow_restatements()
            each = [partial(self._service, service) for service in estate.services]
            each += [partial(self._team, team, services) for team, services in estate.teams.items()]
            for make in each:
                began = monotonic()
                if began < until:
                    await make()
                    await asyncio.sleep((monotonic() - began) * rest)

    def _follow(self, estate: Estate) -> None:
        """Forget what the estate names no more; with other environments all is made anew."""
        stages = tuple((name, str(estate.tiers[name])) for name in estate.environments)
        if stages != self._stages:
            self._stages, self._services, self._teams = stages, {}, {}
        for kept, named in ((self._services, estate.services), (self._teams, tuple(estate.teams))):
            for name in kept.keys() - set(named):
                del kept[name]

    async def _follow_restatements(self) -> None:
        """What one service tells may change another's facts: those that share a repository."""
        self._restatement, services = await self._database.read(partial(exported.restated, after=self._restatement))
        self._restated.update(services)

    async def _service(self, service: str) -> None:
        revision, now = self._revision(service), self._database.clock()
        last = self._services.get(service)
        if last is not None and last[0] == revision and now - last[1].at < AT_LEAST_EVERY:
            return
        found = await self._database.read(partial(reading.of_service, service=service, stages=self._stages, now=now))
        if found.settled:
            await self._database.write(partial(lead_times.observe, new=found.settled, now=now))
        self._services[service] = revision, found

    async def _team(self, team: str, services: Sequence[str]) -> None:
        revision, now = sum(map(self._revision, services)), self._database.clock()
        last = self._teams.get(team)
        if last is not None and now - last[1].at < (AT_LEAST_EVERY if last[0] == revision else TEAM_EVERY):
            return
        found = await self._database.read(lambda c: reading.of_team(c, team, self._stages, now))
        self._teams[team] = revision, found

    def _revision(self, service: str) -> int:
        """Grows with every event of a service, whichever replica processed it, and where its facts are restated."""
        return self._counted.get((telemetry.SERVICE_EVENTS.name, (service,)), 0) + self._restated[service]

    def _now(self, services: Mapping[str, Found]) -> Iterator[Sample]:
        """What is another thing at every moment, or is made of several services."""
        names, now = [name for name, _ in self._stages], self._database.clock()
        estate = self._estate()
        for service, found in services.items():
            if service in estate.services:
                yield standing.of_service(service, estate.owner_at(service, now), found.last)
            yield from standing.of_states(service, found.states, names, now)
        if self._tickets:
            yield from standing.of_moving([ticket for found in services.values() for ticket in found.moving], names)
        if services:
            yield shown.LAST_COMPUTED, (), min(found.at for found in services.values()) / SECOND


def _written(accept: str, counted: Counted, parts: Sequence[Lines], examples: Examples) -> tuple[bytes, str]:
    encode, content_type = choose_encoder(accept)
    body = encode(Operational(counted))
    end = b"# EOF\n" if body.endswith(b"# EOF\n") else b""
    lines = [
        *text.gauges(parts, openmetrics=bool(end)),
        *text.lead_times(counted, examples, openmetrics=bool(end)),
    ]
    return body.removesuffix(end) + "".join(lines).encode() + end, content_type


def _examples(services: Mapping[str, Found]) -> Examples:
    """The chains that have a histogram: those that something was deployed to."""
    return {
        (service, state.environment): found.examples.get(state.environment, {})
        for service, found in services.items()
        for state in found.states
    }
