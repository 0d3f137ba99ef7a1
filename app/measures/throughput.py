"""Which deployments are throughput: what frequency counts, and what failures are a share of."""

from typing import Literal

from app.measures.definition import Reason
from app.measures.points import DeploymentPoint

NOT_THROUGHPUT: tuple[Reason, ...] = ("rollback", "redeploy", "heal", "not_live")
_BY_KIND: dict[str, Reason] = {"rollback": "rollback", "redeploy": "redeploy", "heal": "heal"}


def judge_throughput(point: DeploymentPoint) -> Reason | Literal[""] | None:
    """None for a succeeded release, hotfix or change of configuration."""
    if point.counts:
        return None
    return _BY_KIND.get(point.kind, "not_live")
