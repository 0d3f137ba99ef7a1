"""Every measure, by its being there: what it says of itself holds, and nothing comes to nothing."""

from zoneinfo import ZoneInfo

import pytest

from app.kernel.clock import DAY, HOUR
from app.measures import FEW, REASONS, Measure, answer
from app.measures.definition import Numbers
from app.measures.found import MEASURES
from app.measures.points import AttemptPoint, CommitPoint, DeploymentPoint, IncidentPoint, PullPoint, RunningPoint, Seen

NOW = 100 * DAY
EMPTY = Seen(0, NOW, NOW, known=False)


def deployment(at: int = 1, **what: object) -> DeploymentPoint:
    base = DeploymentPoint(at, "release", "succeeded", True, None, None, None, None, 0, "team", "[]")
    return base._replace(**what)  # type: ignore[arg-type]


@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
def test_no_facts_no_number(measure: Measure) -> None:
    found = answer(measure, EMPTY)
    assert (found.headline, found.n, found.left_out, found.points) == (None, 0, {}, None)
    assert set(found.values.values()) <= {None}


@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
def test_what_it_says_of_itself(measure: Measure) -> None:
    found = answer(measure, EMPTY)
    assert set(found.values) <= {*measure.values}
    assert set(measure.reasons) <= {*REASONS}
    assert len({*measure.reasons}) == len(measure.reasons)
    for text in (measure.definition, measure.counted, measure.why, *measure.values.values()):
        assert text.strip() == text
        assert len(text) > 5


def test_every_reason_belongs_to_some_measure() -> None:
    assert {reason for measure in MEASURES.values() for reason in measure.reasons} == {*REASONS}


def test_a_quiet_month_of_a_service_that_is_known_is_a_zero() -> None:
    found = answer(MEASURES["deployment_frequency"], Seen(0, NOW, NOW, known=True))
    assert (found.headline, found.values["count"], found.values["between_p50"]) == (0, 0, None)


def test_frequency_counts_what_delivers_and_says_what_does_not() -> None:
    points = [
        deployment(1 * DAY), deployment(3 * DAY, kind="config"), deployment(4 * DAY, kind="hotfix"),
        deployment(5 * DAY, kind="rollback", counts=False), deployment(6 * DAY, kind="heal", counts=False),
        deployment(7 * DAY, kind="redeploy", counts=False), deployment(8 * DAY, outcome="failed", counts=False),
    ]  # fmt: skip
    found = answer(MEASURES["deployment_frequency"], Seen(0, NOW, NOW, True, deployments=points))
    assert found.headline == 3
    assert found.parts == {"release": 1, "config": 1, "hotfix": 1}
    assert found.left_out == {"heal": 1, "not_live": 1, "redeploy": 1, "rollback": 1}
    assert found.values["between_p50"] == 1.5 * 86_400


def test_days_begin_where_the_answer_says() -> None:
    points = [deployment(2 * DAY + hour * HOUR) for hour in (9, 10, 23)]  # midnight in Kiritimati is at ten, UTC
    for zone, days in (("UTC", 1), ("Pacific/Kiritimati", 2)):
        seen = Seen(0, NOW, NOW, known=True, deployments=points, zone=ZoneInfo(zone))
        assert answer(MEASURES["deployment_frequency"], seen).values["days"] == days


def test_lead_times_leave_out_what_cannot_be_right_and_never_clamp() -> None:
    commits = [CommitPoint(1, "commit", float(each), None) for each in range(FEW)]
    commits += [CommitPoint(1, "commit", None, '["negative"]'), CommitPoint(1, "commit", None, "[]"),
                CommitPoint(1, "config", 5.0, None)]  # fmt: skip
    flagged = [
        deployment(flags=f'["{flag}"]') for flag in ("seed", "unknown_artifact", "unknown_lineage", "approximate")
    ]
    pulls = [PullPoint(HOUR, 1, 0, 2 * HOUR), PullPoint(HOUR, 2, 0, None), PullPoint(HOUR, None, 0, None)]
    found = answer(MEASURES["change_lead_time"], Seen(0, NOW, NOW, True, flagged, commits, pulls))
    assert (found.headline, found.values["p90"]) == (2, 3.6)
    assert found.left_out == {
        "config_clock": 1, "negative": 1, "no_time": 1, "seed": 1, "unknown_artifact": 1, "unknown_lineage": 1,
        "live_before_merge": 1, "not_merged": 1, "no_pull_request": 1,
    }  # fmt: skip
    assert found.values["merge_p50"] is None
    assert found.values["first_commit_p50"] == 3600


def test_a_failure_that_is_open_widens_the_answer() -> None:
    mended = [deployment(at, failed_by="incident", recovered_at=at + HOUR) for at in (1, 2, 3, 4)]
    broken = [deployment(NOW - 2 * HOUR, failed_by="degraded")] * 4
    found = answer(MEASURES["failed_deployment_recovery"], Seen(0, NOW, NOW, True, mended + broken))
    assert (found.n, found.open_n, found.oldest_open_seconds) == (4, 4, 7200)
    assert (found.headline, found.between) == (None, (5400, None))
    assert found.left_out == {"open": 4}


def test_a_deployment_that_fails_and_does_not_count_is_in_no_share() -> None:
    points = [deployment() for _ in range(4)] + [deployment(failed_by="rollback", failed_confidence="explicit"),
              deployment(kind="rollback", counts=False, failed_by="hotfix")]  # fmt: skip
    found = answer(MEASURES["change_fail_rate"], Seen(0, NOW, NOW, True, points))
    assert (found.n, found.headline, found.parts["failed"]) == (5, 0.2, 1)


def test_incidents_that_were_taken_back_or_end_before_they_begin() -> None:
    points = [IncidentPoint(DAY, DAY + HOUR, "resolved", "a", None), IncidentPoint(DAY, None, "cancelled", "a", None),
              IncidentPoint(DAY, DAY - 1, "resolved", "a", None)]  # fmt: skip
    found = answer(MEASURES["time_to_restore"], Seen(0, NOW, NOW, True, incidents=points))
    assert (found.n, found.points, found.left_out) == (1, [3600], {"cancelled": 1, "negative": 1})


def test_attempts_that_did_not_end_are_not_in_the_ratio() -> None:
    points = [AttemptPoint(1, outcome, True) for outcome in ("succeeded", "failed", "superseded", "unknown")]
    found = answer(MEASURES["attempt_failure_ratio"], Seen(0, NOW, NOW, True, attempts=points))
    assert (found.values["ratio"], found.left_out) == (0.5, {"undecided": 2})


def test_healing_and_the_same_again_do_not_hide_attempts_that_failed() -> None:
    points = [AttemptPoint(1, "failed", False, None), AttemptPoint(2, "succeeded", True, "release"),
              *(AttemptPoint(3, "succeeded", True, kind) for kind in ("heal", "heal", "redeploy"))]  # fmt: skip
    found = answer(MEASURES["attempt_failure_ratio"], Seen(0, NOW, NOW, True, attempts=points))
    assert (found.values["ratio"], found.left_out) == (0.5, {"heal": 2, "redeploy": 1})


def test_age_is_of_what_runs_now() -> None:
    points = [RunningPoint(NOW - HOUR, "a", "prod"), RunningPoint(NOW - 3 * HOUR, "b", "prod"),
              RunningPoint(None, "c", "prod")]  # fmt: skip
    found = answer(MEASURES["deployment_age"], Seen(0, NOW, NOW, True, running=points))
    assert (found.headline, found.values["oldest"], found.left_out) == (7200, 10800, {"never_deployed": 1})


def test_quality_is_as_good_as_its_worst_share() -> None:
    points = [
        deployment(),
        deployment(team=None, flags='["unconfirmed", "unknown_lineage"]'),
        deployment(),
        deployment(flags='["incomplete"]'),
    ]
    found = answer(MEASURES["data_quality"], Seen(0, NOW, NOW, True, points, pulls=[PullPoint(1, 5, 0, 1)]))
    assert found.values == {"commit_known": 0.75, "pull_request_known": 1, "incident_linked": None,
                            "healthy_confirmed": 0.75, "team_known": 0.75, "not_approximate": 0.75}  # fmt: skip
    assert found.headline == 0.75


def test_a_measure_that_asks_for_what_nobody_reads_is_refused() -> None:
    with pytest.raises(ValueError, match="weather"):
        Measure("x", "x", "count", 1, "", "", "", "weather", lambda _: None, lambda counted, seen: Numbers(None), {})
