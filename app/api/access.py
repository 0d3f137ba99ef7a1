"""Who may do what: bearer tokens with scopes. Without tokens only this machine gets in (main sees to it)."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.api.parts import parts_of
from app.kernel.tokens import SCOPES, Token, find_token

_bearer = HTTPBearer(auto_error=False, description="One of SHIPBELL_API_TOKENS.")
_LOCAL = Token("local", SCOPES, b"")


def allow(scope: str) -> Callable[..., Coroutine[Any, Any, Token]]:
    """A dependency that lets a token with this scope in and returns it: 401 without one, 403 without the scope."""

    async def check(
        request: Request,
        credentials: HTTPAuthorizationCredentials | None = Security(_bearer),  # noqa: B008
    ) -> Token:
        tokens = parts_of(request).tokens
        if not tokens:
            return _LOCAL
        said_once = len(request.headers.getlist("authorization")) == 1  # two may differ: nothing to choose from
        token = find_token(tokens, credentials.credentials) if credentials and said_once else None
        if token is None:
            raise HTTPException(401, "give a bearer token of SHIPBELL_API_TOKENS", {"www-authenticate": "Bearer"})
        if scope not in token.scopes:
            raise HTTPException(403, f"the token {token.name!r} lacks the scope {scope!r}")
        return token

    return check
