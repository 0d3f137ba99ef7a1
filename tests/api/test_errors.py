"""Every error is problem+json, says what to do, and repeats nothing that was sent."""

import dataclasses
from typing import Any, cast

import pytest

from app.kernel.errors import Overloaded, StoreUnavailable, ValueRefused
from app.store import Database
from tests.api.conftest import Api


class Failing:
    """A database for the API alone: the service's loops keep the real one."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def read(self, work: Any) -> Any:
        raise self._error


async def fails_with(api: Api, monkeypatch: pytest.MonkeyPatch, error: Exception) -> tuple[int, dict[str, Any], Any]:
    database = cast(Database, Failing(error))
    monkeypatch.setattr(api.app.state, "parts", dataclasses.replace(api.parts, database=database))
    answer = await api.ask("GET", "/api/v1/events")
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json(), answer.headers.get("retry-after")


async def test_what_is_not_there_is_404_also_with_a_slash_behind(api: Api) -> None:
    for path in ("/", "/nothing", "/api/v1/events/", "/api/v1/../etc/passwd", "/api/v2/events"):
        answer = await api.ask("GET", path)
        assert (answer.status_code, answer.json()["status"]) == (404, 404), path
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_wrong_method_is_405_and_says_which_is_right(api: Api) -> None:
    answer = await api.ask("DELETE", "/api/v1/events")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_parameter_that_does_not_fit_is_422_with_its_place_and_without_its_value(api: Api) -> None:
    answer = await api.ask("GET", "/api/v1/deliveries", params={"limit": "CANARY", "state": "CANARY"})
    assert answer.status_code == 422
    assert [error["where"] for error in answer.json()["errors"]] == ["query.state", "query.limit"]
    assert "CANARY" not in answer.text


async def test_a_body_that_is_no_json_is_422_without_its_text(api: Api) -> None:
    for body in (b"CANARY", b"[1, 2", b"\xff\xfe", b"[]", b'"CANARY"', b'{"CANARY": 1}', b'{"receipts": ["CANARY"]}'):
        answer = await api.ask("POST", "/api/v1/replay", content=body, headers={"content-type": "application/json"})
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json"), body
        assert "CANARY" not in answer.json()["title"]


async def test_a_store_that_is_away_is_503_with_the_time_to_wait(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    status, body, wait = await fails_with(api, monkeypatch, StoreUnavailable("disk I/O error at /var/lib/CANARY"))
    assert (status, body["title"], wait) == (503, "the database does not answer, try again", "2")


async def test_too_much_work_is_503(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await fails_with(api, monkeypatch, Overloaded()))[::2] == (503, "2")


async def test_a_value_that_the_database_refuses_is_422(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await fails_with(api, monkeypatch, ValueRefused("22021")))[0] == 422


async def test_a_defect_is_500_without_a_word_of_it(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    status, body, _ = await fails_with(api, monkeypatch, RuntimeError("CANARY"))
    assert (status, body) == (
        500,
        {"type": "about:blank", "status": 500, "title": "a defect of ours; the log says more"},
    )
