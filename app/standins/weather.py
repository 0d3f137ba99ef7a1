"""What lies between a caller and a stand-in: counting, latency, and the faults that are switched on."""

import asyncio
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.standins.answers import answer
from app.standins.bitbucket.listing import error
from app.standins.incidents import STRANGERS
from app.standins.story.seed import Seed
from app.standins.switches import UPSTREAMS, Standing, Upstream

_LIMIT = "Rate limit for this resource has been exceeded"
_NEAR = 0.8
_BROKEN = ((500, "Internal Server Error"), (502, "Bad Gateway"), (503, "Service Unavailable"))
_PAGE = "<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Sign in to continue</h1></body></html>"


class Weather:
    """An ASGI application around the stand-ins. `service_of` tells which service a path is about (`-`: none)."""

    def __init__(self, inner: ASGIApp, standing: Standing, seed: str, service_of: Callable[[str, str], str]) -> None:
        self._inner, self._standing, self._seed, self._service_of = inner, standing, Seed(seed), service_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the call, wait, then let it through or answer in its place."""
        found = str(scope.get("path", "")).split("/")[1:2]
        upstream = next((name for name in UPSTREAMS if [name] == found or [f"{name}-dc"] == found), None)
        if scope["type"] != "http" or upstream is None:
            await self._inner(scope, receive, send)
            return
        standing, service = self._standing, self._service_of(upstream, scope["path"])
        standing.calls[upstream][service] += 1
        standing.answered += 1
        number, switches = standing.answered, standing.switches
        if switches.hanging and switches.hanging == service:
            await _until_gone(receive)
            return
        if switches.latency:
            await asyncio.sleep(switches.latency)
        known = any(name == b"authorization" for name, _ in scope["headers"])
        fault = self._fault(upstream, number, known=known)
        if fault is None:
            await self._inner(scope, receive, self._with_limits(scope, send) if upstream == "bitbucket" else send)
        else:
            await fault(scope, receive, send)

    def _fault(self, upstream: Upstream, number: int, *, known: bool) -> Response | None:
        """The answer in place of the stand-in's own, if one is switched on."""
        switches = self._standing.switches
        if switches.throttle_every and number % switches.throttle_every == 0:
            return self._throttled(upstream)
        if self._seed.below(1_000_000, "error", number) < switches.error_rate * 1_000_000:
            status, text = self._seed.pick(_BROKEN, "kind", number)
            return answer({"message": text}, status)
        if upstream in switches.html:
            return Response(_PAGE, 200, media_type="text/html")
        if upstream == "bitbucket" and switches.budget and self._standing.total("bitbucket") > switches.budget:
            return self._throttled(upstream)
        if upstream != "jira" and (not known or upstream in switches.expired):
            return _stranger(upstream)
        return None

    def _throttled(self, upstream: Upstream) -> Response:
        after = self._standing.switches.retry_after
        headers = {"Retry-After": after} if after else {}
        if upstream == "bitbucket":
            found = error(429, _LIMIT)
            found.headers.update(headers)
            return found
        if upstream == "jira":
            headers |= {
                "X-RateLimit-Limit": "100",
                "X-RateLimit-Remaining": "0",
                "RateLimit-Reason": "jira-burst-based",
            }
        return answer({"message": "Too many requests"}, 429, headers)

    def _with_limits(self, scope: Scope, send: Send) -> Send:
        """Only access tokens (Bearer) are told of their limits, and never how much is left."""
        if not any(name == b"authorization" and value[:7] == b"Bearer " for name, value in scope["headers"]):
            return send
        budget = self._standing.switches.budget or 1000
        near = self._standing.total("bitbucket") >= budget * _NEAR if self._standing.switches.budget else False

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    (b"x-ratelimit-limit", str(budget).encode()),
                    (b"x-ratelimit-resource", b"api-repositories"),
                    (b"x-ratelimit-nearlimit", str(near).lower().encode()),
                ]
            await send(message)

        return told


def _stranger(upstream: Upstream) -> Response:
    """What a missing or expired token is answered; Jira says it in headers of its own."""
    if upstream == "bitbucket":
        return error(401, "Token is invalid, expired, or not supported for this endpoint.")
    if upstream == "argocd":
        text = "invalid session: token has invalid claims: token is expired"
        return answer({"error": text, "code": 16, "message": text}, 401)
    if upstream in STRANGERS:
        return answer(STRANGERS[upstream], 401)
    return Response("Unauthorized\n", 401, {"WWW-Authenticate": 'Basic realm="git"'}, "text/plain")


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
