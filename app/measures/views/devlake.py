"""As Apache DevLake counts: by pull request, lower medians, incidents put down to whatever was deployed last."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from app.kernel.clock import MINUTE, to_datetime
from app.measures.told import Figures, Rollout, Told, View


class Run(NamedTuple):
    """A row of DevLake's table of deployed commits. `finished_at` in µs."""

    id: str
    scope: str
    repository: str
    environment: str
    succeeded: bool
    finished_at: int


def previous_successes(runs: Iterable[Run]) -> dict[str, str | None]:
    """Each run that succeeded in a known environment → the one before it of the same scope, repository, environment."""
    found: dict[str, str | None] = {}
    last: dict[tuple[str, str, str], str] = {}
    for run in sorted(runs, key=lambda run: run.finished_at):
        if not run.succeeded or not run.environment:
            continue
        key = run.scope, run.repository, run.environment
        found[run.id] = last.get(key)
        last[key] = run.id
    return found


def minutes(start: int | None, end: int | None) -> int | None:
    """Whole minutes from one time in µs to another, rounded up; what is unknown or negative is None."""
    if start is None or end is None or end < start:
        return None
    return -((start - end) // MINUTE)


class Parts(NamedTuple):
    """A pull request's times in minutes; what was negative is left out of the sum."""

    coding: int | None
    pickup: int | None
    review: int | None
    deploy: int | None
    cycle: int | None


def parts(began: int | None, opened: int | None, reviewed: int | None, merged: int | None, live: int | None) -> Parts:
    """The parts of a pull request by its times (its first commit's first), and the sum: coding, open, deploying."""
    coding, deploy = minutes(began, opened), minutes(merged, live)
    known = [each for each in (coding, minutes(opened, merged), deploy) if each is not None]
    return Parts(coding, minutes(opened, reviewed), minutes(reviewed, merged), deploy, sum(known) if known else None)


def lower_median(values: Iterable[float]) -> float | None:
    """The largest value with a percent rank of at most one half: one that there is, never between two."""
    ordered = sorted(values)
    return ordered[(len(ordered) - 1) // 2] if ordered else None


def blamed(troubles: Iterable[tuple[str, int]], runs: Iterable[tuple[str, int]]) -> dict[str, str]:
    """Incident → the deployment of the whole project that finished last before it, however long ago."""
    ordered = sorted(runs, key=lambda run: run[1])
    found = {}
    for incident, opened_at in troubles:
        before = [run for run, finished_at in ordered if finished_at < opened_at]
        if before:
            found[incident] = before[-1]
    return found


def _look(told: Told) -> Figures:
    deployed = told.deployed()
    ids = {each.id: each for each in deployed}
    everything = [(each.id, each.live_at) for each in told.rollouts if each.succeeded and each.kind != "heal"]
    blame = blamed(((each.id, each.opened_at) for each in told.troubles), everything)
    failed = {run for run in blame.values() if run in ids}
    ended = [
        (each.resolved_at - ids[blame[each.id]].live_at) / 1e6
        for each in told.troubles
        if each.resolved_at is not None and blame.get(each.id) in ids
    ]
    days = _days_a_week(told, deployed)
    return Figures(
        frequency=len(deployed),
        frequency_words=f"{days:g} deployment days a week",
        lead=lower_median(_cycles(told, ids)),
        fail_ratio=len(failed) / len(deployed) if deployed else None,
        recovery=lower_median(ended),
        notes=[
            f"{incident} is put down to {run} of {ids[run].service}" for incident, run in blame.items() if run in ids
        ],
    )


def _days_a_week(told: Told, deployed: Sequence[Rollout]) -> float:
    first = to_datetime(told.start).date()
    monday = first - timedelta(days=first.weekday())
    weeks: dict[int, set[object]] = {
        week: set() for week in range((to_datetime(told.end - 1).date() - monday).days // 7 + 1)
    }
    for each in deployed:
        day = to_datetime(each.live_at).date()
        weeks[(day - monday).days // 7].add(day)
    return lower_median(len(days) for days in weeks.values()) or 0


def _cycles(told: Told, deployed: Mapping[str, Rollout]) -> list[float]:
    """Seconds by pull request, from its first commit to its first deployment, as the parts add up."""
    pulls = {(each.repository, each.id): each for each in told.pulls}
    first: dict[tuple[str, int], int] = {}
    for change in told.changes:
        if change.pull_request is not None and change.deployment_id in deployed:
            key = change.repository, change.pull_request
            live_at = deployed[change.deployment_id].live_at
            first[key] = min(first.get(key, live_at), live_at)
    found = []
    for key, live_at in first.items():
        pull = pulls.get(key)
        cycle = parts(pull.first_commit_at, pull.opened_at, None, pull.merged_at, live_at).cycle if pull else None
        if cycle is not None:
            found.append(cycle * 60.0)
    return found


VIEW = View(
    name="devlake",
    title="Apache DevLake",
    read_at="https://devlake.apache.org/docs/Metrics/",
    words={
        "deployment_frequency": "counts rollbacks and redeploys, too, and prints the median number of days with a "
        "deployment in a week",
        "change_lead_time": "one value a pull request, from its first commit; negative parts are left out of the sum; "
        "the lower median, which is one of the values",
        "change_fail_rate": "an incident is put down to whatever the project deployed last before it, of any service "
        "and however long ago",
        "failed_deployment_recovery": "from the end of that deployment to the incident's end; what is open is left out",
    },
    look=_look,
)
