"""Receipts: what came in, and what became of it."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, HTTPException, Path, Query, Response
from pydantic import BaseModel, Field

from app.api.access import allow
from app.api.paging import Cursor, Limit, Page, When, page, us_of
from app.api.parts import Parts, parts_of
from app.kernel.clock import iso
from app.kernel.errors import BadPayload
from app.kernel.json import loads
from app.kernel.tokens import Token
from app.store import audit
from app.store import receipts as store

router = APIRouter(prefix="/api/v1", tags=["receipts"])

ReceiptId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", examples=["019ad3c0a1b27c3d8e4f5a6b7c8d9e0f"])]
State = Annotated[str | None, Query(pattern="^(received|processed|ignored|quarantined)$")]


def shown(row: Any) -> dict[str, Any]:
    """A receipt as the API shows it."""
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


@router.get("/receipts", dependencies=[Depends(allow("read"))])
async def list_receipts(
    parts: Annotated[Parts, Depends(parts_of)],
    source: str | None = None,
    state: State = None,
    since: When = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page:
    """Receipts, newest first."""
    rows = await parts.database.read(
        lambda connection: store.listing(
            connection, source=source, state=state, since=us_of(since), limit=limit + 1, before=cursor
        )
    )
    return page([shown(row) for row in rows], limit, [row["id"] for row in rows])


@router.get("/receipts/{receipt_id}", dependencies=[Depends(allow("read"))])
async def get_receipt(receipt_id: ReceiptId, parts: Annotated[Parts, Depends(parts_of)]) -> dict[str, Any]:
    """One receipt: its state (received, processed, ignored, quarantined), why, and the events that came of it."""
    row = await parts.database.read(lambda connection: store.get(connection, receipt_id))
    if row is None:
        raise HTTPException(404, "there is no such receipt; it may be older than the retention")
    return {**shown(row), "headers": loads(row["headers"].encode())}


@router.get("/receipts/{receipt_id}/body", dependencies=[Depends(allow("operate"))])
async def get_body(receipt_id: ReceiptId, parts: Annotated[Parts, Depends(parts_of)]) -> Response:
    """The raw bytes as they came. Needs the scope `operate`: they may hold what cards never show."""
    body = await parts.database.read(lambda connection: store.body_of(connection, receipt_id))
    if body is None:
        raise HTTPException(404, "there is no such receipt; it may be older than the retention")
    return Response(body, media_type="application/octet-stream", headers={"x-content-type-options": "nosniff"})


class ReplayRequest(BaseModel):
    """Which receipts to read anew: some by id, or those that fit all of source, state and since."""

    receipts: list[Annotated[str, Field(pattern="^[0-9a-f]{32}$")]] = Field([], max_length=500)
    source: str | None = None
    state: str | None = Field(None, pattern="^(processed|ignored|quarantined)$")
    since: When = None
    dry_run: bool = False
    reason: str = Field("", max_length=500)


@router.post("/replay")
async def replay(
    wish: ReplayRequest, parts: Annotated[Parts, Depends(parts_of)], token: Annotated[Token, Depends(allow("operate"))]
) -> dict[str, Any]:
    """Read receipts anew by today's rooms and estate, e.g. after a mend. News that is known is not sent again.

    Takes at most 500 receipts a call, the newest first; `more` says that others fit too.
    """
    if not wish.receipts and not (wish.source or wish.state):
        raise BadPayload("say which: `receipts`, or `source` and `state`")
    now = parts.clock()

    def work(connection: Any) -> tuple[list[str], bool]:
        ids = wish.receipts or [
            row["id"]
            for row in store.listing(
                connection, source=wish.source, state=wish.state, since=us_of(wish.since), limit=501, before=None
            )
        ]
        if not wish.dry_run and ids:
            store.replay(connection, ids[:500], now)
            detail = f"{len(ids[:500])} receipts; {wish.reason}"
            audit.record(connection, at=now, actor=token.name, action="replay", subject=ids[0], detail=detail)
        return ids[:500], len(ids) > 500

    ids, more = await parts.database.write(work)
    parts.processor.wake()
    return {"receipts": ids, "more": more, "dry_run": wish.dry_run}
