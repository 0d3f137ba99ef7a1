"""Bitbucket Cloud's REST API 2.0: repositories, commits, pull requests, pipelines and deployments."""

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl, quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.standins.answers import answer, at
from app.standins.bitbucket import pipelines, pulls, repositories
from app.standins.bitbucket.history import UnknownRevision, between, resolve
from app.standins.bitbucket.listing import error, fields, listed
from app.standins.bitbucket.repositories import Repository
from app.standins.story.model import Build, Story
from app.standins.story.names import WORKSPACE
from app.standins.switches import Standing

Page = Callable[[Request, Repository], Awaitable[Response]]
_MOST_PULLS = 50


class Bitbucket:
    """The routes, over the story; a repository that was renamed is found under its new name, and by its UUID."""

    def __init__(self, story: Story, standing: Standing) -> None:
        self._story, self._standing = story, standing
        self._by_uuid = {f"{{{each.uuid}}}": name for name, each in story.services.items()}

    def routes(self) -> list[Route]:
        """Under `/bitbucket/2.0`."""
        here = "/repositories/{workspace}/{repository}"
        pages: dict[str, Page] = {
            "": _one,
            "/commits": _commits,
            "/commits/{revision:path}": _commits,
            "/commit/{revision}": _commit,
            "/diffstat/{spec:path}": _diffstat,
            "/refs/{kind}": _refs,
            "/refs/{kind}/{name:path}": _ref,
            "/pullrequests": _pulls,
            "/pullrequests/{id:int}": _pull,
            "/pullrequests/{id:int}/commits": _pull_commits,
            "/pipelines": _pipelines,
            "/pipelines/{pipeline}": _pipeline,
            "/pipelines/{pipeline}/steps": _steps,
            "/deployments": _deployments,
            "/environments": _environments,
        }
        routes = [Route("/repositories/{workspace}", self._all), Route("/user", self._user)]
        for path, page in pages.items():
            methods = ["GET", "POST"] if path == "/commits" else ["GET"]
            endings = ("", "/") if path and not path.endswith(":path}") else ("",)
            routes += [Route(f"{here}{path}{end}", self._at(page), methods=methods) for end in endings]
        return routes

    def _at(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """The page of the repository that the path names; 301 from the name that it had, 404 for none."""

        async def shown(request: Request) -> Response:
            workspace, asked = request.path_params["workspace"], request.path_params["repository"]
            renamed = self._standing.switches.renamed
            name = self._by_uuid.get(asked, asked)
            if workspace == WORKSPACE and name == asked and renamed.get(name):
                there = request.url.path.replace(f"/{workspace}/{asked}", f"/{workspace}/{quote(renamed[name])}", 1)
                return RedirectResponse(str(request.url.replace(path=there)), 301)
            gone = renamed.get(name) == ""
            name = next((old for old, new in renamed.items() if new == name), name)
            if workspace != WORKSPACE or name not in self._story.services or gone:
                return error(404, f"Repository {workspace}/{asked} not found")
            return await page(request, Repository(self._story.services[name], renamed.get(name, name)))

        return shown

    async def _all(self, request: Request) -> Response:
        if request.path_params["workspace"] != WORKSPACE:
            return error(404, f"No workspace with identifier '{request.path_params['workspace']}'.")
        renamed = self._standing.switches.renamed
        found = [Repository(each, renamed.get(name, name)) for name, each in self._story.services.items()]
        return listed(request, [repositories.whole_repository(each) for each in found if each.slug])

    async def _user(self, request: Request) -> Response:
        return answer({"type": "user", "display_name": "shipbell", "nickname": "shipbell"})


async def _one(request: Request, here: Repository) -> Response:
    return answer(fields(request, repositories.whole_repository(here)))


async def _commits(request: Request, here: Repository) -> Response:
    """`include` and `exclude` come in the query, or in a form where the lists are long."""
    given = request.query_params.multi_items()
    if request.method == "POST":
        given += parse_qsl((await request.body()).decode())
    revision = request.path_params.get("revision")
    include = [value for name, value in given if name == "include"] or [revision or "main"]
    try:
        found = between(here.service, include, [value for name, value in given if name == "exclude"])
    except UnknownRevision as unknown:
        return error(404, f"Commit not found: {unknown}", shas=[str(unknown)])
    return listed(request, [repositories.commit(here, each) for each in found], default=30, sized=False, given=given)


async def _commit(request: Request, here: Repository) -> Response:
    try:
        sha = resolve(here.service, request.path_params["revision"])
    except UnknownRevision as unknown:
        return error(404, f"Commit not found: {unknown}", shas=[str(unknown)])
    return answer(fields(request, repositories.commit(here, here.service.commits[sha])))


async def _diffstat(request: Request, here: Repository) -> Response:
    """What the first of two revisions changes against the second."""
    new, _, old = request.path_params["spec"].partition("..")
    try:
        found = between(here.service, [new], [old])
    except UnknownRevision as unknown:
        return error(404, f"Commit not found: {unknown}", shas=[str(unknown)])
    return listed(request, repositories.changes(found), default=500, most=5000, sized=False)


async def _refs(request: Request, here: Repository) -> Response:
    kind = request.path_params["kind"]
    return (
        listed(request, list(repositories.refs(here, kind)))
        if kind in ("branches", "tags")
        else error(404, "Not found")
    )


async def _ref(request: Request, here: Repository) -> Response:
    kind, name = request.path_params["kind"], request.path_params["name"]
    found = (each for each in repositories.refs(here, kind) if each["name"] == name)
    one = next(found, None) if kind in ("branches", "tags") else None
    return answer(fields(request, one)) if one else error(404, f"Ref {name} not found")


async def _pulls(request: Request, here: Repository) -> Response:
    """Open ones, unless `state` (as often as wanted) or a filter on it says otherwise; newest first."""
    states = request.query_params.getlist("state") or ([] if "state" in request.query_params.get("q", "") else ["OPEN"])
    found = [each for each in reversed(here.service.pulls) if not states or each.state in states]
    return listed(request, [pulls.pull_request(here, each) for each in found], most=_MOST_PULLS)


async def _pull(request: Request, here: Repository) -> Response:
    one = next((each for each in here.service.pulls if each.id == request.path_params["id"]), None)
    return answer(fields(request, pulls.pull_request(here, one))) if one else error(404, "Pull request not found")


async def _pull_commits(request: Request, here: Repository) -> Response:
    one = next((each for each in here.service.pulls if each.id == request.path_params["id"]), None)
    if one is None:
        return error(404, "Pull request not found")
    found = [repositories.commit(here, here.service.commits[sha]) for sha in one.commits]
    return listed(request, found, sized=False)


async def _pipelines(request: Request, here: Repository) -> Response:
    """Oldest first, unless `sort` says otherwise; what it ran for filters. Pages are counted, without a `next`."""
    values = [pipelines.pipeline(here, each) for each in here.service.builds]
    for name in ("target.branch", "target.ref_name", "target.commit.hash"):
        wanted = request.query_params.get(name)
        path = "target.ref_name" if name == "target.branch" else name
        values = [each for each in values if wanted in (None, at(each, path))]
    return listed(request, values, linked=False)


def _found(request: Request, here: Repository) -> Build | None:
    """By its UUID in braces, or its number."""
    asked = request.path_params["pipeline"]
    return next((each for each in here.service.builds if asked in (f"{{{each.uuid}}}", str(each.number))), None)


async def _pipeline(request: Request, here: Repository) -> Response:
    build = _found(request, here)
    return answer(fields(request, pipelines.pipeline(here, build))) if build else error(404, "Pipeline not found")


async def _steps(request: Request, here: Repository) -> Response:
    build = _found(request, here)
    if build is None:
        return error(404, "Pipeline not found")
    return listed(request, [pipelines.step(build, each) for each in build.steps])


async def _deployments(request: Request, here: Repository) -> Response:
    return listed(request, list(pipelines.deployments(here, here.service.builds)))


async def _environments(request: Request, here: Repository) -> Response:
    return listed(request, pipelines.environments(here))
