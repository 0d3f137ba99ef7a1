from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from app.facts.windows import day_of, first_day, week_of
from app.kernel.clock import to_us


def test_a_day_is_that_of_the_owners_zone():
    late = to_us(datetime(2025, 1, 6, 23, 30, tzinfo=UTC))
    utc, berlin = day_of(late, ZoneInfo("UTC")), day_of(late, ZoneInfo("Europe/Berlin"))
    assert berlin == utc + 1


def test_weeks_begin_on_monday():
    sunday = day_of(to_us(datetime(2025, 1, 5, 12, tzinfo=UTC)), ZoneInfo("UTC"))
    assert week_of(sunday + 1) == week_of(sunday) + 1
    assert first_day(week_of(sunday + 1)) == date(2025, 1, 6)
    assert week_of(sunday + 1) == week_of(sunday + 7)
