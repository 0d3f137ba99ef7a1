"""Environments and tickets: what is where, what drifted, and what waits to be promoted."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field

from app.api.access import allow
from app.api.errors import refusals
from app.api.facts_shown import HereName, behind, shown, since_and_number
from app.api.named import refuse_unknown
from app.api.owners import Owner, narrowed, services_of
from app.api.paging import Cursor, Limit, Page, numbers, page, us_of
from app.api.parts import Parts, parts_of
from app.api.promotion import MOST_COMMITS, Promotion, sum_up
from app.store import differences, measure_states
from app.store import measure_places as store

router = APIRouter(prefix="/api/v1", tags=["measures"])

Row = dict[str, Any]
_STATE: Row = {
    "service": "checkout", "environment": "prod", "tier": "production", "team": "storefront",
    "desired_version": "1.44.0", "actual_version": "1.43.0", "in_sync": False, "drift": True, "health": "healthy",
    "deployment_id": "019ad3c0a1b27c3d8e4f5a6b7c8d9e0f", "since": "2026-11-20T09:30:00.000000Z",
    "as_of": "2026-11-22T10:00:00.000000Z", "looked_at": "2026-11-22T10:05:00.000000Z", "stale": False,
    "manifest": {"path": "applications/checkout/overlays/prod/kustomization.yaml", "line": 7},
}  # fmt: skip
_TICKET: Row = {
    "key": "SHOP-12", "service": "checkout", "environment": "qa", "since": "2026-11-20T09:30:00.000000Z",
    "deployment_id": "019ad3c0a1b27c3d8e4f5a6b7c8d9e0f", "summary": "Pay by card", "status": "In Test",
    "status_category": "in_progress", "fix_versions": ["2026.11"], "restricted": False, "version": "1.44.0",
    "looked_at": "2026-11-22T10:05:00.000000Z", "stale": False,
}  # fmt: skip
_SUM: Row = {
    "commits": 0, "complete": True, "pull_requests": 0, "tickets": 1, "authors": {}, "migrations": [], "reverts": [],
    "oldest_at": None,
    "size": {
        "files": 12, "lines_added": 340, "lines_removed": 25, "complete": True, "unknown": [],
        "migrations": [{"service": "checkout", "path": "db/migrations/V12__cards.sql"}],
    },
}  # fmt: skip
_WAITING: Row = {"example": {"commits": [], "tickets": [_TICKET], "sum": _SUM, "next": None}}


class Waiting(BaseModel):
    """What is in one environment and not yet in the other, the newest first. `next` leads to further commits."""

    model_config = ConfigDict(json_schema_extra=_WAITING)

    commits: list[Row]
    tickets: list[Row] = Field(description="at most 500")
    sum: Promotion = Field(description="of all of it, whatever the page")
    next: str | None


def _shows(example: Any) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {"application/json": {"example": {"items": [example], "next": None}}}}}


@router.get(
    "/environments", dependencies=[Depends(allow("read"))], responses={**_shows(_STATE), **refusals("read", 422)}
)
async def list_environments(
    parts: Annotated[Parts, Depends(parts_of)],
    owner: Owner,
    service: HereName = None,
    environment: HereName = None,
    drift: Annotated[bool | None, Query(description="Only where something else runs than is wanted.")] = None,
    on: Annotated[
        date | datetime | None,
        Query(description="What ran on that day (of the team's zone), or at that time.", examples=["2026-10-01"]),
    ] = None,
    limit: Limit = 200,
    cursor: Cursor = None,
) -> Page[Row]:
    """What is wanted and what runs, by service and environment. `drift` says where the two differ, `manifest` where
    it is written (or what the `problem` with it is), `stale` that the collector could not look lately.

    With `on`: what ran there then, `since` when and `until` when. On a day with deployments those are several rows.
    Of an owner: of the services that are the owner's now, with `on` of what was the owner's then.
    """
    await refuse_unknown(parts, service=service, environment=environment, **owner)
    start = max((numbers(cursor, 1) or (0,))[0], 0)
    if on is not None:
        equal = {**narrowed(None, service=service, environment=environment), **owner}
        rows = await _ran(parts, equal, _span(parts, on, owner.get("team")), drift, limit, start)
    else:
        fresh_after = parts.clock() - parts.stale_after()
        equal = narrowed(await services_of(parts, owner, service), environment=environment)
        rows = await parts.database.read(
            lambda connection: measure_states.environments(
                connection, equal, drift=drift, limit=limit + 1, offset=start, fresh_after=fresh_after
            )
        )
    return page([shown(row) for row in rows], limit, [str(start + number + 1) for number in range(len(rows))])


async def _ran(
    parts: Parts, equal: dict[str, str], span: tuple[int, int], drift: bool | None, limit: int, start: int
) -> list[Row]:
    if drift is not None:
        raise HTTPException(422, "what was wanted on a day of the past is not kept: ask for on or for drift")
    return await parts.database.read(
        lambda connection: measure_states.ran(connection, equal, *span, limit=limit + 1, offset=start)
    )


def _span(parts: Parts, on: date | datetime, team: str | None) -> tuple[int, int]:
    """From when to when, µs: a day lasts from midnight to midnight, a moment has no length."""
    if not 1970 <= on.year < 2200:
        raise HTTPException(422, "on: nothing is known of that year")
    if isinstance(on, datetime):
        moment = us_of(on) or 0
        return moment, moment + 1
    zone = parts.book().zones.of(team)
    begin, end = (datetime.combine(day, time(), zone) for day in (on, on + timedelta(days=1)))
    return us_of(begin) or 0, us_of(end) or 0


@router.get("/environments/waiting", dependencies=[Depends(allow("read"))], responses=refusals("read", 422))
async def list_waiting(
    parts: Annotated[Parts, Depends(parts_of)],
    source: Annotated[str, Query(alias="from", max_length=100, examples=["preprod"])],
    target: Annotated[str, Query(alias="to", max_length=100, examples=["prod"])],
    owner: Owner,
    service: HereName = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Waiting:
    """What waits to be promoted from one environment to another: commits, and the tickets that they are for."""
    names = parts.book().estate.environments
    if source not in names or target not in names:
        raise HTTPException(422, f"the estate has no such environment; it has {', '.join(names)}")
    if source == target:
        raise HTTPException(422, "from and to are one environment: nothing waits to get to where it is")
    after, fresh_after = since_and_number(cursor), parts.clock() - parts.stale_after()
    await refuse_unknown(parts, service=service, **owner)
    services = await services_of(parts, owner, service)
    commits, everything, tickets, compared = await parts.database.read(
        lambda connection: (
            store.waiting_commits(connection, services, source, target, limit=limit + 1, after=after),
            store.waiting_commits(connection, services, source, target, limit=MOST_COMMITS + 1, after=None),
            store.waiting_tickets(connection, services, source, target, 500, fresh_after),
            differences.between(connection, services, source, target),
        )
    )
    found = behind([store.first_line(row) for row in commits], limit, "since", after)
    total = shown(sum_up(everything, len(tickets), compared))
    return Waiting(
        commits=found.items, tickets=[shown(row) for row in tickets], sum=Promotion(**total), next=found.next
    )


@router.get("/tickets", dependencies=[Depends(allow("read"))], responses={**_shows(_TICKET), **refusals("read", 422)})
async def list_tickets(
    parts: Annotated[Parts, Depends(parts_of)],
    owner: Owner,
    environment: HereName = None,
    service: HereName = None,
    key: Annotated[str | None, Query(max_length=300, description="The ticket.", examples=["SHOP-12"])] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Row]:
    """Tickets whose change is live in an environment, those that came last first. Of a restricted one only the key."""
    await refuse_unknown(parts, service=service, environment=environment, **owner)
    equal = narrowed(await services_of(parts, owner, service), environment=environment, key=key)
    after, fresh_after = since_and_number(cursor), parts.clock() - parts.stale_after()
    rows = await parts.database.read(
        lambda connection: store.tickets(connection, equal, limit=limit + 1, after=after, fresh_after=fresh_after)
    )
    return behind(rows, limit, "since", after)
