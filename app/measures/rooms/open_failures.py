"""What is broken now."""

from collections import Counter
from collections.abc import Sequence

from app.measures.definition import Measure, Numbers
from app.measures.durations import seconds
from app.measures.points import DeploymentPoint, Seen


def _compute(counted: Sequence[DeploymentPoint], seen: Seen) -> Numbers:
    ages = [seconds(point.at, seen.as_of) for point in counted]
    waiting = [seconds(point.at, seen.as_of) for point in seen.open_incidents]
    known = seen.known or bool(counted) or bool(waiting)
    return Numbers(
        main=len(counted) if known else None,
        values={
            "deployments": len(counted) if known else None,
            "incidents": len(waiting) if known else None,
            "oldest_deployment": max(ages, default=None),
            "oldest_incident": max(waiting, default=None),
        },
        parts=Counter(str(point.failed_by) for point in counted),
        open_for=ages,
    )


MEASURE = Measure(
    name="open_failures",
    title="Open failures",
    unit="count",
    version=2,
    definition="Failed deployments that nothing has mended yet, now, whenever they went live; beside them the "
    "incidents that are open.",
    counted="failed deployments without a recovery, also those that stopped half-way",
    why="Most tools leave out what has not ended, so that the worst outage looks best while it lasts.",
    rows="open_failures",
    judge=lambda _: None,
    needs=("open_incidents",),
    compute=_compute,
    values={
        "deployments": "failed deployments that are not mended",
        "incidents": "incidents that are not resolved",
        "oldest_deployment": "seconds since the oldest of the former went live",
        "oldest_incident": "seconds since the oldest of the latter was opened",
    },
    always_headline=True,
)
