"""Which share of deployments was not planned."""

from collections import Counter
from collections.abc import Sequence
from operator import attrgetter
from typing import Literal

from app.measures.definition import Measure, Numbers, Reason
from app.measures.points import DeploymentPoint, Seen
from app.measures.throughput import judge_throughput


def _judge(point: DeploymentPoint) -> Reason | Literal[""] | None:
    if point.kind == "rollback":
        return None if point.outcome == "succeeded" else "not_live"
    return judge_throughput(point)


def _compute(counted: Sequence[DeploymentPoint], seen: Seen) -> Numbers:
    kinds = Counter(map(attrgetter("kind"), counted))
    ratio = (kinds["hotfix"] + kinds["rollback"]) / len(counted) if counted else None
    return Numbers(main=ratio, values={"ratio": ratio}, parts=kinds)


MEASURE = Measure(
    name="rework_rate",
    title="Deployment rework rate",
    unit="ratio",
    version=1,
    definition="Hotfixes and rollbacks, as a share of all releases, hotfixes, changes of configuration and rollbacks "
    "that went live in the window.",
    counted="succeeded deployments that changed what runs, rollbacks too",
    why="It is the fifth of DORA's measures: deployments that somebody had to make because production needed it.",
    rows="deployments",
    judge=_judge,
    reasons=("redeploy", "heal", "not_live"),
    compute=_compute,
    values={"ratio": "(hotfix + rollback) / all of them, 0 to 1"},
)
