"""Receipts: what came in, and what became of it."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, HTTPException, Query, Response
from pydantic import BaseModel, ConfigDict

from app.api.access import allow
from app.api.errors import refusals
from app.api.named import refuse_unknown
from app.api.paging import Cursor, HexId, Limit, Page, When, hex_id, page, us_of
from app.api.parts import Parts, parts_of
from app.kernel.clock import iso
from app.kernel.json import loads
from app.store import receipts as store

router = APIRouter(prefix="/api/v1/receipts", tags=["receipts"])

State = Literal["received", "processed", "ignored", "quarantined"]

_EXAMPLE: dict[str, Any] = {
    "id": "019ad3c0a1b27c3d8e4f5a6b7c8d9e0f",
    "source": "bitbucket",
    "received_at": "2026-11-22T10:00:00.123456Z",
    "state": "processed",
    "reason": None,
    "flags": None,
    "events": ["a68738204542ad6f3d78e465ea9cd6dd"],
    "processed_at": "2026-11-22T10:00:00.131200Z",
}
_GONE = "there is no such receipt; it may be older than the retention"


class Receipt(BaseModel):
    """A request that was taken. `reason` says why it was ignored or quarantined."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    id: str
    source: str
    received_at: str
    state: State
    reason: str | None
    flags: str | None
    events: list[str]
    processed_at: str | None


class ReceiptWithHeaders(Receipt):
    """A receipt with the headers that were kept."""

    model_config = ConfigDict(json_schema_extra={"example": {**_EXAMPLE, "headers": {"x-event-key": "repo:push"}}})

    headers: dict[str, str]


def _fields(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "source": row["source"],
        "received_at": iso(row["received_at"]),
        "state": row["state"],
        "reason": row["reason"],
        "flags": row["flags"],
        "events": orjson.loads(row["events"] or b"[]"),
        "processed_at": iso(row["processed_at"]) if row["processed_at"] else None,
    }


@router.get("", dependencies=[Depends(allow("read"))], responses=refusals("read", 422))
async def list_receipts(
    parts: Annotated[Parts, Depends(parts_of)],
    source: Annotated[str | None, Query(description="The source's name.", examples=["bitbucket"])] = None,
    state: Annotated[State | None, Query(description="What became of it.")] = None,
    since: When = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Receipt]:
    """Receipts, newest first."""
    await refuse_unknown(parts, source=source)
    rows = await parts.database.read(
        lambda connection: store.listing(
            connection, source=source, state=state, since=us_of(since), limit=limit + 1, before=hex_id(cursor)
        )
    )
    return page([Receipt(**_fields(row)) for row in rows], limit, [row["id"] for row in rows])


@router.get("/{receipt_id}", dependencies=[Depends(allow("read"))], responses=refusals("read", 404, 422))
async def get_receipt(receipt_id: HexId, parts: Annotated[Parts, Depends(parts_of)]) -> ReceiptWithHeaders:
    """One receipt: its state, why, the events that came of it, and the headers that were kept."""
    row = await parts.database.read(lambda connection: store.get(connection, receipt_id))
    if row is None:
        raise HTTPException(404, _GONE)
    return ReceiptWithHeaders(**_fields(row), headers=loads(row["headers"].encode()))


@router.get(
    "/{receipt_id}/body",
    dependencies=[Depends(allow("operate"))],
    response_class=Response,
    responses={
        200: {
            "description": "The raw bytes.",
            "content": {"application/octet-stream": {"example": '{"push": {"changes": []}}'}},
        },
        **refusals("operate", 404, 422),
    },
)
async def get_body(receipt_id: HexId, parts: Annotated[Parts, Depends(parts_of)]) -> Response:
    """The raw bytes as they came. Needs the scope `operate`: they may hold what cards never show."""
    body = await parts.database.read(lambda connection: store.body_of(connection, receipt_id))
    if body is None:
        raise HTTPException(404, _GONE)
    return Response(body, media_type="application/octet-stream", headers={"x-content-type-options": "nosniff"})
