"""Scanners' files: understood before the answer, or refused with what was looked for."""

from typing import Any

import pytest

from app.api.scans import Said
from app.sources.scans import PARAMETERS
from app.store import counters
from tests.api.conftest import TOKENS, Api, StartApi
from tests.running.hooks import sample

SCAN = sample("scans", "pipeline-scan-failed").body
PATH = "/api/v1/security/scans"


async def post(api: Api, body: bytes = SCAN, headers: dict[str, str] | None = None, **said: str) -> Any:
    params = {"service": "checkout", **said}
    return await api.ask("POST", PATH, as_=TOKENS["ingest"], content=body, params=params, headers=headers or {})


async def stored(api: Api) -> int:
    return len((await api.get("/api/v1/receipts"))["items"])


def test_the_parameters_are_those_that_the_room_reads() -> None:
    assert set(Said.model_fields) == set(PARAMETERS)


async def test_a_file_is_answered_with_what_was_understood_and_becomes_that_event(start: StartApi) -> None:
    api = await start(SHIPBELL_ROLES="ingest process")
    answer = await post(api, commit="a" * 40, exit_code="1")
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["outcome"], told["verdict"], told["by"]) == ("accepted", "failed", "ingester")
    receipt = await api.settled(told["receipt"])
    assert receipt["events"] == [told["event"]]
    event = await api.get(f"/api/v1/events/{told['event']}")
    assert (event["service"], event["commit"]["sha"], event["verdict"]) == ("checkout", "a" * 40, "failed")
    counted = await api.parts.database.read(counters.values)
    assert counted["webhook_events_received_total", ("scans",)] == 1


async def test_the_same_file_again_is_a_duplicate_of_the_same_event(api: Api) -> None:
    first, again = (await post(api)).json(), (await post(api)).json()
    assert (first["outcome"], again["outcome"]) == ("accepted", "duplicate")
    assert (first["receipt"], first["event"]) == (again["receipt"], again["event"])
    assert await stored(api) == 1
    assert (await post(api, service="basket")).json()["outcome"] == "accepted"


async def test_what_cannot_be_understood_is_422_and_not_stored(api: Api) -> None:
    for body in (b"", b"{}", b"[]", b"no scan", b"<x/>", b'{"a": NaN}', b"[" * 100_000, SCAN[:200]):
        answer = await post(api, body)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json"), body[:20]
    assert await stored(api) == 0


async def test_a_parameter_that_cannot_be_is_422_and_named(api: Api) -> None:
    for name, value in (("commit", "xyz"), ("exit_code", "no"), ("tool", "nmap"), ("kind", "x"), ("fail_on", "worst"),
                        ("comit", "a" * 40), ("service", "")):  # fmt: skip
        answer = await post(api, **{name: value})
        assert answer.status_code == 422, name
        assert name in answer.text
    assert (await api.ask("POST", PATH, content=SCAN)).status_code == 422  # whose scan is it?
    assert await stored(api) == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-encoding": "gzip"}, 415),
        ({"content-type": "Multipart/form-data; boundary=x"}, 415),
        ({"content-type": "text/xml", "content-encoding": "identity"}, 201),
        ({"content-type": "application/x-www-form-urlencoded"}, 201),  # what curl --data-binary says
    ],
)
async def test_a_file_comes_as_it_is(api: Api, headers: dict[str, str], status: int) -> None:
    assert (await post(api, headers=headers)).status_code == status
    assert await stored(api) == (1 if status == 201 else 0)


async def test_a_file_that_is_too_large_is_413_said_or_streamed(start: StartApi) -> None:
    api = await start(SHIPBELL_MAX_SCAN_BYTES="2048")

    async def pieces() -> Any:
        for _ in range(3):
            yield b" " * 1000

    said = await post(api, SCAN + b" " * 2048)
    streamed = await api.ask("POST", PATH, params={"service": "checkout"}, content=pieces())
    for answer in (said, streamed):
        assert (answer.status_code, answer.headers["connection"]) == (413, "close")
    assert await stored(api) == 0


async def test_nothing_is_taken_when_the_disk_is_full_or_the_role_is_missing(start: StartApi) -> None:
    full = await start(SHIPBELL_DISK_RESERVE_BYTES=str(1 << 60))
    answer = await post(full)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert await stored(full) == 0


async def test_nothing_is_taken_without_the_role(start: StartApi) -> None:
    api = await start(SHIPBELL_ROLES="process")
    assert (await post(api)).status_code == 503
    assert await stored(api) == 0
