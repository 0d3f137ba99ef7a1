"""Every time format that a vendor was seen to send, and what is no time."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from app.kernel.timestamps import parse_timestamp

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-22T12:00:00Z",
        "2026-11-22T12:00:00+00:00",
        "2026-11-22T12:00:00+0000",
        "2026-11-22T13:00:00.000000+01:00",
        "2026-11-22 12:00:00 +0000",
        "2026-11-22 14:00:00 +0200",
        "2026-11-22 12:00:00 UTC",
        "2026-11-22T12:00:00",
        "  2026-11-22T12:00:00Z ",
        NOON,
        datetime(2026, 11, 22, 12),
        datetime(2026, 11, 22, 7, tzinfo=timezone(timedelta(hours=-5))),
        1795348800,
        1795348800.0,
        "1795348800",
        1795348800000,
        "1795348800000",
        1795348800000000,
        1795348800000000000,
        "1795348800000000000",
    ],
)
def test_vendors_forms_of_one_moment(value: Any) -> None:
    moment = parse_timestamp(value)
    assert moment == NOON
    assert moment is not None
    assert moment.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("value", "us"),
    [
        ("2026-11-22T12:00:00.5Z", 500_000),
        ("2026-11-22T12:00:00.123456Z", 123_456),
        ("2026-11-22T12:00:00.123456789Z", 123_456),
        (1795348800123, 123_000),
        (1795348800123456, 123_456),
        ("1795348800123456789", 123_456),
    ],
)
def test_fractions_are_exact_to_the_microsecond(value: Any, us: int) -> None:
    assert parse_timestamp(value) == NOON + timedelta(microseconds=us)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        " ",
        "yesterday",
        "UTC",
        "x" * 65,
        "0001-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "9999-12-31T23:59:59-23:00",
        "2026-13-01T00:00:00Z",
        0,
        -1,
        10**20,
        10**400,
        "9" * 64,
        "²",
        "٣",
        float("nan"),
        float("inf"),
        -float("inf"),
        1e300,
        True,
        False,
        [],
        {},
        b"2026-11-22T12:00:00Z",
        datetime.min,
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-5))),
    ],
)
def test_what_says_no_usable_time_is_none(value: Any) -> None:
    assert parse_timestamp(value) is None
