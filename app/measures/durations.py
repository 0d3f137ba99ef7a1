"""Numbers of durations (seconds), of which some may not have ended."""

from collections.abc import Sequence

from app.measures.definition import Numbers
from app.measures.quantiles import bounds, quantile

SECOND = 1e6


def seconds(start: int, end: int) -> float:
    """From one time in µs to another."""
    return (end - start) / SECOND


def spread(durations: Sequence[float], prefix: str = "") -> dict[str, float | None]:
    """p50 and p90, named with a prefix."""
    ordered = sorted(durations)
    return {f"{prefix}p50": quantile(ordered, 0.5), f"{prefix}p90": quantile(ordered, 0.9)}


def with_open(closed: Sequence[float], open_for: Sequence[float]) -> Numbers:
    """p50 and p90 of what ended; what has not ended is in the p50 where that is sure, else between its bounds.

    `p50_ended` is of what ended alone.
    """
    low, high = bounds(closed, open_for, 0.5)
    sure = low == high
    ended = spread(closed)
    return Numbers(
        main=low if sure else None,
        values={"p50": low if sure else None, "p90": ended["p90"] if not open_for else _sure(closed, open_for, 0.9),
                "p50_ended": ended["p50"]},
        points=closed,
        open_for=open_for,
        between=None if sure else (low, high),
    )  # fmt: skip


def _sure(closed: Sequence[float], open_for: Sequence[float], q: float) -> float | None:
    low, high = bounds(closed, open_for, q)
    return low if low == high else None
