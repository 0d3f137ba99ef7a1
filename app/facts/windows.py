"""Days and weeks in a time zone, as plain numbers that sort and group."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from app.kernel.clock import to_datetime

_FIRST = date(1970, 1, 1).toordinal()
_TO_MONDAY = 3
"""1970 began on a Thursday."""


def day_of(us: int, zone: ZoneInfo) -> int:
    """The day of a moment (µs UTC) in a zone, counted from 1970-01-01."""
    return to_datetime(us).astimezone(zone).toordinal() - _FIRST


def week_of(day: int) -> int:
    """The ISO week (it begins on Monday) of a day of `day_of`, counted from the one with 1970-01-01."""
    return (day + _TO_MONDAY) // 7


def first_day(week: int) -> date:
    """The Monday with which a week of `week_of` begins."""
    return date(1970, 1, 1) + timedelta(days=week * 7 - _TO_MONDAY)
