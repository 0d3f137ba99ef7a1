"""Bounds what the API reads: FastAPI takes a whole body into memory before it asks who sends it."""

from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.errors import problem

STREAMED = "/api/v1/security/scans"
"""Counts for itself while it reads, and asks for the token first."""


class BoundedBodies:
    """ASGI middleware: 413 for a body above `limit` bytes, 411 for one that does not say its length.

    The server sees to it that no more comes than was said.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app, self._limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] != STREAMED:
            headers = dict(scope["headers"])
            if b"transfer-encoding" in headers:
                answer = problem(411, "say the body's length", {"connection": "close"})
                return await answer(scope, receive, send)
            if int(headers.get(b"content-length") or 0) > self._limit:
                answer = problem(413, f"the body is larger than {self._limit} bytes", {"connection": "close"})
                return await answer(scope, receive, send)
        return await self._app(scope, receive, send)
