import json
from typing import Any

import pytest

from app.reporter.final import Ended, ask_steps
from app.reporter.sending import Answer
from app.reporter.surroundings import read_surroundings
from tests.reporter.conftest import BITBUCKET, UUID

VARIABLES = {**BITBUCKET, "BITBUCKET_TOKEN": "repository-token"}


def step(result: str | None, name: str = "Build", uuid: str = "{1}") -> dict[str, Any]:
    return {"uuid": uuid, "name": name, "state": {"result": {"name": result} if result else None}}


def asked(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> tuple[Ended | None, list[str]]:
    urls: list[str] = []

    def get(url: str, headers: dict[str, str], until: float) -> Answer:
        urls.append(url)
        return answer

    monkeypatch.setattr("app.reporter.final.get", get)
    return ask_steps(VARIABLES, read_surroundings(VARIABLES), 1e9, "https://api.bitbucket.org/2.0"), urls


@pytest.mark.parametrize(
    ("steps", "ended"),
    [
        ([step("SUCCESSFUL"), step("SUCCESSFUL")], Ended("succeeded", "")),
        ([step("SUCCESSFUL"), step("FAILED", "Tests"), step("ERROR", "Later")], Ended("failed", "Tests")),
        ([step("STOPPED"), step("SUCCESSFUL")], Ended("stopped", "")),
        ([step("STOPPED"), step("EXPIRED", "Slow\x1b")], Ended("failed", "Slow")),
        ([step("SUCCESSFUL"), step(None, "waits for a person")], Ended("succeeded", "")),
        ([step("FAILED", "itself", UUID)], None),
        ([step(None)], None),
        ([], None),
        ([{"state": 5}, "x", None], None),
    ],
)
def test_what_the_steps_come_to(steps: list[Any], ended: Ended | None, monkeypatch: pytest.MonkeyPatch) -> None:
    found, (url,) = asked(Answer(200, json.dumps({"values": steps})), monkeypatch)
    assert found == ended
    pipeline = "%7Ba1a2a3a4-b1b2-4c1c-8d1d-e1e2e3e4e5e6%7D"
    assert url.startswith(f"https://api.bitbucket.org/2.0/repositories/acme/checkout/pipelines/{pipeline}/steps/?")


NO_LISTS = ("<html>", "[]", '{"values": 5}', "[" * 90_000)


@pytest.mark.parametrize(
    "answer", [Answer(403, "{}"), Answer(0, "TimeoutError"), *(Answer(200, text) for text in NO_LISTS)]
)
def test_no_answer_is_no_outcome(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(answer, monkeypatch)[0] is None
