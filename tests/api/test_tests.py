"""Results of tests: understood before the answer; several files are one run; links only to known hosts."""

from typing import Any

from app.api.tests import Told
from app.sources.tests import PARAMETERS
from tests.api.conftest import TOKENS, Api, StartApi

PATH = "/api/v1/tests/results"
JUNIT = b'<testsuite><testcase name="x"/><testcase name="y"><failure message="no"/></testcase></testsuite>'
PASSED = b'<testsuite name="b"><testcase name="z"/></testsuite>'


async def post(api: Api, body: bytes = JUNIT, headers: dict[str, str] | None = None, **said: str) -> Any:
    params = {"service": "checkout", **said}
    return await api.ask("POST", PATH, as_=TOKENS["ingest"], content=body, params=params, headers=headers or {})


async def stored(api: Api) -> int:
    return len((await api.get("/api/v1/receipts"))["items"])


def test_the_parameters_are_those_that_the_room_reads() -> None:
    assert tuple(Told.model_fields) == PARAMETERS


async def test_a_file_is_answered_with_what_was_understood_and_becomes_that_event(start: StartApi) -> None:
    api = await start(SHIPBELL_ROLES="ingest process", SHIPBELL_REPORT_HOSTS="reports.example.com")
    url = "https://reports.example.com/7"
    answer = await post(api, environment="prod", suite="smoke", image_tag="2.14.0", report_url=url)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["status"], told["passed"], told["failed"], told["files"], told["notes"]) == ("failed", 1, 1, 1, [])
    receipt = await api.settled(told["receipt"])
    assert receipt["events"] == [told["event"]]
    event = await api.get(f"/api/v1/events/{told['event']}")
    assert (event["type"], event["version"], event["report_url"]) == ("tests.finished", "2.14.0", url)
    assert event["failures"] == [{"name": "y", "message": "no"}]


async def test_files_of_one_run_are_one_event_told_with_the_last(start: StartApi) -> None:
    api = await start(SHIPBELL_ROLES="ingest process")
    parts = [(await post(api, body, run_id="7")).json() for body in (JUNIT, PASSED, PASSED)]
    assert [(part["event"], part["outcome"]) for part in parts] == [
        (None, "accepted"), (None, "accepted"), (None, "duplicate"),
    ]  # fmt: skip
    assert (await api.settled(parts[0]["receipt"]))["reason"] == "part_of_a_run"
    assert (await post(api, PASSED, run_id="8")).json()["event"] is None
    last = (await post(api, b"", run_id="7", final="true", status="passed")).json()
    assert (last["files"], last["passed"], last["failed"], last["status"]) == (2, 2, 1, "failed")
    event = await api.get(f"/api/v1/events/{(await api.settled(last['receipt']))['events'][0]}")
    assert (event["id"], event["total"], event["run_id"]) == (last["event"], 3, "7")
    again = (await post(api, b"", run_id="7", final="true", status="passed")).json()
    assert (again["outcome"], again["event"]) == ("duplicate", last["event"])


async def test_a_word_without_a_file_and_a_run_of_nothing(api: Api) -> None:
    told = (await post(api, b"", status="failed")).json()
    assert (told["status"], told["files"], told["total"]) == ("failed", 0, 0)
    assert (await post(api, b"", run_id="none", final="true")).status_code == 422
    assert (await post(api, b"")).status_code == 422
    assert await stored(api) == 1


async def test_a_status_of_an_earlier_part_counts(api: Api) -> None:
    await post(api, PASSED, run_id="7", status="failed")
    assert (await post(api, PASSED, run_id="7", final="true")).json()["status"] == "failed"


ELSEWHERE = (
    "http://reports.example.com/7", "https://example.com/", "https://reports.example.com.evil.example/x",
    "https://x@reports.example.com/", "javascript:alert(1)",
)  # fmt: skip


async def test_a_report_elsewhere_is_no_button_and_the_answer_says_so(start: StartApi) -> None:
    api = await start(SHIPBELL_REPORT_HOSTS="reports.example.com")
    for number, url in enumerate(ELSEWHERE):
        told = (await post(api, report_url=url, build=str(number))).json()
        assert "report_url" in told["notes"][0]
        receipt = await api.get(f"/api/v1/receipts/{told['receipt']}")
        assert "x-shipbell-report_url" not in receipt["headers"]


async def test_what_cannot_be_understood_is_refused_and_not_stored(api: Api) -> None:
    for body in (b"{}", b"[]", b"no tests", b"<x/>", JUNIT[:40], b'<!DOCTYPE x [<!ENTITY a "b">]><testsuite/>'):
        answer = await post(api, body)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json"), body[:20]
    for name, value in (("commit", "xyz"), ("final", "x"), ("status", "ok"), ("sevice", "a"), ("service", "")):
        answer = await post(api, **{name: value})
        assert answer.status_code == 422, name
        assert name in answer.text
    assert (await post(api, headers={"content-encoding": "gzip"})).status_code == 415
    assert await stored(api) == 0
