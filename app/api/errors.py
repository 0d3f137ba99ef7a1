"""Errors as problem+json (RFC 9457): what is wrong and what to do, never a value that was sent."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app.kernel.errors import BadPayload, Overloaded, StoreUnavailable, ValueRefused

MEDIA_TYPE = "application/problem+json"

_FAULT = {"type": "object", "properties": {"where": {"type": "string"}, "what": {"type": "string"}}}
_SCHEMA = {
    "type": "object",
    "required": ["type", "status", "title"],
    "properties": {
        "type": {"type": "string"},
        "status": {"type": "integer"},
        "title": {"type": "string", "description": "What is wrong and what to do."},
        "errors": {"type": "array", "items": _FAULT, "description": "Of 422: each place that does not fit."},
    },
}
_MEANINGS = {
    401: ("No bearer token, or one that nobody knows.", "give a bearer token of SHIPBELL_API_TOKENS"),
    403: ("The token lacks the scope `{}`.", "the token 'dashboard' lacks the scope '{}'"),
    404: ("There is no such thing.", "there is none of this id; it may be older than the retention"),
    409: ("It is not in the state that this needs.", "this delivery is no dead letter"),
    413: ("The body is too large.", "the file is larger than 26214400 bytes"),
    415: ("The body is encoded or a form.", "send the file as it is, without a content encoding"),
    422: ("A parameter or the body does not fit; `errors` says where.", "the request does not fit"),
    503: ("Nothing can be taken or read now: try again.", "the database does not answer, try again"),
}


def refusals(scope: str, *statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route documents beside its answer: 401, 403 and 503 for all that need a scope, and `statuses`."""
    return documented(401, 403, *statuses, 503, scope=scope)


def documented(*statuses: int, scope: str = "") -> dict[int | str, dict[str, Any]]:
    """These statuses with their meaning and an example."""
    found: dict[int | str, dict[str, Any]] = {}
    for status in statuses:
        meaning, title = (text.format(scope) for text in _MEANINGS[status])
        example = {"type": "about:blank", "status": status, "title": title}
        found[status] = {"description": meaning, "content": {MEDIA_TYPE: {"schema": _SCHEMA, "example": example}}}
    return found


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

    @app.exception_handler(ValueRefused)
    async def on_value(_: Request, error: ValueRefused) -> JSONResponse:
        return problem(422, "the database refuses a value of this request")

    @app.exception_handler(Overloaded)
    async def on_overload(_: Request, error: Overloaded) -> JSONResponse:
        return problem(503, "too much is waiting, try again", {"retry-after": "2"})

    @app.exception_handler(StoreUnavailable)
    async def on_store(_: Request, error: StoreUnavailable) -> JSONResponse:
        return problem(503, "the database does not answer, try again", {"retry-after": "2"})

    @app.exception_handler(Exception)
    async def on_defect(_: Request, error: Exception) -> JSONResponse:
        # Starlette raises it on, so it is logged too, and the server then closes the connection: say so.
        return problem(500, "a defect of ours; the log says more", {"connection": "close"})
