"""Lists in spans of time: shorter ones where there is more than can be paged through."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from app.clients.faults import ApiFault
from app.clients.spans import Page, in_spans

SINCE, DAY = datetime(2026, 9, 1, tzinfo=UTC), timedelta(days=1)


async def read(things: Sequence[datetime], days: int, deepest: int = 40) -> tuple[list[Page[datetime]], int]:
    """The pages of ten, in spans of thirty days, and how often was asked."""
    asked = 0

    async def ask(begin: datetime, end: datetime, offset: int) -> tuple[Sequence[datetime], bool]:
        nonlocal asked
        asked += 1
        found = [each for each in things if begin <= each < end]
        return found[offset : offset + 10], len(found) > offset + 10

    spans = in_spans(ask, SINCE, SINCE + days * DAY, span=30 * DAY, deepest=deepest, size=10, upstream="acme")
    return [page async for page in spans], asked


async def test_each_span_is_read_to_its_end_before_it_is_said_so() -> None:
    things = [SINCE + number * DAY for number in range(70)]
    pages, asked = await read(things, 70)
    assert [each for page in pages for each in page.items] == things
    assert [page.upto for page in pages if page.upto] == [SINCE + days * DAY for days in (30, 60, 70)]
    assert asked == 7


async def test_where_there_is_too_much_the_span_is_made_shorter_and_nothing_is_missed() -> None:
    things = [SINCE + number * timedelta(hours=1) for number in range(120)]
    pages, _ = await read(things, 10)
    assert {each for page in pages for each in page.items} == set(things)
    reached = [page.upto for page in pages if page.upto]
    assert reached == sorted(reached)
    assert reached[-1] == SINCE + 10 * DAY


async def test_too_much_at_once_is_a_fault() -> None:
    with pytest.raises(ApiFault, match="more than 40 at 2026-09-01"):
        await read([SINCE] * 50, 1)
