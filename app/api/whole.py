"""The API as a whole: FastAPI with every route, its metrics and its limits."""

from importlib.metadata import version

from fastapi import FastAPI
from prometheus_fastapi_instrumentator import Instrumentator

from app import telemetry
from app.api import routes
from app.api.limits import BoundedBodies
from app.api.parts import Parts


def whole_api(parts: Parts, max_body: int) -> FastAPI:
    """The API over these parts; it takes bodies of up to `max_body` bytes."""
    api = FastAPI(
        title="Shipbell",
        version=version("shipbell"),
        description=routes.DESCRIPTION,
        openapi_tags=routes.TAGS,
        redirect_slashes=False,
    )
    api.state.parts = parts
    routes.install(api)
    Instrumentator(excluded_handlers=["/metrics", "/healthz", "/readyz"], registry=telemetry.REGISTRY).instrument(api)
    api.add_middleware(BoundedBodies, limit=max_body)
    return api
