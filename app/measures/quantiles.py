"""Percentiles from the rows themselves, never from other percentiles."""

from collections.abc import Sequence
from math import floor, inf


def place(n: int, q: float) -> tuple[int, float]:
    """Where the q-quantile of n sorted values lies: the index before it, and how far it is to the next one (0–1)."""
    rank = q * (n - 1)
    low = min(floor(rank), max(n - 2, 0))
    return low, rank - low


def quantile(ordered: Sequence[float], q: float) -> float | None:
    """By linear interpolation, as PERCENTILE_CONT of SQL; None of nothing."""
    if not ordered:
        return None
    low, rest = place(len(ordered), q)
    if rest == 0 or len(ordered) == 1:
        return ordered[low]
    below, above = ordered[low], ordered[low + 1]
    return below if below == above else inf if above == inf else below + (above - below) * rest


def bounds(closed: Sequence[float], open_for: Sequence[float], q: float) -> tuple[float | None, float | None]:
    """Between what the quantile lies when some durations have not ended: (all ended now, none ever ends).

    An upper bound of None has no end. Both are the same where what is open cannot move the quantile.
    """
    low = quantile(sorted([*closed, *open_for]), q)
    high = quantile(sorted([*closed, *(inf for _ in open_for)]), q)
    return low, None if high == inf else high
