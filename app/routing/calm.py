"""Calm: which cards wait, with whom, and until when. What waits together is told together."""

from dataclasses import dataclass
from typing import Literal

How = Literal["group", "coalesce", "hold"]


@dataclass(frozen=True, slots=True)
class Wait:
    """Why a card waits. Cards with the same `key` wait together, in one bundle. All times in µs.

    The bundle is due at `max(until, min(last + wait, first + max_wait))`, where `first` and `last` are the earliest
    and the latest `at` in it: so neither the order of arrival nor a restart changes when it ends.
    """

    how: How
    by: str
    """The rule, or for `hold` the times, that make it wait."""
    key: str
    card: str
    """How a group of them is shown; "" for one that only the last is sent of."""
    at: int
    """When the event was received."""
    wait: int = 0
    max_wait: int = 0
    until: int = 0
    """The end of the span that holds it; 0: nothing does."""
    first_now: bool = False
    """The first of them goes out at once, and does not wait."""
