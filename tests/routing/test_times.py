"""Named times. 20 November 2026 is a Friday; clocks change on 29 March and 25 October 2026 in Berlin."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter, ValidationError

from app.kernel.clock import DAY, HOUR, MINUTE, to_datetime, to_us
from app.routing.times import SpanEntry, Times

NIGHTS = {"from": "19:00", "to": "07:00"}
WEEKEND = {"days": ["sat", "sun"]}


def times(*spans: dict[str, Any], zone: str = "Europe/Berlin") -> Times:
    return Times.of("it", [SpanEntry.model_validate(span) for span in spans], zone)


def us(moment: str) -> int:
    return to_us(datetime.fromisoformat(moment))


def iso(moment: int | None, zone: str = "Europe/Berlin") -> str:
    assert moment is not None
    return to_datetime(moment).astimezone(ZoneInfo(zone)).isoformat(timespec="minutes")


def refusal(span: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        SpanEntry.model_validate(span)
    (error,) = caught.value.errors()
    return ".".join(str(part) for part in error["loc"]) + "|" + error["msg"].removeprefix("Value error, ")


@pytest.mark.parametrize(
    ("at", "active"),
    [
        ("2026-11-20T18:59:59.999999+01:00", False),
        ("2026-11-20T19:00+01:00", True),
        ("2026-11-21T00:00+01:00", True),
        ("2026-11-21T06:59:59.999999+01:00", True),
        ("2026-11-21T07:00+01:00", False),
        ("2026-11-20T18:30+00:00", True),  # half past seven in Berlin
    ],
)
def test_a_night_is_half_open_and_read_in_its_zone(at: str, active: bool) -> None:
    assert times(NIGHTS).active(us(at)) is active


def test_an_overnight_span_belongs_to_the_day_on_which_it_starts() -> None:
    friday_night = times({"days": ["fri"], "from": "22:00", "to": "04:00"})
    assert friday_night.active(us("2026-11-21T03:00+01:00"))
    assert not friday_night.active(us("2026-11-20T03:00+01:00"))
    assert not friday_night.active(us("2026-11-21T23:00+01:00"))


def test_nights_and_the_weekend_join() -> None:
    calm = times(NIGHTS, WEEKEND)
    assert iso(calm.ends(us("2026-11-20T20:00+01:00"))) == "2026-11-23T07:00+01:00"
    assert iso(calm.ends(us("2026-11-19T20:00+01:00"))) == "2026-11-20T07:00+01:00"


def test_spans_that_only_touch_join() -> None:
    both = times({"from": "10:00", "to": "11:00"}, {"from": "11:00", "to": "12:00"})
    assert iso(both.ends(us("2026-11-20T10:30+01:00"))) == "2026-11-20T12:00+01:00"


def test_a_gap_of_a_minute_parts_spans() -> None:
    both = times({"from": "10:00", "to": "10:59"}, {"from": "11:00", "to": "12:00"})
    assert iso(both.ends(us("2026-11-20T10:30+01:00"))) == "2026-11-20T10:59+01:00"


def test_what_is_not_active_ends_at_once() -> None:
    noon = us("2026-11-20T12:00+01:00")
    assert times(NIGHTS).ends(noon) == noon
    assert times().ends(noon) == noon
    assert not times().active(noon)


def test_days_dates_and_hours_must_all_hold() -> None:
    it = times({"days": ["fri"], "dates": ["11-20"], "from": "16:00", "to": "24:00"})
    assert it.active(us("2026-11-20T23:59:59+01:00"))
    assert not it.active(us("2026-11-21T00:00+01:00"))
    assert not it.active(us("2026-11-20T15:00+01:00"))
    assert not it.active(us("2026-11-27T17:00+01:00")), "another Friday"
    assert not it.active(us("2025-11-20T17:00+01:00")), "a Thursday"


def test_a_date_comes_every_year_and_a_date_with_a_year_once() -> None:
    yearly, once = times({"dates": ["05-04"]}), times({"dates": ["2026-05-04"]})
    assert yearly.active(us("2026-05-04T12:00+02:00"))
    assert yearly.active(us("2031-05-04T12:00+02:00"))
    assert once.active(us("2026-05-04T00:00+02:00"))
    assert iso(once.ends(us("2026-05-04T00:00+02:00"))) == "2026-05-05T00:00+02:00"
    assert not once.active(us("2031-05-04T12:00+02:00"))


def test_the_29th_of_february_is_only_in_leap_years() -> None:
    leap = times({"dates": ["02-29"]}, zone="UTC")
    assert iso(leap.ends(us("2028-02-29T12:00Z")), "UTC") == "2028-03-01T00:00+00:00"
    assert not any(leap.active(us("2027-02-27T00:00Z") + hours * HOUR) for hours in range(96))


def test_new_years_eve_runs_into_the_next_year() -> None:
    eve = times({"dates": ["12-31"], "from": "18:00", "to": "06:00"})
    assert iso(eve.ends(us("2026-12-31T20:00+01:00"))) == "2027-01-01T06:00+01:00"


def test_from_and_to_alike_are_a_whole_day_from_then_on() -> None:
    it = times({"days": ["sat"], "from": "08:00", "to": "08:00"})
    assert iso(it.ends(us("2026-11-21T08:00+01:00"))) == "2026-11-22T08:00+01:00"
    assert not it.active(us("2026-11-21T07:59+01:00"))


def test_a_span_may_have_a_zone_of_its_own() -> None:
    it = times({**NIGHTS, "timezone": "Asia/Kolkata"}, {"from": "12:00", "to": "12:30"})
    assert it.zone == ZoneInfo("Europe/Berlin")
    assert iso(it.ends(us("2026-11-20T19:00+05:30")), "Asia/Kolkata") == "2026-11-21T07:00+05:30"
    assert not it.active(us("2026-11-20T18:59+05:30"))
    assert it.active(us("2026-11-20T12:15+01:00"))


@pytest.mark.parametrize("spans", [[{"from": "00:00", "to": "24:00"}], [NIGHTS, {"from": "07:00", "to": "19:00"}]])
def test_what_never_ends_has_no_end(spans: list[dict[str, Any]]) -> None:
    for at in ("2026-11-20T12:00+01:00", "1970-01-01T00:00+00:00"):
        assert times(*spans).active(us(at))
        assert times(*spans).ends(us(at)) is None


def test_what_is_shorter_than_400_days_has_an_end() -> None:
    days = [(date(2026, 1, 1) + timedelta(days=number)).isoformat() for number in range(400)]
    assert times({"dates": days}, zone="UTC").ends(us("2026-01-01T00:00Z")) == us("2027-02-05T00:00Z")
    assert times({"dates": [*days, "2027-02-05"]}, zone="UTC").ends(us("2026-01-01T00:00Z")) is None


@pytest.mark.parametrize(
    ("zone", "span", "start", "end"),
    [
        # Berlin, spring: 02:00 becomes 03:00.
        ("Europe/Berlin", ("02:30", "05:00"), "2026-03-29T03:00+02:00", "2026-03-29T05:00+02:00"),
        ("Europe/Berlin", ("01:00", "02:30"), "2026-03-29T01:00+01:00", "2026-03-29T03:00+02:00"),
        ("Europe/Berlin", ("22:00", "02:30"), "2026-03-28T22:00+01:00", "2026-03-29T03:00+02:00"),
        # Berlin, autumn: 03:00 becomes 02:00, so that 02:30 comes twice.
        ("Europe/Berlin", ("02:30", "05:00"), "2026-10-25T02:30+02:00", "2026-10-25T05:00+01:00"),
        ("Europe/Berlin", ("01:00", "02:30"), "2026-10-25T01:00+02:00", "2026-10-25T02:30+01:00"),
        ("Europe/Berlin", ("02:15", "02:30"), "2026-10-25T02:15+02:00", "2026-10-25T02:30+01:00"),
        ("Europe/Berlin", ("03:00", "04:00"), "2026-10-25T03:00+01:00", "2026-10-25T04:00+01:00"),
        # New York: 8 March and 1 November, at 02:00.
        ("America/New_York", ("02:10", "04:00"), "2026-03-08T03:00-04:00", "2026-03-08T04:00-04:00"),
        ("America/New_York", ("01:30", "01:45"), "2026-11-01T01:30-04:00", "2026-11-01T01:45-05:00"),
        # Lord Howe moves by half an hour: 02:00 becomes 02:30 in October, and 01:30 in April.
        ("Australia/Lord_Howe", ("02:15", "04:00"), "2026-10-04T02:30+11:00", "2026-10-04T04:00+11:00"),
        ("Australia/Lord_Howe", ("01:40", "01:50"), "2026-04-05T01:40+11:00", "2026-04-05T01:50+10:30"),
        # Samoa left out 30 December 2011.
        ("Pacific/Apia", ("22:00", "02:00"), "2011-12-29T22:00-10:00", "2011-12-31T02:00+14:00"),
    ],
)
def test_when_clocks_change(zone: str, span: tuple[str, str], start: str, end: str) -> None:
    it = times({"from": span[0], "to": span[1]}, zone=zone)
    assert not it.active(us(start) - 1)
    assert it.active(us(start))
    assert iso(it.ends(us(start)), zone) == end


def test_a_span_that_clocks_jump_over_is_left_out() -> None:
    it = times({"days": ["sun"], "from": "02:10", "to": "02:50"})
    assert not any(it.active(us("2026-03-29T00:00Z") + minute * MINUTE) for minute in range(180))
    assert it.active(us("2026-04-05T02:10+02:00"))


def test_a_day_on_which_clocks_change_at_midnight_is_one_day() -> None:
    """In Havana, 01:00 on 1 November is 00:00 again."""
    saturday, sunday = (times({"days": [day]}, zone="America/Havana") for day in ("sat", "sun"))
    midnight = us("2026-11-01T00:00-04:00")
    assert saturday.ends(midnight - HOUR) == midnight
    assert sunday.ends(midnight) == midnight + 25 * HOUR
    assert not sunday.active(midnight - 1)


@pytest.mark.parametrize(
    ("span", "message"),
    [
        ({}, "|write when: 'days', 'dates', or 'from' and 'to'"),
        ({"timezone": "UTC"}, "|write when: 'days', 'dates', or 'from' and 'to'"),
        ({"from": "19:00"}, "|'from' and 'to' go together: write both or neither"),
        ({"to": "19:00", "days": ["mon"]}, "|'from' and 'to' go together: write both or neither"),
        (
            {"from": "7:00", "to": "09:00"},
            "from|'7:00' is not a time of day: write HH:MM from 00:00 to 23:59, e.g. 07:30",
        ),
        ({"from": 1140, "to": "09:00"}, "from|1140 is not a time of day: write HH:MM from 00:00 to 23:59, e.g. 07:30"),
        (
            {"from": "24:00", "to": "09:00"},
            "from|'24:00' is not a time of day: write HH:MM from 00:00 to 23:59, e.g. 07:30",
        ),
        (
            {"from": "09:00", "to": "24:01"},
            "to|'24:01' is not a time of day: write HH:MM from 00:00 to 24:00, e.g. 07:30",
        ),
        ({"dates": ["02-30"]}, "dates.0|'02-30' is not a date: write MM-DD or YYYY-MM-DD, e.g. 12-24"),
        ({"dates": ["2027-02-29"]}, "dates.0|'2027-02-29' is not a date: write MM-DD or YYYY-MM-DD, e.g. 12-24"),
        ({"dates": ["20260504"]}, "dates.0|'20260504' is not a date: write MM-DD or YYYY-MM-DD, e.g. 12-24"),
        ({"dates": ["12-24\n"]}, "dates.0|'12-24\\n' is not a date: write MM-DD or YYYY-MM-DD, e.g. 12-24"),
        (
            {"days": ["mon"], "timezone": "Mars/Base"},
            "timezone|'Mars/Base' is not a time zone: write one like Europe/Berlin",
        ),
        ({"days": ["monday"]}, "days.0|Input should be 'mon', 'tue', 'wed', 'thu', 'fri', 'sat' or 'sun'"),
        ({"days": []}, "days|List should have at least 1 item after validation, not 0"),
        ({"dates": []}, "dates|List should have at least 1 item after validation, not 0"),
        ({"day": ["mon"]}, "day|Extra inputs are not permitted"),
    ],
)
def test_what_is_wrong_is_said(span: dict[str, Any], message: str) -> None:
    assert refusal(span) == message


def test_the_editors_schema_says_how_times_are_written() -> None:
    fields = TypeAdapter(SpanEntry).json_schema()["properties"]
    assert set(fields) == {"days", "dates", "from", "to", "timezone"}
    assert fields["to"]["anyOf"][0] == {"type": "string", "pattern": "^(([01][0-9]|2[0-3]):([0-5][0-9])|24:00)$"}
    assert fields["dates"]["anyOf"][0]["items"]["pattern"] == "^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$"


@pytest.mark.parametrize("zone", ["Pacific/Pago_Pago", "Asia/Kolkata", "Pacific/Kiritimati"])
def test_every_day_is_like_the_one_before(zone: str) -> None:
    """Here clocks never change; forty days reach over an edge of what is computed at once."""
    it, start = times({"from": "23:30", "to": "23:29"}, zone=zone), us("2026-01-01T00:00+00:00")
    first_day = [it.active(start + minute * MINUTE) for minute in range(24 * 60)]
    assert first_day.count(False) == 1
    for day in range(1, 40):
        assert [it.active(start + day * DAY + minute * MINUTE) for minute in range(24 * 60)] == first_day


@pytest.mark.parametrize("at", ["0001-01-01T00:00+00:00", "9999-12-31T23:59+00:00"])
def test_the_ends_of_the_calendar_are_no_error(at: str) -> None:
    assert times({"dates": ["06-01"]}, zone="Asia/Kolkata").ends(us(at)) == us(at)


def test_what_is_remembered_does_not_grow_for_ever() -> None:
    nights = times(NIGHTS, zone="UTC")
    start = us("1980-01-01T20:00Z")
    assert all(nights.active(start + number * DAY) for number in range(0, 36_500, 20))
    assert len(nights._blocks) <= 100
