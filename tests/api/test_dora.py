"""Measures over HTTP: numbers, their rows, what is left out, and what others would print."""

import csv
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from app.facts.windows import day_of, week_of
from app.kernel.clock import DAY, HOUR, MINUTE, iso
from app.measures.found import MEASURES, VIEWS
from app.store.fact_records import DEPLOYMENTS
from app.store.fact_tables import fact_deployments
from tests.api.conftest import TOKENS, Api, StartApi
from tests.measures.rows import add, row
from tests.measures.week import rows, us
from tests.running.hooks import sample
from tests.running.rules import rewrite

WEEK = {"window": "7d", "until": "2025-01-13T00:00:00"}


@pytest.fixture
async def week(api: Api) -> Api:
    await api.parts.database.write(lambda connection: add(connection, *rows()))
    return api


async def buckets(api: Api, measure: str, **params: str) -> list[dict[str, Any]]:
    found = await api.get("/api/v1/dora", measure=measure, **{**WEEK, **params})
    assert [each["measure"] for each in found["measures"]] == [measure]
    answered: list[dict[str, Any]] = found["measures"][0]["buckets"]
    return answered


async def test_all_measures_are_answered_with_what_they_are(week: Api) -> None:
    found = await week.get("/api/v1/dora", **WEEK)
    assert [each["measure"] for each in found["measures"]] == [*MEASURES]
    assert found["scope"]["environments"] == ["prod"]
    by_name = {each["measure"]: each for each in found["measures"]}
    assert by_name["change_lead_time"]["definition"] == "change_lead_time/1"
    (lead,) = by_name["change_lead_time"]["buckets"]
    assert (lead["n"], lead["headline"], lead["values"]["p50"]) == (4, None, 67500.0)
    assert lead["left_out"] == {"config_clock": 1, "seed": 1}
    assert lead["window"]["start"] == "2025-01-06T00:00:00.000000Z"
    assert by_name["deployment_frequency"]["buckets"][0]["headline"] == 5


async def test_a_calendar_marks_the_bucket_that_has_not_ended(week: Api) -> None:
    days = await buckets(week, "deployment_frequency", by="day", count="7")
    assert [each["n"] for each in days] == [0, 3, 1, 1, 0, 0, 0]
    assert days[0]["window"]["name"] == "2025-01-06"
    assert {each["window"]["complete"] for each in days} == {True}
    (week_,) = await buckets(week, "deployment_frequency", by="week", count="1")
    assert (week_["window"]["name"], week_["n"]) == ("2025-W02", 5)
    months = await buckets(week, "deployment_frequency", by="month", count="2", until=iso(week.parts.clock()))
    assert [each["window"]["complete"] for each in months] == [True, False]


async def test_a_csv_holds_every_value(week: Api) -> None:
    answer = await week.ask("GET", "/api/v1/dora", params={**WEEK, "format": "csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    lines = list(csv.DictReader(StringIO(answer.text)))
    (median,) = [each for each in lines if (each["measure"], each["value"]) == ("change_lead_time", "p50")]
    assert (median["number"], median["n"], median["left_out"]) == ("67500.0", "4", "config_clock=1 seed=1")
    (none,) = [each for each in lines if (each["measure"], each["value"]) == ("failed_deployment_recovery", "p90")]
    assert none["number"] == "3600.0"


async def test_the_rows_are_as_many_as_n_and_as_left_out(week: Api) -> None:
    found = await week.get("/api/v1/dora", **WEEK)
    for measure in found["measures"]:
        (bucket,) = measure["buckets"]
        path = f"/api/v1/dora/{measure['measure']}/rows"
        counted = (await week.get(path, **WEEK))["items"]
        assert len(counted) == bucket["n"], measure["measure"]
        left = (await week.get(path, left_out="true", **WEEK))["items"]
        assert len(left) == sum(bucket["left_out"].values()), measure["measure"]
        for reason, count in bucket["left_out"].items():
            some = (await week.get(path, reason=reason, **WEEK))["items"]
            assert [each["reason"] for each in some] == [reason] * count
            assert all(each["why"] for each in some)


async def test_rows_come_page_by_page_also_where_many_have_one_time(api: Api) -> None:
    at = us("07T10:00")
    made = [
        row(
            "arrival",
            sha=f"{number:04}",
            live_at=at + (number // 300) * HOUR,
            authored_at=at - HOUR if number % 3 else at + DAY,
        )
        for number in range(700)
    ]
    await api.parts.database.write(lambda connection: add(connection, *made))
    for left_out, expected in (("false", 466), ("true", 234)):
        seen: list[str] = []
        cursor = None
        while True:
            params = {**WEEK, "left_out": left_out, "limit": "100"} | ({"cursor": cursor} if cursor else {})
            found = await api.get("/api/v1/dora/change_lead_time/rows", **params)
            seen += [each["row"]["sha"] for each in found["items"] if each["kind"] == "commits"]
            cursor = found["next"]
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == expected


async def test_every_teams_weeks_stand_side_by_side(api: Api) -> None:
    now = api.parts.clock()
    week = week_of(day_of(now, ZoneInfo("UTC")))
    made = []
    for number in range(3):
        at = now - number * 7 * DAY
        made.append(row("deployment", id=f"{number:032x}", live_at=at, week=week - number, team=f"team-{number % 2}"))
        made.append(row("arrival", sha=f"{number}", live_at=at, week=week - number, team=f"team-{number % 2}",
                        authored_at=at - HOUR))  # fmt: skip
    await api.parts.database.write(lambda connection: add(connection, *made))
    items = (await api.get("/api/v1/dora/teams", weeks="3"))["items"]
    assert [(each["team"], each["complete"], each["deployments"]) for each in items] == [
        ("team-0", True, 1), ("team-0", False, 1), ("team-1", True, 1),
    ]  # fmt: skip
    assert {(each["lead_p50"], each["fail_ratio"], each["recovery_p50"]) for each in items} == {(3600.0, 0.0, None)}
    assert len((await api.get("/api/v1/dora/teams", weeks="1"))["items"]) == 1


async def test_what_is_of_now_says_so(week: Api) -> None:
    found = (await week.get("/api/v1/dora", by="week", count="2"))["measures"]
    assert {each["measure"] for each in found if each["of_now"]} == {"deployment_age", "open_failures"}


async def test_what_each_measure_means_is_told(api: Api) -> None:
    told = {each["measure"]: each for each in (await api.get("/api/v1/dora/measures"))["items"]}
    assert {*told} == {*MEASURES}
    assert told["change_lead_time"]["definition_id"] == "change_lead_time/1"


@pytest.mark.parametrize("repository", ["acme/pay", None])
async def test_what_others_would_print_stands_beside_ours(week: Api, repository: str | None) -> None:
    """Also where the deployments, as Argo CD tells them, name no repository."""
    named = sa.update(fact_deployments).where(fact_deployments.c.service == "pay").values(repository=repository)
    await week.parts.database.write(lambda connection: connection.execute(named))
    found = await week.get("/api/v1/dora/reconcile", **WEEK)
    assert {view["name"] for view in found["views"]} == {*VIEWS}
    lead = next(each for each in found["measures"] if each["measure"] == "change_lead_time")
    assert lead["ours"] == 67500.0
    assert {name: each["value"] for name, each in lead["theirs"].items()} == {
        "devlake": 66600.0, "gitlab": 45000.0, "fourkeys": 67500.0, "datadog": pytest.approx(69200.0),
        "middleware": pytest.approx(56600.0), "pelorus": pytest.approx(39000.0),
    }  # fmt: skip
    assert "merge" in lead["theirs"]["gitlab"]["because"]


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("/api/v1/dora", {"measure": "velocity"}, 422),
        ("/api/v1/dora", {"environment": "moon"}, 422),
        ("/api/v1/dora", {"window": "1d"}, 422),
        ("/api/v1/dora", {"by": "day", "count": "401"}, 422),
        ("/api/v1/dora", {"until": "0001-01-01"}, 422),
        ("/api/v1/dora/reconcile", {"until": "1969-12-31T23:59:59Z"}, 422),
        ("/api/v1/dora/velocity/rows", {}, 404),
        ("/api/v1/dora/rework_rate/rows", {"reason": "because"}, 422),
        ("/api/v1/dora/rework_rate/rows", {"cursor": "1"}, 422),
    ],
)
async def test_what_is_not_there_is_said(api: Api, path: str, params: dict[str, str], status: int) -> None:
    assert (await api.ask("GET", path, params=params)).status_code == status


async def test_only_readers_are_answered(api: Api) -> None:
    for path in ("/api/v1/dora", "/api/v1/dora/rework_rate/rows", "/api/v1/dora/reconcile", "/api/v1/dora/teams",
                 "/api/v1/dora/measures"):  # fmt: skip
        assert (await api.ask("GET", path, as_=None)).status_code == 401
        assert (await api.ask("GET", path, as_=TOKENS["ingest"])).status_code == 403


async def test_days_begin_in_the_zone_of_the_team(start: StartApi, settings: Mapping[str, str]) -> None:
    """A deployment late in the evening, UTC: the next day in the zone of the team that owns it, and only there."""
    routes = Path(settings["SHIPBELL_RULES_DIR"]) / "routes.yaml"
    far = "teams: {storefront: {services: [checkout], timezone: Pacific/Kiritimati}}\n"
    far += 'names: {application: ["{service}-{environment}"]}\n'
    rewrite(routes, routes.read_text(encoding="utf-8") + far)
    api = await start(SHIPBELL_ROLES="ingest process")
    hook = sample("argocd", "deployment-succeeded")
    taken = await api.ask("POST", hook.path, as_=None, content=hook.body, headers=hook.signed())
    await api.settled(taken.json()["receipt"])
    one = await api.parts.database.read(lambda connection: DEPLOYMENTS.find(connection, DEPLOYMENTS.select, {})[0])
    cut = await api.parts.database.read(lambda connection: connection.scalar(sa.select(fact_deployments.c.day)))
    assert (one.team, cut) == ("storefront", day_of(one.live_at, ZoneInfo("Pacific/Kiritimati")))
    assert cut == day_of(one.live_at, ZoneInfo("UTC")) + 1
    for scope, zone in (("team", "storefront"), ("service", "checkout")):
        found = await api.get("/api/v1/dora", by="day", count="1", **{scope: zone})
        assert found["timezone"] == "Pacific/Kiritimati"
        assert found["measures"][0]["buckets"][0]["window"]["start"][11:16] == "10:00"
    assert (await api.get("/api/v1/dora", by="day", count="1"))["timezone"] == "UTC"
    before_midnight = one.live_at - 2 * MINUTE
    earlier = row("deployment", id="d0", service="checkout", team="storefront", live_at=before_midnight)
    await api.parts.database.write(lambda connection: add(connection, earlier))
    for scope, days in (({"team": "storefront"}, 2), ({"service": "checkout"}, 2), ({}, 1)):
        asked = {**scope, "window": "7d", "until": "2026-11-22T10:30:00Z", "measure": "deployment_frequency"}
        (bucket,) = (await api.get("/api/v1/dora", **asked))["measures"][0]["buckets"]
        assert (bucket["n"], bucket["values"]["days"]) == (2, days)
    teams = await api.get("/api/v1/dora/teams", weeks="53")
    assert teams["timezone"] == "UTC"
    assert {each["timezone"] for each in teams["items"]} <= {"Pacific/Kiritimati"}
