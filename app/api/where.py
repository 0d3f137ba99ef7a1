"""Where something is: a service, a ticket, a commit, a tag or a version."""

import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Path
from pydantic import BaseModel, ConfigDict, Field

from app.api.access import allow
from app.api.errors import refusals
from app.api.facts_shown import shown
from app.api.parts import Parts, parts_of
from app.estate import Estate
from app.events import Hints
from app.measures.scope import Scope
from app.store import Connection, measure_places, measure_states, where
from app.store.where_got import got

router = APIRouter(prefix="/api/v1", tags=["measures"])

Row = dict[str, Any]
_TICKET = re.compile(r"[A-Za-z][A-Za-z0-9_]*-[0-9]{1,10}")
_MOST = 500
_EXAMPLE: Row = {
    "asked": "9f2c0d1e", "what": "commit", "ticket": None, "commits": [],
    "services": [{
        "service": "checkout", "sha": "9f2c0d1e8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d", "version": None,
        "commit": {"message": "SHOP-12 Pay by card", "author": "Ines Varga", "pull_request": None},
        "environments": [
            {"environment": "qa", "tier": "testing", "state": "there", "version": "1.44.0", "waits_for": None,
             "since": "2026-11-20T09:30:00.000000Z", "deployment_id": "019ad3c0a1b27c3d8e4f5a6b7c8d9e0f"},
            {"environment": "prod", "tier": "production", "state": "not_there", "version": None, "since": None,
             "deployment_id": None, "waits_for": "a promotion of 1.44.0 from qa"},
        ],
    }],
}  # fmt: skip


class Where(BaseModel):
    """Where it is, service by service."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    asked: str
    what: Literal["service", "ticket", "commit"] = Field(description="`commit` also of a tag or a version")
    services: list[Row] = Field(
        description="Each with its `environments`: of a service how they stand, of a ticket those that hold it, of a "
        "commit all, with `state` (there, gone, not_there, unknown) and `waits_for`."
    )
    ticket: Row | None = Field(None, description="What the ticket tool says of it.")
    commits: list[Row] = Field([], description="Of a ticket those that name it, at most 100, the newest first.")


@router.get("/where/{anything:path}", dependencies=[Depends(allow("read"))], responses=refusals("read", 404, 422))
async def find(
    anything: Annotated[str, Path(min_length=1, max_length=300, examples=["SHOP-12"])],
    parts: Annotated[Parts, Depends(parts_of)],
) -> Where:
    """Where a service, a ticket, a commit (at least seven digits of it), a tag or a version is, and since when."""
    estate, fresh_after = parts.book().estate, parts.clock() - parts.stale_after()
    found = await parts.database.read(lambda connection: _find(connection, anything, estate, fresh_after))
    if found is None:
        looked = f"looked among {len(estate.services)} services, tickets, commits (7 digits or more), tags and versions"
        raise HTTPException(404, f"nothing of that name is known: {looked}")
    return Where.model_validate(shown({"asked": anything, **found}))


def _find(connection: Connection, word: str, estate: Estate, fresh_after: int) -> Row | None:
    """A service's own name goes before a ticket, that before commits, and what only looks like a service comes last."""
    if word in estate.services:
        return _service(connection, word, estate, fresh_after)
    key = word.upper()
    if _TICKET.fullmatch(word) and where.is_ticket(connection, key):
        return _ticket(connection, key, estate, fresh_after)
    stages = Scope([(name, str(estate.tiers[name])) for name in estate.environments]).ladder
    things = where.things(connection, word, estate.services)
    if things:
        return {"what": "commit", "services": [got(connection, thing, stages) for thing in things]}
    if _TICKET.fullmatch(word) and (commits := where.commits_for(connection, key)):
        return {
            "what": "ticket",
            "services": [],
            "commits": commits,
            "ticket": measure_places.ticket(connection, key, 0),
        }
    service, _ = estate.place(Hints(service=(("name", word),)))
    return _service(connection, service, estate, fresh_after) if service else None


def _service(connection: Connection, service: str, estate: Estate, fresh_after: int) -> Row:
    states = measure_states.environments(
        connection, {"service": service}, drift=None, limit=_MOST, offset=0, fresh_after=fresh_after
    )
    return {"what": "service", "services": [{"service": service, "environments": _ordered(states, estate)}]}


def _ticket(connection: Connection, key: str, estate: Estate, fresh_after: int) -> Row:
    places = measure_places.tickets(connection, {"key": key}, limit=_MOST, after=None)
    inner = ("environment", "version", "since", "deployment_id")
    services = [
        {
            "service": service,
            "environments": _ordered(
                [{name: row[name] for name in inner} for row in places if row["service"] == service], estate
            ),
        }
        for service in sorted({row["service"] for row in places})
    ]
    told = measure_places.ticket(connection, key, fresh_after)
    return {"what": "ticket", "services": services, "ticket": told, "commits": where.commits_for(connection, key)}


def _ordered(rows: list[Row], estate: Estate) -> list[Row]:
    """In the order of promotion; what the estate does not name comes last."""
    place = {name: number for number, name in enumerate(estate.environments)}
    return sorted(rows, key=lambda row: (place.get(row["environment"], len(place)), row["environment"]))
