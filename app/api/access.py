"""Who may do what: bearer tokens with scopes. Without tokens only this machine gets in (main sees to it)."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBasic, HTTPBasicCredentials, HTTPBearer

from app.api.parts import parts_of
from app.kernel.tokens import SCOPES, Token, find_token

_bearer = HTTPBearer(auto_error=False, description="One of SHIPBELL_API_TOKENS.")
_basic = HTTPBasic(auto_error=False)
_LOCAL = Token("local", SCOPES, b"")
_BEARER = {"www-authenticate": "Bearer"}
_BASIC = {"www-authenticate": 'Basic realm="Shipbell: any name, and an API token as the password"'}


def allow(scope: str) -> Callable[..., Coroutine[Any, Any, Token]]:
    """A dependency that lets a token with this scope in and returns it: 401 without one, 403 without the scope."""

    async def check(
        request: Request,
        credentials: HTTPAuthorizationCredentials | None = Security(_bearer),  # noqa: B008
    ) -> Token:
        return _known(request, credentials.credentials if credentials else None, scope, _BEARER)

    return check


def allow_person(scope: str) -> Callable[..., Coroutine[Any, Any, Token]]:
    """The same for a page: a browser sends no bearer token by itself, but asks for a name and a password.

    Pages only show something, so it does not matter that a browser then sends the password unasked.
    """

    async def check(
        request: Request,
        bearer: HTTPAuthorizationCredentials | None = Security(_bearer),  # noqa: B008
        basic: HTTPBasicCredentials | None = Security(_basic),  # noqa: B008
    ) -> Token:
        given = bearer.credentials if bearer else basic.password if basic else None
        return _known(request, given, scope, _BASIC)

    return check


def _known(request: Request, given: str | None, scope: str, challenge: dict[str, str]) -> Token:
    """The token that was given, if it has the scope. Raises 401 with the `challenge`, or 403."""
    tokens = parts_of(request).tokens
    if not tokens:
        return _LOCAL
    said_once = len(request.headers.getlist("authorization")) == 1  # two may differ: nothing to choose from
    token = find_token(tokens, given) if given and said_once else None
    if token is None:
        raise HTTPException(401, "give a bearer token of SHIPBELL_API_TOKENS", challenge)
    if scope not in token.scopes:
        raise HTTPException(403, f"the token {token.name!r} lacks the scope {scope!r}")
    return token
