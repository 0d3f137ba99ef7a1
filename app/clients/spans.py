"""Lists that are read in spans of time, the oldest first: where an API pages no further, the span is made shorter."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from app.clients.faults import ApiFault

T = TypeVar("T")

SHORTEST = timedelta(minutes=1)
"""A span that is not made shorter: so many things at once are no list that anybody reads."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list. With it all until `upto` has been read, where that is known."""

    items: Sequence[T]
    upto: datetime | None = None


Ask = Callable[[datetime, datetime, int], Awaitable[tuple[Sequence[T], bool]]]
"""What there is from a time until another, from an offset on; and whether there is more."""


async def in_spans(
    ask: Ask[T], since: datetime, until: datetime, *, span: timedelta, deepest: int, size: int, upstream: str
) -> AsyncIterator[Page[T]]:
    """All of it. `deepest` is the highest offset that an answer may end at; some things may come twice.

    Raises ApiFault when there is more in the shortest span than can be paged through.
    """
    begin = since
    while begin < until:
        end, offset, more = min(begin + span, until), 0, True
        while more and offset + size <= deepest:
            items, more = await ask(begin, end, offset)
            offset += size
            yield Page(items, None if more else end)
        if not more:
            begin = end
        elif end - begin > SHORTEST:
            span = max((end - begin) / 2, SHORTEST)
        else:
            raise ApiFault("integration_error", upstream, f"more than {deepest} at {begin.isoformat()}")
