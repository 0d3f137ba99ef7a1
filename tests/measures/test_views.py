"""What other products would print of the worked week, and their own published examples."""

import csv
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

import app.measures.views
from app.kernel.clock import DAY, to_us
from app.kernel.discover import rooms
from app.measures.scope import Scope
from app.measures.told import Figures, View
from app.measures.views import devlake, gitlab, middleware, pelorus
from app.store import Database
from app.store.measure_told import told
from tests.conformance.folder import captured_folder
from tests.measures.rows import add
from tests.measures.week import END, SCOPE, STAGES, START, rows

HOUR, MINUTE = 3600.0, 60.0
VIEWS: Mapping[str, View] = rooms(app.measures.views, "VIEW")
FOLDER = (captured_folder() or Path("missing")) / "dora"
needs_samples = pytest.mark.skipif(not FOLDER.is_dir(), reason="SHIPBELL_SAMPLES has no dora")


async def look(database: Database, name: str, scope: Scope = SCOPE) -> Figures:
    await database.write(lambda connection: add(connection, *rows()))
    return VIEWS[name].look(await database.read(lambda connection: told(connection, scope, START, END)))


async def test_devlake_of_the_worked_week(database: Database) -> None:
    found = await look(database, "devlake")
    assert (found.frequency, found.frequency_words) == (6, "3 deployment days a week")
    assert found.lead == 18.5 * HOUR
    assert found.fail_ratio == pytest.approx(1 / 3)
    assert found.recovery == 55 * MINUTE
    assert found.notes == ["I1 is put down to W1 of web", "I2 is put down to D5 of pay"]


async def test_gitlab_of_the_worked_week(database: Database) -> None:
    found = await look(database, "gitlab")
    assert found.frequency == 6
    assert found.lead == 12.5 * HOUR
    assert found.otherwise["lead_directly"] == 14 * HOUR
    assert found.recovery == 45 * MINUTE


async def test_gitlab_of_the_project_with_both_incidents(database: Database) -> None:
    assert (await look(database, "gitlab", Scope(STAGES, service="pay"))).fail_ratio == 0.4


async def test_fourkeys_of_the_worked_week(database: Database) -> None:
    found = await look(database, "fourkeys")
    assert found.frequency == 6
    assert found.lead == 18.75 * HOUR
    assert (found.otherwise["leads"], found.otherwise["longest_lead"]) == (10, 98 * HOUR)
    assert found.fail_ratio == 0
    assert found.otherwise["fail_ratio_if_causes_were_typed"] == pytest.approx(1 / 6)
    assert found.recovery == HOUR


async def test_datadog_of_the_worked_week(database: Database) -> None:
    found = await look(database, "datadog")
    assert found.frequency == 6
    assert found.lead == pytest.approx((30 + 24 + 3 + 2 / 3) / 3 * HOUR)
    assert found.fail_ratio == pytest.approx(1 / 3)
    assert found.otherwise["fail_ratio_without_rollbacks"] == 0.4
    assert found.recovery == 60 * MINUTE
    assert found.notes == ["D1 failed by the rollback D2", "D2 failed by the hotfix D3"]


async def test_pelorus_of_the_worked_week(database: Database) -> None:
    found = await look(database, "pelorus")
    assert found.frequency == 4
    assert found.lead == pytest.approx((14 + 1 + 17.5) / 3 * HOUR)
    assert found.fail_ratio == pytest.approx(1 / 3)
    assert found.otherwise["fail_ratio_with_all_incidents"] == pytest.approx(2 / 3)
    assert found.recovery == 45 * MINUTE


async def test_middleware_of_the_worked_week(database: Database) -> None:
    found = await look(database, "middleware")
    assert (found.frequency, found.frequency_words) == (6, "0 a day, 6 a week, 6 a month")
    assert found.lead == pytest.approx((25 + 3 + 2 / 3 + 18.5) / 3 * HOUR)
    assert found.fail_ratio == pytest.approx(1 / 3)
    assert found.recovery == 45 * MINUTE
    assert found.notes == ["I1 is put down to W1 of web", "I2 is put down to D5 of pay"]


async def test_nothing_comes_to_nothing(database: Database) -> None:
    empty = await database.read(lambda connection: told(connection, SCOPE, START, END))
    for name, view in VIEWS.items():
        found = view.look(empty)
        assert (found.frequency, found.lead, found.recovery) == (0, None, None), name
        assert found.fail_ratio == (0 if name == "gitlab" else None), name


def table(folder: str, name: str) -> list[dict[str, str]]:
    with (FOLDER / "devlake-dora-e2e" / folder / f"{name}.csv").open() as lines:
        return list(csv.DictReader(lines))


def us(text: str) -> int | None:
    """Either of the two ways in which those tables write times."""
    if not text:
        return None
    if "T" not in text:
        day, time = text.split(" ")
        text = (
            "-".join(f"{int(part):02}" for part in day.split("-")) + f"T{int(time.split(':')[0]):02}{time[-6:]}+00:00"
        )
    return to_us(datetime.fromisoformat(text))


def runs(folder: str, name: str) -> list[devlake.Run]:
    return [
        devlake.Run(each["id"], each["cicd_scope_id"], each["repo_url"], each["environment"],
                    each["result"] == "SUCCESS", us(each["finished_date"]) or 0)
        for each in table(folder, name)
    ]  # fmt: skip


@needs_samples
def test_devlakes_previous_deployments() -> None:
    folder = "prev_success_deployment_commit"
    found = devlake.previous_successes(
        run for run in runs(folder, "cicd_deployment_commits_before") if run.scope in ("cicd1", "cicd2")
    )
    expected = table(folder, "cicd_deployment_commits_after")
    assert len(expected) == 16
    for each in expected:
        assert (found.get(each["id"]) or "") == each["prev_success_deployment_commit_id"], each["id"]


@needs_samples
def test_devlakes_lead_times() -> None:
    folder = "change_lead_time"
    deployed = _deployed_with(folder)
    pulls = {each["id"]: each for each in table(folder, "pull_requests")}
    expected = table(folder, "project_pr_metrics")
    assert len(expected) == 6
    for each in expected:
        pull = pulls[each["id"]]
        authored = [us(one["commit_authored_date"]) for one in _of(folder, "pull_request_commits", each["id"])]
        comments = [us(one["created_date"]) for one in _of(folder, "pull_request_comments", each["id"])
                    if one["account_id"] != pull["author_id"]]  # fmt: skip
        found = devlake.parts(
            min((at for at in authored if at), default=None), us(pull["created_date"]),
            min((at for at in comments if at), default=None), us(pull["merged_date"]),
            deployed.get(pull["merge_commit_sha"]),
        )  # fmt: skip
        names = ("pr_coding_time", "pr_pickup_time", "pr_review_time", "pr_deploy_time", "pr_cycle_time")
        assert ["" if part is None else str(part) for part in found] == [each[name] for name in names], each["id"]


def _of(folder: str, name: str, pull: str) -> list[dict[str, str]]:
    return [each for each in table(folder, name) if each["pull_request_id"] == pull]


def _deployed_with(folder: str) -> dict[str, int | None]:
    """Commit → when it was first deployed to production, by what lies between a deployment and the one before it."""
    rows = {each["id"]: each for each in table(folder, "cicd_deployment_commits")}
    diffs = table(folder, "commits_diffs")
    found: dict[str, int | None] = {}
    for new, old in devlake.previous_successes(runs(folder, "cicd_deployment_commits")).items():
        if old is None or rows[new]["environment"] != "PRODUCTION":
            continue
        ends = rows[old]["commit_sha"], rows[new]["commit_sha"]
        for diff in diffs:
            if (diff["old_commit_sha"], diff["new_commit_sha"]) == ends:
                found.setdefault(diff["commit_sha"], us(rows[new]["finished_date"]))
    return found


def cases(name: str) -> Any:
    return orjson.loads((FOLDER / "cases" / f"{name}.json").read_bytes())


@needs_samples
def test_gitlabs_lead_time_of_a_day() -> None:
    told_cases = cases("gitlab_lead_time_and_aggregation")["lead_time_day"]
    assert len(told_cases) == 3
    for case in told_cases:
        ages = case.get("merged_at_days_before_deploy", [])
        found = gitlab.lead_of_day([100 * DAY - age * DAY for age in ages], 100 * DAY)
        expected = case["expected_median_days"]
        assert found == (None if expected is None else expected * 86_400), case


@needs_samples
def test_gitlabs_sums_and_medians() -> None:
    case = cases("gitlab_lead_time_and_aggregation")
    for name, fold in (
        ("aggregate_deployment_frequency", gitlab.frequency),
        ("aggregate_median_of_daily_medians", gitlab.median),
    ):
        lines = case[name].get("daily_rows") or case[name]["daily_rows_seconds"]
        expected = case[name]["expected"]
        assert fold(value for _, value in lines) == expected["all"], name
        for day, value in expected["daily"]:
            assert fold(one for at, one in lines if at == day) == value, (name, day)
        for month, value in expected["monthly"]:
            first = date.fromisoformat(month)
            assert fold(one for at, one in lines if date.fromisoformat(at).replace(day=1) == first) == value, name


def moment(text: str) -> int:
    return to_us(datetime.fromisoformat(text.split(" ")[0]))


@needs_samples
def test_middlewares_incidents_and_fail_rates() -> None:
    told_cases = cases("middleware_incident_mapping")["cases"]
    assert len(told_cases) == 6
    for case in told_cases:
        deployed, opened = ([-age for age in case[name]] for name in ("deployments", "incidents"))
        blame = middleware.blamed(deployed, opened)
        assert {str(place): some for place, some in enumerate(blame)} == case["map"], case
        assert middleware.fail_percent(blame) == case["cfr_percent"], case


@needs_samples
def test_middlewares_frequencies() -> None:
    told_cases = cases("middleware_incident_mapping")["deployment_frequency"]["cases"]
    assert len(told_cases) == 2
    for case in told_cases:
        found = middleware.frequency(map(moment, case["deployments"]), *map(moment, case["interval"]))
        assert [*found] == case["expected"], case


@needs_samples
def test_peloruss_lead_time() -> None:
    told_pair = [
        orjson.loads((FOLDER / "pelorus-webhook" / f"webhook_pelorus_{name}.json").read_bytes())
        for name in ("committime", "deploytime")
    ]
    made, ran = ({pelorus.Image(each["app"], each["image_sha"]): each["timestamp"]} for each in told_pair)
    assert [*pelorus.lead_times(made, ran).values()] == [85_200]
    assert pelorus.lead_times({}, ran) == {}


@needs_samples
def test_the_captured_worked_week_is_the_one_of_these_tests() -> None:
    """Our rows say what the captured week says, so its numbers bind us."""
    week = cases("own_worked_week")
    made = {values["id"]: values for table_, values in rows() if table_.name == "fact_deployments"}
    for each in week["deployments"]:
        if each["outcome"] == "succeeded":
            mine = made[each["id"]]
            at = to_us(datetime.fromisoformat(each["finished"]).astimezone(UTC))
            assert (mine["service"], mine["live_at"], mine["kind"]) == (each["service"], at, each["kind"])
