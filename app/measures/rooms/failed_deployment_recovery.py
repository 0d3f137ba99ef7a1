"""How long a failed deployment hurts."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from app.measures.definition import OTHER, Measure, Numbers, Reason
from app.measures.durations import seconds, spread, with_open
from app.measures.points import DeploymentPoint, Seen


def _judge(point: DeploymentPoint) -> Reason | Literal[""] | None:
    if point.failed_by is None or not (point.counts or point.outcome == "failed"):
        return OTHER
    return "open" if point.recovered_at is None else None


def _compute(counted: Sequence[DeploymentPoint], seen: Seen) -> Numbers:
    closed = [seconds(point.at, point.recovered_at) for point in counted if point.recovered_at is not None]
    open_for = [seconds(point.at, seen.as_of) for point in seen.deployments if _judge(point) == "open"]
    detected = [
        seconds(point.detected_at, point.recovered_at)
        for point in counted
        if point.recovered_at is not None and point.detected_at is not None and point.detected_at <= point.recovered_at
    ]
    found = with_open(closed, open_for)
    return replace(
        found,
        values={**found.values, **spread(detected, "detection_")},
        parts={"recovered": len(closed), "open": len(open_for), "detection_known": len(detected)},
    )


MEASURE = Measure(
    name="failed_deployment_recovery",
    title="Failed deployment recovery time",
    unit="seconds",
    version=2,
    definition="For every failed deployment that went live in the window: from when it was live (or had stopped "
    "half-way) to the first of when the deployment that mended it was live and when the incident that named it was "
    "resolved. Beside it the same from when somebody noticed.",
    counted="failed deployments (see change_fail_rate) that were mended",
    why="One that is not mended yet is no reason to look better: it is counted as open, and the median is said as the "
    "bounds between which it will lie.",
    rows="deployments",
    judge=_judge,
    reasons=("open",),
    compute=_compute,
    values={
        "p50": "the median; none while what is open could move it",
        "p90": "the 90th percentile; likewise",
        "p50_ended": "the median of those that were mended",
        "detection_p50": "the median from detection",
        "detection_p90": "the 90th percentile from detection",
    },
)
