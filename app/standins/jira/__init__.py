"""Jira's REST API: who asks, issues one by one and in bulk, fields and projects. Cloud, its gateway, Data Center."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from app.standins.answers import answer
from app.standins.jira import issues
from app.standins.story.model import Story, Ticket
from app.standins.story.names import people
from app.standins.story.seed import Seed
from app.standins.switches import Standing

CLOUD_ID = "5ca1ab1e-0000-4000-a000-00000000ac3e"
MOST_KEYS = 100
_HIDDEN = "Issue does not exist or you do not have permission to see it."
_GONE = "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."
_UNAUTHORISED = {"message": "Client must be authenticated to access this resource.", "status-code": 401}
_LOGIN = "ines.duarte"
Page = Callable[[Request], Awaitable[Response]]


class Jira:
    """The routes of one edition, over the story; credentials that are no longer good are those of nobody."""

    def __init__(self, story: Story, standing: Standing, *, server: bool = False) -> None:
        self._story, self._standing, self._server = story, standing, server
        self._me = people(Seed(story.seed))[0]
        self._tickets = {key.upper(): each for key, each in story.tickets.items()}
        self._tickets |= {each.key: each for each in story.tickets.values()}
        self._tickets |= {each.id: each for each in story.tickets.values()}

    def routes(self) -> list[Route | Mount]:
        """Under `/jira`: the site itself, and in the cloud the gateway for scoped tokens."""
        if self._server:
            return [Mount("/rest/api/2", routes=self._pages())]
        site: list[Route | Mount] = [Mount(f"/rest/api/{number}", routes=self._pages()) for number in (2, 3)]
        gateway = Mount(f"/ex/jira/{CLOUD_ID}", routes=list(site))
        return [*site, gateway, Route("/_edge/tenant_info", self._tenant)]

    def _pages(self) -> list[Route]:
        pages: dict[str, Page] = {
            "/myself": self._myself,
            "/issue/{key}": self._issue,
            "/field": self._fields,
            "/project": self._projects,
            "/serverInfo": self._server_info,
        }
        if not self._server:
            pages |= {"/project/search": self._project_search, "/search": self._search}
        routes = [Route(path, self._signed(page)) for path, page in pages.items()]
        if not self._server:
            routes.insert(0, Route("/issue/bulkfetch", self._signed(self._bulk), methods=["POST"]))
        return routes

    def _signed(self, page: Page) -> Page:
        """The headers by which Jira says whose call it took this for. Data Center refuses a token that is not good."""

        async def told(request: Request) -> Response:
            refused = self._server and "authorization" in request.headers and not self._known(request)
            found = answer(_UNAUTHORISED, 401) if refused else await page(request)
            if self._known(request):
                name = "X-AUSERNAME" if self._server else "X-AAccountId"
                found.headers[name] = _LOGIN if self._server else quote(self._me.account_id, safe="")
            elif "authorization" in request.headers:
                found.headers["X-Seraph-LoginReason"] = "AUTHENTICATED_FAILED"
            elif self._server:
                found.headers["X-AUSERNAME"] = "anonymous"
            return found

        return told

    def _known(self, request: Request) -> bool:
        return "authorization" in request.headers and "jira" not in self._standing.switches.expired

    def _seen(self, request: Request, key: str) -> Ticket | None:
        """The issue under that key, in any case; nobody sees hidden ones, and strangers none at all."""
        found = self._tickets.get(key.upper())
        return found if found and self._known(request) and not found.hidden else None

    async def _myself(self, request: Request) -> Response:
        if not self._known(request):
            return answer(_UNAUTHORISED, 401)
        told = {"self": f"{_api(request)}/myself", "displayName": self._me.name, "active": True}
        who = {"name": _LOGIN, "key": _LOGIN} if self._server else {"accountId": self._me.account_id}
        return answer(told | who | {"emailAddress": self._me.email, "timeZone": "Europe/Lisbon"})

    async def _issue(self, request: Request) -> Response:
        found = self._seen(request, request.path_params["key"])
        if found is None:
            return answer({"errorMessages": [_HIDDEN], "errors": {}}, 404)
        wanted = [name for text in request.query_params.getlist("fields") for name in text.split(",") if name]
        return answer(issues.issue(found, _api(request), server=self._server, wanted=wanted))

    async def _bulk(self, request: Request) -> Response:
        """What cannot be seen is left out without a word; each issue once, in the order of their ids."""
        try:
            asked = orjson.loads(await request.body())
            keys = [str(key) for key in asked["issueIdsOrKeys"]]
        except (ValueError, KeyError, TypeError):
            return _refused("issueIdsOrKeys is required")
        if not 1 <= len(keys) <= MOST_KEYS:
            return _refused(f"issueIdsOrKeys: from 1 to {MOST_KEYS}")
        found = {ticket.id: ticket for key in keys if (ticket := self._seen(request, key))}
        wanted = asked.get("fields") or []
        told = [
            issues.issue(each, _api(request), server=False, wanted=wanted)
            for each in sorted(found.values(), key=lambda each: int(each.id))
        ]
        return answer({"issues": told, "issueErrors": []})

    async def _fields(self, request: Request) -> Response:
        """Nobody's call gets the system's fields alone."""
        told: list[dict[str, Any]] = [
            _system("summary", "Summary", "string"),
            _system("status", "Status", "status"),
            _system("fixVersions", "Fix versions", "array"),
            _system("assignee", "Assignee", "user"),
        ]
        if self._known(request):
            told += [
                _custom(10019, "Rank", "com.pyxis.greenhopper.jira:gh-lexo-rank", "any"),
                _custom(10020, "Sprint", "com.pyxis.greenhopper.jira:gh-sprint", "array"),
            ]
        return answer(told)

    async def _projects(self, request: Request) -> Response:
        return answer(issues.projects(_api(request)) if self._known(request) else [])

    async def _project_search(self, request: Request) -> Response:
        values = issues.projects(_api(request)) if self._known(request) else []
        start = int(request.query_params.get("startAt", 0))
        most = min(int(request.query_params.get("maxResults", 50)), 100)
        shown = values[start : start + most]
        told = {"self": str(request.url), "maxResults": most, "startAt": start, "total": len(values)}
        return answer(told | {"isLast": start + most >= len(values), "values": shown})

    async def _search(self, request: Request) -> Response:
        return answer({"errorMessages": [_GONE], "errors": {}}, 410)

    async def _server_info(self, request: Request) -> Response:
        kind = ("Server", "10.3.2") if self._server else ("Cloud", "1001.0.0-SNAPSHOT")
        return answer({"baseUrl": issues.SITE, "deploymentType": kind[0], "version": kind[1]})

    async def _tenant(self, request: Request) -> Response:
        return answer({"cloudId": CLOUD_ID})


def _api(request: Request) -> str:
    """The root of links to other objects, as this caller reaches it: through the gateway, not the site's own."""
    path = request.url.path
    number = path.partition("/rest/api/")[2][:1]
    if "/ex/jira/" in path:
        return f"https://api.atlassian.com/ex/jira/{CLOUD_ID}/rest/api/{number}"
    return f"{issues.SITE}/rest/api/{number}"


def _system(name: str, title: str, kind: str) -> dict[str, Any]:
    schema = {"type": kind, "system": name}
    return {"id": name, "key": name, "name": title, "custom": False, "navigable": True, "schema": schema}


def _custom(number: int, title: str, custom: str, kind: str) -> dict[str, Any]:
    name = f"customfield_{number}"
    schema = {"type": kind, "custom": custom, "customId": number}
    return {"id": name, "key": name, "name": title, "custom": True, "navigable": True, "schema": schema}


def _refused(message: str) -> Response:
    return answer({"errorMessages": [message], "errors": {}}, 400)
