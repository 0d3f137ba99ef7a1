"""The gate `freeze`: a calendar on the wall of its zone, and exceptions that are recorded."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from app.estate import load_estate
from app.gates.gate import Sources
from app.gates.keeper import Gatekeeper
from app.gates.model import Decision, Question
from app.gates.section import Asked
from app.kernel.clock import to_us

CHRISTMAS = {"name": "Christmas", "start": "2026-12-20T18:00", "end": "2027-01-04 08:00",
             "timezone": "Europe/Berlin", "environments": ["prod"]}  # fmt: skip


async def decided(at: str, *windows: dict[str, Any], **more: str) -> Decision:
    now = to_us(datetime.fromisoformat(at).replace(tzinfo=UTC))
    asked = Asked((), {"freeze": {"windows": list(windows)}})
    question = replace(Question("checkout", "prod", now, tier="production"), **more)
    (decision,) = await Gatekeeper(asked, Sources(load_estate([]))).ask("freeze", question)
    return decision


@pytest.mark.parametrize(
    ("at", "verdict", "codes"),
    [
        ("2026-12-19T16:59", "allow", []),
        ("2026-12-19T17:01", "allow", ["next_freeze"]),
        ("2026-12-20T16:59", "allow", ["next_freeze"]),
        ("2026-12-20T17:00", "block", ["frozen"]),  # 18:00 in Berlin
        ("2027-01-04T06:59", "block", ["frozen"]),
        ("2027-01-04T07:00", "allow", []),  # its end is not in it
    ],
)
async def test_a_window_is_as_on_the_wall_of_its_zone(at: str, verdict: str, codes: list[str]) -> None:
    decision = await decided(at, CHRISTMAS)
    assert (decision.verdict, [each.code for each in decision.reasons]) == (verdict, codes)
    assert (decision.steps[0] == "Wait until 2027-01-04 08:00 CET.") if verdict == "block" else not decision.steps


async def test_the_zone_knows_summer_time() -> None:
    night = {"name": "night", "start": "2026-10-24T22:00", "end": "2026-10-25T06:00", "timezone": "Europe/Berlin"}
    assert (await decided("2026-10-25T04:59", night)).verdict == "block"  # 05:59 CET
    assert (await decided("2026-10-24T19:59", night)).verdict == "allow"  # 21:59 CEST


async def test_other_places_are_not_frozen() -> None:
    assert (await decided("2026-12-24T12:00", CHRISTMAS, environment="qa")).verdict == "allow"
    other = {**CHRISTMAS, "services": ["pay*"]}
    assert (await decided("2026-12-24T12:00", other)).verdict == "allow"
    assert (await decided("2026-12-24T12:00", other, service="payments")).verdict == "block"


async def test_an_exception_is_recorded_and_ends() -> None:
    let = {"services": ["checkout"], "by": "cto@acme.io", "reason": "tax law", "until": "2026-12-24T12:00"}
    window = {**CHRISTMAS, "except_for": [let]}
    decision = await decided("2026-12-24T10:59", window)
    assert (decision.verdict, decision.bypassed_by, decision.bypass_reason) == ("allow", "cto@acme.io", "tax law")
    over = await decided("2026-12-24T11:00", window)
    assert (over.verdict, over.bypassed_by) == ("block", "")
    assert (await decided("2026-12-24T10:59", window, service="basket")).verdict == "block"
    outside = await decided("2026-12-01T10:59", window)
    assert (outside.verdict, outside.bypassed_by) == ("allow", "")


@pytest.mark.parametrize(
    "wrong",
    [
        {"timezone": "Europe/Berlyn"},
        {"start": "tomorrow"},
        {"start": "2026-12-20T18:00+01:00"},
        {"end": "2026-12-20T18:00"},
        {"except_for": [{"services": ["a"], "by": "", "reason": "x"}]},
    ],
)
async def test_a_window_that_cannot_be_meant_is_refused(wrong: dict[str, Any]) -> None:
    from app.gates.rooms.freeze import Window

    with pytest.raises(ValidationError):
        Window.model_validate({**CHRISTMAS, **wrong})
