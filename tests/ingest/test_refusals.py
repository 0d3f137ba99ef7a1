"""Refused requests in the log: the first at once, the others as a number."""

import pytest
from structlog.testing import capture_logs

from app.ingest.refusals import EVERY_SECONDS, Refusals


def told(refusals: Refusals, *times: float, source: str = "bitbucket", reason: str = "unauthorized") -> list[int]:
    """How many were left unsaid, for each line that was written."""
    with capture_logs() as lines:
        for now in times:
            refusals.tell(source, reason, now)
    assert all(line["event"] == "refused" and line["source"] == source for line in lines)
    return [line["unsaid"] for line in lines]


@pytest.fixture
def refusals() -> Refusals:
    return Refusals()


def test_the_first_is_told_at_once(refusals: Refusals) -> None:
    assert told(refusals, 0.0) == [0]


def test_a_flood_is_one_line_every_ten_seconds_with_the_number(refusals: Refusals) -> None:
    flood = [number * EVERY_SECONDS / 1000 for number in range(2001)]
    assert told(refusals, *flood) == [0, 999, 999]


def test_each_source_and_reason_is_told_for_itself(refusals: Refusals) -> None:
    assert told(refusals, 1.0, 2.0) == [0]
    assert told(refusals, 2.0, reason="too_large") == [0]
    assert told(refusals, 2.0, source="unknown") == [0]
