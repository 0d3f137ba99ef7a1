"""Windows: rolling days, and the calendar of a zone."""

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from app.kernel.clock import DAY, HOUR, to_us
from app.measures.windows import buckets, rolling

BERLIN = ZoneInfo("Europe/Berlin")


def us(text: str) -> int:
    return to_us(datetime.fromisoformat(text).replace(tzinfo=UTC))


def test_rolling_days_end_at_the_moment() -> None:
    window = rolling(7, us("2026-11-22T10:00"))
    assert (window.start, window.end, window.complete) == (us("2026-11-15T10:00"), us("2026-11-22T10:00"), True)


def test_days_begin_at_the_zones_midnight_and_one_is_an_hour_longer() -> None:
    now = us("2026-10-26T12:00")
    days = buckets("day", 3, now, now, BERLIN)
    assert [each.name for each in days] == ["2026-10-24", "2026-10-25", "2026-10-26"]
    assert days[1].start == us("2026-10-24T22:00")
    assert days[1].end - days[1].start == DAY + HOUR
    assert [each.complete for each in days] == [True, True, False]


def test_weeks_are_iso_weeks_also_around_new_year() -> None:
    now = us("2027-01-05T12:00")
    assert [each.name for each in buckets("week", 3, now, now, BERLIN)] == ["2026-W52", "2026-W53", "2027-W01"]


@pytest.mark.parametrize("until", ["2026-03-01T00:00", "2026-03-31T23:00"])
def test_months_follow_each_other_without_a_gap(until: str) -> None:
    months = buckets("month", 14, us(until), us("2026-12-01T00:00"), ZoneInfo("UTC"))
    assert len({each.name for each in months}) == 14
    assert all(first.end == second.start for first, second in pairwise(months))
    assert months[-1].start < us(until) <= months[-1].end


def test_the_moment_that_ends_a_bucket_is_not_in_the_next() -> None:
    (day,) = buckets("day", 1, us("2026-11-22T00:00"), us("2026-11-23T00:00"), ZoneInfo("UTC"))
    assert (day.name, day.complete) == ("2026-11-21", True)
