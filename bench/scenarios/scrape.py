"""What a scrape costs with 200 services in 5 environments, and whether the history behind them matters."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from app.estate import Estate
from app.estate.sections import EnvironmentEntry, Labels, ServiceEntry, Tickets
from app.exporter.exporter import Exporter
from app.kernel.clock import DAY, HOUR, system_clock
from app.store import Connection, Database, counters
from app.store.fact_tables import fact_arrivals, fact_deployments, fact_environments
from app.store.migrate import upgrade
from app.store.opening import open_database
from app.telemetry import SERVICE_EVENTS
from bench.bench import Bench
from bench.figures import Figure, Must, ratios

_TIERS = {"dev": "development", "qa": "testing", "perf": "testing", "preprod": "staging", "prod": "production"}
_SERVICES = tuple(f"service-{number:03}" for number in range(200))
_FEW, _MANY = 10, 100
"""Deployments of each chain in the windows: ten thousand, and a hundred thousand."""


def run(bench: Bench) -> list[Figure]:
    """Seconds on the clock of a whole scrape; of one after an event, the service made anew included."""
    few, fresh_few, _ = asyncio.run(_measured(bench, _FEW))
    many, fresh_many, told = asyncio.run(_measured(bench, _MANY))
    ran = f"{told} series; {len(_SERVICES) * len(_TIERS) * _MANY:,} deployments"
    return [
        Figure("scrape: 200 services in 5 environments", many, Must("≤", 1), "s", ran),
        Figure("scrape: one service after an event", fresh_many, None, "s", "its figures made anew, before the scrape"),
        Figure("scrape: ten times the deployments cost", ratios(many, few), Must("≤", 2), "times", ran),
        Figure("scrape: the same with a tenth of the deployments", few, None, "s", ""),
        Figure("scrape: one service, a tenth of the deployments", fresh_few, None, "s", ""),
    ]


async def _measured(bench: Bench, deployments: int) -> tuple[list[float], list[float], int]:
    with bench.folder() as folder:
        database = open_database(f"sqlite:///{folder / 'facts.db'}", system_clock)
        await database.start()
        try:
            await database.write(upgrade)
            await database.write(lambda connection: _fill(connection, deployments))
            return await _scraped(bench, database)
        finally:
            await database.close()


async def _scraped(bench: Bench, database: Database) -> tuple[list[float], list[float], int]:
    estate = Estate(
        {name: ServiceEntry(team=f"team-{number % 20}") for number, name in enumerate(_SERVICES)},
        {name: EnvironmentEntry(tier=tier) for name, tier in _TIERS.items()},
        {}, Tickets(), Labels(),
    )  # fmt: skip
    exporter = Exporter(database, lambda: estate, tickets=True)
    began = time.perf_counter()
    await exporter.refresh()
    bench.say(f"  all made for the first time: {time.perf_counter() - began:.1f} s")
    scrapes, fresh, body = [], [], b""
    for number in range(bench.rounds):
        began = time.perf_counter()
        body, _ = await exporter.scrape("")
        scrapes.append(time.perf_counter() - began)
        service = _SERVICES[number]
        await database.write(lambda c, s=service: counters.add(c, {(SERVICE_EVENTS, (s,)): 1}))  # type: ignore[misc]
        began = time.perf_counter()
        await exporter.refresh()
        fresh.append(time.perf_counter() - began)
        bench.say(f"  a scrape {scrapes[-1]:.2f} s, a service {fresh[-1] * 1000:.0f} ms")
    return scrapes, fresh, sum(not line.startswith(b"#") for line in body.splitlines())


def _fill(connection: Connection, deployments: int) -> None:
    now = system_clock()
    for table, rows in (
        (fact_environments, _environments(now)),
        (fact_deployments, _deployments(now, deployments)),
        (fact_arrivals, _arrivals(now, deployments)),
    ):
        connection.execute(sa.insert(table), list(rows))


def _chains() -> Iterator[dict[str, Any]]:
    for number, service in enumerate(_SERVICES):
        for name, tier in _TIERS.items():
            yield {"service": service, "environment": name, "tier": tier, "team": f"team-{number % 20}"}


def _environments(now: int) -> Iterator[dict[str, Any]]:
    for chain in _chains():
        yield {**chain, "desired_version": "v9", "actual_version": "v9", "in_sync": True, "health": "Healthy",
               "deployment_id": "d", "since": now - DAY, "as_of": now}  # fmt: skip


def _deployments(now: int, number: int) -> Iterator[dict[str, Any]]:
    for chain in _chains():
        for each in range(number):
            live_at = now - HOUR - each * 89 * DAY // number
            failed = each % 10 == 3
            yield {
                **chain, "id": f"{chain['service']}-{chain['environment']}-{each}", "live_at": live_at,
                "artifact": f"a{each}", "sha": f"a{each}", "kind": "release", "outcome": "succeeded", "day": 0,
                "week": 0,
                "attempts": 1, "failed_attempts": 0, "counts": True, "reverted": False, "rework": False, "commits": 1,
                "failed_by": "incident" if failed else None, "recovered_at": live_at + HOUR if failed else None,
                "re_arrivals": 0, "tickets": "[]", "flags": "[]", "evidence": "[]",
            }  # fmt: skip


def _arrivals(now: int, number: int) -> Iterator[dict[str, Any]]:
    for chain in _chains():
        for each in range(number):
            live_at = now - HOUR - each * 89 * DAY // number
            yield {
                **chain, "sha": f"a{each}", "repository": chain["service"], "clock": "commit", "live_at": live_at,
                "deployment_id": f"{chain['service']}-{chain['environment']}-{each}", "day": 0, "week": 0,
                "authored_at": live_at - 9 * HOUR, "lead_seconds": 32400.0, "pull_request": each, "flags": "[]",
            }  # fmt: skip
