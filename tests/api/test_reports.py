"""Reports over HTTP: read before they are taken, once each, and quiet ones sent by no rule."""

from typing import Any

import orjson

from tests.api.conftest import TOKENS, Api, StartApi
from tests.running.hooks import sample

PATH = "/api/v1/reports"
REPORT = sample("reports", "pipeline").body


async def post(api: Api, body: bytes = REPORT, **headers: str) -> Any:
    return await api.ask("POST", PATH, as_=TOKENS["ingest"], content=body, headers=headers)


async def test_a_report_is_answered_with_its_events(start: StartApi) -> None:
    api = await start(SHIPBELL_ROLES="ingest process")
    answer = await post(api)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["outcome"], told["by"], told["unmapped"]) == ("accepted", "ingester", [])
    receipt = await api.settled(told["receipt"])
    assert receipt["events"] == told["events"]
    event = await api.get(f"/api/v1/events/{told['events'][1]}")
    assert (event["source"], event["service"], event["failed_step"]) == ("reports", "checkout", "Unit tests")


async def test_the_same_report_again_adds_nothing(api: Api) -> None:
    first, again = (await post(api)).json(), (await post(api)).json()
    assert (again["outcome"], again["receipt"]) == ("duplicate", first["receipt"])
    keyed = [(await post(api, body, **{"x-shipbell-report": "build-7"})).json() for body in (REPORT, REPORT + b" ")]
    assert [each["outcome"] for each in keyed] == ["accepted", "duplicate"]


async def test_what_does_not_fit_is_422_and_nothing_is_kept(api: Api) -> None:
    answer = await post(api, orjson.dumps({"schema": "shipbell.report/v1", "events": [{"type": "incident.opened"}]}))
    assert answer.status_code == 422
    assert "events.0" in answer.text
    assert (await post(api, b"{}" * (1 << 20))).status_code == 413
    assert (await api.get("/api/v1/receipts"))["items"] == []


async def test_a_quiet_event_counts_and_nobody_gets_it(start: StartApi) -> None:
    api = await start(SHIPBELL_ROLES="ingest process")
    loud = orjson.loads(REPORT)
    quiet = {**loud, "events": [{**event, "quiet": True, "key": "late"} for event in loud["events"]]}
    for body, expected in ((orjson.dumps(quiet), 0), (REPORT, 2)):
        told = (await post(api, body)).json()
        await api.settled(told["receipt"])
        assert len((await api.get("/api/v1/deliveries"))["items"]) == expected
    explained = await api.get(f"/api/v1/events/{(await post(api, orjson.dumps(quiet))).json()['events'][0]}/explain")
    assert "found afterwards" in str(explained)
