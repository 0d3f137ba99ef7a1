"""Pages and times of the listings."""

from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from fastapi import HTTPException, Query
from pydantic import BaseModel

from app.kernel.clock import to_us

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=500, description="how many to answer at most")]
Cursor = Annotated[str | None, Query(max_length=80, description="`next` of the page before")]
When = Annotated[datetime | None, Query(description="ISO 8601; UTC if it names no zone")]


class Page(BaseModel):
    """A page of a listing; `next` is the cursor of the following one, or null."""

    items: list[dict[str, Any]]
    next: str | None = None


def us_of(moment: datetime | None) -> int | None:
    """A time of a query as µs since 1970."""
    if moment is None:
        return None
    return to_us(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def numbers(cursor: str | None, count: int) -> tuple[int, ...] | None:
    """A cursor that holds numbers. Raises 422 for anything that we did not write."""
    if cursor is None:
        return None
    pieces = cursor.split(".")
    if len(pieces) != count or not all(piece.lstrip("-").isdigit() and len(piece) < 20 for piece in pieces):
        raise HTTPException(422, "the cursor is not one of ours: take `next` as it was answered")
    return tuple(int(piece) for piece in pieces)


def page(items: list[dict[str, Any]], limit: int, cursors: list[str]) -> Page:
    """The page of a query that asked for one row more than `limit`."""
    more = len(items) > limit
    return Page(items=items[:limit], next=cursors[limit - 1] if more else None)
