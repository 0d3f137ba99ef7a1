"""`shipbell dora`: what a person sees of the numbers."""

from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from app.api.dora import definitions
from app.cli import remote
from app.cli.sparkline import duration, number, sparkline
from tests.cli.conftest import Shipbell

LEAD: dict[str, Any] = {
    "window": {"name": "28d"}, "n": 6, "headline": 67500.0, "values": {"p50": 67500.0, "p90": 83520.0}, "parts": {},
    "points": None, "between": None, "open": 0, "oldest_open_seconds": None, "left_out": {"negative": 1, "seed": 2},
}  # fmt: skip
FEW = {**LEAD, "n": 2, "headline": None, "values": {"p50": 60.0, "p90": 66.0}, "left_out": {}}
OPEN = {**LEAD, "headline": None, "between": [3600.0, None], "open": 3, "left_out": {"open": 3}}
SHOWN = {
    "change_lead_time": ("seconds", LEAD), "time_to_restore": ("seconds", FEW),
    "failed_deployment_recovery": ("seconds", OPEN), "change_fail_rate": ("ratio", {**LEAD, "headline": 0.2}),
    "open_failures": ("count", {**LEAD, "headline": 1}),
}  # fmt: skip


def _answer(request: httpx.Request) -> httpx.Response:
    path, asked = request.url.path.removeprefix("/api/v1/dora"), request.url.params
    if path == "/reconcile":
        theirs = {"gitlab": {"value": 45000.0, "because": "begins at the merge"}}
        one = {
            "measure": "change_lead_time",
            "unit": "seconds",
            "ours": 67500.0,
            "why": "each commit",
            "theirs": theirs,
        }
        view = {"name": "gitlab", "title": "GitLab", "frequency": "6 deployments", "notes": ["2 incidents"]}
        return httpx.Response(200, json={"measures": [one], "views": [view]})
    if path == "/measures":
        return httpx.Response(200, json=DEFINITIONS)
    if path.endswith("/rows"):
        left = asked.get("left_out") == "true"
        one = {
            "at": "2026-11-20T09:30:00Z",
            "why": "a clock is wrong" if left else None,
            "row": {"sha": "9f", "x": None},
        }
        return httpx.Response(200, json={"items": [one], "next": None})
    wanted = [asked["measure"]] if "measure" in asked else [*SHOWN]
    trend = [LEAD, {**LEAD, "headline": None, "values": {"p50": None}}, {**LEAD, "headline": 33750.0}]
    measures = [
        {
            "measure": name,
            "unit": SHOWN[name][0],
            "of_now": name == "open_failures",
            "buckets": trend if "by" in asked else [SHOWN[name][1]],
        }
        for name in wanted
    ]
    return httpx.Response(200, json={"as_of": "2026-11-22T10:00:00Z", "timezone": "UTC", "measures": measures})


DEFINITIONS: Mapping[str, Any] = {}


@pytest.fixture(autouse=True)
async def _service(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(globals(), "DEFINITIONS", (await definitions()).model_dump())
    first = remote.Service.__init__
    monkeypatch.setattr(remote.Service, "__init__", lambda self: first(self, httpx.MockTransport(_answer)))
    return


def line(out: str, word: str) -> str:
    return next(each for each in out.splitlines() if each.startswith(word))


def test_show_prints_numbers_what_is_left_out_and_a_trend(shipbell: Shipbell) -> None:
    said = shipbell("dora", "show", "--team", "payments")
    assert said.code == 0
    lead = line(said.out, "change_lead_time")
    for word in ("18.8 h", "23.2 h", " 6 ", "1 negative, 2 seed", "█·▅"):
        assert word in lead
    assert "(60 s)" in line(said.out, "time_to_restore")
    assert "60 min … ?" in line(said.out, "failed_deployment_recovery")
    assert "20.0 %" in line(said.out, "change_fail_rate")
    assert not set("▁█▅") & set(line(said.out, "open_failures"))  # it is of now, and had no twelve weeks


def test_explain_says_what_it_means_and_shows_the_rows(shipbell: Shipbell) -> None:
    said = shipbell("dora", "explain", "change_lead_time")
    assert "change_lead_time/1" in said.out
    assert "the median over commits" in said.out
    assert "n = 6; left out: 1 negative, 2 seed" in said.out
    assert "sha=9f" in said.out
    assert "x=" not in said.out
    assert "left out because" not in said.out
    assert "a clock is wrong" in shipbell("dora", "explain", "change_lead_time", "--left-out").out


def test_reconcile_says_why(shipbell: Shipbell) -> None:
    said = shipbell("dora", "reconcile")
    assert "12.5 h" in line(said.out, "change_lead_time")
    assert "gitlab: begins at the merge" in said.out
    assert "GitLab: 6 deployments; 2 incidents" in said.out


def test_json_is_what_the_service_said(shipbell: Shipbell) -> None:
    for verb in (("show",), ("explain", "change_lead_time"), ("reconcile",)):
        assert isinstance(shipbell("dora", *verb, "--json").json, dict)


def test_bars_and_units() -> None:
    assert sparkline([0, None, 4, 8]) == "▁·▅█"
    assert sparkline([0, 0]) == "▁▁"
    assert sparkline([]) == ""
    assert [duration(each) for each in (0.5, 89, 120, 5400, 86_400 * 2)] == ["0.5 s", "89 s", "2 min", "1.5 h", "2 d"]
    assert [number(None, "ratio"), number(0.125, "ratio"), number(12345, "count")] == ["–", "12.5 %", "12,345"]
