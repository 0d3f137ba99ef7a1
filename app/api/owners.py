"""Whose: the same five choices for every listing that goes by service."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import Depends, Query

from app.api.parts import Parts
from app.store.owned import owned_by

TeamName = Annotated[str | None, Query(max_length=300, description="Its team.", examples=["storefront"])]
PodName = Annotated[str | None, Query(max_length=300, description="Its pod.", examples=["buy"])]
AreaName = Annotated[str | None, Query(max_length=300, description="Its business area.", examples=["commerce"])]
ComponentName = Annotated[str | None, Query(max_length=300, description="Its component.", examples=["checkout-api"])]
PlatformName = Annotated[str | None, Query(max_length=20, description="What deployed it.", examples=["lambda"])]


def owner_of(
    team: TeamName = None,
    business_area: AreaName = None,
    pod: PodName = None,
    component: ComponentName = None,
    platform: PlatformName = None,
) -> Mapping[str, str]:
    """What of an owner is asked for."""
    asked = {"team": team, "business_area": business_area, "pod": pod, "component": component, "platform": platform}
    return {part: value for part, value in asked.items() if value is not None}


Owner = Annotated[Mapping[str, str], Depends(owner_of)]


async def services_of(parts: Parts, owner: Mapping[str, str], service: str | None = None) -> Sequence[str] | None:
    """The services that have such an owner now, and this name if one is asked for; None: whichever."""
    if not owner:
        return [service] if service is not None else None
    estate, now = parts.book().estate, parts.clock()
    stages = [(name, str(estate.tiers[name])) for name in estate.environments]
    known = {name: estate.owner_at(name, now) for name in estate.services if service in (None, name)}
    return await parts.database.read(lambda connection: owned_by(connection, known, stages, owner))


def narrowed(services: Sequence[str] | None, **equal: str | None) -> dict[str, Any]:
    """What has to be equal to what, and the services that may be answered."""
    found: dict[str, Any] = {name: value for name, value in equal.items() if value is not None}
    return found if services is None else {**found, "service": services}
