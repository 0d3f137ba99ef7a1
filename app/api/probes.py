"""Liveness and readiness: what is asked often, and first of all, so it waits for nothing else of the API."""

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.responses import JSONResponse

from app.api.parts import Parts
from app.kernel.errors import StoreUnavailable


async def alive() -> JSONResponse:
    """The process lives."""
    return JSONResponse({"status": "ok"})


async def ready(parts: Parts) -> JSONResponse:
    """Whether this process takes work: store, disk and rules. 503 if not, and what is wrong."""
    checks = {
        "process": "draining" if parts.draining.is_set() else "ok",
        "store": "unavailable" if parts.committer.failing else "ok",
        "door": parts.shut() or "ok",
        "rules": "ok" if parts.rules.now.rev else "none",
    }
    try:
        await parts.database.ping()
    except StoreUnavailable:
        checks["store"] = "unavailable"
    well = all(value == "ok" for value in checks.values())
    return JSONResponse({"status": "ok" if well else "not ready", **checks}, 200 if well else 503)


def probes(parts: Parts) -> dict[str, Callable[[], Awaitable[JSONResponse]]]:
    """The probes by their paths."""
    return {"/healthz": alive, "/readyz": partial(ready, parts)}
