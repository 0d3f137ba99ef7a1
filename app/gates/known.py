"""The service's facts as gates ask for them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, TypeVar

from app.estate import Estate
from app.facts.model import Scan, TestRun
from app.gates.gate import FailRate, OpenIncident, Running, Stay
from app.gates.model import Question
from app.measures import answer
from app.measures.found import MEASURES
from app.measures.scope import Scope
from app.store import Connection, Database, gate_evidence
from app.store.measure_points import read

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StoredFacts:
    """Facts out of the store, read when they are asked for."""

    database: Database
    estate: Estate

    async def running(self, service: str, environment: str) -> Running | None:
        row = await self._read(partial(gate_evidence.running, service=service, environment=environment))
        return Running(row["version"], row["sha"] or "", "the service's facts") if row and row["version"] else None

    async def health(self, service: str, environment: str) -> str | None:
        row = await self._read(partial(gate_evidence.running, service=service, environment=environment))
        return row["health"] if row else None

    async def scans(self, question: Question) -> Sequence[Scan]:
        ask = partial(gate_evidence.scans, service=question.service, commit=question.commit, version=question.version)
        return [_made(Scan, row) for row in await self._read(ask)]

    async def last_scan(self, service: str) -> int | None:
        return await self._read(partial(gate_evidence.last_scan, service=service))

    async def test_runs(self, question: Question, environment: str) -> Sequence[TestRun]:
        ask = partial(
            gate_evidence.test_runs,
            service=question.service,
            environment=environment,
            commit=question.commit,
            version=question.version,
        )
        return [_made(TestRun, row) for row in await self._read(ask)]

    async def stays(self, question: Question, environment: str) -> Sequence[Stay]:
        ask = partial(
            gate_evidence.stays,
            service=question.service,
            environment=environment,
            commit=question.commit,
            version=question.version,
        )
        return [_made(Stay, row) for row in await self._read(ask)]

    async def open_incidents(self, service: str) -> Sequence[OpenIncident]:
        rows = await self._read(partial(gate_evidence.open_incidents, service=service))
        return [_made(OpenIncident, row) for row in rows]

    async def fail_rate(self, service: str, window: int) -> FailRate:
        measure, now = MEASURES["change_fail_rate"], self.database.clock()
        scope = Scope(tuple((name, str(self.estate.tiers[name])) for name in self.estate.environments), service)

        def ask(connection: Connection) -> FailRate:
            found = answer(measure, read(connection, scope, set(measure.facts), now - window, now, now))
            return FailRate(found.headline, found.n)

        return await self._read(ask)

    async def _read(self, ask: Callable[[Connection], T]) -> T:
        return await self.database.read(ask)


def _made(kind: Callable[..., T], row: Mapping[str, Any]) -> T:
    """A row as the thing that it is, without the columns that the thing does not have."""
    return kind(**{each.name: row[each.name] for each in fields(kind) if each.name in row})  # type: ignore[arg-type]
