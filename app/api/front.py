"""The application as uvicorn calls it: webhooks go straight to their door, probes too, the rest through FastAPI."""

from collections.abc import Awaitable, Callable, Mapping

from fastapi import FastAPI, Response

from app.ingest.door import PREFIX, HookDoor, Receive, Scope, Send


class Front(FastAPI):
    """FastAPI with the door beside it: its middleware costs more than all that the door does before the commit.

    `probes` answer a GET of their path. FastAPI builds all its routes for the first request that it gets: readiness
    would wait a tenth of a second for them.
    """

    door: HookDoor | None = None
    probes: Mapping[str, Callable[[], Awaitable[Response]]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.door is not None and scope["type"] == "http" and scope["path"].startswith(PREFIX):
            return await self.door(scope, receive, send)
        probe = self.probes.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
        if probe is not None:
            return await (await probe())(scope, receive, send)
        return await super().__call__(scope, receive, send)
