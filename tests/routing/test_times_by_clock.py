"""Named times, held against what a patient person with a clock would find."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from app.kernel.clock import DAY, HOUR, MINUTE, to_datetime, to_us
from app.routing.times import SpanEntry, Times

ZONES = {  # Mondays of the weeks to look at
    "Europe/Berlin": ("2026-03-23", "2026-10-19"),
    "America/New_York": ("2026-03-02", "2026-10-26"),
    "Australia/Lord_Howe": ("2026-04-01", "2026-09-28"),
    "America/Havana": ("2026-03-02", "2026-10-26"),
    "Asia/Kolkata": ("2026-11-16", "2026-11-16"),
    "Pacific/Kiritimati": ("2026-11-16", "2026-11-16"),
}
HHMM = st.builds(
    lambda hour, minute: f"{hour:02}:{minute:02}", st.integers(0, 23), st.sampled_from([0, 1, 15, 29, 30, 45, 59])
)
SPANS = st.fixed_dictionaries(
    {"from": HHMM, "to": HHMM | st.just("24:00")},
    optional={"days": st.lists(st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), min_size=1)},
) | st.just({"days": ["sat", "sun"]})


def times(*spans: dict[str, Any], zone: str = "Europe/Berlin") -> Times:
    return Times.of("it", [SpanEntry.model_validate(span) for span in spans], zone)


def midnight(day: str) -> int:
    return to_us(datetime.fromisoformat(f"{day}T00:00+00:00"))


@lru_cache(maxsize=4)
def clock(zone: str, monday: str) -> tuple[list[int], list[datetime]]:
    """Every minute from four days before the week to four days after, and what a clock there shows."""
    start = midnight(monday) - 4 * DAY
    minutes = [start + number * MINUTE for number in range(15 * 24 * 60)]
    return minutes, [to_datetime(t).astimezone(ZoneInfo(zone)).replace(tzinfo=None) for t in minutes]


def brute_force(spans: list[dict[str, Any]], zone: str, monday: str) -> set[int]:
    """The minutes that are covered, found by looking at the clock."""
    minutes, walls = clock(zone, monday)
    shown: dict[datetime, list[int]] = {}
    for minute, wall in zip(minutes, walls, strict=True):
        shown.setdefault(wall, []).append(minute)

    def occurrences(wall: datetime) -> list[int]:
        return shown.get(wall) or [next(t for t, w in zip(minutes, walls, strict=True) if w > wall)]

    covered: set[int] = set()
    before = datetime.fromisoformat(monday) - timedelta(days=3)
    for day in (before + timedelta(days=number) for number in range(12)):
        for span in spans:
            if day.strftime("%a").lower() in span.get("days", [day.strftime("%a").lower()]):
                start, end = (f"{span.get(key, '24:00')}".replace("24:00", "00:00") for key in ("from", "to"))
                later = day if end > start else day + timedelta(days=1)
                begin = occurrences(datetime.fromisoformat(f"{day:%Y-%m-%d}T{start}"))[0]
                until = occurrences(datetime.fromisoformat(f"{later:%Y-%m-%d}T{end}"))
                covered.update(range(begin, until[0] if end == "00:00" else until[-1], MINUTE))
    return covered


@settings(max_examples=60, deadline=None)
@given(st.lists(SPANS, min_size=1, max_size=3), st.sampled_from(sorted(ZONES)), st.booleans())
def test_every_minute_of_a_week_in_which_clocks_change(spans: list[dict[str, Any]], zone: str, late: bool) -> None:
    monday = ZONES[zone][late]
    it, covered = times(*spans, zone=zone), brute_force(spans, zone, monday)
    start = midnight(monday)
    for minute in range(start, start + 7 * DAY, MINUTE):
        assert it.active(minute) is (minute in covered), to_datetime(minute).astimezone(ZoneInfo(zone))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(SPANS, min_size=1, max_size=3),
    st.sampled_from(sorted(ZONES)),
    st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1)),
)
def test_active_until_the_end_and_not_at_it(spans: list[dict[str, Any]], zone: str, at: datetime) -> None:
    it, moment = times(*spans, zone=zone), to_us(at.replace(tzinfo=UTC))
    end = it.ends(moment)
    if end is None:
        assert all(it.active(moment + number * HOUR) for number in range(400 * 24))
    elif end == moment:
        assert not it.active(moment)
    else:
        assert it.active(end - 1)
        assert not it.active(end)
        assert all(it.active(between) for between in range(moment, end, 10 * MINUTE))
        assert it.ends(end - 1) == end


@settings(max_examples=100, deadline=None)
@given(st.lists(SPANS, max_size=3), st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1)))
def test_active_when_one_of_the_spans_is(spans: list[dict[str, Any]], at: datetime) -> None:
    moment = to_us(at.replace(tzinfo=UTC))
    assert times(*spans).active(moment) is any(times(span).active(moment) for span in spans)
