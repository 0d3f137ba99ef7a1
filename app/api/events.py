"""Events: what happened, in our words, and why somebody was told or not."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, HTTPException, Path

from app.api.access import allow
from app.api.paging import Cursor, Limit, Page, When, numbers, page, us_of
from app.api.parts import Parts, parts_of
from app.events import parse_event
from app.kernel.clock import iso
from app.routing import explain
from app.store import events as store

router = APIRouter(prefix="/api/v1", tags=["events"])

EventId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


@router.get("/events", dependencies=[Depends(allow("read"))])
async def list_events(
    parts: Annotated[Parts, Depends(parts_of)],
    source: str | None = None,
    type: str | None = None,  # noqa: A002  the field's name in the public contract
    service: str | None = None,
    environment: str | None = None,
    status: str | None = None,
    since: When = None,
    until: When = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page:
    """Events, newest first by `occurred_at`. One that the estate does not know says in `remedy` what line to add."""
    filters = {"source": source, "type": type, "service": service, "environment": environment, "status": status}
    equal = {column: value for column, value in filters.items() if value is not None}
    before = numbers(cursor, 2)
    rows = await parts.database.read(
        lambda connection: store.listing(
            connection,
            equal,
            since=us_of(since),
            until=us_of(until),
            limit=limit + 1,
            before=(before[0], before[1]) if before else None,
        )
    )
    items = [_shown(data, parts) for _, _, data in rows]
    return page(items, limit, [f"{occurred}.{seq}" for occurred, seq, _ in rows])


@router.get("/events/{event_id}", dependencies=[Depends(allow("read"))])
async def get_event(event_id: EventId, parts: Annotated[Parts, Depends(parts_of)]) -> dict[str, Any]:
    """One event with what the rules decided on it."""
    data, routing = await parts.database.read(
        lambda connection: (store.get(connection, event_id), store.routing_of(connection, event_id))
    )
    if data is None:
        raise HTTPException(404, "there is no such event; it may be older than the retention")
    shown = _shown(data, parts)
    if routing:
        shown["routing"] = {"at": iso(routing["at"]), **orjson.loads(routing["record"])}
    return shown


@router.get("/events/{event_id}/explain", dependencies=[Depends(allow("read"))])
async def explain_event(
    event_id: EventId, parts: Annotated[Parts, Depends(parts_of)], channel: str | None = None
) -> dict[str, Any]:
    """Why a channel got this event or not: today's rules, clause by clause, and what was decided then."""
    shown = await get_event(event_id, parts)
    explanation = explain(parts.book().rules, shown, channel)
    return {
        "event": event_id,
        "decided": shown.get("routing"),
        "today": explanation.to_dict(),
        "text": explanation.text(),
    }


def _shown(data: bytes, parts: Parts) -> dict[str, Any]:
    view: dict[str, Any] = orjson.loads(data)
    if "unmapped" in (view.get("service"), view.get("environment")):
        remedy = parts.book().estate.remedy(parse_event(data))
        if remedy:
            view["remedy"] = remedy
    return {"status": None, "environment": None, **view}
