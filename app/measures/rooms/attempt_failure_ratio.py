"""How often the rollout itself fails."""

from collections.abc import Sequence

from app.measures.definition import Measure, Numbers, Reason
from app.measures.points import AttemptPoint, Seen

_SILENT: dict[str | None, Reason] = {"heal": "heal", "redeploy": "redeploy"}


def _judge(point: AttemptPoint) -> Reason | None:
    if point.kind in _SILENT:
        return _SILENT[point.kind]
    return None if point.outcome in ("succeeded", "failed") else "undecided"


def _compute(counted: Sequence[AttemptPoint], seen: Seen) -> Numbers:
    failed = [point for point in counted if point.outcome == "failed"]
    ratio = len(failed) / len(counted) if counted else None
    return Numbers(
        main=ratio,
        values={"ratio": ratio},
        parts={"failed": len(failed), "failed_after_a_change": sum(point.changed for point in failed)},
    )


MEASURE = Measure(
    name="attempt_failure_ratio",
    title="Attempts that failed",
    unit="ratio",
    version=2,
    definition="Of the rollouts that ended in the window and were to change something, the share that failed.",
    counted="attempts that succeeded or failed, each retry for itself; not healing, nor the same again",
    why="Some tools call this the change fail rate. A rollout that fails before it changes anything hurts no user: it "
    "costs the team time, which is worth a number of its own. Self-healing must not hide it.",
    rows="attempts",
    judge=_judge,
    reasons=("undecided", "heal", "redeploy"),
    compute=_compute,
    values={"ratio": "failed / ended, 0 to 1"},
)
