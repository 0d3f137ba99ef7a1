"""The one place that reads the clock. Everybody else is given a `Clock`."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], int]
"""Returns the time now in microseconds since 1970, UTC."""

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def system_clock() -> int:
    """The machine's clock in microseconds since 1970, UTC."""
    return time.time_ns() // 1000


def monotonic() -> float:
    """Seconds on a clock that never goes back: for durations, never for records."""
    return time.perf_counter()


def to_datetime(us: int) -> datetime:
    """Microseconds since 1970 as an aware UTC datetime."""
    return _EPOCH + timedelta(microseconds=us)


def to_us(moment: datetime) -> int:
    """An aware datetime as microseconds since 1970, UTC; exact, no float in between."""
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def iso(us: int) -> str:
    """Microseconds since 1970 as `2026-11-22T10:00:00.123456Z`."""
    return to_datetime(us).isoformat(timespec="microseconds").replace("+00:00", "Z")


def from_iso(text: str) -> int:
    """A time with a zone in ISO 8601 as microseconds since 1970, UTC."""
    return to_us(datetime.fromisoformat(text))
