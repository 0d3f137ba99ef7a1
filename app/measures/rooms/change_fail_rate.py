"""Which share of deployments needed somebody to step in."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from app.measures.definition import Measure, Numbers, Reason
from app.measures.points import DeploymentPoint, IncidentPoint, Seen
from app.measures.throughput import NOT_THROUGHPUT, judge_throughput


def _unlinked(point: IncidentPoint) -> Reason | None:
    return "unlinked" if point.deployment_id is None and point.state != "cancelled" else None


def _judge(point: DeploymentPoint) -> Reason | Literal[""] | None:
    """Beside what went live: what failed half-way and left production ill, for somebody had to step in."""
    return None if point.outcome == "failed" and point.failed_by else judge_throughput(point)


def _compute(counted: Sequence[DeploymentPoint], seen: Seen) -> Numbers:
    failed = [point for point in counted if point.failed_by is not None]
    evidence = Counter(str(point.failed_by) for point in failed)
    return Numbers(
        main=len(failed) / len(counted) if counted else None,
        values={"ratio": len(failed) / len(counted) if counted else None},
        parts={
            "failed": len(failed),
            **evidence,
            "by_window": sum(point.failed_confidence == "window" for point in failed),
        },
    )


MEASURE = Measure(
    name="change_fail_rate",
    title="Change fail rate",
    unit="ratio",
    version=2,
    definition="Of the releases, hotfixes and changes of configuration that went live in the window, and the rollouts "
    "that stopped half-way and left what runs ill, the share that failed: that was rolled back within seven days, "
    "mended by a hotfix or a revert, named by an incident, followed within 24 hours by an urgent incident of the same "
    "service, or ill for more than ten minutes soon after. A deployment fails at most once, by the strongest evidence.",
    counted="what deployment frequency counts, and rollouts that failed half-way (they are never throughput); failed "
    "are those with evidence against them",
    why="An attempt that failed before it changed anything hurt nobody: see attempt_failure_ratio. An incident is put "
    "down to a deployment of its own service alone.",
    rows="deployments",
    judge=_judge,
    beside={"incidents": _unlinked},
    reasons=(*NOT_THROUGHPUT, "unlinked"),
    compute=_compute,
    values={"ratio": "failed / counted, 0 to 1"},
)
