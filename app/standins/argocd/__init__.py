"""Argo CD's REST API: applications, one of them, and who wrote a revision."""

from collections.abc import Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.kernel.clock import to_datetime
from app.standins.answers import answer, only
from app.standins.argocd.applications import Place, application
from app.standins.gitops import REPOSITORY, Repository
from app.standins.story.model import Story
from app.standins.story.names import ENVIRONMENTS
from app.standins.switches import Standing

FIELDS = (
    *("metadata", "items.metadata.name", "items.metadata.namespace", "items.metadata.annotations"),
    *("items.metadata.labels", "items.metadata.creationTimestamp", "items.metadata.deletionTimestamp", "items.spec"),
    *("items.status.sync.status", "items.status.sync.revision", "items.status.health", "items.status.summary"),
    *("items.status.resources", "items.status.sourceHydrator", "items.status.operationState.startedAt"),
    *("items.status.operationState.finishedAt", "items.status.operationState.phase"),
    *("items.status.operationState.operation.sync", "items.operation.sync"),
)
"""All that `fields=` can ask for; other names are passed over (forwarder_overwrite.go of Argo CD)."""


class ArgoCd:
    """The routes; objects are made once for each address that the GitOps repository is asked under."""

    def __init__(self, story: Story, repository: Repository, standing: Standing) -> None:
        self._story, self._repository, self._standing = story, repository, standing
        self._made: dict[str, dict[str, dict[str, Any]]] = {}

    def routes(self) -> list[Route]:
        """Under `/argocd/api/v1`."""
        return [
            Route("/api/v1/applications", self.listed),
            Route("/api/v1/applications/{name}", self.one),
            Route("/api/v1/applications/{name}/revisions/{revision}/metadata", self.metadata),
            Route("/api/v1/session/userinfo", self.user),
            Route("/api/version", self.version),
        ]

    async def listed(self, request: Request) -> Response:
        """No paging, sorted by name; filtered by `name`, `projects` or `project`, `selector` and `repo`."""
        found = None if self._standing.switches.null_items else list(self._listed(request))
        whole = {"metadata": {"resourceVersion": "262321817"}, "items": found}
        wanted = [name for text in request.query_params.getlist("fields") for name in text.split(",")]
        return answer(only(whole, [name for name in wanted if _allowed(name)]) if wanted else whole)

    async def one(self, request: Request) -> Response:
        """With another project 404; without a project the same as forbidden: 403, for what is not there."""
        found = self._applications(request).get(request.path_params["name"])
        project = request.query_params.get("project", "")
        if found is None or (project and found["spec"]["project"] != project):
            name = request.path_params["name"]
            if not project:
                return _error(403, 7, "permission denied")
            return _error(404, 5, f'applications.argoproj.io "{name}" not found')
        return answer(found)

    async def metadata(self, request: Request) -> Response:
        """Who wrote a commit of the GitOps repository; an unknown one is an error of the repository server."""
        rollout = self._repository.messages.get(request.path_params["revision"])
        if rollout is None:
            revision = request.path_params["revision"]
            return _error(500, 2, f"unable to resolve '{revision}' to a commit SHA")
        return answer(
            {
                "author": f"{rollout.by.name} <{rollout.by.email}>",
                "date": to_datetime(rollout.at).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "message": f"{rollout.service}: {rollout.environment} to {rollout.tag}",
            }
        )

    async def user(self, request: Request) -> Response:
        """Whose token it is."""
        return answer({"loggedIn": True, "username": "shipbell", "iss": "argocd"})

    async def version(self, request: Request) -> Response:
        """Which Argo CD it says to be."""
        return answer({"Version": "v3.2.1+standin"})

    def _applications(self, request: Request) -> dict[str, dict[str, Any]]:
        url = f"{request.url.scheme}://{request.url.netloc}/git/{REPOSITORY}"
        if url not in self._made:
            places = (
                Place(self._story, self._repository, url, service, environment.name)
                for service in self._story.services.values()
                for environment in ENVIRONMENTS
            )
            self._made[url] = {place.name: application(place) for place in places}
        return self._made[url]

    def _listed(self, request: Request) -> Iterator[dict[str, Any]]:
        query = request.query_params
        projects = {*query.getlist("projects"), *query.getlist("project")}
        selector = dict(each.split("=", 1) for each in query.get("selector", "").replace("==", "=").split(",") if each)
        all_of_them = [*self._applications(request).values(), *self._more(request)]
        for each in sorted(all_of_them, key=lambda each: str(each["metadata"]["name"])):
            labels = each["metadata"]["labels"]
            if (
                (not projects or each["spec"]["project"] in projects)
                and query.get("name", each["metadata"]["name"]) == each["metadata"]["name"]
                and query.get("repo", each["spec"]["source"]["repoURL"]) == each["spec"]["source"]["repoURL"]
                and all(labels.get(name) == value for name, value in selector.items())
            ):
                yield each

    def _more(self, request: Request) -> Iterator[dict[str, Any]]:
        """Others than the story's, as many as are asked for: somebody else's, in a project of their own."""
        mine = list(self._applications(request).values())
        for number in range(len(mine), self._standing.switches.applications):
            each = mine[number % len(mine)]
            name, labels = f"other-{number:04}", {"app.kubernetes.io/name": f"other-{number:04}"}
            metadata = {**each["metadata"], "name": name, "uid": f"other-{number}", "labels": labels}
            spec = {**each["spec"], "project": "others"}
            yield {**each, "metadata": metadata, "spec": spec}


def _allowed(name: str) -> bool:
    return any(name == field or name.startswith(f"{field}.") for field in FIELDS)


def _error(status: int, code: int, message: str) -> Response:
    """As grpc-gateway says it."""
    return answer({"error": message, "code": code, "message": message}, status)
