"""The circuit of one upstream: after some faults in a row it is not asked for a while, then by one call alone."""

from collections.abc import Callable
from dataclasses import dataclass

from app.kernel.clock import monotonic


@dataclass(frozen=True, slots=True)
class Leave:
    """The leave to ask. `probe`: the one call that finds out whether the upstream is back."""

    began: float
    probe: bool


class Circuit:
    """Opens after `faults` calls that failed in a row, for `rest` seconds.

    A call fails when no try of it was answered. It counts only if no other call was answered since it began:
    one address that hangs, beside others that answer, says nothing about the upstream.
    """

    def __init__(self, faults: int = 5, rest: float = 30.0, clock: Callable[[], float] = monotonic) -> None:
        self._faults, self._rest, self._clock = faults, rest, clock
        self._row = 0
        self._opened_at: float | None = None
        self._probing = False
        self._answered_at = -1.0

    @property
    def is_open(self) -> bool:
        """Whether calls are refused, but for a probe."""
        return self._opened_at is not None

    def enter(self) -> Leave | None:
        """Ask for leave; None means no. Whoever got it says `answered`, `failed` or `left` afterwards."""
        now = self._clock()
        if self._opened_at is None:
            return Leave(now, probe=False)
        if self._probing or now < self._opened_at + self._rest:
            return None
        self._probing = True
        return Leave(now, probe=True)

    def answered(self) -> None:
        """The upstream answered, whatever it said."""
        self._row, self._opened_at, self._probing = 0, None, False
        self._answered_at = self._clock()

    def failed(self, leave: Leave) -> None:
        """No try of the call was answered."""
        if leave.probe:
            self._opened_at, self._probing = self._clock(), False
        elif self._opened_at is None and leave.began >= self._answered_at:
            self._row += 1
            if self._row >= self._faults:
                self._opened_at = self._clock()

    def left(self, leave: Leave) -> None:
        """The call was given up before anybody knew."""
        if leave.probe:
            self._probing = False
