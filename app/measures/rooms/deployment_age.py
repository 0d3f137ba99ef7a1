"""How old what runs is."""

from collections.abc import Sequence

from app.measures.definition import Measure, Numbers, Reason
from app.measures.durations import seconds, spread
from app.measures.points import RunningPoint, Seen


def _judge(point: RunningPoint) -> Reason | None:
    return "never_deployed" if point.at is None else None


def _compute(counted: Sequence[RunningPoint], seen: Seen) -> Numbers:
    ages = [seconds(point.at, seen.as_of) for point in counted if point.at is not None]
    values = {**spread(ages), "oldest": max(ages, default=None), "youngest": min(ages, default=None)}
    return Numbers(main=values["p50"], values=values, points=ages)


MEASURE = Measure(
    name="deployment_age",
    title="Age of what runs",
    unit="seconds",
    version=1,
    definition="For every service and environment asked for, now: how long ago what runs there went live.",
    counted="environments of services in which a deployment went live",
    why="A service that is never deployed has no lead time to look at; its age shows it.",
    rows="running",
    judge=_judge,
    reasons=("never_deployed",),
    compute=_compute,
    values={
        "p50": "the median", "p90": "the 90th percentile", "oldest": "the oldest", "youngest": "the youngest",
    },
    always_headline=True,
)  # fmt: skip
