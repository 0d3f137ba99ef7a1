"""The calls an hour that an upstream grants: spent freely at first, the last fifth spread over what is left."""

from collections import deque
from collections.abc import Callable

from app.clients.faults import Kind
from app.kernel.clock import monotonic

HOUR, MINUTE = 3600.0, 60.0
NEAR = 0.8
"""The share of the hour's calls after which we slow down."""
_GAP = 1.0  # seconds between calls when an upstream says that a limit is near which we do not know


class Budget:
    """Calls of the last hour, by minutes: at most `per_hour` in any 60 minutes; None for no limit."""

    def __init__(self, per_hour: int | None = None, clock: Callable[[], float] = monotonic) -> None:
        self._per_hour, self._clock = per_hour, clock
        self._minutes: deque[tuple[int, int]] = deque()
        self._used = 0
        self._next = self._paused_until = self._near_until = 0.0

    @property
    def per_hour(self) -> int | None:
        """Calls that an hour has; None without a limit."""
        return self._per_hour

    @property
    def remaining(self) -> int | None:
        """Calls that are left now; None without a limit."""
        self._forget(self._clock())
        return None if self._per_hour is None else max(0, self._per_hour - self._used)

    def take(self) -> tuple[float, Kind] | None:
        """Take a call: None when it was taken, else after how many seconds to ask again, and what we wait for."""
        now = self._clock()
        self._forget(now)
        if now < self._paused_until:
            return self._paused_until - now, "rate_limited"
        gap = self._gap(now)
        if gap is None:
            return self._frees_at() - now, "budget_spent"
        if gap and now < self._next:
            return self._next - now, "budget_spent"
        self._next = now + gap
        self._spend(now, 1)
        return None

    def pause(self, seconds: float) -> None:
        """The upstream asked for a pause: nobody calls before it is over."""
        self._paused_until = max(self._paused_until, self._clock() + seconds)

    def near(self) -> None:
        """The upstream says that its limit is near: others may spend of the same budget."""
        now = self._clock()
        if self._per_hour is None:
            self._near_until = now + MINUTE
            return
        self._forget(now)
        self._spend(now, max(0, int(self._per_hour * NEAR) - self._used))

    def _gap(self, now: float) -> float | None:
        """Seconds between two calls; None when there is no call left."""
        if self._per_hour is None:
            return _GAP if now < self._near_until else 0.0
        left = self._per_hour - self._used
        if left <= 0:
            return None
        return (self._frees_at() - now) / left if self._used >= self._per_hour * NEAR else 0.0

    def _frees_at(self) -> float:
        return (self._minutes[0][0] + 1) * MINUTE + HOUR

    def _spend(self, now: float, calls: int) -> None:
        if self._per_hour is None or not calls:
            return
        minute = int(now // MINUTE)
        if self._minutes and self._minutes[-1][0] == minute:
            calls_before = self._minutes.pop()[1]
            self._minutes.append((minute, calls_before + calls))
        else:
            self._minutes.append((minute, calls))
        self._used += calls

    def _forget(self, now: float) -> None:
        while self._minutes and self._frees_at() <= now:
            self._used -= self._minutes.popleft()[1]
