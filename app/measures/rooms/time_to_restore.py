"""How long incidents last, whatever caused them."""

from collections.abc import Sequence
from dataclasses import replace

from app.measures.definition import Measure, Numbers, Reason
from app.measures.durations import seconds, with_open
from app.measures.points import IncidentPoint, Seen


def _judge(point: IncidentPoint) -> Reason | None:
    if point.state == "cancelled":
        return "cancelled"
    if point.resolved_at is None:
        return "open"
    return "negative" if point.resolved_at < point.at else None


def _compute(counted: Sequence[IncidentPoint], seen: Seen) -> Numbers:
    closed = [seconds(point.at, point.resolved_at) for point in counted if point.resolved_at is not None]
    open_for = [seconds(point.at, seen.as_of) for point in seen.incidents if _judge(point) == "open"]
    found = with_open(closed, open_for)
    return replace(found, parts={"resolved": len(closed), "open": len(open_for)})


MEASURE = Measure(
    name="time_to_restore",
    title="Time to restore service",
    unit="seconds",
    version=1,
    definition="For every incident that was opened in the window: from when it was opened to when it was resolved, "
    "whatever caused it.",
    counted="resolved incidents of the services asked for; of the environment asked for, or of none that was named",
    why="Many tools call this the recovery time of deployments. It also holds outages that no deployment caused: both "
    "are worth knowing, under two names.",
    rows="incidents",
    judge=_judge,
    reasons=("open", "cancelled", "negative"),
    compute=_compute,
    values={
        "p50": "the median; none while an open incident could move it",
        "p90": "the 90th percentile; likewise",
        "p50_ended": "the median of those that were resolved",
    },
)
