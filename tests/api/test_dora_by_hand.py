"""A week worked out by hand and asked over HTTP: a rollback, the same again, two environments, midnight, no end yet."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.kernel.clock import HOUR, SECOND
from tests.api.conftest import StartApi
from tests.ingest.facts_told import tell
from tests.running.rules import rewrite
from tests.world.telling import View, commit, deploy, incident, push

ESTATE = """\
version: 1
environments: {qa: {tier: testing}, prod: {tier: production}}
services: {checkout: {team: storefront}}
"""
UNTIL = {"until": "2026-11-20T00:00:00Z"}


def moment(text: str) -> str:
    return f"2026-11-{text}Z"


def made(name: str, authored: str) -> dict[str, Any]:
    return commit(name, moment(authored))


def live(at: str, name: str, env: str = "prod") -> View:
    return deploy("checkout", moment(at), name, env=env)


STORY = [
    live("16T10:00", "c0"),
    push("checkout", moment("16T12:00"), "c0", [made("a2", "16T11:30"), made("a1", "16T11:00")]),
    live("16T13:00", "a2", "qa"),
    live("16T23:30", "a2"),  # the 17th in Berlin; 12 and 12.5 hours
    live("17T08:00", "a2"),
    push("checkout", moment("17T09:00"), "a2", [made("b1", "17T08:30")]),
    live("17T10:00", "b1", "qa"),
    live("17T23:10", "b1"),  # the 18th in Berlin; 14 hours and 40 minutes
    live("17T23:55", "a2"),
    push("checkout", moment("18T09:00"), "b1", [made("b2", "18T08:00")]),
    live("19T12:00", "b2"),  # 28 hours; b1 is back
    incident("checkout", moment("19T13:00"), "one", priority="P1", env="prod"),
]


async def test_a_week_comes_to_what_it_comes_to_by_hand(start: StartApi, settings: Mapping[str, str]) -> None:
    folder = Path(settings["SHIPBELL_RULES_DIR"])
    zone = "teams: {storefront: {services: [checkout], timezone: Europe/Berlin}}\n"
    rewrite(folder / "routes.yaml", (folder / "routes.yaml").read_text(encoding="utf-8") + zone)
    rewrite(folder / "estate.yaml", ESTATE)
    api = await start()
    zones = api.parts.book().zones
    await api.parts.database.write(lambda connection: tell(connection, *STORY, zones=zones))
    answer = await api.get("/api/v1/dora", window="7d", service="checkout", **UNTIL)
    found = {each["measure"]: each["buckets"][0] for each in answer["measures"]}
    values = {name: bucket["values"] for name, bucket in found.items()}
    frequency = found["deployment_frequency"]
    assert (frequency["n"], frequency["left_out"]) == (4, {"redeploy": 1, "rollback": 1})
    assert (values["deployment_frequency"]["days"], values["deployment_frequency"]["between_p50"]) == (4, 85_200)
    assert found["change_lead_time"]["points"] == [43_200, 45_000, 52_800, 100_800]
    assert (values["change_lead_time"]["p50"], values["change_lead_time"]["p90"]) == (48_900, 86_400)
    assert (found["change_fail_rate"]["parts"], values["change_fail_rate"]["ratio"]) == (
        {"failed": 2, "rollback": 1, "incident": 1, "by_window": 1}, 0.5,
    )  # fmt: skip
    recovery = found["failed_deployment_recovery"]
    assert (recovery["points"], recovery["open"], recovery["between"][1]) == ([2_700], 1, None)
    assert values["rework_rate"]["ratio"] == 0.2
    assert values["stage_dwell"]["qa_p50"] == 13 * HOUR / SECOND + 600
    days = await api.get("/api/v1/dora", by="day", count="5", service="checkout", **UNTIL)
    by_day = next(each for each in days["measures"] if each["measure"] == "deployment_frequency")["buckets"]
    assert [(each["window"]["name"][-2:], each["n"]) for each in by_day] == [
        ("16", 1), ("17", 1), ("18", 1), ("19", 1), ("20", 0),
    ]  # fmt: skip
