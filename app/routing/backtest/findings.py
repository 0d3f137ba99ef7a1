"""What a backtest found, as data: by rule and channel, by channel, by connection; and what nobody would get."""

from collections import Counter
from dataclasses import dataclass, field

from app.routing.backtest.plans import Got
from app.routing.match import View

SAMPLES = 3
"""Events that are kept as samples, for each kind of change of each row."""


@dataclass(frozen=True, slots=True)
class Sample:
    """An event that a change shows in: what it was, and what it is. None: nothing."""

    view: View
    was: Got | None
    now: Got | None


@dataclass(slots=True)
class Row:
    """One rule and one channel: cards by today's rules and by the changed ones, and in how many events they differ."""

    today: int = 0
    changed: int = 0
    more: int = 0
    less: int = 0
    other_card: int = 0
    samples: dict[str, list[Sample]] = field(default_factory=dict)

    def differs(self, how: str, sample: Sample) -> None:
        """Count an event that differs: `more`, `less` or `other_card`."""
        setattr(self, how, getattr(self, how) + 1)
        kept = self.samples.setdefault(how, [])
        if len(kept) < SAMPLES:
            kept.append(sample)


@dataclass(slots=True)
class Lost:
    """Events that somebody gets today and nobody would get: how many by today's rule, and a few of them."""

    by_rule: Counter[str] = field(default_factory=Counter)
    samples: dict[str, list[View]] = field(default_factory=dict)

    def add(self, rule: str, view: View) -> None:
        """Count an event that today's rule tells somebody about."""
        self.by_rule[rule] += 1
        kept = self.samples.setdefault(rule, [])
        if len(kept) < SAMPLES:
            kept.append(view)
