"""What the endpoints of measures are asked: whose numbers, and of when."""

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import Depends, HTTPException, Query

from app.api.named import refuse_unknown
from app.api.paging import When, us_of
from app.api.parts import Parts, parts_of
from app.kernel.clock import iso
from app.measures import Measure
from app.measures.found import MEASURES
from app.measures.scope import Scope
from app.measures.windows import Bucket, Window, buckets, rolling

Days = Literal["7d", "28d", "90d"]
MOST_BUCKETS = 400


async def scope_of(
    parts: Annotated[Parts, Depends(parts_of)],
    service: Annotated[str | None, Query(max_length=100, description="Our name of it.", examples=["checkout"])] = None,
    team: Annotated[str | None, Query(max_length=300, description="The owner then.", examples=["storefront"])] = None,
    business_area: Annotated[str | None, Query(max_length=300, examples=["commerce"])] = None,
    environment: Annotated[
        str | None, Query(max_length=100, description="Else all that are production.", examples=["qa"])
    ] = None,
    pod: Annotated[
        str | None, Query(max_length=300, description="The pod that owned it then.", examples=["buy"])
    ] = None,
    component: Annotated[str | None, Query(max_length=300, examples=["checkout-api"])] = None,
    platform: Annotated[str | None, Query(max_length=20, description="What deployed it.", examples=["lambda"])] = None,
) -> Scope:
    """The scope of a query. Raises 422 for an environment that the estate does not know, or names that nobody knows."""
    estate = parts.book().estate
    if environment is not None and environment not in estate.environments:
        raise HTTPException(422, f"the estate has no such environment; it has {', '.join(estate.environments)}")
    await refuse_unknown(
        parts, service=service, team=team, business_area=business_area, pod=pod, component=component, platform=platform
    )
    stages = tuple((name, str(estate.tiers[name])) for name in estate.environments)
    return Scope(stages, service, team, business_area, environment, pod, component, platform)


def windows_of(
    parts: Annotated[Parts, Depends(parts_of)],
    scope: Annotated[Scope, Depends(scope_of)],
    window: Annotated[Days, Query(description="The days up to now.")] = "28d",
    by: Annotated[Bucket | None, Query(description="Calendar buckets instead, in the team's zone.")] = None,
    count: Annotated[int, Query(ge=1, le=MOST_BUCKETS, description="How many buckets.")] = 13,
    until: When = None,
) -> list[Window]:
    """One rolling window, or calendar buckets, the newest last. Raises 422 for a time before all calendars of ours."""
    now = parts.clock()
    asked = us_of(until)
    if asked is not None and asked < 0:
        raise HTTPException(422, "until: nothing is known of the time before 1970")
    end = now if asked is None else min(asked, now)
    if by is None:
        return [rolling(int(window[:-1]), end)]
    return buckets(by, count, end, now, zone_of(parts, scope))


def zone_of(parts: Parts, scope: Scope) -> ZoneInfo:
    """The zone in which days and weeks begin: that of the team that is asked for, or that owns the service now."""
    book = parts.book()
    owners = (team for team, services in book.estate.teams.items() if scope.service in services)
    return book.zones.of(scope.team or next(owners, None))


def scope_shown(scope: Scope) -> dict[str, Any]:
    """A scope as it is answered."""
    return {
        "service": scope.service,
        "team": scope.team,
        "business_area": scope.business_area,
        "pod": scope.pod,
        "component": scope.component,
        "platform": scope.platform,
        "environment": scope.environment,
        "environments": list(scope.environments),
    }


def window_shown(window: Window) -> dict[str, Any]:
    """A window as it is answered."""
    return {"name": window.name, "start": iso(window.start), "end": iso(window.end), "complete": window.complete}


def measure_of(name: str) -> Measure:
    """The measure of this name. Raises 404."""
    if name not in MEASURES:
        raise HTTPException(404, f"there is no such measure; there are {', '.join(MEASURES)}")
    return MEASURES[name]
