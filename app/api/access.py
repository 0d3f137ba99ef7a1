"""Who may do what: bearer tokens with scopes. Without tokens only this machine gets in (main sees to it)."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.api.parts import Parts, parts_of
from app.kernel.tokens import Token, find_token

_bearer = HTTPBearer(auto_error=False, description="One of SHIPBELL_API_TOKENS.")
_LOCAL = Token("local", frozenset({"read", "operate", "ingest"}), b"")


def allow(scope: str) -> Callable[..., Coroutine[Any, Any, Token]]:
    """A dependency that lets a token with this scope in and returns it: 401 without one, 403 without the scope."""

    async def check(
        request: Request,
        credentials: HTTPAuthorizationCredentials | None = Security(_bearer),  # noqa: B008
    ) -> Token:
        parts: Parts = parts_of(request)
        if not parts.tokens:
            return _LOCAL
        token = find_token(parts.tokens, credentials.credentials) if credentials else None
        if token is None:
            raise HTTPException(401, "give a bearer token of SHIPBELL_API_TOKENS", {"www-authenticate": "Bearer"})
        if scope not in token.scopes:
            raise HTTPException(403, f"the token {token.name!r} lacks the scope {scope!r}")
        return token

    return check
