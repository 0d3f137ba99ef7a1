"""Days and times as a clock on the wall shows them, and the moments (µs since 1970, UTC) that they are."""

import re
from bisect import bisect_left
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, WithJsonSchema

from app.kernel.clock import SECOND, to_datetime, to_us

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = get_args(Day)
"""The days of the week; where a day stands here is its `date.weekday()`."""

MINUTES_A_DAY = 24 * 60
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)


def _time(value: Any, latest: str) -> int:
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"{value!r} is not a time of day: write HH:MM from 00:00 to {latest}, e.g. 07:30")
    return int(found[1]) * 60 + int(found[2])


def _time_of_day(value: Any) -> int:
    return _time(value, "23:59")


def _end_time(value: Any) -> int:
    return MINUTES_A_DAY if value == "24:00" else _time(value, "24:00")


TimeOfDay = Annotated[
    int, BeforeValidator(_time_of_day), WithJsonSchema({"type": "string", "pattern": f"^{_TIME.pattern}$"})
]
"""A time from 00:00 to 23:59; minutes since midnight once it is read."""
EndTime = Annotated[
    int, BeforeValidator(_end_time), WithJsonSchema({"type": "string", "pattern": f"^({_TIME.pattern}|24:00)$"})
]
"""As TimeOfDay, or 24:00 for the end of the day."""


def weekdays(days: list[Day] | None) -> frozenset[int]:
    """The numbers of these days, Monday is 0; of all days for None."""
    return frozenset(DAYS.index(day) for day in days or DAYS)


def moments(day: date, minutes: int, zone: ZoneInfo) -> tuple[int, int]:
    """The first and the last moment (µs UTC) at which a clock there shows `minutes` after the midnight of `day`.

    They differ when clocks are put back over that time. When they are put forward over it, so that no clock ever
    shows it, both are the moment at which that happens. `minutes` may reach into the next day.
    """
    wall = datetime.combine(day, time.min, zone) + timedelta(minutes=minutes)
    first, last = to_us(wall), to_us(wall.replace(fold=1))
    if last < first:  # PEP 495: only in a gap, which lies between them
        first = last = _end_of_gap(last, first, zone)
    return first, last


def _end_of_gap(before: int, after: int, zone: ZoneInfo) -> int:
    """The moment at which clocks are put forward, somewhere in (before, after]; changes fall on whole seconds."""
    seconds = range(before, after + SECOND, SECOND)
    return seconds[bisect_left(seconds, _offset(after, zone), key=lambda moment: _offset(moment, zone))]


def _offset(moment: int, zone: ZoneInfo) -> timedelta:
    return to_datetime(moment).astimezone(zone).utcoffset() or timedelta()
