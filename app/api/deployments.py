"""Deployments: what went live where, and the whole story of one."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field

from app.api.access import allow
from app.api.errors import refusals
from app.api.facts_shown import HereName, behind, shown, since_and_number
from app.api.named import refuse_unknown
from app.api.owners import Owner, narrowed
from app.api.paging import Cursor, HexId, Limit, Page, When, us_of
from app.api.parts import Parts, parts_of
from app.store.measure_story import list_deployments
from app.store.measure_story import story as read_story

router = APIRouter(prefix="/api/v1/deployments", tags=["measures"])

Kind = Literal["release", "hotfix", "config", "rollback", "redeploy", "heal"]
Row = dict[str, Any]

_DEPLOYMENT: Row = {
    "id": "019ad3c0a1b27c3d8e4f5a6b7c8d9e0f", "service": "checkout", "environment": "prod", "tier": "production",
    "team": "storefront", "version": "1.43.0", "sha": "9f2c0d1e", "kind": "release", "outcome": "succeeded",
    "live_at": "2026-11-22T10:00:00.000000Z", "attempts": 2, "failed_attempts": 1, "counts": True,
    "failed_by": "rollback", "failed_because": "019ad3c0a1b27c3d8e4f5a6b7c8d9e10", "commits": 3, "re_arrivals": 0,
    "tickets": ["SHOP-12"], "flags": [],
}  # fmt: skip


_STORY: dict[str, Any] = {"example": {"deployment": _DEPLOYMENT, "commits": [], "evidence": []}}


class Story(BaseModel):
    """The story of a deployment. Of each kind at most 500 rows, the oldest first."""

    model_config = ConfigDict(json_schema_extra=_STORY)

    deployment: Row
    previous: Row | None = Field(description="what was live before it")
    failed_because: Row | None = Field(description="the deployment, incident or event that says that it failed")
    recovered_by: Row | None
    attempts: list[Row] = Field(description="every try, those that failed before it changed anything, too")
    commits: list[Row] = Field(description="those that went live here with it for the first time")
    pull_requests: list[Row]
    pipelines: list[Row] = Field(description="events of pipelines that built or deployed its commit or version")
    scans: list[Row]
    tests: list[Row]
    gates: list[Row]
    incidents: list[Row]
    restatements: list[Row] = Field(description="what was said of it first, what is said now, and which event did it")
    evidence: list[Row] = Field(description="the events that it is made of")


@router.get(
    "",
    dependencies=[Depends(allow("read"))],
    responses={200: {"content": {"application/json": {"example": {"items": [_DEPLOYMENT], "next": None}}}},
               **refusals("read", 422)},
)  # fmt: skip
async def list_all(
    parts: Annotated[Parts, Depends(parts_of)],
    owner: Owner,
    service: HereName = None,
    environment: HereName = None,
    kind: Annotated[Kind | None, Query(description="What sort of deployment.")] = None,
    failed: Annotated[bool | None, Query(description="Only those with evidence against them, or without.")] = None,
    since: When = None,
    until: When = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Row]:
    """Deployments by when they went live, newest first. Of an owner: of what was the owner's then."""
    await refuse_unknown(parts, service=service, environment=environment, **owner)
    equal = {**narrowed(None, service=service, environment=environment, kind=kind), **owner}
    after = since_and_number(cursor)
    rows = await parts.database.read(
        lambda connection: list_deployments(
            connection, equal, failed=failed, since=us_of(since), until=us_of(until), limit=limit + 1, after=after
        )
    )
    return behind(rows, limit, "live_at", after)


@router.get("/{deployment_id}", dependencies=[Depends(allow("read"))], responses=refusals("read", 404, 422))
async def get_one(deployment_id: HexId, parts: Annotated[Parts, Depends(parts_of)]) -> Story:
    """One deployment with all that is known of it: what it carried, what looked at it, and what became of it."""
    found = await parts.database.read(lambda connection: read_story(connection, deployment_id))
    if found is None:
        raise HTTPException(404, "there is no such deployment")
    return Story.model_validate(shown(found))
