"""The bundles that would be open: cards that wait for each other, and when they would go out."""

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush, heapreplace

from app.routing.calm import Wait

FAR = 1 << 63
"""A time (µs) after all others."""


@dataclass(slots=True)
class _Open:
    """A bundle, as `Wait` says when it is due. `waiting` counts the cards in it that have not been told."""

    channel: str
    first: int
    last: int
    wait: int
    max_wait: int
    until: int
    waiting: int

    @property
    def due(self) -> int:
        return max(self.until, min(self.last + self.wait, self.first + self.max_wait))


class Bundles:
    """All bundles of one rule book. Time goes forward only; what has gone out is forgotten."""

    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}
        self._due: list[tuple[int, str]] = []
        """A heap with one entry a bundle; its time may be too early, as cards that come later put it off."""
        self.next_at = FAR
        """Before this time (µs) nothing is due."""

    def join(self, wait: Wait, channel: str) -> bool:
        """Let a card wait; False when it opens a bundle whose first card goes out at once."""
        found = self._open.get(wait.key)
        if found is None:
            now = wait.first_now
            found = _Open(channel, wait.at, wait.at, wait.wait, wait.max_wait, wait.until, 0 if now else 1)
            self._open[wait.key] = found
            heappush(self._due, (found.due, wait.key))
            self.next_at = self._due[0][0]
            return not now
        found.last = wait.at
        found.until = max(found.until, wait.until)
        found.waiting += 1
        return True

    def due(self, now: int) -> Iterator[tuple[int, str]]:
        """Close what was due before `now` (µs): when a post goes out, and to which channel, in the order of time.

        A card that comes at the very moment still joins.
        """
        while self._due and self._due[0][0] < now:
            at, key = self._due[0]
            bundle = self._open[key]
            if bundle.due > at:
                heapreplace(self._due, (bundle.due, key))
                continue
            heappop(self._due)
            del self._open[key]
            if bundle.waiting:
                yield at, bundle.channel
        self.next_at = self._due[0][0] if self._due else FAR
