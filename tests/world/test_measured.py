"""From events to the figures that are shown: the measures say of cases and worlds what follows from the definitions."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection

from app.measures import Answer, answer
from app.measures.found import MEASURES
from app.measures.scope import Scope
from app.store import Database
from app.store.measure_points import read
from app.store.measure_story import list_deployments, story
from tests.world import outcome, stored, telling
from tests.world.brute import evaluate
from tests.world.random_worlds import seeded
from tests.world.telling import TIERS, View, us
from tests.world.test_cases import STORIES

ALWAYS = (us("2026-01-01T00:00Z"), us("2026-12-01T00:00Z"))
PRODUCTION = Scope(tuple(TIERS.items()))


def asked(connection: Connection, views: Sequence[View], window: tuple[int, int]) -> dict[str, Answer]:
    with connection.begin_nested() as trial:
        stored.tell(connection, views)
        kinds = {kind for measure in MEASURES.values() for kind in measure.facts}
        seen = read(connection, PRODUCTION, kinds, *window, window[1])
        found = {name: answer(measure, seen) for name, measure in MEASURES.items()}
        trial.rollback()
    return found


def figures(found: dict[str, Answer]) -> dict[str, Any]:
    """The measures' answers by the names that the cases use."""
    lead, recovery = found["change_lead_time"], found["failed_deployment_recovery"]
    return {
        "deployments": found["deployment_frequency"].n,
        "lead_p50_h": _hours(lead.values["p50"]),
        "lead_p90_h": _hours(lead.values["p90"]),
        "negative": lead.left_out.get("negative", 0),
        "cfr": found["change_fail_rate"].values["ratio"],
        "fdrt_min": sorted(seconds / 60 for seconds in recovery.points or ()),
        "open_failures": found["open_failures"].values["deployments"],
        "rework": found["rework_rate"].values["ratio"],
        "open_incidents": found["time_to_restore"].open_n,
        "restore_p50_min": _minutes(found["time_to_restore"].values["p50_ended"]),
    }


def _minutes(seconds: float | None) -> Any:
    return None if seconds is None else pytest.approx(seconds / 60)


def _hours(seconds: float | None) -> Any:
    return None if seconds is None else pytest.approx(seconds / 3600)


async def test_the_measures_say_of_the_cases_what_follows_from_the_definitions(database: Database) -> None:
    def one(connection: Connection) -> None:
        for told in STORIES.values():
            window = told.window or ALWAYS
            found = figures(asked(connection, told.views, window))
            wanted = outcome.numbers(outcome.of_brute(evaluate(told.views)), window)
            assert found == {key: wanted[key] for key in found}, told.name

    await database.write(one)


async def test_self_healing_leaves_the_share_of_failed_attempts_as_it_was(database: Database) -> None:
    """Case 4, of whoever's pod: two heals are left out, the try that failed before them is not."""
    failed = telling.deploy("checkout", "2026-03-02T08:50Z", "a1", status="failed", error="no")

    def ratio(connection: Connection, scope: Scope) -> Answer:
        seen = read(connection, scope, {"attempts"}, *ALWAYS, ALWAYS[1])
        return answer(MEASURES["attempt_failure_ratio"], seen)

    def one(connection: Connection) -> None:
        stored.tell(connection, [*STORIES["04_self_heal"].views, failed])
        found = ratio(connection, PRODUCTION)
        assert (found.values["ratio"], found.left_out) == (pytest.approx(1 / 3), {"heal": 2})
        assert ratio(connection, replace(PRODUCTION, pod="nobody's")).n == 0

    await database.write(one)


async def test_a_rollout_that_stopped_half_way_has_its_own_attempt_in_its_story(database: Database) -> None:
    def one(connection: Connection) -> None:
        stored.tell(connection, STORIES["22_never_mended"].views)
        (half,) = list_deployments(connection, {}, failed=True, since=None, until=None, limit=9, after=None)
        told = story(connection, half["id"])
        assert [each["outcome"] for each in (told or {})["attempts"]] == ["failed"]

    await database.write(one)


async def test_a_stage_that_was_skipped_has_no_stay(database: Database) -> None:
    """Case 9: in qa there is no stay, not one of 0 seconds; the stay in dev ends in production."""
    told = STORIES["09_environment_skipped"]
    found = await database.write(lambda connection: asked(connection, told.views, ALWAYS))
    assert found["stage_dwell"].values == {"dev_p50": 1800.0, "dev_p90": 1800.0}
    assert found["stage_dwell"].parts == {"dev": 1}


async def test_what_was_live_before_its_merge_has_no_time_from_the_merge(database: Database) -> None:
    """Case 10: the commit's own lead time is right, the clock of the merge is null, and the reason is told."""
    told = STORIES["10_live_before_merge"]
    found = (await database.write(lambda connection: asked(connection, told.views, ALWAYS)))["change_lead_time"]
    assert (found.values["p50"], found.values["merge_p50"], found.left_out["live_before_merge"]) == (7200.0, None, 1)
    assert found.values["first_commit_p50"] == 7200.0
    assert "no_pull_request" not in found.left_out


async def test_the_measures_say_of_worlds_what_follows_from_the_definitions(database: Database) -> None:
    def one(connection: Connection) -> None:
        for seed in range(800, 830):
            views = seeded(seed)
            wanted = outcome.numbers(outcome.of_brute(evaluate(views)), ALWAYS)
            found = figures(asked(connection, views, ALWAYS))
            assert found == {key: wanted[key] for key in found}, seed

    await database.write(one)
