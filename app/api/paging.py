"""Pages, times and ids of the listings."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

from fastapi import HTTPException, Path, Query
from pydantic import BaseModel, Field

from app.kernel.clock import to_us

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=500, description="How many to answer at most.")]
Cursor = Annotated[str | None, Query(max_length=80, description="`next` of the page before.")]
When = Annotated[datetime | None, Query(description="ISO 8601; UTC if it names no zone.", examples=["2026-11-22"])]
HexId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", examples=["019ad3c0a1b27c3d8e4f5a6b7c8d9e0f"])]
SerialId = Annotated[int, Path(ge=1, lt=2**63, examples=[42])]

_NUMBER = re.compile(r"-?[0-9]{1,18}")


class Page(BaseModel, Generic[T]):
    """A page of a listing."""

    items: list[T]
    next: str | None = Field(None, description="The cursor of the following page; null on the last one.")


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
    if len(pieces) != count or not all(_NUMBER.fullmatch(piece) for piece in pieces):
        raise not_ours()
    return tuple(int(piece) for piece in pieces)


def hex_id(cursor: str | None) -> str | None:
    """A cursor that is an id. Raises 422 for anything that we did not write."""
    if cursor is not None and not re.fullmatch("[0-9a-f]{32}", cursor):
        raise not_ours()
    return cursor


def not_ours() -> HTTPException:
    """What a foreign cursor is told."""
    return HTTPException(422, "the cursor is not one of ours: take `next` as it was answered")


def page(items: Sequence[T], limit: int, cursors: Sequence[str]) -> Page[T]:
    """The page of a query that asked for one row more than `limit`."""
    return Page(items=list(items[:limit]), next=cursors[limit - 1] if len(items) > limit else None)
