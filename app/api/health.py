"""Health, readiness and metrics: for whoever runs the process. No token: none of it tells of events."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from app.api import probes
from app.api.parts import Parts, parts_of

router = APIRouter(tags=["health"])

_READY = {"status": "ok", "process": "ok", "store": "ok", "door": "ok", "rules": "ok"}
_DRAINING = {**_READY, "status": "not ready", "process": "draining"}


def _shows(example: Any, **more: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"example": example}}, **more}


@router.get("/healthz", response_model=dict[str, str], responses={200: _shows({"status": "ok"})})
async def healthz() -> JSONResponse:
    """The process lives."""
    return await probes.alive()


@router.get(
    "/readyz",
    response_model=dict[str, str],
    responses={200: _shows(_READY), 503: _shows(_DRAINING, description="Not now; the part that is not `ok` says why.")},
)
async def readyz(parts: Annotated[Parts, Depends(parts_of)]) -> JSONResponse:
    """Whether this process takes work: store, disk and rules. 503 if not, and what is wrong."""
    return await probes.ready(parts)


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
