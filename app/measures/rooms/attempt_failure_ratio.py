"""How often the rollout itself fails."""

from collections.abc import Sequence

from app.measures.definition import Measure, Numbers, Reason
from app.measures.points import AttemptPoint, Seen


def _judge(point: AttemptPoint) -> Reason | None:
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
    version=1,
    definition="Of the rollouts that ended in the window, the share that failed.",
    counted="attempts that succeeded or failed, each retry for itself",
    why="Some tools call this the change fail rate. A rollout that fails before it changes anything hurts no user: it "
    "costs the team time, which is worth a number of its own.",
    rows="attempts",
    judge=_judge,
    reasons=("undecided",),
    compute=_compute,
    values={"ratio": "failed / ended, 0 to 1"},
)
