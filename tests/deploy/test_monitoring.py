"""A real Prometheus scrapes a service with a story, and every query of every dashboard and rule finds what it shows."""

import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from app import telemetry
from app.kernel.clock import SECOND, system_clock
from app.store import Connection, counters
from deploy.grafana.generate import BOARDS, FOLDER, files
from deploy.grafana.panels import every_query
from tests.exporter.estates import story
from tests.measures.rows import add
from tests.measures.week import NOW, rows
from tests.running.engines import sqlite_only
from tests.running.fixtures import sink_settings, teams
from tests.running.hooks import sample
from tests.running.in_process import Service, running
from tests.running.rules import rewrite
from tests.running.wait import until
from tests.tools.prometheus import Prometheus, prometheus
from tests.tools.promtool import try_rules

__all__ = ["sink_settings", "teams"]

SHIPPED = FOLDER.parents[1] / "prometheus"
ESTATE = """\
version: 1
environments: {dev: {tier: development}, qa: {tier: testing}, prod: {tier: production}}
services:
  checkout: {team: storefront, repositories: [acme/checkout]}
  pay: {team: team-a}
  web: {team: team-a}
"""
CHOICES = dict.fromkeys(("team", "service", "environment"), ".*")
CHOICES |= {"window": "28d", "__range": "1m", "__rate_interval": "1m"}


def with_choices(expression: str) -> str:
    """As Grafana asks it, everything chosen."""
    return re.sub(r"\$(\w+)", lambda name: CHOICES[name[1]], expression)


def tell(connection: Connection) -> None:
    """The worked week as if it ended now, and what is around it."""
    now = system_clock()
    for table, values in rows():
        moved = {k: v + now - NOW if isinstance(v, int) and v > 10**15 else v for k, v in values.items()}
        add(connection, (table, moved))
    story(connection, now)
    counters.add(connection, {(telemetry.SERVICE_EVENTS, (service,)): 1 for service in ("pay", "web")})
    telemetry.create_upstream_series(["jira"], [])
    telemetry.UPSTREAM_REMAINING.labels("jira").set(900)
    telemetry.COLLECTOR_SUCCESS.labels("jira").set(now / SECOND)


@dataclass(frozen=True)
class Watched:
    service: Service
    prometheus: Prometheus


@pytest.fixture
async def watched(
    sink_settings: Mapping[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Watched]:
    """A service to which things happened, scraped for some seconds."""
    monkeypatch.setattr("app.exporter.exporter.TEAM_EVERY", 0)  # the scrape at the start saw teams without news
    rewrite(Path(sink_settings["SHIPBELL_RULES_DIR"]) / "estate.yaml", ESTATE)
    async with running({**sink_settings, "SHIPBELL_TICKET_METRICS": "true"}) as service:
        await service.parts.database.write(tell)
        await service.taken(sample("bitbucket", "pipeline-failed"))
        await service.parts.exporter.refresh()
        async with prometheus(SHIPPED / "prometheus.yml", f"127.0.0.1:{service.port}", tmp_path) as server:

            async def scraped() -> bool:
                return bool(await server.query("count_over_time(source:webhook_events_received:rate5m[1m]) >= 2"))

            async def counted() -> bool:
                waited_for = ("job:ingest_ack_seconds:p99_5m", "channel:notification_failures:ratio_rate1h")
                return all([await server.query(name) for name in waited_for])

            await until(scraped, "some scrapes", 60)
            await service.taken(sample("bitbucket", "pipeline-stopped"))  # a rate wants something between two scrapes
            await until(counted, "the rates", 60)
            yield Watched(service, server)


@sqlite_only
@pytest.mark.slow
async def test_every_query_of_every_dashboard_and_rule_finds_something(watched: Watched) -> None:
    await dashboards_show_something(watched.prometheus)
    await rules_are_evaluated(watched.prometheus)
    await choices_and_exemplars_are_there(watched.prometheus)


async def dashboards_show_something(server: Prometheus) -> None:
    nothing = [where for where, query in every_query(BOARDS)
               if not await server.query(with_choices(query.expr)) and not query.quiet]  # fmt: skip
    assert nothing == []


async def rules_are_evaluated(server: Prometheus) -> None:
    groups = (await server.get("rules"))["groups"]
    written = {rule["name"]: rule for group in groups for rule in group["rules"]}
    assert len(written) == sum(len(group["rules"]) for file in SHIPPED.glob("rules/*.yml")
                               for group in YAML(typ="safe", pure=True).load(file)["groups"])  # fmt: skip
    assert {name: rule["lastError"] for name, rule in written.items() if rule.get("lastError")} == {}
    assert {rule["health"] for rule in written.values()} == {"ok"}
    recorded = [name for name, rule in written.items() if rule["type"] == "recording"]
    assert [name for name in recorded if not await server.query(name)] == []


async def choices_and_exemplars_are_there(server: Prometheus) -> None:
    for variable in {variable for board in BOARDS for variable in board.variables if variable.query}:
        metric, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable.query).groups()  # type: ignore[union-attr]
        assert await server.get(f"label/{label}/values", **{"match[]": metric}), variable
    lead = 'dora_change_lead_time_seconds{service="pay",window="90d",clock="merge",quantile="0.5"}'
    assert [series["value"][1] for series in await server.query(lead)] == ["50400"]
    found = await server.get(
        "query_exemplars", query='deployment_lead_time_seconds_bucket{service="pay"}', start="0", end="9999999999"
    )
    told = {example["labels"]["deployment_id"] for series in found for example in series["exemplars"]}
    assert "D3" in told


def test_the_rules_say_what_their_tests_expect() -> None:
    assert try_rules(SHIPPED / "rules.test.yml") == ""


def test_every_alert_says_what_to_do() -> None:
    rules = [rule for group in YAML(typ="safe", pure=True).load(SHIPPED / "rules" / "alerts.yml")["groups"]
             for rule in group["rules"]]  # fmt: skip
    assert {rule["labels"]["severity"] for rule in rules} == {"page", "ticket", "info"}
    assert [rule["alert"] for rule in rules if not {"summary", "description"} <= rule["annotations"].keys()] == []


def test_the_dashboards_are_those_that_the_code_writes() -> None:
    written = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.json")}
    assert written == files(), "python -m deploy.grafana.generate"
    for text in written.values():
        places = [panel["gridPos"] for panel in json.loads(text)["panels"]]
        taken = {(x, y) for place in places for x in range(place["x"], place["x"] + place["w"])
                 for y in range(place["y"], place["y"] + place["h"])}  # fmt: skip
        assert len(taken) == sum(place["w"] * place["h"] for place in places), "panels lie on each other"
        assert max(x for x, _ in taken) < 24
