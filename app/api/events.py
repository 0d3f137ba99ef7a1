"""Events: what happened, in our words, and why somebody was told or not."""

from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, HTTPException, Query

from app.api.access import allow
from app.api.cdevents import CDEvents, as_cdevents
from app.api.errors import refusals
from app.api.named import refuse_unknown
from app.api.owners import Owner, narrowed, services_of
from app.api.paging import Cursor, HexId, Limit, Page, When, numbers, page, us_of
from app.api.parts import Parts, parts_of
from app.events import UNMAPPED, parse_event
from app.kernel.clock import iso
from app.store import Connection
from app.store import events as store

router = APIRouter(prefix="/api/v1/events", tags=["events"])

Event = dict[str, Any]
"""The flat view (docs: fields of events), with `remedy` when the estate does not know its names."""

_EVENT: dict[str, Any] = {
    "id": "a68738204542ad6f3d78e465ea9cd6dd",
    "type": "deployment.finished",
    "status": "succeeded",
    "source": "argocd",
    "service": "checkout",
    "environment": "prod",
    "version": "1.43.0",
    "occurred_at": "2026-11-22T10:00:00Z",
    "received_at": "2026-11-22T10:00:01.120000Z",
    "receipt": "019ad3c0a1b27c3d8e4f5a6b7c8d9e0f",
}
_ROUTING: dict[str, Any] = {"at": "2026-11-22T10:00:01.130000Z", "rev": "7a09f379d359", "matched": ["deployments"]}


def _shows(example: Any) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {"application/json": {"example": example}}}}


@router.get(
    "",
    dependencies=[Depends(allow("read"))],
    responses={**_shows({"items": [_EVENT], "next": None}), **refusals("read", 422)},
)
async def list_events(
    parts: Annotated[Parts, Depends(parts_of)],
    owner: Owner,
    source: Annotated[str | None, Query(description="The source's name.", examples=["argocd"])] = None,
    type: Annotated[  # noqa: A002  the field's name in the public contract
        str | None, Query(description="The type of event.", examples=["deployment.finished"])
    ] = None,
    service: Annotated[str | None, Query(description="Our name, or `unmapped`.", examples=["checkout"])] = None,
    environment: Annotated[str | None, Query(description="Our name, or `unmapped`.", examples=["prod"])] = None,
    status: Annotated[str | None, Query(description="What came of it.", examples=["failed"])] = None,
    since: When = None,
    until: When = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    format: Annotated[  # noqa: A002  the public contract's name
        Literal["json", "cdevents"], Query(description="`cdevents`: as CDEvents, and `left_out` counts what has none.")
    ] = "json",
) -> Page[Event] | CDEvents:
    """Events, newest first by `occurred_at`. One that the estate does not know says in `remedy` what line to add.

    Of an owner: of the services that are the owner's now.
    """
    await refuse_unknown(
        parts, source=source, type=type, status=status, service=service, environment=environment, **owner
    )
    services = await services_of(parts, owner, service)
    equal = narrowed(services, source=source, type=type, environment=environment, status=status)
    before = numbers(cursor, 2)

    def look(connection: Connection) -> tuple[Page[bytes], CDEvents | None]:
        rows = store.listing(
            connection,
            equal,
            since=us_of(since),
            until=us_of(until),
            limit=limit + 1,
            before=(before[0], before[1]) if before else None,
        )
        found = page([data for _, _, data in rows], limit, [f"{occurred}.{seq}" for occurred, seq, _ in rows])
        return found, as_cdevents(connection, found) if format == "cdevents" else None

    found, cdevents = await parts.database.read(look)
    return cdevents or Page(items=[_shown(data, parts) for data in found.items], next=found.next)


@router.get(
    "/{event_id}",
    dependencies=[Depends(allow("read"))],
    responses={**_shows({**_EVENT, "routing": _ROUTING}), **refusals("read", 404, 422)},
)
async def get_event(event_id: HexId, parts: Annotated[Parts, Depends(parts_of)]) -> Event:
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


def _shown(data: bytes, parts: Parts) -> Event:
    view: Event = orjson.loads(data)
    if UNMAPPED in (view.get("service"), view.get("environment")):
        remedy = parts.book().estate.remedy(parse_event(data))
        if remedy:
            view["remedy"] = remedy
    return {"status": None, "environment": None, **view}
