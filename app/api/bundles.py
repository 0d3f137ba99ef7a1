"""Bundles: cards that wait for each other, why, and until when."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from app.api.access import allow
from app.api.errors import refusals
from app.api.named import refuse_unknown
from app.api.paging import Cursor, Limit, Page, numbers, page
from app.api.parts import Parts, parts_of
from app.delivery.letter import ref
from app.kernel.clock import iso
from app.store.bundle_list import BundleRow, list_bundles

router = APIRouter(prefix="/api/v1/bundles", tags=["deliveries"])

_EXAMPLE: dict[str, Any] = {
    "id": 7,
    "channel": "platform-deployments",
    "how": "group",
    "by": "dev-deployments",
    "card": "deployment-digest",
    "state": "open",
    "items": 12,
    "first_at": "2026-11-22T10:00:00.131200Z",
    "last_at": "2026-11-22T10:01:10.000000Z",
    "due_at": "2026-11-22T10:03:10.000000Z",
    "closed_at": None,
    "delivery": None,
}


class Bundle(BaseModel):
    """Cards that are told together. `by` is the rule, the times or the connection that makes them wait, by `how`.

    `items` counts them, one that went out first included; `delivery` is the `ref` of the delivery that told them, null
    while they wait and when nothing was left to tell.
    """

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    id: int
    channel: str
    how: Literal["group", "coalesce", "hold", "overflow"]
    by: str
    card: str
    state: Literal["open", "closed"]
    items: int
    first_at: str
    last_at: str
    due_at: str
    closed_at: str | None
    delivery: str | None


def _bundle(row: BundleRow) -> Bundle:
    return Bundle.model_validate(
        {
            "id": row.id,
            "channel": row.channel,
            "how": row.how,
            "by": row.by,
            "card": row.card,
            "state": "open" if row.closed_at is None else "closed",
            "items": row.items,
            "first_at": iso(row.first_at),
            "last_at": iso(row.last_at),
            "due_at": iso(row.due_at),
            "closed_at": iso(row.closed_at) if row.closed_at else None,
            "delivery": ref(row.delivery_key) if row.delivery_key else None,
        }
    )


@router.get("", dependencies=[Depends(allow("read"))], responses=refusals("read", 422))
async def list_all(
    parts: Annotated[Parts, Depends(parts_of)],
    channel: Annotated[str | None, Query(description="The channel's name.", examples=["security"])] = None,
    state: Annotated[Literal["open", "closed"] | None, Query(description="`open` are those that wait.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Bundle]:
    """Bundles, newest first: what waits to be told together, and what was told lately."""
    await refuse_unknown(parts, channel=channel)
    is_open = None if state is None else state == "open"
    before = numbers(cursor, 1)
    rows = await parts.database.read(
        lambda connection: list_bundles(
            connection, channel=channel, is_open=is_open, limit=limit + 1, before=before[0] if before else None
        )
    )
    return page([_bundle(row) for row in rows], limit, [str(row.id) for row in rows])
