"""`shipbell where`: what a person sees of where things are."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.cli import remote
from tests.cli.conftest import Shipbell

QA: dict[str, Any] = {
    "service": "checkout", "environment": "qa", "desired_version": "1.44.0", "actual_version": "1.43.0",
    "in_sync": False, "drift": True, "health": "Degraded", "since": "2026-11-20T09:30:00.000000Z", "stale": False,
    "looked_at": None, "manifest": {"path": "qa/kustomization.yaml", "line": 7},
}  # fmt: skip
PROD = {**QA, "environment": "prod", "drift": False, "in_sync": None, "desired_version": None, "stale": True,
        "looked_at": "2026-11-22T08:00:00.000000Z",
        "manifest": {"path": "prod/kustomization.yaml", "line": 8, "problem": "newTag: 1e10 is no text"}}  # fmt: skip
COMMIT = {"service": "checkout", "sha": "9f" * 20, "author": "Ines Varga", "message": "SHOP-1 [/x] pay",
          "since": "2026-11-20T09:30:00.000000Z"}  # fmt: skip
GOT = {
    "service": "checkout", "sha": "9f" * 20, "version": "v2",
    "commit": {**COMMIT, "pull_request": {"id": 7, "merged_at": None}},
    "environments": [
        {"environment": "qa", "state": "there", "since": "2026-11-20T09:30:00.000000Z", "version": "1.44.0",
         "deployment_id": "d1", "waits_for": None},
        {"environment": "prod", "state": "not_there", "since": None, "version": None, "deployment_id": None,
         "waits_for": "a promotion of 1.44.0 from qa"},
    ],
}  # fmt: skip
TICKET = {"key": "SHOP-1", "summary": "Pay by card", "status": "In Test", "fix_versions": [], "restricted": False,
          "stale": True, "looked_at": "2026-11-22T08:00:00.000000Z", "service": "checkout"}  # fmt: skip
SUM = {"commits": 1, "complete": True, "pull_requests": 1, "tickets": 1, "authors": {"Ines Varga": 1}, "reverts": [],
       "migrations": [COMMIT], "oldest_at": None,
       "size": {"files": 3, "lines_added": 40, "lines_removed": 2, "complete": False, "unknown": ["web"],
                "migrations": [{"service": "checkout", "path": "db/migrations/7.sql"}]}}  # fmt: skip
ANSWERS: dict[str, Any] = {
    "/api/v1/where/checkout": {"what": "service", "services": [{"service": "checkout", "environments": [QA, PROD]}],
                               "ticket": None, "commits": []},
    "/api/v1/where/v2": {"what": "commit", "services": [GOT], "ticket": None, "commits": []},
    "/api/v1/where/SHOP-1": {"what": "ticket", "services": [GOT], "ticket": TICKET,
                             "commits": [{**COMMIT, "live_in": ["checkout/qa"]}]},
    "/api/v1/environments/waiting": {"commits": [COMMIT], "tickets": [TICKET], "sum": SUM, "next": None},
}  # fmt: skip
RAN = {"service": "checkout", "environment": "prod", "actual_version": "1.42.0", "kind": "release",
       "since": "2026-09-30T09:30:00.000000Z", "until": "2026-10-01T10:00:00.000000Z"}  # fmt: skip


def _answer(request: httpx.Request) -> httpx.Response:
    path, asked = request.url.path, request.url.params
    if path == "/api/v1/environments":
        one, following = (RAN, None) if "on" in asked else (QA, None if "cursor" in asked else "1")
        return httpx.Response(200, json={"items": [one], "next": following})
    found = ANSWERS.get(path)
    return httpx.Response(200, json=found) if found else httpx.Response(404, json={"title": "nothing of that name"})


@pytest.fixture(autouse=True)
def _service(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    first = remote.Service.__init__
    monkeypatch.setattr(remote.Service, "__init__", lambda self: first(self, httpx.MockTransport(_answer)))
    return


def line(out: str, word: str) -> str:
    return next(each for each in out.splitlines() if word in each)


def test_a_service_with_drift_and_with_what_cannot_be_read(shipbell: Shipbell) -> None:
    said = shipbell("where", "checkout")
    assert said.code == 0
    for word in ("1.43.0", "1.44.0", "2026-11-20 09:30", "DRIFT", "Degraded"):
        assert word in line(said.out, " qa ")
    note = "prod/kustomization.yaml:8: newTag: 1e10 is no text; stale: looked at last 2026-11-22 08:00"
    assert note in line(said.out, " prod ")
    assert shipbell("where").out.count("DRIFT") == 2  # both pages


def test_a_commit_and_what_it_waits_for(shipbell: Shipbell) -> None:
    said = shipbell("where", "v2")
    assert "checkout: v2 9f9f9f9f9f9f · SHOP-1 [/x] pay · Ines Varga · pull request 7 (not merged)" in said.out
    assert "there" in line(said.out, " qa ")
    assert "a promotion of 1.44.0 from qa" in line(said.out, " prod ")


def test_a_ticket_and_its_commits(shipbell: Shipbell) -> None:
    said = shipbell("where", "SHOP-1")
    assert "SHOP-1 · Pay by card · In Test · no fix version · stale: asked last 2026-11-22 08:00" in said.out
    assert "checkout/qa" in line(said.out, "SHOP-1 [/x] pay")


def test_what_is_between_two_environments(shipbell: Shipbell) -> None:
    said = shipbell("where", "checkout", "--between", "qa,prod")
    assert "1 commit, 1 pull request, 1 ticket; by Ines Varga (1)" in said.out
    assert "  migration: 9f9f9f9f9f9f SHOP-1 [/x] pay" in said.out
    assert "In Test" in line(said.out, "Pay by card")


def test_how_much_a_promotion_changes(shipbell: Shipbell, monkeypatch: pytest.MonkeyPatch) -> None:
    out = shipbell("where", "checkout", "--between", "qa,prod").out
    assert "at least 3 files, +40 -2 lines\n  migration: checkout db/migrations/7.sql\n  unknown of web" in out
    monkeypatch.setitem(ANSWERS["/api/v1/environments/waiting"], "sum", {**SUM, "size": None})
    assert "how much changes is unknown" in shipbell("where", "checkout", "--between", "qa,prod").out


def test_what_ran_on_a_day(shipbell: Shipbell) -> None:
    out = shipbell("where", "checkout", "--on", "2026-10-01").out
    for word in ("1.42.0", "2026-09-30 09:30", "2026-10-01 10:00", "release"):
        assert word in line(out, " prod ")


def test_exit_codes_and_json(shipbell: Shipbell) -> None:
    assert shipbell("where", "moon").code == 1
    for wrong in (("--between", "qa"), ("--between", "qa, qa"), ("--between", "qa,prod", "--on", "2026-10-01")):
        assert shipbell("where", "checkout", *wrong).code == 2
    assert shipbell("where", "checkout", "--json").json == ANSWERS["/api/v1/where/checkout"]
    assert len(shipbell("where", "--json").json["items"]) == 2
    assert shipbell("where", "checkout", "--between", "qa,prod", "--json").json["sum"] == SUM


def test_whose_it_is_narrows_lists_alone(shipbell: Shipbell, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, str]] = []
    first = remote.Service.get
    monkeypatch.setattr(remote.Service, "get", lambda self, path, **query: asked.append(query)
                        or first(self, path, **query))  # fmt: skip
    assert shipbell("where", "--pod", "buy", "--platform", "ecs").code == 0
    assert shipbell("where", "--business-area", "commerce", "--between", "qa,prod").code == 0
    assert [(each["pod"], each["platform"], each["business_area"]) for each in asked] == [
        ("buy", "ecs", None), ("buy", "ecs", None), (None, None, "commerce"),
    ]  # fmt: skip
    refused = shipbell("where", "v2", "--team", "storefront")
    assert refused.code == 2
    assert "--between" in refused.err
