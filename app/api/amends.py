"""What a person may do to a delivery: have a dead letter sent again, take back what still waits."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from app import telemetry
from app.api.access import allow
from app.api.deliveries import Delivery, fields
from app.api.errors import refusals
from app.api.paging import SerialId
from app.api.parts import Parts, parts_of
from app.kernel import logs
from app.kernel.clock import DAY
from app.kernel.tokens import Token
from app.store import Connection, audit, counters
from app.store.deliveries import cancel, owe_again
from app.store.delivery_list import DeliveryRow, show_delivery

router = APIRouter(prefix="/api/v1/deliveries", tags=["deliveries"])

log = logs.get("api")


class Why(BaseModel):
    """Why somebody changes something; kept in the audit trail."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"reason": "the flow is back"}})

    reason: str = Field("", max_length=500)


NO_REASON = Why(reason="")


@router.post("/{delivery_id}/retry", responses=refusals("operate", 404, 409, 422))
async def retry(
    delivery_id: SerialId,
    parts: Annotated[Parts, Depends(parts_of)],
    token: Annotated[Token, Depends(allow("operate"))],
    why: Why = NO_REASON,
) -> Delivery:
    """Owe a dead letter's card once more: a new delivery of the next generation. Pressed twice, it is one."""
    now = parts.clock()

    def work(connection: Connection) -> DeliveryRow:
        _find(connection, delivery_id)
        again = owe_again(connection, delivery_id, now, DAY)
        if again is None:
            raise HTTPException(409, "this delivery is no dead letter: only what was given up can be owed again")
        audit.record(connection, at=now, actor=token.name, action="retry", subject=str(delivery_id), detail=why.reason)
        row = _find(connection, again)
        if row.created_at == now:  # not the second press of the button
            counters.add(connection, {(telemetry.PLANNED, (row.channel,)): 1})
        return row

    row = await parts.database.write(work)
    log.info("retry", action="retry", delivery=delivery_id, by=token.name)
    parts.courier.wake([row.channel])
    return Delivery(**fields(row))


@router.post("/{delivery_id}/cancel", responses=refusals("operate", 404, 409, 422))
async def cancel_one(
    delivery_id: SerialId,
    parts: Annotated[Parts, Depends(parts_of)],
    token: Annotated[Token, Depends(allow("operate"))],
    why: Why = NO_REASON,
) -> Delivery:
    """Take back a delivery that still waits."""
    now = parts.clock()

    def work(connection: Connection) -> DeliveryRow:
        _find(connection, delivery_id)
        if not cancel(connection, delivery_id, now):
            raise HTTPException(409, "this delivery does not wait (any more)")
        audit.record(connection, at=now, actor=token.name, action="cancel", subject=str(delivery_id), detail=why.reason)
        row = _find(connection, delivery_id)
        counters.add(connection, {(telemetry.DELIVERIES, (row.channel, "cancelled")): 1})
        return row

    row = await parts.database.write(work)
    log.info("cancel", action="cancel", delivery=delivery_id, by=token.name)
    return Delivery(**fields(row))


def _find(connection: Connection, delivery_id: int) -> DeliveryRow:
    found = show_delivery(connection, delivery_id)
    if found is None:
        raise HTTPException(404, "there is no such delivery; it may be older than the retention")
    return found[0]
