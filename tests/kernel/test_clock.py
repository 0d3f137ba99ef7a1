"""Clocks: how moments are written."""

from datetime import UTC, datetime

import pytest

from app.kernel.clock import from_iso, iso
from app.kernel.iso import as_iso

MOMENTS = [
    (datetime(2026, 11, 22, 10, 0, 0, 123_456, UTC), "2026-11-22T10:00:00.123456Z"),
    (datetime(2026, 11, 22, 10, 0, 0, 100, UTC), "2026-11-22T10:00:00.000100Z"),
    (datetime(2026, 11, 22, 10, 0, 0, 0, UTC), "2026-11-22T10:00:00.000000Z"),
    (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00.000000Z"),
]


@pytest.mark.parametrize(("moment", "text"), MOMENTS)
def test_a_moment_has_always_six_decimals_and_comes_back_exactly(moment: datetime, text: str) -> None:
    assert as_iso(moment) == text
    assert iso(from_iso(text)) == text
