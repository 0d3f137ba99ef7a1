"""Alerts as JSM Operations and Opsgenie list them: the same, in two envelopes; details with a single alert alone."""

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.kernel.clock import to_datetime
from app.standins.answers import answer
from app.standins.story.model import Incident, Story

_DEEPEST = 20_000
_SINCE = re.compile(r"createdAt >= (\d+)")
_UNTIL = re.compile(r"createdAt < (\d+)")
_PRIORITY = re.compile(r"priority: ?(P[1-5])")


class Alerts:
    """The routes of either."""

    def __init__(self, story: Story, *, jsm: bool) -> None:
        self._jsm = jsm
        self._alerts = {each.id: each for each in story.incidents if each.tool == "alerts"}

    def routes(self) -> list[Route]:
        """Under `/v1` of JSM, `/v2` of Opsgenie."""
        path = "/v1/alerts" if self._jsm else "/v2/alerts"
        return [Route(path, self.listed), Route(f"{path}/{{id}}", self.one)]

    async def listed(self, request: Request) -> Response:
        """A page of those that the query chooses, 20 if nothing else is said."""
        query = request.query_params
        offset, size = int(query.get("offset", 0)), min(int(query.get("size" if self._jsm else "limit", 20)), 100)
        if offset + size > _DEEPEST:
            return answer({"message": "Offset + limit cannot be higher than 20000", "took": 0.002}, 422)
        found = sorted(self._chosen(query.get("query", "")), key=_order(query.get("sort", "createdAt")))
        found = found if query.get("order", "desc") == "asc" else found[::-1]
        page = [self._made(each) for each in found[offset : offset + size]]
        more = offset + size < len(found)
        if self._jsm:
            after = f"/v1/alerts?offset={offset + size}&size={size}"
            return answer({"values": page, "links": {"next": after} if more else {}, "count": len(found)})
        after = f"https://api.opsgenie.com/v2/alerts?offset={offset + size}&limit={size}"
        return answer({"data": page, "paging": {"next": after} if more else {}, "took": 0.02, "requestId": "a1"})

    async def one(self, request: Request) -> Response:
        """One alert, with what an integration wrote into it."""
        found = self._alerts.get(request.path_params["id"])
        if found is None:
            return answer({"message": "Alert does not exist", "took": 0.001}, 404)
        said = {"service": found.service, "environment": "prod"}
        made = self._made(found) | {"description": "", "extraProperties" if self._jsm else "details": said}
        return answer(made if self._jsm else {"data": made, "took": 0.01, "requestId": "a2"})

    def _chosen(self, query: str) -> list[Incident]:
        since, until, wanted = _SINCE.search(query), _UNTIL.search(query), _PRIORITY.findall(query)
        return [
            each
            for each in self._alerts.values()
            if (since is None or each.opened >= int(since[1]) * 1_000)
            and (until is None or each.opened < int(until[1]) * 1_000)
            and (not wanted or each.priority in wanted)
        ]

    def _made(self, one: Incident) -> dict[str, Any]:
        """What is known of the end: JSM says when, Opsgenie after how many ms."""
        shared: dict[str, Any] = {
            "id": one.id,
            "tinyId": str(one.opened // 60_000_000 % 10_000),
            "alias": one.id,
            "message": one.title,
            "status": "closed" if one.is_over else "open",
            "acknowledged": one.acknowledged is not None,
            "tags": ["shop"],
            "priority": one.priority,
            "owner": one.by.email if one.acknowledged else "",
            "count": 1,
            "createdAt": _iso(one.opened),
            "updatedAt": _iso(one.updated),
        }
        if self._jsm:
            shared |= {"entity": "", "integrationName": "Alerts of the shop", "integrationType": "API", "seen": True}
            return shared | ({"closeTime": _iso(one.resolved[-1])} if one.is_over else {})
        report = {"acknowledgedBy": one.by.email, "ackTime": _ms(one, one.acknowledged)} if one.acknowledged else {}
        ended = {"closedBy": one.by.email, "closeTime": _ms(one, one.resolved[-1])} if one.is_over else {}
        return (
            shared
            | {"integration": {"id": "i1", "name": "Alerts of the shop", "type": "API"}}
            | ({"report": report | ended} if report or ended else {})
        )


def _order(sort: str) -> Any:
    return (lambda each: each.updated) if sort == "updatedAt" else (lambda each: each.opened)


def _iso(at: int) -> str:
    return to_datetime(at).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _ms(one: Incident, at: int | None) -> int:
    return ((at or one.opened) - one.opened) // 1_000
