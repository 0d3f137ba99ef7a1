"""Named times, such as nights and weekends: whether a moment lies in them, and when they end."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from app.kernel.clock import DAY
from app.routing.spelling import Entry, Zone
from app.routing.walltime import MINUTES_A_DAY, Day, EndTime, TimeOfDay, moments, weekdays

LONGEST = 400 * DAY
"""What goes on for longer than this (µs) counts as endless."""
_BLOCK = 32 * DAY
_BLOCKS_KEPT = 100
_EPOCH = date(1970, 1, 1).toordinal()
_DATE = re.compile(r"([0-9]{4}-)?[0-9]{2}-[0-9]{2}", re.ASCII)


def _date(value: str) -> str:
    try:
        if not _DATE.fullmatch(value):
            raise ValueError
        date.fromisoformat(value if len(value) == 10 else f"2000-{value}")  # 2000 has a 29 February
    except ValueError:
        raise ValueError(f"{value!r} is not a date: write MM-DD or YYYY-MM-DD, e.g. 12-24") from None
    return value


Date = Annotated[str, AfterValidator(_date), Field(json_schema_extra={"pattern": f"^{_DATE.pattern}$"})]
"""A date of every year, MM-DD, or of one, YYYY-MM-DD."""


class SpanEntry(Entry):
    """A span of time that comes again. Of days, dates and hours, all that is written must hold."""

    days: list[Day] | None = Field(None, min_length=1, description="on these days of the week; else on every day")
    dates: list[Date] | None = Field(None, min_length=1, description="on these dates: MM-DD, or YYYY-MM-DD")
    from_: TimeOfDay | None = Field(None, alias="from", description="from this time on, HH:MM; else the whole day")
    to: EndTime | None = Field(None, description="until this time; on the next day if that is not later than `from`")
    timezone: Zone | None = Field(None, description="where these days and times are read; else the default")

    @model_validator(mode="after")
    def says_when(self) -> "SpanEntry":
        if (self.from_ is None) != (self.to is None):
            raise ValueError("'from' and 'to' go together: write both or neither")
        if self.days is None and self.dates is None and self.from_ is None:
            raise ValueError("write when: 'days', 'dates', or 'from' and 'to'")
        return self


@dataclass(frozen=True, slots=True)
class Span:
    """A span, half open. It belongs to the day on which it starts, even when it ends on the next."""

    days: frozenset[int]
    """Of the week; Monday is 0."""
    dates: frozenset[str]
    """MM-DD or YYYY-MM-DD; empty for every date."""
    start: int
    """Minutes since the day's midnight."""
    end: int
    """Likewise, after `start`: more than a day's minutes are on the next day."""
    zone: ZoneInfo

    def on(self, day: date) -> bool:
        """Whether it starts on this day."""
        if day.weekday() not in self.days:
            return False
        written = day.isoformat()
        return not self.dates or written in self.dates or written[5:] in self.dates

    def between(self, day: date) -> tuple[int, int]:
        """Its start and end (µs UTC) when it starts on this day; both are the same when clocks jump over it."""
        start, _ = moments(day, self.start, self.zone)
        first, last = moments(day, self.end, self.zone)
        # Midnight ends the day: that is when the next one starts, even if clocks are then put back to it.
        return start, first if self.end == MINUTES_A_DAY else last


def read_span(entry: SpanEntry, default_zone: str) -> Span:
    """The span that an entry says; without a zone of its own it is read in the default one."""
    start, end = entry.from_ or 0, entry.to or 0
    zone = ZoneInfo(entry.timezone or default_zone)
    later = end if end > start else end + MINUTES_A_DAY
    return Span(weekdays(entry.days), frozenset(entry.dates or ()), start, later, zone)


@dataclass(frozen=True, slots=True)
class Times:
    """All the time that at least one of the spans covers. `zone` is the one of spans that name none."""

    name: str
    spans: tuple[Span, ...]
    zone: ZoneInfo
    _blocks: dict[int, Sequence[int]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, name: str, entries: Iterable[SpanEntry], default_zone: str) -> "Times":
        """The times of this name, from what is written of them."""
        spans = tuple(read_span(entry, default_zone) for entry in entries)
        return cls(name, spans, ZoneInfo(default_zone))

    def active(self, at_us: int) -> bool:
        """Whether this moment (µs UTC) is covered."""
        return bisect_right(self._bounds(at_us // _BLOCK), at_us) % 2 == 1

    def ends(self, at_us: int) -> int | None:
        """The first moment (µs UTC) from this one on that is not covered; None if there is none in 400 days."""
        moment = at_us
        while moment <= at_us + LONGEST:
            bounds = self._bounds(moment // _BLOCK)
            index = bisect_right(bounds, moment)
            if index % 2 == 0:
                return moment
            moment = bounds[index]  # not covered, or the start of the next block
        return None

    def _bounds(self, block: int) -> Sequence[int]:
        found = self._blocks.get(block)
        if found is None:
            if len(self._blocks) >= _BLOCKS_KEPT:
                self._blocks.clear()
            found = self._blocks[block] = _covered(self.spans, block * _BLOCK, (block + 1) * _BLOCK)
        return found


def _covered(spans: Sequence[Span], start: int, end: int) -> Sequence[int]:
    """Where what the spans cover begins and ends, in turn and ascending, cut at `start` and `end` (whole UTC days)."""
    # A span may last two days, local days are up to 14 hours off, and clocks have been put forward by a whole one.
    nearby = range(max(_EPOCH + start // DAY - 4, 1), min(_EPOCH + end // DAY + 2, date.max.toordinal()))
    days = [date.fromordinal(number) for number in nearby]
    bounds: list[int] = []
    for first, last in sorted(span.between(day) for span in spans for day in days if span.on(day)):
        first, last = max(first, start), min(last, end)
        if first >= last:
            continue
        if bounds and first <= bounds[-1]:
            bounds[-1] = max(bounds[-1], last)
        else:
            bounds += [first, last]
    return bounds
