"""From facts to answers: each number with n, what was left out and why, and what it is not sure of."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.measures.definition import FEW, Measure, Reason
from app.measures.points import Seen


@dataclass(frozen=True, slots=True)
class Answer:
    """A measure of one scope and window. `headline` is None when there are fewer than five rows, or none.

    `between` are the bounds of the headline when open failures could move it: then there is no single number.
    """

    measure: str
    definition: str
    unit: str
    n: int
    headline: float | None
    values: Mapping[str, float | None]
    parts: Mapping[str, int]
    points: Sequence[float] | None
    between: tuple[float | None, float | None] | None
    open_n: int
    oldest_open_seconds: float | None
    left_out: Mapping[Reason, int]
    as_of: int


def answer(measure: Measure, seen: Seen) -> Answer:
    """The number, from the facts alone."""
    rows = getattr(seen, measure.rows)
    reasons = [*map(measure.judge, rows)]
    counted = [point for point, reason in zip(rows, reasons, strict=True) if reason is None]
    left = Counter(reason for reason in reasons if reason)
    for kind, judge in measure.beside.items():
        left.update(reason for reason in map(judge, getattr(seen, kind)) if reason)
    found = measure.compute(counted, seen)
    n = len(counted) if found.n is None else found.n
    few = not measure.always_headline and n < FEW
    return Answer(
        measure=measure.name,
        definition=measure.definition_id,
        unit=measure.unit,
        n=n,
        headline=None if few or found.between else found.main,
        values=found.values,
        parts=found.parts,
        points=[round(each, 3) for each in found.points] if few and found.points else None,
        between=found.between,
        open_n=len(found.open_for),
        oldest_open_seconds=max(found.open_for, default=None),
        left_out=dict(sorted(left.items())),
        as_of=seen.as_of,
    )
