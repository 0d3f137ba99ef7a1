"""What the incident tools say, as their webhooks would have said it: one life, whatever is left out of it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.clients.alert_answers import Alert
from app.clients.alerts import Alerts
from app.clients.api import Api
from app.clients.declared import Declared
from app.clients.incidentio import Incident, IncidentIo
from app.clients.pagerduty import Entry, PagerDuty
from app.clients.pagerduty import Incident as PagerDutyIncident
from app.collector.alert_tool import alert_tool
from app.collector.incident_tool import Message, Told, Tool
from app.collector.incidentio_tool import incidentio_tool
from app.collector.pagerduty_tool import Happened, pagerduty_tool
from app.kernel.clock import to_us
from app.kernel.json import dumps
from app.sources import Ignored, Inbound
from tests.clients.upstream import Upstream

BEGAN = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
OVER = ("resolve", 30)
NOWHERE = Api("acme", "http://127.0.0.1:9")


def at(minutes: int) -> datetime:
    return BEGAN + timedelta(minutes=minutes)


def life(tool: Tool[Any], messages: Sequence[Message]) -> list[tuple[str, int]]:
    """What the room makes of them: the states, and after how many minutes."""
    drafts = [tool.source.parse(Inbound(each.headers, dumps(each.body))) for each in messages]
    return [
        (draft.type.partition(".")[2], int((draft.occurred_at - BEGAN).total_seconds() // 60))
        for found in drafts
        if not isinstance(found, Ignored)
        for draft in found
        if draft.occurred_at
    ]


def entries(status: str, *steps: tuple[str, int], changed: int = 0, **more: Any) -> Happened:
    incident = PagerDutyIncident("Q1", "down", status, service="checkout", created_at=BEGAN,
                                 last_status_change_at=at(changed), **more)  # fmt: skip
    return Happened([Entry(f"R{minute}", f"{kind}_log_entry", incident, at(minute)) for kind, minute in steps])


@pytest.mark.parametrize(
    ("happened", "told", "expected"),
    [
        (
            entries("resolved", ("trigger", 0), ("trigger", 3), ("acknowledge", 4), ("unacknowledge", 9), OVER),
            [],
            [("opened", 0), ("acknowledged", 4), ("unacknowledged", 9), ("resolved", 30)],
        ),
        (
            entries("resolved", OVER, ("assign", 40), ("resolve", 60)),
            [],
            [("resolved", 30), ("reopened", 40), ("resolved", 60)],
        ),
        (entries("triggered", OVER, changed=45), [], [("resolved", 30), ("reopened", 45)]),
        (entries("triggered", ("assign", 45), changed=45), [("resolved", 30)], [("reopened", 45)]),
        (
            entries("acknowledged", ("acknowledge", 50), changed=50),
            [("resolved", 30)],
            [("reopened", 49), ("acknowledged", 50)],
        ),
        (entries("triggered", ("notify", 50), changed=45), [("resolved", 30), ("reopened", 45)], []),
        (entries("resolved", OVER, changed=30), [("opened", 0), ("resolved", 30)], []),
        (entries("resolved", OVER, resolve_reason={"type": "merge"}), [], [("cancelled", 30)]),
    ],
    ids=["all of it", "two ends", "goes on", "goes on since", "acknowledged since", "known", "told", "merged"],
)  # fmt: skip
async def test_pagerdutys_log_is_a_life_that_can_be(
    happened: Happened, told: list[tuple[str, int]], expected: list[tuple[str, int]]
) -> None:
    tool = pagerduty_tool(PagerDuty(NOWHERE))
    known = [Told(f"incident.{state}", to_us(at(minute))) for state, minute in told]
    assert life(tool, await tool.messages(happened, known)) == expected


def update(category: str, minute: int) -> dict[str, Any]:
    return {"created_at": at(minute).isoformat(), "new_incident_status": {"name": category, "category": category}}


@pytest.mark.parametrize(
    ("updates", "now", "expected"),
    [
        (["live", "learning", "closed"], "closed", [("opened", 0), ("resolved", 10)]),
        (["triage", "live", "closed"], "closed", [("opened", 10), ("resolved", 20)]),
        (["triage", "declined"], "declined", [("cancelled", 10)]),
        (["live", "closed", "live"], "live", [("opened", 0), ("resolved", 10), ("reopened", 20)]),
        (["live", "merged"], "merged", [("opened", 0), ("cancelled", 10)]),
        ([], "live", [("opened", 0)]),
        ([], "closed", [("opened", 0), ("resolved", 90)]),
        ([], "triage", []),
    ],
)
async def test_incident_ios_updates_are_a_life(updates: list[str], now: str, expected: list[tuple[str, int]]) -> None:
    raw = {"id": "01A", "name": "down", "created_at": at(0).isoformat(), "updated_at": at(90).isoformat(),
           "incident_status": {"category": now}}  # fmt: skip
    async with Upstream() as upstream, Api("incidentio", upstream.url) as api:
        upstream.script.append({"incident_updates": [update(each, 10 * n) for n, each in enumerate(updates)][::-1]})
        tool = incidentio_tool(IncidentIo(api))
        assert life(tool, await tool.messages(Incident("01A", category=now, raw=raw), ())) == expected
        over = [Told("incident.resolved", to_us(at(10)))]
        if now == "closed":  # nothing is asked again of one whose end was told
            assert await tool.messages(Incident("01A", category=now, raw=raw), over) == ()
        assert len(upstream.asked) == 1


async def test_of_an_incident_of_opsgenie_its_impact_counts_and_no_details_are_asked_for() -> None:
    tool = alert_tool("opsgenie", Declared(NOWHERE), None)
    declared = Alert("i-1", "down", "resolved", entity="checkout", created=at(0), close_time=at(50).isoformat(),
                     link="https://acme.example.com/i/1")  # fmt: skip
    messages = await tool.messages(declared, ())
    assert life(tool, messages) == [("opened", 0), ("resolved", 50)]
    (draft,) = tool.source.parse(Inbound(messages[0].headers, dumps(messages[0].body)))  # type: ignore[misc]
    assert (draft.hints.service, draft.fields["url"]) == ((("name", "checkout"),), "https://acme.example.com/i/1")


async def test_the_list_of_what_changed_is_asked_again_and_of_declared_ones_those_that_may_still_end() -> None:
    async with Upstream() as upstream, Api("opsgenie", upstream.url) as api:
        upstream.routes["/v1/incidents"] = upstream.routes["/v2/alerts"] = {"data": [], "paging": {}}
        for client in (Declared(api), Alerts(api, jsm=False)):
            pages = alert_tool("opsgenie", client, None).pages(at(0), at(10), False)
            assert [list(page.items) async for page in pages] == [[]]
    declared, alerts = upstream.asked
    assert declared.query["query"][0].startswith(f"createdAt >= {to_us(at(10) - timedelta(days=90)) // 1000} AND")
    assert (alerts.query["sort"], alerts.query["order"]) == (["updatedAt"], ["desc"])
