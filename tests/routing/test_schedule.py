"""When a rule is due by itself. 23 November 2026 is a Monday."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from app.kernel.clock import DAY, HOUR, MINUTE, to_datetime, to_us
from app.routing.schedule import Schedule, ScheduleEntry


def schedule(zone: str = "Europe/Berlin", **entry: Any) -> Schedule:
    return Schedule.of(ScheduleEntry.model_validate(entry), zone)


def us(moment: str) -> int:
    return to_us(datetime.fromisoformat(moment))


def dues(it: Schedule, start: str, end: str, zone: str) -> list[str]:
    """Every moment at which it is due, the start left out."""
    found, moment = [], it.next_due(us(start))
    while moment <= us(end):
        assert it.last_due(moment) == moment
        found.append(to_datetime(moment).astimezone(ZoneInfo(zone)).isoformat(timespec="minutes"))
        moment = it.next_due(moment)
    return found


@pytest.mark.parametrize(
    ("at", "last", "following"),
    [
        ("2026-11-23T09:00+01:00", "2026-11-23T09:00+01:00", "2026-11-30T09:00+01:00"),
        ("2026-11-23T08:59:59.999999+01:00", "2026-11-16T09:00+01:00", "2026-11-23T09:00+01:00"),
        ("2026-11-29T23:00+01:00", "2026-11-23T09:00+01:00", "2026-11-30T09:00+01:00"),
        ("2027-01-01T00:00+01:00", "2026-12-28T09:00+01:00", "2027-01-04T09:00+01:00"),
    ],
)
def test_weekly(at: str, last: str, following: str) -> None:
    it = schedule(days=["mon"], at="09:00")
    assert it.last_due(us(at)) == us(last)
    assert it.next_due(us(at)) == us(following)


def test_without_days_it_is_due_daily() -> None:
    found = dues(schedule(at="07:30"), "2026-11-20T07:30+01:00", "2026-11-23T07:30+01:00", "Europe/Berlin")
    assert found == ["2026-11-21T07:30+01:00", "2026-11-22T07:30+01:00", "2026-11-23T07:30+01:00"]


def test_its_own_zone_comes_before_the_default() -> None:
    it = schedule(at="09:00", days=["mon"], timezone="Asia/Kolkata")
    assert it.next_due(us("2026-11-22T00:00Z")) == us("2026-11-23T09:00+05:30")


@pytest.mark.parametrize(
    ("zone", "at", "day", "due"),
    [
        ("Europe/Berlin", "02:30", "2026-03-29", ["2026-03-29T03:00+02:00"]),
        ("Europe/Berlin", "02:30", "2026-10-25", ["2026-10-25T02:30+02:00"]),
        ("America/New_York", "02:59", "2026-03-08", ["2026-03-08T03:00-04:00"]),
        ("America/New_York", "01:00", "2026-11-01", ["2026-11-01T01:00-04:00"]),
        ("Australia/Lord_Howe", "02:15", "2026-10-04", ["2026-10-04T02:30+11:00"]),
        ("Australia/Lord_Howe", "01:45", "2026-04-05", ["2026-04-05T01:45+11:00"]),
        ("America/Havana", "00:30", "2026-11-01", ["2026-11-01T00:30-04:00"]),
        ("America/Havana", "00:00", "2026-03-08", ["2026-03-08T01:00-04:00"]),
    ],
)
def test_when_clocks_change_it_is_due_once(zone: str, at: str, day: str, due: list[str]) -> None:
    it = schedule(zone, at=at)
    midday = to_us(datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZoneInfo(zone)))
    start, end = (to_datetime(moment).isoformat() for moment in (midday - 13 * HOUR, midday))
    assert dues(it, start, end, zone) == due


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({}, "Field required"),
        ({"at": "9:00"}, "Value error, '9:00' is not a time of day: write HH:MM from 00:00 to 23:59, e.g. 07:30"),
        ({"at": "24:00"}, "Value error, '24:00' is not a time of day: write HH:MM from 00:00 to 23:59, e.g. 07:30"),
        ({"at": 540}, "Value error, 540 is not a time of day: write HH:MM from 00:00 to 23:59, e.g. 07:30"),
        ({"at": "09:00", "days": []}, "List should have at least 1 item after validation, not 0"),
        (
            {"at": "09:00", "timezone": "Berlin"},
            "Value error, 'Berlin' is not a time zone: write one like Europe/Berlin",
        ),
        ({"at": "09:00", "every": "1d"}, "Extra inputs are not permitted"),
    ],
)
def test_what_is_wrong_is_said(entry: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        ScheduleEntry.model_validate(entry)
    assert [error["msg"] for error in caught.value.errors()] == [message]


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Kiritimati"]),
    st.lists(st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), min_size=1, unique=True),
    st.times(),
    st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1)),
)
def test_moments_are_due_on_their_days_and_none_is_left_out(zone: str, days: list[str], at: Any, now: datetime) -> None:
    it = schedule(zone, days=days, at=f"{at:%H:%M}")
    moment = to_us(now.replace(tzinfo=UTC))
    last, following = it.last_due(moment), it.next_due(moment)
    assert last <= moment < following
    assert it.next_due(last) == following
    assert it.last_due(following - 1) == last
    longest = (7 if len(days) == 1 else 8 - len(days)) * DAY
    assert following - last <= longest + HOUR
    for due in (last, following):
        local = to_datetime(due).astimezone(ZoneInfo(zone))
        assert f"{local:%a}".lower() in days
        assert f"{local:%H:%M}" == f"{at:%H:%M}" or _jumped(due, zone)


def _jumped(moment: int, zone: str) -> bool:
    """Whether clocks are put forward at this moment."""
    before, after = (to_datetime(t).astimezone(ZoneInfo(zone)).utcoffset() for t in (moment - MINUTE, moment))
    return before is not None and after is not None and before < after
