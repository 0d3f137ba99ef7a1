"""Windows of time: rolling ones, and the days, weeks and months of a calendar. Times are µs UTC, ends are open."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from app.kernel.clock import DAY, to_datetime, to_us

Bucket = Literal["day", "week", "month"]
ROLLING: tuple[int, ...] = (7, 28, 90)
"""Days."""


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` up to, but not with, `end`. One that has not ended yet is not `complete`."""

    name: str
    start: int
    end: int
    complete: bool = True


def rolling(days: int, until: int) -> Window:
    """The days (of 24 hours) up to a moment."""
    return Window(f"{days}d", until - days * DAY, until)


def buckets(size: Bucket, count: int, until: int, now: int, zone: ZoneInfo) -> list[Window]:
    """The last so many buckets, the one that holds the last moment before `until` last; weeks are ISO weeks."""
    first = _first(size, to_datetime(until - 1).astimezone(zone).date())
    starts = [_next(size, first)]
    for _ in range(count):
        starts.append(_first(size, starts[-1] - timedelta(days=1)))
    starts.reverse()
    edges = [_midnight(day, zone) for day in starts]
    return [
        Window(_name(size, day), start, end, end <= now)
        for day, start, end in zip(starts, edges, edges[1:], strict=False)
    ]


def _first(size: Bucket, day: date) -> date:
    """The first day of the bucket that holds a day."""
    if size == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if size == "month" else day


def _next(size: Bucket, first: date) -> date:
    """The first day of the following bucket."""
    return _first(size, first + timedelta(days={"day": 1, "week": 7, "month": 31}[size]))


def _name(size: Bucket, first: date) -> str:
    if size == "week":
        year, week, _ = first.isocalendar()
        return f"{year}-W{week:02}"
    return first.strftime("%Y-%m") if size == "month" else first.isoformat()


def _midnight(day: date, zone: ZoneInfo) -> int:
    return to_us(datetime.combine(day, time.min, zone))
