"""A real Prometheus scrapes a service with a story, and every query of every dashboard and rule finds what it shows."""

import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from app import telemetry
from app.facts.windows import week_of
from app.kernel.clock import DAY, SECOND, system_clock
from app.store import Connection, counters
from app.store.fact_tables import fact_deployments
from deploy.grafana.generate import BOARDS, FOLDER, files
from deploy.grafana.health import HEALTH
from deploy.grafana.leaders import OVERVIEW
from deploy.grafana.owners import SERVICE
from deploy.grafana.panels import Variable, every_query
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
  pay: {team: team-a, pod: buy, business_area: commerce, component: pay-api}
  web: {team: team-a, pod: look, business_area: commerce}
"""
OWNER = ("business_area", "pod", "team", "component", "platform")
CHOICES = dict.fromkeys((*OWNER, "service", "environment"), ".*")
CHOICES |= {"window": "28d", "by": "team", "__range": "1m", "__rate_interval": "1m"}
OF_ALL = ("As of", "Tickets without a series", "Tickets in environments", "Tickets and their fix versions")
"""The panels of delivery that are of no service."""


def with_choices(expression: str, **chosen: str) -> str:
    """As Grafana asks it, everything chosen but for what is said."""
    return re.sub(r"\$(\w+)", lambda name: {**CHOICES, **chosen}[name[1]], expression)


def tell(connection: Connection) -> None:
    """The worked week as if it ended now, and what is around it."""
    now = system_clock()
    for table, values in rows():
        moved = {k: v + now - NOW if isinstance(v, int) and v > 10**15 else v for k, v in values.items()}
        if "live_at" in moved and "week" in moved:  # by which the figures of teams are found
            moved["week"] = week_of(moved["live_at"] // DAY)
        add(connection, (table, moved))
    story(connection, now)
    connection.execute(fact_deployments.update().where(fact_deployments.c.service == "pay").values(platform="ecs"))
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
    await a_pod_sees_its_own_services(watched.prometheus)
    await each_choice_leaves_what_it_names(watched.prometheus)
    await ratios_added_up_are_those_of_the_measures(watched.prometheus)


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
        assert await values_of(server, variable), variable
    lead = 'dora_change_lead_time_seconds{service="pay",window="90d",clock="merge",quantile="0.5"}'
    assert [series["value"][1] for series in await server.query(lead)] == ["50400"]
    found = await server.get(
        "query_exemplars", query='deployment_lead_time_seconds_bucket{service="pay"}', start="0", end="9999999999"
    )
    told = {example["labels"]["deployment_id"] for series in found for example in series["exemplars"]}
    assert "D3" in told


async def values_of(server: Prometheus, variable: Variable, **chosen: str) -> list[str]:
    """What a choice offers; Grafana asks Prometheus for the values of a label."""
    asked = re.fullmatch(r"label_values\((\w+(?:\{.*\})?), (\w+)\)", with_choices(variable.query, **chosen))
    assert asked, variable.query
    found: list[str] = await server.get(f"label/{asked[2]}/values", **{"match[]": asked[1]})
    return found


async def a_pod_sees_its_own_services(server: Prometheus) -> None:
    """With one pod chosen nothing is shown of a service of another; with one that owns nothing, nothing at all."""
    shown: set[str] = set()
    for where, query in every_query([board for board in BOARDS if board is not HEALTH]):
        if where.split(": ")[-1] in OF_ALL:
            continue
        series = await server.query(with_choices(query.expr, pod="buy", by="service"))
        services = {each["metric"]["service"] for each in series if "service" in each["metric"]}
        assert services <= {"pay"}, where
        shown |= services
        nobody = await server.query(with_choices(query.expr, pod="nobody"))
        assert [each["value"][1] for each in nobody] in ([], ["0"]), where
    assert shown == {"pay"}
    assert await values_of(server, SERVICE, pod="buy") == ["pay"]
    assert await values_of(server, SERVICE, pod="look|buy") == ["pay", "web"]


async def each_choice_leaves_what_it_names(server: Prometheus) -> None:
    count = with_choices("count by (service) (service_info)")
    assert {each["metric"]["service"] for each in await server.query(count)} == {"checkout", "pay", "web"}
    named = {
        "business_area": "commerce",
        "pod": "look",
        "team": "storefront",
        "component": "pay-api",
        "platform": "ecs",
    }
    assert named.keys() == set(OWNER)
    left = {name: await values_of(server, SERVICE, **{name: value}) for name, value in named.items()}
    assert left == {"business_area": ["pay", "web"], "pod": ["web"], "team": ["checkout"], "component": ["pay"],
                    "platform": ["pay"]}  # fmt: skip


async def ratios_added_up_are_those_of_the_measures(server: Prometheus) -> None:
    """What a dashboard adds up of services is what the measure says of all that the team owns."""
    queries = {where.split(": ")[-1]: query for where, query in every_query([OVERVIEW])}
    for title, metric in {
        "Deployments a day": "dora_team_deployment_frequency_per_day",
        "Change fail rate": "dora_team_change_fail_ratio",
        "Rework": "dora_team_deployment_rework_ratio",
    }.items():
        added = {each["metric"]["team"]: float(each["value"][1])
                 for each in await server.query(with_choices(queries[title].expr))}  # fmt: skip
        told = await server.query(f'max by (team) ({metric}{{window="28d", team="team-a"}})')
        assert added["team-a"] == pytest.approx(float(told[0]["value"][1])), title


def test_the_rules_say_what_their_tests_expect() -> None:
    assert [try_rules(SHIPPED / name) for name in ("rules.test.yml", "rules.days.test.yml")] == ["", ""]


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
