"""How long changes stay in one environment before they reach the next: where the bottleneck is."""

from collections import defaultdict
from collections.abc import Sequence

from app.measures.definition import Measure, Numbers
from app.measures.durations import seconds, spread
from app.measures.points import Seen, StayPoint


def _compute(counted: Sequence[StayPoint], seen: Seen) -> Numbers:
    stays: defaultdict[str, list[float]] = defaultdict(list)
    for point in counted:
        stays[point.environment].append(seconds(point.since, point.at))
    everything = [each for some in stays.values() for each in some]
    values: dict[str, float | None] = {}
    for environment, durations in stays.items():
        values |= spread(durations, f"{environment}_")
    return Numbers(
        main=max((values[f"{environment}_p50"] or 0.0 for environment in stays), default=None),
        values=values,
        parts={environment: len(durations) for environment, durations in stays.items()},
        points=everything,
    )


MEASURE = Measure(
    name="stage_dwell",
    title="Stay in each environment",
    unit="seconds",
    version=1,
    definition="For every commit that reached an environment in the window: how long it had been live in the "
    "environment before it (the nearest earlier one, in the order of promotion, in which it ever was). The headline is "
    "the longest median: the bottleneck.",
    counted="commits that were live in an earlier environment, by the environment in which they stayed",
    why="Lead time says how long a change takes; this says where it waits. An environment that was skipped has no "
    "stay: that is not one of 0 seconds.",
    rows="stays",
    judge=lambda _: None,
    compute=_compute,
    values={"<environment>_p50": "the median stay in that environment", "<environment>_p90": "the 90th percentile"},
)
