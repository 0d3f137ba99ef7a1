"""incident.io's incidents and the updates of each, page by page, behind a cursor."""

from collections.abc import Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.kernel.clock import MINUTE, to_datetime
from app.standins.answers import answer
from app.standins.story.model import Incident, Story

_STATUS = {
    "live": {"id": "01S1", "name": "Fixing", "category": "live", "rank": 2},
    "closed": {"id": "01S2", "name": "Closed", "category": "closed", "rank": 4},
}
_SEVERITY = {"P1": "Critical", "P2": "Major", "P4": "Minor"}


class IncidentIo:
    """The routes."""

    def __init__(self, story: Story) -> None:
        self._incidents = {each.id: each for each in story.incidents if each.tool == "incidentio"}

    def routes(self) -> list[Route]:
        """Under `/incidentio`."""
        return [Route("/v2/incidents", self.listed), Route("/v2/incident_updates", self.updates)]

    async def listed(self, request: Request) -> Response:
        """Those that were touched since a day, the newest first."""
        since = request.query_params.get("updated_at[gte]", "")
        found = [_incident(each) for each in self._incidents.values() if _iso(each.updated) >= since]
        return _page(request, "incidents", sorted(found, key=lambda each: str(each["created_at"]), reverse=True))

    async def updates(self, request: Request) -> Response:
        """What was written of one, the newest first."""
        found = self._incidents.get(request.query_params.get("incident_id", ""))
        return _page(request, "incident_updates", [*_updates(found)][::-1] if found else [])


def _page(request: Request, key: str, found: list[dict[str, Any]]) -> Response:
    size = min(int(request.query_params.get("page_size", 25)), 250)
    after = request.query_params.get("after")
    start = next((place + 1 for place, each in enumerate(found) if each["id"] == after), 0)
    page = found[start : start + size]
    last = page[-1]["id"] if start + size < len(found) else None
    return answer({key: page, "pagination_meta": {"page_size": size, "after": last, "total_record_count": len(found)}})


def _updates(one: Incident) -> Iterator[dict[str, Any]]:
    told = [(one.opened + MINUTE // 60, "live"), *((at, "closed") for at in one.resolved)]
    if one.reopened is not None:
        told.append((one.reopened, "live"))
    for number, (at, category) in enumerate(sorted(told)):
        yield {
            "id": f"{one.id}-{number}",
            "incident_id": one.id,
            "created_at": _iso(at),
            "message": "",
            "new_incident_status": _STATUS[category],
            "new_severity": {"id": "01V", "name": _SEVERITY[one.priority], "rank": 1},
            "updater": {"user": {"id": one.by.uuid, "name": one.by.name, "email": one.by.email}},
        }


def _incident(one: Incident) -> dict[str, Any]:
    values = [{"value_catalog_entry": {"id": "01C", "name": one.service}}]
    return {
        "id": one.id,
        "reference": f"INC-{one.opened // 60_000_000 % 10_000}",
        "name": one.title,
        "mode": "standard",
        "visibility": "public",
        "permalink": f"https://app.incident.io/acme/incidents/{one.id}",
        "incident_status": _STATUS["closed" if one.is_over else "live"],
        "severity": {"id": "01V", "name": _SEVERITY[one.priority], "rank": 1},
        "custom_field_entries": [{"custom_field": {"id": "01F", "name": "Affected service"}, "values": values}],
        "created_at": _iso(one.opened),
        "updated_at": _iso(one.updated),
    }


def _iso(at: int) -> str:
    return to_datetime(at).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
