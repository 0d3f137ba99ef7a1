"""Argo CD over REST: the applications as they are, and what a revision of the GitOps repository was.

`refresh` is never sent: it makes Argo CD work, and waits for it. Applications that the account may not see are absent.
https://argo-cd.readthedocs.io/en/stable/developer-guide/api-docs/
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from app.clients.addressed import segment
from app.clients.api import Api
from app.clients.argocd_answers import Application, Revision
from app.clients.replies import read

T = TypeVar("T")

_PATH = "/api/v1/applications"


class ArgoCD:
    """The questions that we ask. Each raises ApiFault."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def applications(self, projects: Sequence[str] = (), selector: str | None = None) -> list[Application]:
        """All applications, by name. There is no paging: one answer, of which one application is held at a time."""
        return await self.each(lambda item: read(Application, item, self.api.name), projects, selector)

    async def each(
        self, make: Callable[[Any], T], projects: Sequence[str] = (), selector: str | None = None
    ) -> list[T]:
        """The same, as what `make` makes of each application as it came."""
        params: dict[str, str | Sequence[str]] = {}
        if projects:
            params["projects"] = projects
        if selector:
            params["selector"] = selector
        return await self.api.each(_PATH, params, "items", make)

    async def application(self, name: str, project: str) -> Application:
        """One application. With its project, one that is not there is `not_found`, and not `forbidden`."""
        reply = await self.api.get(f"{_PATH}/{segment(name)}", {"project": project})
        return read(Application, reply.value, self.api.name)

    async def metadata(self, name: str, sha: str, project: str | None = None) -> Revision:
        """Who made a revision, when and why. It costs Argo CD a look into the repository and never changes: keep it."""
        path = f"{_PATH}/{segment(name)}/revisions/{segment(sha)}/metadata"
        reply = await self.api.get(path, {"project": project} if project else None)
        return read(Revision, reply.value, self.api.name)
