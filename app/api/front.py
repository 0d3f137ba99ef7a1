"""The application as uvicorn calls it: webhooks go straight to their door, probes too, the rest to the API."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from starlette.responses import Response

from app.api.parts import Parts
from app.ingest.door import PREFIX, HookDoor, Receive, Scope, Send

if TYPE_CHECKING:
    from fastapi import FastAPI

LET_BE = 0.5
"""Seconds after the start for which nobody but a request asks for the API: readiness comes first."""


class Front:
    """The door, the probes, and the API behind them, which is loaded when it is needed or soon after the start.

    FastAPI and all the routes take a quarter of a start, its middleware costs more than all that the door does before
    the commit, and neither a webhook nor a probe needs them. `life` is what runs while the service does.
    """

    def __init__(
        self,
        parts: Parts,
        *,
        door: HookDoor | None,
        probes: Mapping[str, Callable[[], Awaitable[Response]]],
        load: Callable[[], "FastAPI"],
        life: Callable[["Front"], AbstractAsyncContextManager[None]],
    ) -> None:
        self.parts, self.probes = parts, probes
        self._door, self._load, self._life = door, load, life
        self._loading: asyncio.Task[FastAPI] | None = None
        self.whole = asyncio.Event()
        """Set when all is loaded that comes after the readiness."""

    def life(self) -> AbstractAsyncContextManager[None]:
        """Opens everything, and closes it."""
        return self._life(self)

    async def api(self) -> "FastAPI":
        """The API, loaded in a thread by whoever asks first; meanwhile the door takes webhooks."""
        if self._loading is None:
            self._loading = asyncio.create_task(asyncio.to_thread(self._load))
        return self._loading.result() if self._loading.done() else await asyncio.shield(self._loading)

    async def open_soon(self, *others: Callable[[], Awaitable[object]]) -> None:
        """Load the API before anybody asks for it, after `others` that come late, too.

        One after the other: threads that import stand in each other's way.
        """
        await asyncio.sleep(LET_BE)
        for load in (*others, self.api):
            await load()
        self.whole.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._door is not None and scope["type"] == "http" and scope["path"].startswith(PREFIX):
            return await self._door(scope, receive, send)
        probe = self.probes.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
        if probe is not None:
            return await (await probe())(scope, receive, send)
        return await (await self.api())(scope, receive, send)
