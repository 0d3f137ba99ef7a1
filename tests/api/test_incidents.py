"""Incidents by API: understood before the answer, or refused by name; the same news once."""

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.kernel.clock import MINUTE
from app.store import counters, fact_chains
from app.store.fact_records import INCIDENTS
from tests.api.conftest import TOKENS, Api, StartApi
from tests.running.hooks import sample
from tests.running.rules import rewrite, shipped_rules

PATH = "/api/v1/incidents"
OPEN = {"id": "INC-1", "status": "open", "service": "checkout", "environment": "prod", "priority": "P1",
        "occurred_at": "2026-11-20T10:00:00Z", "title": "Nobody can pay"}  # fmt: skip


async def post(api: Api, body: Any = OPEN, **more: Any) -> Any:
    given = {"content": body} if isinstance(body, bytes) else {"json": body}
    return await api.ask("POST", PATH, as_=TOKENS["ingest"], **given, **more)


async def test_it_is_answered_with_what_was_understood_and_becomes_that_event(start: StartApi) -> None:
    api = await start(SHIPBELL_ROLES="ingest process")
    answer = await post(api)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["type"], told["subject"], told["by"]) == ("incident.opened", "incident:incidents:INC-1", "ingester")
    assert told["occurred_at"].startswith("2026-11-20T10:00:00")
    receipt = await api.settled(told["receipt"])
    assert receipt["events"] == [told["event"]]
    event = await api.get(f"/api/v1/events/{told['event']}")
    assert (event["priority"], event["title"], event["external_id"]) == ("P1", "Nobody can pay", "INC-1")


async def test_the_same_news_is_a_duplicate_of_the_same_event(api: Api) -> None:
    first, again = (await post(api)).json(), (await post(api)).json()
    assert (first["outcome"], again["outcome"]) == ("accepted", "duplicate")
    assert first["event"] == again["event"]
    assert (await post(api, OPEN | {"title": "Still"})).json()["event"] == first["event"]
    assert (await post(api, OPEN | {"status": "resolved"})).json()["event"] != first["event"]


async def test_an_unknown_service_is_told_with_the_line_that_mends_it(api: Api) -> None:
    told = (await post(api, OPEN | {"service": "no-such-thing"})).json()
    assert told["service"] == "unmapped"
    assert "no-such-thing" in told["unmapped"]


async def test_an_end_that_comes_before_its_beginning_is_one_story_and_its_routing_is_explained(
    start: StartApi, settings: Mapping[str, str]
) -> None:
    routes = Path(settings["SHIPBELL_RULES_DIR"]) / "routes.yaml"
    pages = "  - {name: pages, match: {type: [incident.opened, incident.resolved], service: checkout}, "
    pages += "to: [everything], card: pipeline}\n"
    rewrite(routes, routes.read_text(encoding="utf-8").replace("rules:\n", f"rules:\n{pages}"))
    api = await start(SHIPBELL_ROLES="ingest process")
    end = (await post(api, {"id": "INC-1", "status": "resolved", "occurred_at": "2026-11-20T10:50:00Z"})).json()
    await api.settled(end["receipt"])
    explain = f"/api/v1/events/{end['event']}/explain"
    assert (await api.get(explain))["decided"]["unrouted"] is True
    assert "otherwise" not in (await api.get(explain))["text"]
    assert await api.parts.database.read(lambda connection: INCIDENTS.find(connection, INCIDENTS.select, {})) == []
    await api.settled((await post(api)).json()["receipt"])
    (one,) = await api.parts.database.read(lambda connection: INCIDENTS.find(connection, INCIDENTS.select, {}))
    assert (one.service, one.environment, one.state) == ("checkout", "prod", "resolved")
    assert one.resolved_at is not None
    assert one.resolved_at - one.opened_at == 50 * MINUTE
    text = (await api.get(explain))["text"]
    assert "the card 'unrouted' to sink (no rule)." in text
    assert "does not say its service and environment" in text


REFUSED: tuple[tuple[Any, int, str], ...] = (
    (b"", 422, "JSON"), (b"[]", 422, "object"), (OPEN | {"statuss": "open"}, 422, "statuss"),
    (OPEN | {"status": "done"}, 422, "status"), ({"id": "1"}, 422, "status"),
    (OPEN | {"title": "x" * 70_000}, 413, "65536"),
)  # fmt: skip


async def test_what_cannot_be_understood_is_refused_and_not_stored(api: Api) -> None:
    for body, status, named in REFUSED:
        answer = await post(api, body)
        assert (answer.status_code, named in answer.text) == (status, True), answer.text
    assert (await api.get("/api/v1/receipts"))["items"] == []


async def test_an_alert_is_an_incident_if_the_estate_or_its_label_says_so(start: StartApi) -> None:
    api = await start(SHIPBELL_ROLES="ingest process")
    ends = {}
    for name in ("firing", "grafana-version-1", "resolved-in-firing-group"):
        hook = sample("alertmanager", name)
        answer = await api.http.post(hook.path, content=hook.body, headers=hook.signed())
        found = await api.settled(answer.json()["receipt"])
        ends[name] = (found["state"], found["reason"], len(found["events"]))
    assert ends["firing"] == ("ignored", "not_an_incident", 0)
    assert ends["grafana-version-1"] == ("processed", None, 1)
    assert ends["resolved-in-firing-group"][0] == "ignored"
    counted = await api.parts.database.read(counters.values)
    assert counted["webhook_items_left_out_total", ("alertmanager",)] == 12


TOLD = (
    ("argocd", "deployment-succeeded"),
    ("pagerduty", "resolved"),
    ("pagerduty", "triggered"),
    ("pagerduty", "acknowledged"),
    ("opsgenie", "close-without-details"),
    ("opsgenie", "create"),
    ("datadog", "triggered"),
)


async def test_incidents_of_every_tool_are_put_down_to_the_deployment_before_them(
    start: StartApi, tmp_path: Path
) -> None:
    api = await start(SHIPBELL_ROLES="ingest process", SHIPBELL_RULES_DIR=str(shipped_rules(tmp_path / "shipped")))
    for (source, name), _ in itertools.product(
        TOLD, range(2)
    ):  # whatever comes twice, and the end before the beginning
        hook = sample(source, name)
        answer = await api.http.post(hook.path, content=hook.body, headers=hook.signed())
        assert answer.status_code == 202, answer.text
        assert (await api.settled(answer.json()["receipt"]))["state"] == "processed"
    alert = "4f6c2d0e-9a57-4be1-8d83-6a1f5c0b9e42-1795342800250"
    ids = ["incident:pagerduty:QACME0CHECKOUT", f"incident:opsgenie:{alert}", "incident:datadog:5307191846282349056"]
    rows = await api.parts.database.read(lambda c: fact_chains.incidents(c, ids))
    found = {each.source: each for each in map(INCIDENTS.record, rows)}
    assert {source: (each.state, each.service, each.link) for source, each in found.items()} == {
        "pagerduty": ("resolved", "checkout", "window"),
        "opsgenie": ("resolved", "checkout", "window"),
        "datadog": ("open", "checkout", "window"),
    }
    assert len({each.deployment_id for each in found.values()}) == 1
    told = found["opsgenie"]
    assert told.resolved_at is not None
    assert (told.priority, (told.resolved_at - told.opened_at) // MINUTE) == ("P1", 20)
