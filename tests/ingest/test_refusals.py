"""Refused requests in the log: the first at once, the others as a number."""

import pytest

from app.ingest import refusals as module
from app.ingest.refusals import EVERY_SECONDS, Refusals


class Lines(list[dict[str, object]]):
    """A log that keeps its lines; the real one may be set up by another test, and cannot be listened to then."""

    def warning(self, event: str, **fields: object) -> None:
        self.append({"event": event, **fields})


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Lines:
    kept = Lines()
    monkeypatch.setattr(module, "log", kept)
    return kept


def told(
    lines: Lines, refusals: Refusals, *times: float, source: str = "bitbucket", reason: str = "unauthorized"
) -> list[object]:
    """How many were left unsaid, for each line that was written."""
    lines.clear()
    for now in times:
        refusals.tell(source, reason, now)
    assert all(line["event"] == "refused" and line["source"] == source for line in lines)
    return [line["unsaid"] for line in lines]


@pytest.fixture
def refusals() -> Refusals:
    return Refusals()


def test_the_first_is_told_at_once(lines: Lines, refusals: Refusals) -> None:
    assert told(lines, refusals, 0.0) == [0]


def test_a_flood_is_one_line_every_ten_seconds_with_the_number(lines: Lines, refusals: Refusals) -> None:
    flood = [number * EVERY_SECONDS / 1000 for number in range(2001)]
    assert told(lines, refusals, *flood) == [0, 999, 999]


def test_each_source_and_reason_is_told_for_itself(lines: Lines, refusals: Refusals) -> None:
    assert told(lines, refusals, 1.0, 2.0) == [0]
    assert told(lines, refusals, 2.0, reason="too_large") == [0]
    assert told(lines, refusals, 2.0, source="unknown") == [0]
