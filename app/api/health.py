"""Health, readiness and metrics: for whoever runs the process. No token: none of it tells of events."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from app.api.parts import Parts, parts_of
from app.kernel.errors import StoreUnavailable

router = APIRouter(tags=["health"])

_READY = {"status": "ok", "process": "ok", "store": "ok", "door": "ok", "rules": "ok"}
_DRAINING = {**_READY, "status": "not ready", "process": "draining"}


def _shows(example: Any, **more: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"example": example}}, **more}


@router.get("/healthz", response_model=dict[str, str], responses={200: _shows({"status": "ok"})})
async def healthz() -> JSONResponse:
    """The process lives."""
    return JSONResponse({"status": "ok"})


@router.get(
    "/readyz",
    response_model=dict[str, str],
    responses={200: _shows(_READY), 503: _shows(_DRAINING, description="Not now; the part that is not `ok` says why.")},
)
async def readyz(parts: Annotated[Parts, Depends(parts_of)]) -> JSONResponse:
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
    ready = all(value == "ok" for value in checks.values())
    return JSONResponse({"status": "ok" if ready else "not ready", **checks}, 200 if ready else 503)


def probes(parts: Parts) -> dict[str, Callable[[], Awaitable[JSONResponse]]]:
    """What a probe asks often, and first of all, by its path."""
    return {"/healthz": healthz, "/readyz": partial(readyz, parts)}


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        200: {
            "description": "The exposition.",
            "content": {"text/plain": {"example": 'webhook_events_received_total{source="bitbucket"} 42.0'}},
        }
    },
)
async def metrics(request: Request, parts: Annotated[Parts, Depends(parts_of)]) -> Response:
    """What Prometheus scrapes, in the format that it asks for."""
    body, content_type = await parts.exporter.scrape(request.headers.get("accept", ""))
    return Response(body, media_type=content_type)
