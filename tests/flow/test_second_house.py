"""A function, a service and a cluster, deployed by three pods of two areas: from the hooks to numbers and Datadog."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from app.cli.past_events import stored_events
from app.kernel.clock import HOUR, MINUTE, iso, system_clock
from tests.fake_teams import FakeTeams, Posted
from tests.running.client import total
from tests.running.fixtures import StartService
from tests.running.hooks import TOKEN, Hook, sample
from tests.running.in_process import Service
from tests.running.rules import OWN_NEWS, SHIPPED, rewrite
from tests.running.wait import until

KEY = "dd0canary0of0the0story0f00dfeed1"
ESTATE = """\
version: 1
environments: {prod: {tier: production, aliases: [shop-prod]}}
services:
  quotes:  {component: quotes-fn, pod: pricing, team: pricing, business_area: freight, aliases: [quotes-prod],
            git_project: "4711", git_repository: acme/quotes, compliance_namespace: pci,
            owners: [{since: 2020-01-01, pod: quoting}, {since: 2021-01-01, pod: pricing}]}
  orders:  {component: orders-api, pod: fulfilment, team: fulfilment, business_area: freight}
  routing: {component: routing-core}
names:
  application: ["{service}-{environment}"]
  namespace: ["{service}-{environment}"]
labels:
  service: [app.kubernetes.io/name]
  owner: {pod: acme/pod, team: acme/team, business_area: acme/business-area}
"""
RULES = f"""\
version: 1
channels:
  dd-dora: {{kind: datadog-dora, api_key_env: DD_KEY, site: "SITE"}}
  dd-metrics: {{kind: datadog-metrics, api_key_env: DD_KEY, site: "SITE"}}
purposes: {{datadog: [dd-dora, dd-metrics]}}
defaults: {{timezone: UTC, fallback: dd-dora}}
rules:
  - name: datadog
    match: {{type: [deployment.finished, incident.opened, incident.resolved], environment: prod}}
    to: [datadog]
    card: unrouted
  - name: beginnings
    match: {{type: deployment.started}}
    drop: true
{OWN_NEWS}"""


def changed(source: str, name: str, change: Any) -> Hook:
    """A shipped sample with other words in it."""
    hook = sample(source, name)
    body = json.loads(hook.body)
    change(body)
    return Hook(source, json.dumps(body).encode(), hook.headers)


def story(now: int) -> list[Hook]:
    """Three deployments, each told more than once, and an incident of half an hour after the first."""

    def function(body: dict[str, Any]) -> None:
        body["time"] = body["detail"]["eventTime"] = iso(now - 50 * MINUTE)
        body["detail"]["requestParameters"]["functionName"] = "arn:aws:lambda:eu-west-1:1:function:quotes-prod"

    def service(minutes: int) -> Any:
        def change(body: dict[str, Any]) -> None:
            body["time"] = body["detail"]["updatedAt"] = iso(now - minutes * MINUTE)
            body["resources"] = ["arn:aws:ecs:eu-west-1:1:service/shop-prod/orders"]

        return change

    def cluster(body: dict[str, Any]) -> None:
        body["firstTimestamp"] = body["lastTimestamp"] = iso(now - 20 * MINUTE)
        body["metadata"]["namespace"] = body["involvedObject"]["namespace"] = "routing-prod"
        body["involvedObject"]["labels"] = {"app.kubernetes.io/name": "routing", "app.kubernetes.io/version": "2.0.0",
                                            "acme/pod": "network", "acme/team": "network",
                                            "acme/business-area": "logistics"}  # fmt: skip

    def alert(body: dict[str, Any]) -> None:
        body["alert"]["createdAt"] = (now - 40 * MINUTE) // 1000
        body["alert"]["updatedAt"] = (now - 10 * MINUTE) * 1000
        body["alert"]["tags"] = ["service:quotes", "env:prod"]
        body["alert"]["details"] = {"service": "quotes", "environment": "prod"}

    return [
        changed("eventbridge", "lambda-published", function),
        changed("eventbridge", "lambda-published", function),
        changed("eventbridge", "ecs-in-progress", service(45)),
        changed("eventbridge", "ecs-completed", service(40)),
        changed("kubernetes", "scaled-down-to-zero", cluster),
        changed("opsgenie", "create", alert),
        changed("opsgenie", "close-without-details", alert),
    ]


@pytest.fixture
async def house(start: StartService, sink_settings: dict[str, str], teams: FakeTeams) -> Service:
    folder = Path(sink_settings["SHIPBELL_RULES_DIR"])
    rewrite(folder / "estate.yaml", ESTATE)
    rewrite(folder / "routes.yaml", RULES.replace("SITE", teams.host))
    assert (SHIPPED / "cards" / "unrouted.yaml").is_file()
    return await start(DD_KEY=KEY)


async def measure(house: Service, name: str, **scope: Any) -> dict[str, Any]:
    answer = await house.get("/api/v1/dora", measure=name, **scope)
    (found,) = answer["measures"]
    return {**found, "last": found["buckets"][-1]}


async def count(house: Service, **scope: Any) -> float | None:
    found = await measure(house, "deployment_frequency", **scope)
    headline: float | None = found["last"]["headline"]
    return headline


def attributes(posts: list[Posted], path: str) -> list[dict[str, Any]]:
    return [post.json["data"]["attributes"] for post in posts if post.path == f"/api/v2/dora/{path}"]


async def test_three_pods_deploy_and_everything_is_counted_once(house: Service, teams: FakeTeams) -> None:
    now = system_clock()
    for hook in story(now):
        answer = await house.post(hook)
        assert answer.status_code == 202, answer.text
        await house.settled(answer.json()["receipt"])

    async def all_deployed() -> bool:
        return await count(house) == 3

    await until(all_deployed, "three deployments")
    rows = (await house.get("/api/v1/deployments", environment="prod"))["items"]
    assert {(row["service"], row["pod"], row["platform"]) for row in rows} == {
        ("quotes", "pricing", "lambda"), ("orders", "fulfilment", "ecs"), ("routing", "network", "kubernetes"),
    }  # fmt: skip
    assert len(rows) == 3
    scopes = {"pod": "network", "component": "quotes-fn", "platform": "ecs", "team": "pricing", "service": "orders"}
    assert [await count(house, **{name: value}) for name, value in scopes.items()] == [1] * 5
    assert await count(house, business_area="freight") == 2
    assert await count(house, business_area="logistics") == 1
    assert await count(house, pod="quoting") in (0, None)
    for pod, minutes in {"pricing": 50, "fulfilment": 40, "network": 20}.items():
        days = (await measure(house, "deployment_frequency", pod=pod, by="day", count=2))["buckets"]
        of_day = {day["window"]["start"][:10]: day["headline"] or 0 for day in days}
        assert {day: found for day, found in of_day.items() if found} == {iso(now - minutes * MINUTE)[:10]: 1}, pod
    assert [row["service"] for row in (await house.get("/api/v1/deployments", pod="network"))["items"]] == ["routing"]
    restored = await measure(house, "time_to_restore", pod="pricing")
    assert (restored["last"]["n"], restored["last"]["values"]["p50"]) == (1, 1800)
    assert (await measure(house, "time_to_restore", pod="network"))["last"]["n"] == 0
    await board_shows(house)
    await datadog_heard(teams, now)


async def board_shows(house: Service) -> None:
    """What Prometheus is given joins by `service_info`; the pod of `routing` is known by its labels alone."""
    await house.parts.exporter.refresh()
    told = await house.metrics()
    owners = [dict(labels) for name, labels in told if name == "service_info"]
    board = {each["owner_pod"]: (each["service"], each["platform"], each["business_area"]) for each in owners}
    assert board == {
        "pricing": ("quotes", "lambda", "freight"), "fulfilment": ("orders", "ecs", "freight"),
        "network": ("routing", "kubernetes", "logistics"),
    }  # fmt: skip
    assert len(owners) == 3
    for pod, (service, _, _) in board.items():
        a_day = total(told, "dora_deployment_frequency_per_day", service=service, environment="prod", window="7d")
        assert a_day == pytest.approx(1 / 7), pod
        restored = total(told, "dora_incident_restore_seconds", service=service, window="7d", quantile="0.5")
        assert restored == (1800 if pod == "pricing" else 0), pod
        states = (await house.get("/api/v1/environments", pod=pod))["items"]
        assert {row["service"] for row in states} <= {service}, pod
        heard = (await house.get("/api/v1/events", pod=pod, type="deployment.finished"))["items"]
        assert {event["service"] for event in heard} == {service}, pod


async def datadog_heard(teams: FakeTeams, now: int) -> None:
    posts = await teams.wait_for(10)
    assert {post.headers["dd-api-key"] for post in posts} == {KEY}
    deployed = attributes(posts, "deployment")
    assert sorted(each["service"] for each in deployed) == ["orders", "quotes", "routing"]
    assert len({each["id"] for each in deployed}) == 3
    (quotes,) = (each for each in deployed if each["service"] == "quotes")
    assert quotes["finished_at"] == (now - 50 * MINUTE) * 1000
    assert set(quotes["custom_tags"]) >= {
        "pod:pricing", "business_area:freight", "dora4.component.type:lambda", "dora4.event.source:eventbridge",
        "dora4.environment:prod", "dora4.compliance.namespace:pci", "dora4.git.projectid:4711",
        "dora4.git.repository:acme/quotes",
    }  # fmt: skip
    kinds = {each["service"]: {tag for tag in each["custom_tags"] if tag.startswith(("dora4.component.type", "pod"))}
             for each in deployed}  # fmt: skip
    assert kinds == {
        "quotes": {"dora4.component.type:lambda", "pod:pricing"},
        "orders": {"dora4.component.type:ecs", "pod:fulfilment"},
        "routing": {"dora4.component.type:kubernetes", "pod:network"},
    }  # fmt: skip
    opened, resolved = sorted(attributes(posts, "failure"), key=len)
    assert opened["id"] == resolved["id"]
    assert resolved["finished_at"] - resolved["started_at"] == HOUR // 2 * 1000
    assert {"pod:pricing", "dora4.event.source:opsgenie", "dora4.environment:prod"} <= set(resolved["custom_tags"])
    series = [one for post in posts if post.path == "/api/v2/series" for one in post.json["series"]]
    assert sorted(one["metric"] for one in series) == [
        "shipbell.deployments", "shipbell.deployments", "shipbell.deployments", "shipbell.incident.time_to_restore",
        "shipbell.incidents",
    ]  # fmt: skip
    tagged = [tag for one in series if one["metric"] == "shipbell.deployments" for tag in one["tags"]]
    assert sorted(tag for tag in tagged if tag.startswith("pod:")) == ["pod:fulfilment", "pod:network", "pod:pricing"]


async def test_an_end_that_names_nothing_goes_where_its_beginning_went(house: Service, teams: FakeTeams) -> None:
    """The service, the place, the urgency and the owner are those of the beginning, for rules as for the card."""
    incidents = {"path": "/api/v1/incidents", "headers": {"authorization": f"Bearer {TOKEN}"}}
    for told in (
        {"status": "open", "service": "quotes", "environment": "prod", "priority": "P2"},
        {"status": "resolved"},
    ):
        answer = await house.request("POST", **incidents, json={"id": "INC-7", **told})
        assert answer.status_code == 201, answer.text
        await house.settled(answer.json()["receipt"])
    event = answer.json()["event"]
    assert (await house.get(f"/api/v1/events/{event}"))["routing"]["matched"] == ["datadog"]
    why = await house.get(f"/api/v1/events/{event}/explain")
    assert why["today"]["routing"]["matched"] == ["datadog"]
    past = {each.view["id"]: each.view for each in await asyncio.to_thread(list, stored_events(house.database_url, 0))}
    assert (past[event]["environment"], past[event]["owner"]["pod"]) == ("prod", "pricing")
    assert (await house.get(f"/api/v1/events/{event}"))["service"] == "unmapped", "the event stays what was told"
    opened, resolved = sorted(attributes(await teams.wait_for(4), "failure"), key=len)
    assert resolved["finished_at"] > resolved["started_at"]
    same = ("id", "services", "started_at", "severity")
    assert [opened[name] for name in same] == [resolved[name] for name in same]
    assert {"pod:pricing", "team:pricing", "dora4.environment:prod"} <= set(resolved["custom_tags"])
