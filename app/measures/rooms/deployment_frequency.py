"""How often something new goes live, and how long it is from one time to the next."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from operator import attrgetter

from app.facts.windows import day_of
from app.kernel.clock import DAY
from app.measures.definition import Measure, Numbers
from app.measures.durations import SECOND, spread
from app.measures.points import DeploymentPoint, Seen
from app.measures.throughput import NOT_THROUGHPUT, judge_throughput


def _compute(counted: Sequence[DeploymentPoint], seen: Seen) -> Numbers:
    times = sorted(each.at for each in counted)
    gaps = [(second - first) / SECOND for first, second in pairwise(times)]
    days = (seen.end - seen.start) / DAY
    known = seen.known or bool(counted)
    return Numbers(
        main=len(counted) if known else None,
        values={
            "count": len(counted) if known else None,
            "per_day": len(counted) / days if known else None,
            "days": len({day_of(at, seen.zone) for at in times}) if known else None,
            **spread(gaps, "between_"),
        },
        parts=Counter(map(attrgetter("kind"), counted)),
    )


MEASURE = Measure(
    name="deployment_frequency",
    title="Deployment frequency",
    unit="count",
    version=2,
    definition="Deployments that went live in the window and changed what runs: releases, hotfixes and changes of "
    "configuration. They are counted by the moment at which they were live and healthy.",
    counted="succeeded deployments of the kinds release, hotfix and config",
    why="A rollback, a redeploy or a self-healing delivers nothing: a tool that counts them rewards failing.",
    rows="deployments",
    judge=judge_throughput,
    reasons=NOT_THROUGHPUT,
    compute=_compute,
    values={
        "count": "how many in the window",
        "per_day": "the same by day",
        "days": "on how many days, as they begin in the answer's time zone, there was one",
        "between_p50": "seconds from one to the next, the median",
        "between_p90": "the same, the 90th percentile",
    },
    always_headline=True,
)
