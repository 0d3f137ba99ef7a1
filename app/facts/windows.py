"""Days and weeks in a time zone, as plain numbers that sort and group."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.kernel.clock import to_datetime

_FIRST = date(1970, 1, 1).toordinal()
_TO_MONDAY = 3
"""1970 began on a Thursday."""


@dataclass(frozen=True, slots=True)
class Zones:
    """Where days and weeks begin: in the zone of the team that owns a row, where it has one of its own."""

    default: ZoneInfo
    teams: Mapping[str, ZoneInfo] = field(default_factory=dict)

    def of(self, team: str | None) -> ZoneInfo:
        """The zone of a team's rows; of rows that nobody owns, the default."""
        return self.teams.get(team or "", self.default)


UTC = Zones(ZoneInfo("UTC"))


@lru_cache(maxsize=256)  # a deployment and all that came with it have one time
def day_of(us: int, zone: ZoneInfo) -> int:
    """The day of a moment (µs UTC) in a zone, counted from 1970-01-01."""
    return to_datetime(us).astimezone(zone).toordinal() - _FIRST


def week_of(day: int) -> int:
    """The ISO week (it begins on Monday) of a day of `day_of`, counted from the one with 1970-01-01."""
    return (day + _TO_MONDAY) // 7


def first_day(week: int) -> date:
    """The Monday with which a week of `week_of` begins."""
    return date(1970, 1, 1) + timedelta(days=week * 7 - _TO_MONDAY)
