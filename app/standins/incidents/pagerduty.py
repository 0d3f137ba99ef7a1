"""PagerDuty's log entries and incidents: what happened, the newest first, in whole seconds."""

from collections.abc import Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.kernel.clock import to_datetime, to_us
from app.kernel.timestamps import parse_timestamp
from app.standins.answers import answer
from app.standins.story.model import Incident, Story

_DEEPEST = 10_000
_SITE = "https://acme.pagerduty.com"


class PagerDuty:
    """The routes."""

    def __init__(self, story: Story) -> None:
        self._incidents = {each.id: each for each in story.incidents if each.tool == "pagerduty"}

    def routes(self) -> list[Route]:
        """Under `/pagerduty`."""
        return [Route("/log_entries", self.entries), Route("/incidents/{id}", self.one)]

    async def entries(self, request: Request) -> Response:
        """A page of what happened in a time, with whole incidents where they are asked for."""
        query = request.query_params
        offset, limit = int(query.get("offset", 0)), min(int(query.get("limit", 25)), 100)
        if offset + limit > _DEEPEST:
            return answer({"error": {"message": "Offset and limit must not exceed 10000", "code": 2001}}, 400)
        since, until = _us(query.get("since")), _us(query.get("until"))
        found = [each for one in self._incidents.values() for each in _log(one) if since <= each[0] < until]
        whole = "incidents" in query.getlist("include[]")
        page = [_entry(*each, whole=whole) for each in sorted(found, key=lambda each: (-each[0], each[1]))]
        more = offset + limit < len(page)
        return answer({"log_entries": page[offset : offset + limit], "limit": limit, "offset": offset, "more": more,
                       "total": None})  # fmt: skip

    async def one(self, request: Request) -> Response:
        """One incident."""
        found = self._incidents.get(request.path_params["id"])
        if found is None:
            return answer({"error": {"message": "Not Found", "code": 2100}}, 404)
        return answer({"incident": _incident(found)})


def _log(one: Incident) -> Iterator[tuple[int, str, Incident]]:
    """What happened to it; that it was opened again shows by its being assigned once more."""
    yield one.opened, "trigger_log_entry", one
    if one.acknowledged is not None:
        yield one.acknowledged, "acknowledge_log_entry", one
    if one.reopened is not None:
        yield one.reopened, "assign_log_entry", one
    for at in one.resolved:
        yield at, "resolve_log_entry", one


def _entry(at: int, kind: str, one: Incident, *, whole: bool) -> dict[str, Any]:
    service = _service(one)
    by = {"id": one.by.account_id[-7:], "type": "user_reference", "summary": one.by.name}
    return {
        "id": f"R{one.id[1:9]}{at // 1_000_000 % 10**6:06}",
        "type": kind,
        "summary": f"{kind.partition('_')[0]} by {one.by.name}",
        "created_at": _iso(at),
        "agent": service if kind == "trigger_log_entry" else by,
        "channel": {"type": "api" if kind == "trigger_log_entry" else "website"},
        "service": service,
        "incident": _incident(one) if whole else {"id": one.id, "type": "incident_reference", "summary": one.title},
        "teams": [],
    }


def _incident(one: Incident) -> dict[str, Any]:
    return {
        "id": one.id,
        "type": "incident",
        "summary": f"[#{one.opened // 60_000_000 % 10_000}] {one.title}",
        "title": one.title,
        "status": "resolved" if one.is_over else "acknowledged" if one.acknowledged else "triggered",
        "urgency": "low" if one.priority == "P4" else "high",
        "priority": {"id": "PPRIO", "type": "priority", "summary": one.priority},
        "created_at": _iso(one.opened),
        "last_status_change_at": _iso(one.updated),
        "html_url": f"{_SITE}/incidents/{one.id}",
        "service": _service(one),
        "resolve_reason": None,
    }


def _service(one: Incident) -> dict[str, Any]:
    return {"id": f"P{one.service[:6].upper()}", "type": "service_reference", "summary": one.service}


def _iso(at: int) -> str:
    return to_datetime(at).strftime("%Y-%m-%dT%H:%M:%SZ")


def _us(text: str | None) -> int:
    moment = parse_timestamp(text)
    return to_us(moment) if moment else 0
