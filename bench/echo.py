"""The floor: a bare ASGI application that reads the body and answers 202, and does nothing else."""

from collections.abc import Awaitable, Callable
from typing import Any

_START: dict[str, Any] = {"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"0")]}
_BODY: dict[str, Any] = {"type": "http.response.body", "body": b""}


async def app(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """Reads the whole body, then answers."""
    if scope["type"] != "http":
        return
    more = True
    while more:
        more = (await receive()).get("more_body", False)
    await send(_START)
    await send(_BODY)
