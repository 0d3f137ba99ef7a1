"""Deliveries: which card is owed to which channel, and what came of each attempt."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import BaseModel, ConfigDict

from app.api.access import allow
from app.api.errors import refusals
from app.api.named import refuse_unknown
from app.api.paging import Cursor, Limit, Page, SerialId, When, numbers, page, us_of
from app.api.parts import Parts, parts_of
from app.delivery.letter import ref
from app.kernel.clock import iso
from app.store.delivery_list import DeliveryRow, Sought, list_deliveries, show_delivery
from app.store.results import Attempt as AttemptRow

router = APIRouter(prefix="/api/v1/deliveries", tags=["deliveries"])

State = Literal["pending", "inflight", "delivered", "dead", "cancelled"]

_EXAMPLE: dict[str, Any] = {
    "id": 42,
    "ref": "3f9a07",
    "event": "a68738204542ad6f3d78e465ea9cd6dd",
    "channel": "platform-deployments",
    "card": "deployment",
    "rule": "deployments",
    "generation": 0,
    "state": "dead",
    "reason": "http_400",
    "http_status": 400,
    "attempts": 1,
    "ambiguous": 0,
    "due_at": "2026-11-22T10:00:00.131200Z",
    "expires_at": "2026-11-23T10:00:00.131200Z",
    "created_at": "2026-11-22T10:00:00.131200Z",
    "finished_at": "2026-11-22T10:00:00.480000Z",
}
_ATTEMPT: dict[str, Any] = {
    "started_at": "2026-11-22T10:00:00.200000Z",
    "ended_at": "2026-11-22T10:00:00.450000Z",
    "verdict": "permanent",
    "reason": "http_400",
    "http_status": 400,
    "retry_after": None,
}


class Delivery(BaseModel):
    """One card owed to one channel. `ref` is what stands under the card; `attempts` counts the tries."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    id: int
    ref: str
    event: str
    channel: str
    card: str
    rule: str
    generation: int
    state: State
    reason: str | None
    http_status: int | None
    attempts: int
    ambiguous: int
    due_at: str
    expires_at: str
    created_at: str
    finished_at: str | None


class Attempt(BaseModel):
    """One try, and what came of it. `retry_after` is in seconds, as the other side asked."""

    started_at: str
    ended_at: str
    verdict: str
    reason: str
    http_status: int | None
    retry_after: int | None


class DeliveryWithHistory(Delivery):
    """A delivery with every attempt, the oldest first."""

    model_config = ConfigDict(json_schema_extra={"example": {**_EXAMPLE, "history": [_ATTEMPT]}})

    history: list[Attempt]


def fields(row: DeliveryRow) -> dict[str, Any]:
    """A delivery's fields as the API shows them."""
    return {
        "id": row.id,
        "ref": ref(row.key),
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


def with_history(row: DeliveryRow, tried: Sequence[AttemptRow]) -> DeliveryWithHistory:
    """A delivery with its attempts as the API shows them."""
    return DeliveryWithHistory(**fields(row), history=[_attempt(each) for each in tried])


def _attempt(row: AttemptRow) -> Attempt:
    return Attempt(
        started_at=iso(row.started_at),
        ended_at=iso(row.ended_at),
        verdict=row.verdict,
        reason=row.reason,
        http_status=row.http_status,
        retry_after=row.retry_after,
    )


@router.get("", dependencies=[Depends(allow("read"))], responses=refusals("read", 422))
async def list_all(
    parts: Annotated[Parts, Depends(parts_of)],
    event: Annotated[str | None, Query(pattern="^[0-9a-f]{32}$", description="The event's id.")] = None,
    channel: Annotated[str | None, Query(description="The channel's name.", examples=["security"])] = None,
    state: Annotated[State | None, Query(description="`dead` are the dead letters.")] = None,
    since: When = None,
    ref: Annotated[
        str | None, Query(pattern="^[0-9a-f]{1,32}$", description="What stands under the card.", examples=["3f9a07"])
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Delivery]:
    """Deliveries, newest first. Dead letters are those with `state=dead`."""
    await refuse_unknown(parts, channel=channel)
    sought = Sought(event_id=event, channel=channel, state=state, since=us_of(since), key_prefix=ref)
    before = numbers(cursor, 1)
    rows = await parts.database.read(
        lambda connection: list_deliveries(connection, sought, limit=limit + 1, before=before[0] if before else None)
    )
    return page([Delivery(**fields(row)) for row in rows], limit, [str(row.id) for row in rows])


@router.get("/{delivery_id}", dependencies=[Depends(allow("read"))], responses=refusals("read", 404, 422))
async def get_one(delivery_id: SerialId, parts: Annotated[Parts, Depends(parts_of)]) -> DeliveryWithHistory:
    """One delivery with every attempt."""
    found = await parts.database.read(lambda connection: show_delivery(connection, delivery_id))
    if found is None:
        raise HTTPException(404, "there is no such delivery; it may be older than the retention")
    return with_history(*found)
