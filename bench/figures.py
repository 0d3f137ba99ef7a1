"""A figure: what it must reach, what each round gave, and whether the median reaches it."""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Literal

_COMPARE: dict[str, Callable[[float, float], bool]] = {"≥": operator.ge, "≤": operator.le}


@dataclass(frozen=True, slots=True)
class Must:
    """A bound that a figure has to keep, the bound itself included."""

    sign: Literal["≥", "≤"]
    bound: float

    def kept(self, value: float) -> bool:
        """Whether the value is within the bound."""
        return _COMPARE[self.sign](value, self.bound)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report. One sample a round; none: not run. Without a must it is for information."""

    name: str
    samples: Sequence[float]
    must: Must | None = None
    unit: str = ""
    ran: str = ""

    @property
    def median(self) -> float:
        """The median over the rounds. Raises StatisticsError when it was not run."""
        return median(self.samples)

    @property
    def missed(self) -> bool:
        """Whether it ran and did not reach what it must."""
        return bool(self.samples) and self.must is not None and not self.must.kept(self.median)


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Ours over theirs, round by round: what disturbs the machine in a round disturbs both sides of it."""
    return [mine / other for mine, other in zip(ours, theirs, strict=True)]


def p99(values: Sequence[float]) -> float:
    """The 99th percentile of many values."""
    return quantiles(values, n=100, method="inclusive")[98]
