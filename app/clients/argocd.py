"""Argo CD over REST: the applications as they are.

`refresh` is never sent: it makes Argo CD work, and waits for it. Applications that the account may not see are absent.
https://argo-cd.readthedocs.io/en/stable/developer-guide/api-docs/
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from app.clients.api import Api

T = TypeVar("T")

_PATH = "/api/v1/applications"


class ArgoCD:
    """The question that we ask. It raises ApiFault."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def each(
        self, make: Callable[[Any], T], projects: Sequence[str] = (), selector: str | None = None
    ) -> list[T]:
        """What `make` makes of each application as it came, by name: one answer, of which one is held at a time."""
        params: dict[str, str | Sequence[str]] = {}
        if projects:
            params["projects"] = projects
        if selector:
            params["selector"] = selector
        return await self.api.each(_PATH, params, "items", make)
