"""Health, readiness, metrics, and how doors, rules and channels stand."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client.exposition import choose_encoder

from app.api.access import allow
from app.api.parts import Parts, parts_of
from app.kernel.clock import iso
from app.kernel.errors import StoreUnavailable
from app.store import status
from app.telemetry import REGISTRY

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process lives."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(parts: Annotated[Parts, Depends(parts_of)]) -> JSONResponse:
    """Whether this process takes work: store, disk and rules. 503 if not, and what is wrong."""
    checks = {
        "process": "draining" if parts.draining.is_set() else "ok",
        "store": "ok",
        "door": parts.shut() or "ok",
        "rules": "ok" if parts.rules.now.rev else "none",
    }
    try:
        await parts.database.read(status.ping)
    except StoreUnavailable:
        checks["store"] = "unavailable"
    ready = all(value == "ok" for value in checks.values())
    return JSONResponse({"status": "ok" if ready else "not ready", **checks}, 200 if ready else 503)


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """What Prometheus scrapes, in the format that it asks for."""
    encode, content_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(REGISTRY), media_type=content_type)


@router.get("/api/v1/rules", dependencies=[Depends(allow("read"))])
async def rules(parts: Annotated[Parts, Depends(parts_of)]) -> dict[str, Any]:
    """The rules in force, and what was wrong with the last change if it was refused."""
    state = parts.rules.now
    return {
        "rev": state.rev,
        "loaded_at": iso(state.loaded_at),
        "problems": list(state.problems),
        "rules": [rule.name for rule in parts.book().rules.rules],
        "sources": dict(parts.doors),
    }


@router.get("/api/v1/channels", dependencies=[Depends(allow("read"))])
async def channels(parts: Annotated[Parts, Depends(parts_of)]) -> dict[str, Any]:
    """Every channel: its kind, whether it is paused or broken, and how much waits."""
    states = await parts.database.read(status.channels)
    kinds = parts.channels()
    return {"items": [{"name": name, "kind": kind, **states.get(name, {})} for name, kind in kinds.items()]}
