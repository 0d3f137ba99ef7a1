"""What measures are given to look at, and what a row of it shows, on both engines."""

from typing import Any

import pytest
import sqlalchemy as sa

from app.kernel.clock import DAY, HOUR
from app.measures import answer
from app.measures.found import MEASURES
from app.measures.points import Seen
from app.measures.scope import Scope
from app.store import Database
from app.store.measure_points import read
from app.store.measure_rows import rows
from tests.measures.rows import add, row

STAGES = (("dev", "development"), ("qa", "testing"), ("prod", "production"), ("feature", "feature"))
AT = 20_000 * DAY
SPAN = (AT - 10 * DAY, AT + 10 * DAY)


async def seen(database: Database, kind: str, **scope: Any) -> Seen:
    return await database.read(lambda c: read(c, Scope(STAGES, **scope), {kind}, *SPAN, AT + 20 * DAY))


def arrived(sha: str, stage: int, at: int, **more: Any) -> tuple[sa.Table, dict[str, Any]]:
    name, tier = STAGES[stage]
    return row("arrival", sha=sha, environment=name, tier=tier, live_at=at, authored_at=AT - 20 * DAY, **more)


@pytest.fixture
async def promoted(database: Database) -> Database:
    """One commit through every stage, one that skips one, one that went backwards, one that is still there."""
    made = [
        arrived("all", 0, AT), arrived("all", 1, AT + HOUR), arrived("all", 2, AT + 4 * HOUR),
        arrived("skips", 0, AT), arrived("skips", 2, AT + 8 * HOUR),
        arrived("late", 2, AT), arrived("late", 1, AT + HOUR),
        arrived("waits", 0, AT), arrived("branch", 3, AT), arrived("branch", 2, AT + HOUR),
        arrived("theirs", 0, AT, service="web", team="team-b"),
        arrived("theirs", 2, AT + HOUR, service="web", team="team-b"),
    ]  # fmt: skip
    await database.write(lambda connection: add(connection, *made))
    return database


async def test_stays_are_counted_in_the_nearest_earlier_environment(promoted: Database) -> None:
    found = await seen(promoted, "stays", service="pay")
    told = sorted((each.environment, each.left_for, (each.at - each.since) // HOUR) for each in found.stays)
    assert told == [("dev", "prod", 8), ("dev", "qa", 1), ("qa", "prod", 3)]
    dwell = answer(MEASURES["stage_dwell"], found)
    assert dwell.values == {"dev_p50": 4.5 * 3600, "dev_p90": pytest.approx(7.3 * 3600), "qa_p50": 3 * 3600,
                            "qa_p90": 3 * 3600}  # fmt: skip
    assert dwell.parts == {"dev": 2, "qa": 1}


async def test_stays_of_one_environment_and_of_a_team(promoted: Database) -> None:
    assert {each.left_for for each in (await seen(promoted, "stays", environment="qa")).stays} == {"prod"}
    assert len((await seen(promoted, "stays", team="team-b")).stays) == 1
    assert (await seen(promoted, "stays", business_area="nobody")).stays == []


async def test_rows_of_stays_are_those_that_are_counted(promoted: Database) -> None:
    found = await promoted.read(
        lambda c: rows(c, MEASURES["stage_dwell"], Scope(STAGES, service="pay"), SPAN, limit=10)
    )
    assert [(each.values["sha"], each.values["environment"]) for each in found] == [
        ("skips", "dev"), ("all", "qa"), ("all", "dev"),
    ]  # fmt: skip


async def test_a_pull_request_is_one_however_many_its_commits(database: Database) -> None:
    made = [
        row("pull", id=4, first_commit_at=AT - 3 * DAY, merged_at=AT - DAY),
        arrived("a", 2, AT, pull_request=4), arrived("b", 2, AT + HOUR, pull_request=4),
        arrived("c", 2, AT, pull_request=5, merged_at=AT - HOUR), arrived("d", 2, AT), arrived("e", 2, AT),
    ]  # fmt: skip
    await database.write(lambda connection: add(connection, *made))
    pulls = sorted((await seen(database, "pulls")).pulls, key=lambda each: each.number or 0)
    assert [tuple(each) for each in pulls] == [
        (AT, None, AT - 20 * DAY, None), (AT, None, AT - 20 * DAY, None),
        (AT + HOUR, 4, AT - 3 * DAY, AT - DAY), (AT, 5, AT - 20 * DAY, AT - HOUR),
    ]  # fmt: skip


async def test_incidents_that_name_no_environment_are_those_of_production(database: Database) -> None:
    made = [
        row("incident", id=name, opened_at=AT, environment=stage, tier=tier, **more)
        for name, stage, tier, more in (
            ("none", None, None, {}), ("prod", "prod", "production", {}), ("qa", "qa", "testing", {}),
            ("over", None, None, {"state": "resolved", "resolved_at": AT + 1}),
        )
    ]  # fmt: skip
    await database.write(lambda connection: add(connection, *made))
    assert len((await seen(database, "incidents")).incidents) == 3
    assert len((await seen(database, "incidents", environment="prod")).incidents) == 3
    assert len((await seen(database, "incidents", environment="qa")).incidents) == 1
    assert len((await seen(database, "open_incidents")).open_incidents) == 2


async def test_what_is_open_or_runs_is_told_whenever_it_went_live(database: Database) -> None:
    old = AT - 300 * DAY
    made = [
        row("deployment", id="open", live_at=old, failed_by="degraded"),
        row("deployment", id="mended", live_at=old, failed_by="degraded", recovered_at=old + 1),
        row("deployment", id="qa", live_at=old, failed_by="degraded", environment="qa", tier="testing"),
        row("environment", since=old),
    ]
    await database.write(lambda connection: add(connection, *made))
    for scope in ({}, {"team": "team-a"}, {"service": "pay"}, {"business_area": "finance"}):
        assert [each.at for each in (await seen(database, "open_failures", **scope)).open_failures] == [old], scope
        assert [each.at for each in (await seen(database, "running", **scope)).running] == [old], scope
        assert (await seen(database, "deployments", **scope)).deployments == [], scope
    assert (await seen(database, "deployments")).known


async def test_a_pod_a_component_and_a_platform_are_those_of_the_deployment(database: Database) -> None:
    theirs = {"pod": "buy", "component": "api", "platform": "lambda"}
    made = [
        row("deployment", id="d1", live_at=AT, **theirs),
        row("deployment", id="d2", live_at=AT, service="web", pod="sell", component="page", platform="ecs"),
        row("arrival", sha="a", live_at=AT, deployment_id="d1"),
        row("arrival", sha="b", live_at=AT, deployment_id="d2", service="web"),
        row("attempt", id="t1", at=AT),
        row("attempt", id="t2", at=AT, service="web"),
        row("incident", id="i1", opened_at=AT, pod="buy", component="api"),
        row("incident", id="i2", opened_at=AT, service="web", pod="sell", component="page"),
    ]
    await database.write(lambda connection: add(connection, *made))
    for name, value in theirs.items():
        assert len((await seen(database, "commits", **{name: value})).commits) == 1, name
        assert len((await seen(database, "deployments", **{name: value})).deployments) == 1, name
        assert len((await seen(database, "attempts", **{name: value})).attempts) == 1, name
        assert [each.service for each in (await seen(database, "incidents", **{name: value})).incidents] == ["pay"]
        assert (await seen(database, "deployments", **{name: "another"})).deployments == []
        assert (await seen(database, "stays", **{name: value})).stays == []
    both = await seen(database, "deployments", pod="buy", platform="ecs")
    assert both.deployments == []
