"""Incidents that no webhook told: read back once in silence, then what is new; a webhook later is none of it twice."""

import json
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection
from typer.testing import CliRunner

from app.cli import cli
from app.ingest.committer import Committer
from app.ingest.door import new_receipt
from app.kernel.clock import DAY, HOUR, MINUTE, SECOND, iso
from app.measures import Answer, answer
from app.measures.found import MEASURES
from app.measures.scope import Scope
from app.standins.incidents import CLOUD
from app.standins.story.model import Incident
from app.store.measure_points import read
from tests.collector.conftest import RULES, SERVICES, STORY, Stage, World, settings

TOOLS = ("jsm", "pagerduty", "incidentio")
UPSTREAMS = f"""\
upstreams:
  jsm: {{url: "URL/jsm/{CLOUD}", user: ines.duarte@example.com, link: "https://acme.atlassian.net/alerts/{{alertId}}"}}
  pagerduty: {{url: "URL/pagerduty"}}
  incidentio: {{url: "URL/incidentio"}}
"""
TOLD = [each for each in STORY.incidents if each.priority != "P4" or each.tool != "alerts"]
"""Alerts of low priority are left out by the query."""


@pytest.fixture
def environ(served: tuple[Stage, str], tmp_path: Path) -> dict[str, str]:
    """Rules that name the incident tools alone."""
    variables = settings(tmp_path, served[1])
    rules = tmp_path / "rules" / "all.yaml"
    rules.write_text(rules.read_text().partition("upstreams:\n")[0] + UPSTREAMS.replace("URL", served[1]))
    return variables | {f"SHIPBELL_{name.upper()}_TOKEN": "token-CANARY-2" for name in TOOLS}


@pytest.fixture
async def filled(fresh: World) -> World:
    """After the first round."""
    await fresh.round()
    return fresh


class Killed(BaseException):
    """The process ends here: nothing that guards against faults may go on after it."""


def key(one: Incident) -> str:
    return f"incident:{'opsgenie' if one.tool == 'alerts' else one.tool}:{one.id}"


def calls(world: World) -> dict[str, int]:
    return {name: world.stage.standins.standing.total(name) for name in TOOLS}  # type: ignore[arg-type]


async def lives(world: World) -> dict[str, tuple[Any, ...]]:
    rows = await world.ask("SELECT id, service, opened_at, resolved_at, state, priority FROM fact_incidents")
    return {row[0]: row[1:] for row in rows}


async def hook(world: World, source: str, body: dict[str, Any], **headers: str) -> bool:
    """A webhook arrives and is processed; whether it was a receipt of its own."""
    room = world.building.sources[source]
    receipt = new_receipt(room, headers, orjson.dumps(body), 0, world.clock())
    accepted = await Committer(world.database, world.processor.wake).submit(receipt)
    await world.process()
    return not accepted.duplicate


async def test_the_first_round_reads_ninety_days_and_sends_no_card(fresh: World) -> None:
    assert {each.tool for each in TOLD} == {"alerts", "pagerduty", "incidentio"}
    assert any(each.reopened for each in TOLD)
    summary = await fresh.round()
    assert (summary.stale, summary.unknown) == ({}, [])
    assert summary.looked["incident"] >= len(TOLD)
    assert await lives(fresh) == {
        key(each): (each.service, each.opened, each.resolved[-1], "resolved", each.priority) for each in TOLD
    }
    assert await fresh.count("deliveries") == 0
    assert await fresh.count("receipts", "state != 'processed'") == 0


async def test_without_news_each_tool_is_asked_once_and_nothing_is_told(filled: World) -> None:
    receipts = await filled.count("receipts")
    summary = await filled.later()
    assert (dict(summary.told), await filled.count("receipts")) == ({}, receipts)
    assert calls(filled) == dict.fromkeys(TOOLS, 1)
    assert summary.calls["jsm"] == 1


async def test_killed_in_the_middle_it_goes_on_where_it_was(fresh: World) -> None:
    sent, send = 0, fresh.collector.send

    async def dies(news: Any) -> None:
        nonlocal sent
        sent += 1
        if sent > 5:
            raise Killed
        await send(news)

    fresh.collector.send = dies
    with pytest.raises(BaseExceptionGroup) as ended:
        await fresh.round()
    assert ended.value.split(Killed)[1] is None
    await fresh.process()
    fresh.collector.send = send
    await fresh.later()
    assert len(await lives(fresh)) == len(TOLD)
    events = await fresh.count("events")
    assert (await fresh.later()).told["incident"] == 0
    assert (await fresh.count("events"), await fresh.count("deliveries")) == (events, 0)


def begun(tool: str, now: int) -> Incident:
    """One that has begun a minute ago, and was missed."""
    like = next(each for each in TOLD if each.tool == tool)
    return replace(
        like, id=f"{like.id[:-1]}Z", opened=now - MINUTE, acknowledged=None, reopened=None, resolved=(), priority="P1"
    )


def tell(world: World, *incidents: Incident) -> None:
    changed = {each.id: each for each in STORY.incidents} | {each.id: each for each in incidents}
    world.stage.play(replace(world.stage.standins.story, incidents=list(changed.values())))


@pytest.mark.parametrize("tool", ["alerts", "pagerduty", "incidentio"])
async def test_what_a_lost_webhook_would_have_told_is_told_once(filled: World, tool: str) -> None:
    filled.clock.advance(300)
    new = begun(tool, filled.clock() // 1_000_000 * 1_000_000)
    tell(filled, new)
    assert (await filled.round()).told["incident"] == 1
    assert await filled.count("deliveries") == 1
    assert (await lives(filled))[key(new)][1:4] == (new.opened, None, "open")
    filled.clock.advance(300)
    over = replace(new, resolved=(filled.clock() // 1_000_000 * 1_000_000 - 10_000_000,))
    tell(filled, over)
    assert (await filled.round()).told["incident"] == 1
    assert (await lives(filled))[key(new)][1:4] == (new.opened, over.resolved[0], "resolved")
    assert await filled.count("deliveries") == 2
    assert dict((await filled.later()).told) == {}
    events = await filled.count("events")
    for source, body in webhooks(over):  # they come late
        await hook(filled, source, body)
    assert (await filled.count("deliveries"), len(await lives(filled))) == (2, len(TOLD) + 1)
    assert (await lives(filled))[key(new)][1:4] == (new.opened, over.resolved[0], "resolved")
    if tool == "alerts":  # its times are the same to the millisecond
        assert await filled.count("events") == events


@pytest.mark.parametrize("tool", ["alerts", "pagerduty", "incidentio"])
async def test_what_webhooks_have_told_is_not_told_again(filled: World, tool: str) -> None:
    filled.clock.advance(300)
    new = begun(tool, filled.clock() // 1_000_000 * 1_000_000 - 30_000_000)
    over = replace(new, resolved=(new.opened + 20_000_000,))
    for source, body in webhooks(over):
        assert await hook(filled, source, body)
    assert await filled.count("deliveries") == 2
    tell(filled, over)
    assert dict((await filled.round()).told) == {}


def webhooks(one: Incident) -> list[tuple[str, dict[str, Any]]]:
    """What the tool itself sends of its beginning and its end, some milliseconds later than its API says."""
    late = 0 if one.tool == "alerts" else 437_000
    times = (one.opened, one.resolved[-1] + late)
    if one.tool == "alerts":
        alert = {"alertId": one.id, "message": one.title, "entity": one.service, "createdAt": one.opened // 1000}
        return [
            ("opsgenie", {"action": action, "alert": {**alert, "updatedAt": at * 1000 + 1}})
            for action, at in zip(("Create", "Close"), times, strict=True)
        ]
    if one.tool == "pagerduty":
        data = {"id": one.id, "title": one.title, "urgency": "high", "created_at": iso(one.opened),
                "service": {"summary": one.service}}  # fmt: skip
        return [
            ("pagerduty", {"event": {"event_type": f"incident.{kind}", "occurred_at": iso(at), "data": data}})
            for kind, at in zip(("triggered", "resolved"), (one.opened + late, times[1]), strict=True)
        ]
    fields = [{"custom_field": {"name": "Service"}, "values": [{"value_text": one.service}]}]
    incident = {"id": one.id, "name": one.title, "custom_field_entries": fields, "created_at": iso(one.opened),
                "incident_status": {"category": "live"}}  # fmt: skip
    live, closed = {"category": "live"}, {"category": "closed"}
    ended = {**incident, "incident_status": closed, "updated_at": iso(times[1])}
    kinds = ("public_incident.incident_created_v2", "public_incident.incident_status_updated_v2")
    changed = {"incident": ended, "new_status": closed, "previous_status": live}
    return [("incidentio", {"event_type": kinds[0], kinds[0]: incident}),
            ("incidentio", {"event_type": kinds[1], kinds[1]: changed})]  # fmt: skip


async def test_an_end_that_is_found_late_counts_and_is_told_to_nobody(filled: World) -> None:
    new = begun("pagerduty", filled.clock() // 1_000_000 * 1_000_000)
    tell(filled, replace(new, resolved=(new.opened + 5 * MINUTE,)))
    filled.clock.advance(3 * HOUR // 1_000_000)
    await filled.round()
    assert (await lives(filled))[key(new)][3] == "resolved"
    assert await filled.count("deliveries") == 0


async def test_one_tool_that_fails_leaves_the_others_and_is_asked_again_for_all_of_it(fresh: World) -> None:
    fresh.stage.switch(expired=["pagerduty"])
    summary = await fresh.round()
    assert summary.failed == {"pagerduty"}
    assert any("auth_error" in why for why in summary.stale["*"])
    assert {each.partition(":")[2].partition(":")[0] for each in await lives(fresh)} == {"opsgenie", "incidentio"}
    fresh.stage.switch(html=["jsm"])
    summary = await fresh.later()
    assert summary.failed == {"jsm"}
    assert len(await lives(fresh)) == len(TOLD)
    fresh.stage.switch(throttle_every=2, retry_after="0")
    assert (await fresh.later()).failed == set()
    assert await fresh.count("deliveries") == 0


async def test_asked_for_once_more_what_is_new_is_not_silent(filled: World) -> None:
    filled.clock.advance(300)
    new = begun("pagerduty", filled.clock() // 1_000_000 * 1_000_000)
    tell(filled, new)
    summary = await filled.round(since=30 * DAY)
    assert (summary.told["incident"], await filled.count("deliveries")) == (1, 1)


def test_check_shows_what_is_asked(environ: dict[str, str]) -> None:
    said = CliRunner().invoke(cli(["check"]), ["check", "--json"], env=environ)
    shown = {each["name"]: (each["token"], each["note"]) for each in json.loads(said.stdout)["upstreams"]}
    assert shown == {
        "jsm": ("SHIPBELL_JSM_TOKEN is set", "priority: P1 OR priority: P2"),
        "pagerduty": ("SHIPBELL_PAGERDUTY_TOKEN is set", "all teams"),
        "incidentio": ("SHIPBELL_INCIDENTIO_TOKEN is set", "all but private ones"),
    }


async def test_of_one_service_alone_no_incident_is_asked(fresh: World) -> None:
    await fresh.round(only=["checkout"])
    assert calls(fresh) == dict.fromkeys(TOOLS, 0)
    assert await fresh.count("fact_incidents") == 0


@pytest.fixture
def everywhere(served: tuple[Stage, str], tmp_path: Path, environ: dict[str, str]) -> dict[str, str]:
    """Rules that name all upstreams."""
    rules = tmp_path / "rules" / "all.yaml"
    services = "\n".join(f"  {name}: {{team: storefront}}" for name in SERVICES)
    whole = RULES.format(url=served[1], services=services)
    rules.write_text(whole + UPSTREAMS.replace("URL", served[1]).removeprefix("upstreams:\n"))
    return environ


async def test_deployments_of_the_past_failed_by_the_incidents_of_the_past(
    everywhere: dict[str, str], fresh: World
) -> None:
    await fresh.round()
    assert await fresh.count("deliveries") == 0
    rows = await fresh.ask(
        "SELECT i.id, d.service, i.link, d.live_at, d.failed_by, d.detected_at, d.recovered_at "
        "FROM fact_incidents i JOIN fact_deployments d ON d.id = i.deployment_id"
    )
    found = {row[0]: row[1:] for row in rows}
    urgent = [each for each in TOLD if each.priority != "P4"]
    assert set(found) == {key(each) for each in urgent}
    for one in urgent:
        service, link, live, by, detected, recovered = found[key(one)]
        assert (service, link, by) == (one.service, "window", "incident")
        assert (detected, recovered) == (one.opened, one.resolved[-1])
        assert 0 < one.opened - live <= HOUR
    answers = await fresh.database.read(lambda connection: _answers(connection, fresh.clock()))
    restore, recovery = answers["time_to_restore"], answers["failed_deployment_recovery"]
    assert restore.n == len(TOLD)
    assert restore.values["p50"] == median((each.resolved[-1] - each.opened) / SECOND for each in TOLD)
    failed = await fresh.ask(  # beside them there are rollbacks
        "SELECT live_at, recovered_at FROM fact_deployments WHERE environment = 'prod' AND failed_by IS NOT NULL"
    )
    assert recovery.n == len(failed) > len(urgent)
    assert recovery.values["p50"] == median((recovered - live) / SECOND for live, recovered in failed)


def _answers(connection: Connection, now: int) -> dict[str, Answer]:
    scope = Scope((("prod", "production"),))
    kinds = {kind for measure in MEASURES.values() for kind in measure.facts}
    seen = read(connection, scope, kinds, now - 90 * DAY, now, now)
    return {name: answer(MEASURES[name], seen) for name in ("time_to_restore", "failed_deployment_recovery")}
