"""Every team's weeks side by side: the five measures over time, for a whole company at once."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from app.api.access import allow
from app.api.errors import refusals
from app.api.parts import Parts, parts_of
from app.facts.windows import day_of, first_day, week_of
from app.kernel.clock import iso
from app.store.measure_weeks import weeks as read_weeks

router = APIRouter(prefix="/api/v1/dora", tags=["measures"])

_WEEK: dict[str, Any] = {
    "team": "storefront", "week": "2026-W47", "monday": "2026-11-16", "timezone": "Europe/Berlin", "complete": False,
    "deployments": 11, "commits": 41, "lead_p50": 67500.0, "lead_p90": 171000.0, "fail_ratio": 0.09, "recovered": 1,
    "open": 0, "recovery_p50": 3600.0, "recovery_p90": 3600.0, "rework_ratio": 0.17,
}  # fmt: skip
_TEAMS: dict[str, Any] = {
    "example": {"as_of": "2026-11-22T10:00:00.000000Z", "timezone": "Europe/Berlin", "items": [_WEEK]}
}


class TeamWeek(BaseModel):
    """The five measures of a team in an ISO week, in production. Seconds and shares; null where there is no data."""

    team: str
    week: str
    monday: str
    timezone: str = Field(description="where the team's weeks begin")
    complete: bool = Field(description="whether the week has ended")
    deployments: int
    commits: int = Field(description="on how many commits the lead times stand")
    lead_p50: float | None
    lead_p90: float | None
    fail_ratio: float | None
    recovered: int = Field(description="on how many failures the recovery stands")
    open: int
    recovery_p50: float | None
    recovery_p90: float | None
    rework_ratio: float | None


class TeamWeeks(BaseModel):
    """All teams; a week in which a team deployed nothing is not there."""

    model_config = ConfigDict(json_schema_extra=_TEAMS)

    as_of: str
    timezone: str
    items: list[TeamWeek]


@router.get("/teams", dependencies=[Depends(allow("read"))], responses=refusals("read", 422))
async def teams(
    parts: Annotated[Parts, Depends(parts_of)],
    weeks: Annotated[int, Query(ge=1, le=53, description="How many weeks, this one included.")] = 13,
) -> TeamWeeks:
    """The five measures of every team by week, by team and time. To compare a team with itself, not with others."""
    now, zones = parts.clock(), parts.book().zones
    last = {zone: week_of(day_of(now, zone)) for zone in (zones.default, *zones.teams.values())}
    newest = max(last.values())
    found = await parts.database.read(lambda connection: read_weeks(connection, newest - weeks + 1, newest, now))
    items = []
    for (team, week), cell in sorted(found.items()):
        monday, zone = first_day(week), zones.of(team)
        year, number, _ = monday.isocalendar()
        numbers = {name: getattr(cell, name) for name in cell.__dataclass_fields__}
        items.append(TeamWeek(team=team, week=f"{year}-W{number:02}", monday=monday.isoformat(), timezone=str(zone),
                              complete=week < last[zone], **numbers))  # fmt: skip
    return TeamWeeks(as_of=iso(now), timezone=str(zones.default), items=items)
