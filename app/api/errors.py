"""Errors as problem+json (RFC 9457): what is wrong and what to do, never a value that was sent."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app.kernel.errors import BadPayload, Overloaded, StoreUnavailable

MEDIA_TYPE = "application/problem+json"


def problem(status: int, title: str, headers: dict[str, str] | None = None, **more: Any) -> JSONResponse:
    """An answer of problem+json."""
    body = {"type": "about:blank", "status": status, "title": title, **more}
    return JSONResponse(body, status, headers=headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Make every error of the API an answer of problem+json."""

    @app.exception_handler(HTTPException)
    async def on_http(_: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, str(error.detail), dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    async def on_validation(_: Request, error: RequestValidationError) -> JSONResponse:
        wrong = [{"where": ".".join(str(part) for part in item["loc"]), "what": item["msg"]} for item in error.errors()]
        return problem(422, "the request does not fit", errors=wrong)

    @app.exception_handler(BadPayload)
    async def on_payload(_: Request, error: BadPayload) -> JSONResponse:
        return problem(422, str(error))

    @app.exception_handler(Overloaded)
    async def on_overload(_: Request, error: Overloaded) -> JSONResponse:
        return problem(503, "too much is waiting, try again", {"retry-after": "2"})

    @app.exception_handler(StoreUnavailable)
    async def on_store(_: Request, error: StoreUnavailable) -> JSONResponse:
        return problem(503, "the database does not answer, try again", {"retry-after": "2"})
