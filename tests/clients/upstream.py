"""A small real HTTP server that answers what it is told to, and remembers what it was asked."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web
from aiohttp.test_utils import RawTestServer

Answer = web.StreamResponse
Answerer = Callable[[web.BaseRequest], Answer | Awaitable[Answer]]


@dataclass(frozen=True)
class Asked:
    """One request, its target as it came over the wire."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, list[str]]

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def said(value: Any, status: int = 200, **headers: str) -> web.Response:
    """A JSON answer; underscores in names of headers are dashes."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return web.json_response(value, status=status, headers=named)


@dataclass
class Upstream(AbstractAsyncContextManager["Upstream"]):
    """Answers by `routes` (path → answer, or what makes one), else by the next of `script`, else by 404."""

    routes: dict[str, Any] = field(default_factory=dict)
    script: list[Any] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    most_at_once: int = 0
    _now: int = 0

    async def __aenter__(self) -> Self:
        self._server = RawTestServer(self._answer, host="127.0.0.1")
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    @property
    def url(self) -> str:
        return str(self._server.make_url("")).rstrip("/")

    async def _answer(self, request: web.BaseRequest) -> Answer:
        query = {name: request.query.getall(name) for name in request.query}
        self.asked.append(Asked(request.method, request.raw_path, dict(request.headers), await request.read(), query))
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            answer = self.routes.get(request.raw_path.partition("?")[0]) or (
                self.script.pop(0) if self.script else None
            )
            if answer is None:
                return said({"type": "error", "error": {"message": "not here"}}, 404)
            made = answer(request) if callable(answer) and not isinstance(answer, web.StreamResponse) else answer
            if asyncio.iscoroutine(made):
                made = await made
            return made if isinstance(made, web.StreamResponse) else said(made)
        finally:
            self._now -= 1


async def hangs(_: web.BaseRequest) -> Answer:
    """Says nothing, for longer than any test waits."""
    await asyncio.sleep(60)
    return said({})


async def dribbles(request: web.BaseRequest) -> Answer:
    """Says something now and then, and never comes to an end."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    for _ in range(1000):
        await response.write(b" ")
        await asyncio.sleep(0.01)
    return response
