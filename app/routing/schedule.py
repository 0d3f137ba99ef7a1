"""A rule's schedule: the moments at which it is due."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from pydantic import Field

from app.kernel.clock import to_datetime
from app.routing.spelling import Entry, Zone
from app.routing.walltime import Day, TimeOfDay, moments, weekdays

_NEARBY = range(-9, 10)
"""Days around a moment; a week either way is among them wherever on earth, and whatever clocks do."""


class ScheduleEntry(Entry):
    """When a rule is due by itself, without an event."""

    days: list[Day] | None = Field(None, min_length=1, description="on these days of the week; else on every day")
    at: TimeOfDay = Field(description="at this time, HH:MM")
    timezone: Zone | None = Field(None, description="where day and time are read; else the default")


@dataclass(frozen=True, slots=True)
class Schedule:
    """Due once on each of its days: at the time's first occurrence, or when clocks are put forward over it."""

    days: frozenset[int]
    """Of the week; Monday is 0."""
    at: int
    """Minutes since midnight."""
    zone: ZoneInfo

    @classmethod
    def of(cls, entry: ScheduleEntry, default_zone: str) -> "Schedule":
        """The schedule that an entry says; without a zone of its own it is read in the default one."""
        return cls(weekdays(entry.days), entry.at, ZoneInfo(entry.timezone or default_zone))

    def last_due(self, at_us: int) -> int:
        """The latest moment (µs UTC) that it was due, this one included."""
        return max(due for due in self._due_around(at_us) if due <= at_us)

    def next_due(self, at_us: int) -> int:
        """The earliest moment (µs UTC) after this one that it is due."""
        return min(due for due in self._due_around(at_us) if due > at_us)

    def _due_around(self, at_us: int) -> list[int]:
        today: date = to_datetime(at_us).date()
        days = (today + timedelta(days=number) for number in _NEARBY)
        return [moments(day, self.at, self.zone)[0] for day in days if day.weekday() in self.days]
