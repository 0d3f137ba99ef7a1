"""How soon every number that an event changes is right, with little and with much history behind it.

A commit is pushed and goes live in production; both are received and processed as by the service, on the file of a
seeded year. The clock runs from before the receipt of the deployment is stored until the team's week is read, which is
kept with the facts; everything else is asked of the facts themselves. That it is right is asserted every time.
"""

import asyncio
import hashlib
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import orjson

from app.estate import Estate
from app.estate.sections import EnvironmentEntry, Labels, ServiceEntry, Tickets
from app.events.reports import SCHEMA
from app.facts.windows import week_of
from app.ingest.process import Book, Processor
from app.kernel import logs
from app.kernel.clock import DAY, HOUR, MINUTE, SECOND, iso
from app.kernel.ids import derived_id
from app.kernel.yaml import load
from app.measures import answer
from app.measures.found import MEASURES
from app.measures.scope import Scope
from app.routing import load_rulebook
from app.sources.collector import SOURCE
from app.store import Database, receipts
from app.store.fact_weeks import keep_all
from app.store.measure_points import read
from app.store.measure_weeks import weeks
from app.store.opening import open_database
from app.store.receipts import NewReceipt
from bench.bench import Bench
from bench.fact_world import END, fill, team
from bench.figures import Figure, Must
from bench.saturate import Unusable

_SIZES, _QUICK = (10_000, 100_000, 1_000_000), (10_000, 20_000, 50_000)
_FIRST, _MEASURED = 5, 20
"""Deployments of the service that give its chain an end out of events, and those after them that are measured."""
_SERVICE = "service-007"
_TEAM = team(7)


@dataclass(slots=True)
class Line:
    """What is told next, and what each deployment took: ms of CPU and ms on the clock."""

    now: int = END
    number: int = 0
    head: str = "0" * 40
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)


def run(bench: Bench) -> list[Figure]:
    """Milliseconds of an event, and how much dearer a hundred times the history makes it."""
    logs.configure("WARNING")
    sizes = _SIZES if bench.seconds > 2 else _QUICK
    lines = []
    for size in sizes:
        with bench.folder() as folder:
            bench.say(f"  writing {size:,} deployments")
            fill(folder / "facts.db", size, size // 50)
            lines.append(asyncio.run(_measured(folder / "facts.db")))
        cpu, wall = median(lines[-1].cpu), median(lines[-1].wall)
        bench.say(f"  an event: {cpu:.1f} ms of CPU, {wall:.1f} ms on the clock")
    ran = f"push and deployment, facts and kept weeks, SQLite, synchronous=FULL; {sizes[-1]:,} deployments of history"
    growth = [median(lines[-1].cpu) / median(lines[0].cpu)]
    return [
        Figure("freshness: one event to every number right", lines[-1].cpu, Must("≤", 100), "ms of CPU", ran),
        Figure("freshness: a hundred times the history costs", growth, Must("≤", 2), "times", ran),
        *(
            Figure(f"freshness: the same on the clock, {size:,} deployments", line.wall, None, "ms", "")
            for size, line in zip(sizes, lines, strict=True)
        ),
    ]


async def _measured(path: Path) -> Line:
    line = Line()
    database = open_database(f"sqlite:///{path}", lambda: line.now)
    await database.start()
    try:
        await database.write(keep_all)
        book = _book()
        processor = Processor(database, {"collector": SOURCE}, lambda: book, lambda _: None)
        for _ in range(_FIRST + _MEASURED):
            await _deployed(database, processor, line)
    finally:
        await database.close()
    line.cpu, line.wall = line.cpu[_FIRST:], line.wall[_FIRST:]
    return line


async def _deployed(database: Database, processor: Processor, line: Line) -> None:
    """One commit, and its deployment a minute later."""
    line.number, line.now, before = line.number + 1, line.now + MINUTE, line.head
    line.head = hashlib.sha1(b"%d" % line.number).hexdigest()
    await _told(database, processor, line, _push(line, before))
    line.now += MINUTE
    was = await _numbers(database, line.now + SECOND)
    cpu, wall = time.process_time(), time.perf_counter()
    await _told(database, processor, line, _deployment(line))
    week = await _week(database, line.now)
    line.cpu.append((time.process_time() - cpu) * 1e3)
    line.wall.append((time.perf_counter() - wall) * 1e3)
    found = await _numbers(database, line.now + SECOND)
    if line.number > _FIRST and (found != [each + 1 for each in was] or found[2:] != [week]):
        raise Unusable(f"after the event there are {found} and {week}, before it there were {was}")


async def _told(database: Database, processor: Processor, line: Line, event: dict[str, Any]) -> None:
    name = derived_id("bench", line.number, event["type"])
    body = orjson.dumps({"schema": SCHEMA, "events": [event]})
    receipt = NewReceipt(name, "collector", name, line.now, "{}", body, name, 0)
    await database.write(lambda connection: receipts.accept(connection, [receipt]))
    await processor.once()


async def _week(database: Database, now: int) -> int:
    number = week_of(now // DAY)
    cells = await database.read(lambda connection: weeks(connection, number, number, now))
    return cells[_TEAM, number].deployments


async def _numbers(database: Database, now: int) -> list[int]:
    """Deployments and commits of the service's last day, and the deployments of the team's week, by their rows."""
    scope = Scope((("prod", "production"),), service=_SERVICE)
    measures = MEASURES["deployment_frequency"], MEASURES["change_lead_time"]
    kinds = {kind for each in measures for kind in each.facts}
    seen = await database.read(lambda c: read(c, scope, kinds, now - DAY, now, now))
    monday = (week_of(now // DAY) * 7 - 3) * DAY
    owned = Scope(scope.stages, team=_TEAM)
    week = await database.read(lambda c: read(c, owned, measures[0].facts, monday, now, now))
    return [*(answer(each, seen).n for each in measures), answer(measures[0], week).n]


def _push(line: Line, before: str) -> dict[str, Any]:
    commit = {"sha": line.head, "message": f"Keep the card {line.number}", "authored_at": iso(line.now - HOUR),
              "author": {"name": "Ines Varga", "kind": "human"}}  # fmt: skip
    return _event(line, "change.pushed", "branch:main", ref="main", ref_kind="branch", before=before, after=line.head,
                  created=False, forced=False, truncated=False, commits=[commit])  # fmt: skip


def _deployment(line: Line) -> dict[str, Any]:
    return _event(line, "deployment.finished", f"deployment:{line.number}", status="succeeded", environment="prod",
                  version=f"1.{line.number}.0", commit={"sha": line.head, "branch": "main"}, finished_at=iso(line.now),
                  healthy=True)  # fmt: skip


def _event(line: Line, kind: str, subject: str, **fields: Any) -> dict[str, Any]:
    repository = {"provider": "bitbucket", "full_name": f"acme/{_SERVICE}", "uuid": f"{{{_SERVICE}}}"}
    return {"type": kind, "subject": subject, "key": f"{subject}:{line.number}", "occurred_at": iso(line.now),
            "service": _SERVICE, "repository": repository, **fields}  # fmt: skip


def _book() -> Book:
    estate = Estate(
        {_SERVICE: ServiceEntry(team=_TEAM)}, {"prod": EnvironmentEntry(tier="production")}, {}, Tickets(), Labels()
    )
    rules = load_rulebook(
        [load("version: 1\n", "rules.yaml")],
        cards=(),
        channel_kinds=("console",),
        estate_environments=("prod",),
        services=(_SERVICE,),
    )
    return Book(estate, rules, lambda _: DAY)
