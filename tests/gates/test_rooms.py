"""What each gate decides on what it was given: pure, a case for each of its reasons."""

from typing import Any

import pytest

from app.facts.model import Scan, TestRun
from app.gates.found import GATES
from app.gates.gate import FailRate, OpenIncident, Stay
from app.gates.model import Decision, Question
from app.gates.rooms.health import Health
from app.gates.rooms.promotion import Stays
from app.gates.rooms.security import Scans
from app.kernel.clock import DAY, MINUTE
from tests.conftest import START

SHA = "4f0c2b9e61d7a8835be04d1c9a7f32e6508bd1c4"
ASKED = Question("checkout", "prod", START, tier="production", before="qa", commit=SHA, version="2.14.0")


def decide(gate: str, evidence: Any, **settings: Any) -> Decision:
    room = GATES[gate]
    decision = room.decide(ASKED, room.settings.model_validate(settings), evidence)
    assert {reason.code for reason in decision.reasons} <= room.codes.keys()
    assert bool(decision.steps) == (decision.verdict != "allow")
    return decision


def codes(decision: Decision) -> list[str]:
    return [reason.code for reason in decision.reasons]


def scan(**more: Any) -> Scan:
    told = {"id": "s", "service": "checkout", "environment": None, "at": START - DAY, "tool": "Veracode",
            "kind": "sast", "scan_id": "1", "verdict": "passed", "critical": 0, "high": 2, "medium": 0, "low": 0,
            "advisory": False, "version": None, "sha": SHA, "report_url": "https://scan.example.com/1"}  # fmt: skip
    return Scan(**{**told, **more})


@pytest.mark.parametrize(
    ("scans", "settings", "verdict", "found"),
    [
        ([scan()], {}, "allow", []),
        ([scan(critical=3)], {}, "block", ["findings"]),
        ([scan()], {"severities": ["critical", "high"]}, "block", ["findings"]),
        ([scan(verdict="failed")], {}, "block", ["failed"]),
        ([scan(at=START - 31 * DAY)], {}, "block", ["too_old"]),
        ([scan(at=START - 31 * DAY)], {"max_age": "60d"}, "allow", []),
        ([scan(verdict="pending")], {}, "unknown", ["pending"]),
        ([scan(verdict="unknown")], {}, "unknown", ["no_verdict"]),
        ([scan(verdict="unknown")], {"need_verdict": False}, "allow", []),
        ([], {}, "block", ["not_scanned"]),
        ([scan()], {"kinds": ["sast", "sca"]}, "block", ["not_scanned"]),
        ([scan(advisory=True, critical=9)], {}, "block", ["not_scanned", "advisory"]),
        ([scan(), scan(critical=3)], {}, "allow", []),  # the newest word of a scanner counts
        ([scan(), scan(tool="srcclr", kind="sca", critical=1)], {}, "block", ["findings"]),
    ],
)
def test_security(scans: list[Scan], settings: dict[str, Any], verdict: str, found: list[str]) -> None:
    decision = decide("security", Scans(scans, START - 40 * DAY), **settings)
    assert (decision.verdict, codes(decision)) == (verdict, found)


def ran(**more: Any) -> TestRun:
    told = {"id": "t", "service": "checkout", "environment": "qa", "at": START, "suite": "e2e", "run_id": "1",
            "status": "succeeded", "passed": 9, "failed": 0, "skipped": 0, "flaky": 0, "total": 9, "version": "2.14.0",
            "sha": SHA, "report_url": None}  # fmt: skip
    return TestRun(**{**told, **more})


@pytest.mark.parametrize(
    ("runs", "settings", "verdict", "found"),
    [
        ([ran()], {}, "allow", []),
        ([ran(status="failed", failed=2)], {}, "block", ["failed"]),
        ([ran(), ran(status="failed", failed=2)], {}, "allow", []),  # it was run again, and passed
        ([], {}, "block", ["not_tested"]),
        ([ran()], {"suites": ["e2e", "load"]}, "block", ["not_tested"]),
        ([ran(), ran(suite="slow", status="failed", failed=1)], {"suites": ["e2e"]}, "allow", []),
        ([ran(status="unknown")], {}, "unknown", ["no_outcome"]),
        ([ran(status=None)], {}, "unknown", ["no_outcome"]),
        ([ran(total=0, passed=0)], {}, "block", ["empty"]),
        ([ran(flaky=1)], {}, "allow", ["flaky"]),
    ],
)
def test_tests(runs: list[TestRun], settings: dict[str, Any], verdict: str, found: list[str]) -> None:
    decision = decide("tests", ("qa", runs), **settings)
    assert (decision.verdict, codes(decision)) == (verdict, found)


def stay(minutes: int, until: int | None = None, failed_by: str | None = None) -> Stay:
    return Stay("2.14.0", SHA, START - minutes * MINUTE, None if until is None else START - until * MINUTE, failed_by)


@pytest.mark.parametrize(
    ("stays", "health", "settings", "verdict", "found"),
    [
        ([stay(45)], "Healthy", {}, "allow", []),
        ([stay(29)], "Healthy", {}, "block", ["too_short"]),
        ([stay(29)], "Healthy", {"minimum": "20m"}, "allow", []),
        ([stay(90, 70)], "Degraded", {}, "block", ["too_short"]),  # another one runs there now, and that is not well
        ([stay(90, 30)], "Degraded", {}, "allow", []),
        ([stay(45)], "degraded", {}, "block", ["not_healthy"]),
        ([stay(45)], None, {}, "allow", ["no_health"]),
        ([stay(45)], None, {"need_health": True}, "unknown", ["no_health"]),
        ([stay(45, failed_by="rollback")], "healthy", {}, "block", ["failed_there"]),
        ([], None, {}, "block", ["never_there"]),
    ],
)
def test_promotion(
    stays: list[Stay], health: str | None, settings: dict[str, Any], verdict: str, found: list[str]
) -> None:
    decision = decide("promotion", Stays("qa", stays, health), **settings)
    assert (decision.verdict, codes(decision)) == (verdict, found)


@pytest.mark.parametrize(
    ("gate", "evidence"), [("security", Scans([], None)), ("tests", ("qa", [])), ("promotion", Stays("qa", [], None))]
)
@pytest.mark.parametrize(
    ("named", "said"),
    [({"version": "2.14.0"}, "2.14.0"), ({"commit": SHA}, SHA[:12]), ({}, "what nobody named")],
    ids=["version", "commit", "nothing"],
)
def test_what_is_missing_is_said_by_its_name(gate: str, evidence: Any, named: dict[str, str], said: str) -> None:
    question = Question("checkout", "prod", START, before="qa", **named)
    decision = GATES[gate].decide(question, GATES[gate].settings(), evidence)
    assert said in decision.reasons[0].text
    assert any("--version" in step for step in decision.steps) is (not named)


def incident(priority: str | None = "P1") -> OpenIncident:
    return OpenIncident("INC-7", "Payments fail", START - DAY, priority, "https://incidents.example.com/7")


@pytest.mark.parametrize(
    ("incidents", "rate", "settings", "verdict", "found"),
    [
        ([], FailRate(None, 0), {}, "allow", []),
        ([incident()], FailRate(None, 0), {}, "block", ["open_incident"]),
        ([incident("P4")], FailRate(None, 0), {"priorities": ["P1", "P2"]}, "allow", []),
        ([incident(None)], FailRate(None, 0), {"priorities": ["P1"]}, "block", ["open_incident"]),
        ([], FailRate(0.4, 10), {"change_fail_rate": 0.3}, "block", ["fail_rate"]),
        ([], FailRate(0.3, 10), {"change_fail_rate": 0.3}, "allow", []),
        ([], FailRate(None, 3), {"change_fail_rate": 0.3}, "allow", ["too_few"]),
    ],
)
def test_health(
    incidents: list[OpenIncident], rate: FailRate, settings: dict[str, Any], verdict: str, found: list[str]
) -> None:
    decision = decide("health", Health(incidents, rate), **settings)
    assert (decision.verdict, codes(decision)) == (verdict, found)
