"""Deliveries: which card is owed to which channel, and what came of each attempt."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, Query
from pydantic import BaseModel, Field

from app.api.access import allow
from app.api.paging import Cursor, Limit, Page, When, numbers, page, us_of
from app.api.parts import Parts, parts_of
from app.kernel.clock import DAY, iso
from app.kernel.tokens import Token
from app.store import Connection, audit
from app.store.deliveries import cancel, owe_again
from app.store.delivery_list import DeliveryRow, Sought, list_deliveries, show_delivery
from app.store.results import Attempt

router = APIRouter(prefix="/api/v1/deliveries", tags=["deliveries"])

DeliveryId = Annotated[int, Path(ge=1)]
State = Annotated[str | None, Query(pattern="^(pending|inflight|delivered|dead|cancelled)$")]
AnyId = Annotated[str | None, Query(pattern="^[0-9a-f]{32}$")]


def shown(row: DeliveryRow) -> dict[str, Any]:
    """A delivery as the API shows it."""
    return {
        "id": row.id,
        "ref": row.key[:8],
        "event": row.event_id,
        "channel": row.channel,
        "card": row.card,
        "rule": row.rule,
        "generation": row.generation,
        "state": row.state,
        "reason": row.reason,
        "http_status": row.http_status,
        "attempts": row.tries,
        "ambiguous": row.ambiguous,
        "due_at": iso(row.due_at),
        "expires_at": iso(row.expires_at),
        "created_at": iso(row.created_at),
        "finished_at": iso(row.finished_at) if row.finished_at else None,
    }


@router.get("", dependencies=[Depends(allow("read"))])
async def list_all(
    parts: Annotated[Parts, Depends(parts_of)],
    event: AnyId = None,
    channel: str | None = None,
    state: State = None,
    since: When = None,
    ref: Annotated[str | None, Query(pattern="^[0-9a-f]{1,32}$", description="what a card's footer says")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page:
    """Deliveries, newest first. Dead letters are those with `state=dead`."""
    sought = Sought(event_id=event, channel=channel, state=state, since=us_of(since), key_prefix=ref)
    before = numbers(cursor, 1)
    rows = await parts.database.read(
        lambda connection: list_deliveries(connection, sought, limit=limit + 1, before=before[0] if before else None)
    )
    return page([shown(row) for row in rows], limit, [str(row.id) for row in rows])


@router.get("/{delivery_id}", dependencies=[Depends(allow("read"))])
async def get_one(delivery_id: DeliveryId, parts: Annotated[Parts, Depends(parts_of)]) -> dict[str, Any]:
    """One delivery with every attempt."""
    found = await parts.database.read(lambda connection: show_delivery(connection, delivery_id))
    if found is None:
        raise HTTPException(404, "there is no such delivery; it may be older than the retention")
    row, tried = found
    return {**shown(row), "history": [_attempt(each) for each in tried]}


class Why(BaseModel):
    """Why somebody changes something; kept in the audit trail."""

    reason: str = Field("", max_length=500)


@router.post("/{delivery_id}/retry")
async def retry(
    delivery_id: DeliveryId,
    parts: Annotated[Parts, Depends(parts_of)],
    token: Annotated[Token, Depends(allow("operate"))],
    why: Why | None = None,
) -> dict[str, Any]:
    """Owe a dead letter's card once more: a new delivery of the next generation. Pressed twice, it is one."""
    now = parts.clock()

    def work(connection: Connection) -> DeliveryRow | None:
        again = owe_again(connection, delivery_id, now, DAY)
        if again is None:
            return None
        detail = why.reason if why else ""
        audit.record(connection, at=now, actor=token.name, action="retry", subject=str(delivery_id), detail=detail)
        found = show_delivery(connection, again)
        return found[0] if found else None

    row = await parts.database.write(work)
    if row is None:
        raise HTTPException(409, "this delivery is no dead letter: only what was given up can be owed again")
    parts.courier.wake([row.channel])
    return shown(row)


@router.post("/{delivery_id}/cancel")
async def cancel_one(
    delivery_id: DeliveryId,
    parts: Annotated[Parts, Depends(parts_of)],
    token: Annotated[Token, Depends(allow("operate"))],
    why: Why | None = None,
) -> dict[str, Any]:
    """Take back a delivery that still waits."""
    now = parts.clock()

    def work(connection: Connection) -> bool:
        done = cancel(connection, delivery_id, now)
        if done:
            detail = why.reason if why else ""
            audit.record(connection, at=now, actor=token.name, action="cancel", subject=str(delivery_id), detail=detail)
        return done

    if not await parts.database.write(work):
        raise HTTPException(409, "this delivery does not wait (any more)")
    return await get_one(delivery_id, parts)


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "started_at": iso(attempt.started_at),
        "ended_at": iso(attempt.ended_at),
        "verdict": attempt.verdict,
        "reason": attempt.reason,
        "http_status": attempt.http_status,
        "retry_after": attempt.retry_after,
    }
