"""The worked week: our numbers of it, with what is left out, on both engines."""

import pytest

from app.measures import Answer, answer
from app.measures.found import MEASURES
from app.measures.scope import Scope
from app.store import Database
from app.store.measure_points import read
from tests.measures.rows import add
from tests.measures.week import END, NOW, SCOPE, STAGES, START, rows

HOUR, MINUTE = 3600.0, 60.0


async def ask(database: Database, scope: Scope = SCOPE) -> dict[str, Answer]:
    kinds = {kind for measure in MEASURES.values() for kind in measure.facts}
    seen = await database.read(lambda connection: read(connection, scope, kinds, START, END, NOW))
    return {name: answer(measure, seen) for name, measure in MEASURES.items()}


@pytest.fixture
async def week(database: Database) -> Database:
    await database.write(lambda connection: add(connection, *rows()))
    return database


async def test_the_whole_week(week: Database) -> None:
    found = await ask(week)
    frequency = found["deployment_frequency"]
    assert frequency.headline == 5
    assert frequency.left_out == {"heal": 1, "rollback": 1}
    assert frequency.values["days"] == 3
    lead = found["change_lead_time"]
    assert (lead.n, lead.headline) == (4, None)
    assert sorted(lead.points or ()) == [3 * HOUR + 40 * MINUTE, 18.5 * HOUR, 19 * HOUR, 25 * HOUR]
    assert lead.values["p50"] == 18.75 * HOUR
    assert lead.values["p90"] == pytest.approx(23.2 * HOUR)
    assert lead.values["first_commit_p50"] == 18.5 * HOUR
    assert lead.values["merge_p50"] == 14 * HOUR
    assert lead.left_out == {"config_clock": 1, "seed": 1}
    assert lead.parts["re_arrivals"] == 2
    fail = found["change_fail_rate"]
    assert (fail.n, fail.headline) == (5, 0.2)
    assert fail.parts == {"failed": 1, "rollback": 1, "by_window": 0}
    assert fail.left_out == {"heal": 1, "rollback": 1, "unlinked": 1}
    recovery = found["failed_deployment_recovery"]
    assert recovery.points == [60 * MINUTE]
    assert recovery.values["detection_p50"] == 40 * MINUTE
    restore = found["time_to_restore"]
    assert (restore.n, restore.open_n, restore.values["p50_ended"]) == (1, 1, 45 * MINUTE)
    assert restore.between == (pytest.approx((45 * 60 + 54 * HOUR) / 2), None)
    assert found["rework_rate"].values["ratio"] == pytest.approx(1 / 3)
    assert found["open_failures"].values == {
        "deployments": 0, "incidents": 1, "oldest_deployment": None, "oldest_incident": 54 * HOUR,
    }  # fmt: skip
    attempts = found["attempt_failure_ratio"]
    assert (attempts.n, attempts.parts["failed"], attempts.headline) == (7, 1, pytest.approx(1 / 7))
    assert found["deployment_age"].values["oldest"] == (END - rows()[2][1]["live_at"]) / 1e6
    assert found["stage_dwell"].n == 0
    assert found["data_quality"].values["incident_linked"] == 0.5


@pytest.mark.parametrize(
    "scope",
    [
        Scope(STAGES, service="pay"),
        Scope(STAGES, team="team-a", service="pay"),
        Scope(STAGES, business_area="finance", service="pay"),
        Scope(STAGES, service="pay", environment="prod"),
    ],
)
async def test_one_service_by_whatever_way_it_is_named(week: Database, scope: Scope) -> None:
    found = await ask(week, scope)
    assert found["deployment_frequency"].headline == 4
    assert found["change_lead_time"].values["p50"] == 18.75 * HOUR
    assert found["change_fail_rate"].values["ratio"] == 0.25
    assert found["time_to_restore"].open_n == 0
    assert found["attempt_failure_ratio"].parts["failed"] == 1


async def test_a_team_and_an_area_are_the_sum_of_their_services(week: Database) -> None:
    for scope in (Scope(STAGES, team="team-a"), Scope(STAGES, business_area="finance")):
        found = await ask(week, scope)
        assert found["deployment_frequency"].headline == 5
        assert found["change_lead_time"].n == 4
        assert found["attempt_failure_ratio"].n == 7


async def test_where_nothing_is_known_there_is_no_number(week: Database) -> None:
    for scope in (Scope(STAGES, team="strangers"), Scope(STAGES, environment="qa"), Scope(STAGES, service="other")):
        for name, found in (await ask(week, scope)).items():
            assert found.headline is None, (scope, name)
            assert set(found.values.values()) <= {None}, (scope, name)
