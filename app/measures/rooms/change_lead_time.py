"""From commit to live: how long a change takes."""

from collections.abc import Sequence
from operator import attrgetter

from app.measures.definition import Measure, Numbers, Reason
from app.measures.durations import spread
from app.measures.points import CommitPoint, DeploymentPoint, PullPoint, Seen
from app.measures.pulls import first_commit, merge


def _judge(point: CommitPoint) -> Reason | None:
    if point.clock != "commit":
        return "config_clock"
    if point.lead is not None:
        return None
    return "negative" if "negative" in (point.flags or "") else "no_time"


def _deployment(point: DeploymentPoint) -> Reason | None:
    flags = point.flags
    if flags == "[]" or not point.counts:
        return None
    if '"seed"' in flags:
        return "seed"
    if '"unknown_artifact"' in flags:
        return "unknown_artifact"
    return "unknown_lineage" if '"unknown_lineage"' in flags else None


def _pull(point: PullPoint) -> Reason | None:
    """Of the two clocks of pull requests alone."""
    if point.number is None:
        return "no_pull_request"
    if point.merged_at is None:
        return "not_merged"
    return "live_before_merge" if point.merged_at > point.at else None


def _compute(counted: Sequence[CommitPoint], seen: Seen) -> Numbers:
    leads = [*seen.leads.seconds, *(point.lead for point in counted if point.lead is not None)]
    values = spread(leads)
    return Numbers(
        main=values["p50"],
        values={**values, **spread(first_commit(seen.pulls), "first_commit_"), **spread(merge(seen.pulls), "merge_")},
        parts={
            "pull_requests": sum(point.number is not None for point in seen.pulls),
            "re_arrivals": sum(map(attrgetter("re_arrivals"), seen.deployments)),
        },
        points=leads,
        n=len(leads),
    )


MEASURE = Measure(
    name="change_lead_time",
    title="Change lead time",
    unit="seconds",
    version=1,
    definition="For every commit of the application that went live in the window for the first time: from when it was "
    "written (its author's date) to when it was live and healthy. Merges of branches are not counted, nor is a commit "
    "that comes back after a rollback. Two more clocks are beside it: from a pull request's first commit, and from its "
    "merge, to when the last of its commits was live.",
    counted="commits that are no merges, once in each environment of a service; those of squashed pull requests, too",
    why="It is the question that DORA asks, by commit: an average of averages hides the slow ones, and a rollback must "
    "not count a commit twice.",
    rows="commits",
    judge=_judge,
    beside={"deployments": _deployment, "pulls": _pull},
    reasons=(
        "config_clock",
        "negative",
        "no_time",
        "seed",
        "unknown_artifact",
        "unknown_lineage",
        "no_pull_request",
        "not_merged",
        "live_before_merge",
    ),
    compute=_compute,
    values={
        "p50": "the median over commits",
        "p90": "the 90th percentile",
        "first_commit_p50": "from a pull request's first commit to live, the median over pull requests",
        "first_commit_p90": "the same, the 90th percentile",
        "merge_p50": "from its merge to live",
        "merge_p90": "the same, the 90th percentile",
    },
)
