"""What we ask the incident tools, and what we make of their answers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.clients.alerts import SIZE, Alerts
from app.clients.api import Api
from app.clients.auth import Keyed
from app.clients.declared import Declared
from app.clients.faults import ApiFault
from app.clients.incidentio import IncidentIo
from app.clients.pagerduty import PagerDuty
from app.kernel.secrets import Secret
from tests.clients.conftest import Asker
from tests.clients.upstream import Upstream, said

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=20)


def alert(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {"id": f"a-{number}", "createdAt": "2026-11-02T10:00:00.250Z", "updatedAt": "2026-11-02T11:00:00Z", **fields}


async def test_alerts_of_jsm_are_read_page_by_page_with_the_query(upstream: Upstream, api: Api) -> None:
    full = {"values": [alert(number) for number in range(SIZE)], "links": {"next": "/v1/alerts?offset=100"}}
    last = {"values": [alert(500, status="closed", closeTime="2026-11-02T10:30:00Z")], "links": {}}
    upstream.script += [full, last]
    pages = [page async for page in Alerts(api, jsm=True, query="priority: P1 OR priority: P2").created(SINCE, UNTIL)]
    assert [len(page.items) for page in pages] == [SIZE, 1]
    assert [page.upto for page in pages] == [None, UNTIL]
    assert pages[1].items[0].closed_at == datetime(2026, 11, 2, 10, 30, tzinfo=UTC)
    first, second = upstream.asked
    assert (first.path, first.query["size"], first.query["offset"]) == ("/v1/alerts", ["100"], ["0"])
    assert (second.query["offset"], second.query["order"]) == (["100"], ["asc"])
    between = f"createdAt >= {int(SINCE.timestamp())}000 AND createdAt < {int(UNTIL.timestamp())}000"
    assert first.query["query"] == [f"{between} AND (priority: P1 OR priority: P2)"]


async def test_alerts_of_opsgenie_say_how_long_it_took_and_details_one_by_one(upstream: Upstream, api: Api) -> None:
    report = {"ackTime": 61_000, "closeTime": 1_800_000, "closedBy": "ann@example.com"}
    upstream.script += [
        {"data": [alert(status="closed", acknowledged=True, report=report)], "took": 0.1},
        {"data": alert(details={"service": "checkout", "count": 3}, integration={"name": "Shop"}), "took": 0.1},
    ]
    client = Alerts(api, jsm=False)
    (page,) = [page async for page in client.changed(SINCE)]
    (found,) = page.items
    assert found.closed_at == datetime(2026, 11, 2, 10, 30, 0, 250_000, tzinfo=UTC)
    assert found.acknowledged_at == datetime(2026, 11, 2, 10, 1, 1, 250_000, tzinfo=UTC)
    whole = await client.alert("a-1")
    assert (whole.details, whole.integration) == ({"service": "checkout"}, "Shop")
    assert [each.path for each in upstream.asked] == ["/v2/alerts", "/v2/alerts/a-1"]
    assert (upstream.asked[0].query["sort"], "query" in upstream.asked[0].query) == (["updatedAt"], False)


async def test_what_was_changed_is_read_until_it_is_old(upstream: Upstream, api: Api) -> None:
    old = alert(2, updatedAt="2026-10-31T23:59:59Z")
    upstream.script.append({"values": [alert(), old], "links": {"next": "/v1/alerts?offset=100"}})
    pages = [page async for page in Alerts(api, jsm=True).changed(SINCE)]
    assert [[each.id for each in page.items] for page in pages] == [["a-1"]]
    assert len(upstream.asked) == 1


async def test_an_alert_that_is_open_has_no_end(upstream: Upstream, api: Api) -> None:
    upstream.script.append({"values": [alert(status="open", acknowledged=True)], "links": {}})
    (page,) = [page async for page in Alerts(api, jsm=True).changed(SINCE)]
    assert (page.items[0].closed_at, page.items[0].acknowledged_at) == (None, None)


async def test_incidents_of_opsgenie_begin_with_their_impact_and_name_their_service(
    upstream: Upstream, api: Api
) -> None:
    declared = alert(status="resolved", impactedServices=["s-1"], impactStartDate="2026-11-02T09:40:00Z",
                     impactEndDate="2026-11-02T10:20:00Z", links={"web": "https://acme.example.com/i/1"})  # fmt: skip
    upstream.routes["/v1/incidents"] = {"data": [declared, {**declared, "id": "a-2"}], "took": 0.1}
    upstream.routes["/v1/services/s-1"] = {"data": {"id": "s-1", "name": "checkout"}}
    (page,) = [page async for page in Declared(api).created(SINCE, UNTIL)]
    found = page.items[0]
    assert (found.created, found.closed_at) == (
        datetime(2026, 11, 2, 9, 40, tzinfo=UTC),
        datetime(2026, 11, 2, 10, 20, tzinfo=UTC),
    )
    assert (found.entity, found.link) == ("checkout", "https://acme.example.com/i/1")
    assert [each.path for each in upstream.asked] == ["/v1/incidents", "/v1/services/s-1"]


def entry(kind: str, **incident: Any) -> dict[str, Any]:
    return {"id": f"R-{kind}", "type": f"{kind}_log_entry", "created_at": "2026-11-02T10:00:00Z",
            "agent": {"type": "user_reference", "summary": "Ann"},
            "incident": {"id": "Q1", "type": "incident_reference", "summary": "[#1] down", **incident}}  # fmt: skip


async def test_pagerdutys_log_is_read_with_its_incidents_and_what_it_leaves_out_is_asked_for(
    upstream: Upstream, asker: Asker
) -> None:
    whole = {"created_at": "2026-11-02T09:59:59Z", "service": {"summary": "checkout"}, "title": "down"}
    upstream.script += [
        {"log_entries": [entry("resolve"), {"id": "R-x", "type": "notify_log_entry"}], "more": True},
        {"log_entries": [entry("trigger", **whole)], "more": False},
        {"incident": {"id": "Q1", "status": "resolved", **whole}},
    ]
    client = PagerDuty(asker(upstream.url, auth=Keyed("Token token=", Secret("CANARY-PD"))), ["PT1", "PT2"])
    pages = [page async for page in client.entries(SINCE, UNTIL)]
    assert [[each.type for each in page.items] for page in pages] == [["resolve_log_entry"], ["trigger_log_entry"]]
    mended = await client.whole(pages[0].items[0])
    assert (mended.incident.service, mended.incident.title, mended.agent) == ("checkout", "down", "Ann")
    assert await client.whole(pages[1].items[0]) is pages[1].items[0]
    first = upstream.asked[0]
    assert first.headers["Authorization"] == "Token token=CANARY-PD"
    assert (first.query["include[]"], first.query["team_ids[]"]) == (["incidents"], ["PT1", "PT2"])
    assert (first.query["since"], upstream.asked[1].query["offset"]) == ([SINCE.isoformat()], ["100"])


async def test_incidents_of_incident_io_are_read_by_cursor_and_their_updates_from_the_oldest(
    upstream: Upstream, api: Api
) -> None:
    one = {"id": "01A", "mode": "standard", "visibility": "public", "incident_status": {"category": "live"}}
    upstream.script += [
        {"incidents": [one], "pagination_meta": {"after": "01A", "page_size": 250}},
        {"incidents": [{**one, "id": "01B", "visibility": "private"}, {**one, "id": "01C", "mode": "test"}]},
        {"incident_updates": [
            {"created_at": "2026-11-02T11:00:00Z", "new_incident_status": {"category": "closed"}},
            {"created_at": "2026-11-02T10:00:00Z", "new_incident_status": {"category": "live"}},
        ]},
    ]  # fmt: skip
    client = IncidentIo(api)
    pages = [page async for page in client.changed(SINCE + timedelta(hours=5))]
    assert [[each.counts for each in page.items] for page in pages] == [[True], [False, False]]
    assert [each.category for each in await client.updates("01A")] == ["live", "closed"]
    first, second, third = upstream.asked
    assert first.query["updated_at[gte]"] == ["2026-11-01"]  # by the day: no other form is documented
    assert (second.query["after"], third.query["incident_id"]) == (["01A"], ["01A"])


@pytest.mark.parametrize("answer", [{}, {"values": None}, {"data": {}}, [], "no"])
async def test_an_answer_of_another_form_is_a_fault_and_no_empty_list(
    upstream: Upstream, api: Api, answer: Any
) -> None:
    upstream.script += [said(answer) for _ in range(4)]
    for pages in (
        Alerts(api, jsm=True).created(SINCE, UNTIL),
        Alerts(api, jsm=False).changed(SINCE),
        PagerDuty(api).entries(SINCE, UNTIL),
        IncidentIo(api).changed(SINCE),
    ):
        with pytest.raises(ApiFault, match="integration_error"):
            [page async for page in pages]


async def test_a_cursor_that_stands_still_ends_the_list(upstream: Upstream, api: Api) -> None:
    upstream.routes["/v2/incidents"] = {"incidents": [{"id": "01A"}], "pagination_meta": {"after": "01A"}}
    assert len([page async for page in IncidentIo(api).changed(SINCE)]) == 2
