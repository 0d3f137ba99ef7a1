"""The door of the webhooks: guard, verify, commit, 202. A bare ASGI app beside FastAPI's machinery.

Answers are a contract with the senders (reliability matters more than grammar): our own faults are 503
with Retry-After, never 429 or another 4xx, because Bitbucket retries only 5xx and GitLab switches hooks off.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import orjson

from app import telemetry
from app.ingest.committer import Committer
from app.ingest.refusals import Refusals
from app.kernel.clock import Clock, monotonic
from app.kernel.errors import Overloaded, StoreUnavailable, Unauthorized
from app.kernel.ids import new_id
from app.sources import Inbound, Source
from app.store.receipts import NewReceipt

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PREFIX = "/hooks/"
_ALWAYS_KEPT = frozenset({"content-type", "user-agent"})
_FORMS = ("multipart/", "application/x-www-form-urlencoded")
_KEY_LIMIT = 100
_ORIGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
"""A name of DNS."""


@dataclass(frozen=True, slots=True)
class OpenSource:
    """A source that has its secrets: only such a one has a door."""

    source: Source
    secrets: tuple[bytes, ...]
    open_to_all: bool = False


class Refused(Exception):
    """An answer other than 202: status, what is said, and the metric's reason."""

    def __init__(self, status: int, detail: str, reason: str, **headers: str) -> None:
        super().__init__(detail)
        self.status, self.detail, self.reason, self.headers = status, detail, reason, headers


def unauthorized() -> Refused:
    """The same answer for every reason. Made anew each time: one that is raised again keeps every frame it passed."""
    return Refused(401, "the request does not prove who sent it", "unauthorized")


class HookDoor:
    """A bare ASGI app for `/hooks/{source}` and `/hooks/{source}/{token}`."""

    def __init__(
        self,
        *,
        sources: Mapping[str, OpenSource],
        committer: Committer,
        clock: Clock,
        max_body: int,
        shut: Callable[[], str | None],
    ) -> None:
        self._sources, self._committer, self._clock = sources, committer, clock
        self._max_body, self._shut = max_body, shut
        self._refusals = Refusals()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name, slash, token = scope["path"][len(PREFIX) :].partition("/")
        found = self._sources.get(name) if token or not slash else None  # `/hooks/name/` is not `/hooks/name`
        label = found.source.name if found else "unknown"
        try:
            await self._take(scope, receive, send, found, token)
        except Refused as refused:
            telemetry.REJECTED.labels(label, refused.reason).inc()
            self._refusals.tell(label, refused.reason, monotonic())
            await _refuse(send, refused)

    async def _take(self, scope: Scope, receive: Receive, send: Send, found: OpenSource | None, token: str) -> None:
        began = monotonic()
        if found is None or (bool(token) is not found.source.scheme.in_path and not found.open_to_all):
            raise Refused(404, "there is no such source", "unknown_source")
        if scope["method"] != "POST":
            return await _other_method(scope, send, found, token, self._max_body)
        headers = _headers(scope, found, self._max_body)
        body = await _body(receive, self._max_body)
        key_index = _verify(found, headers, body, token)
        reason = self._shut()
        if reason:
            raise Refused(503, "not taking requests now, try again", reason, **{"retry-after": "30"})
        receipt = new_receipt(found.source, headers, body, key_index, self._clock())
        try:
            accepted = await self._committer.submit(receipt)
        except (Overloaded, StoreUnavailable) as error:
            reason = "overloaded" if isinstance(error, Overloaded) else "unavailable"
            raise Refused(503, "could not be stored, try again", reason, **{"retry-after": "2"}) from None
        await _respond(send, accepted.receipt, b"duplicate" if accepted.duplicate else b"accepted")
        telemetry.ACK_SECONDS.observe(monotonic() - began)
        return None


def new_receipt(source: Source, headers: Mapping[str, str], body: bytes, key_index: int, now: int) -> NewReceipt:
    """A receipt of a verified request, with the key that tells its repeats."""
    kept = {name: value for name, value in headers.items() if name in _ALWAYS_KEPT or name in source.keeps}
    key = source.dedupe(Inbound(kept, body))
    if not key or len(key) > _KEY_LIMIT or not key.isprintable():
        key = f"body:{hashlib.blake2b(body, digest_size=16).hexdigest()}"
    # The key decides; the checksum only tells of a repeat whether it says the same, so that a quick one will do.
    checksum = f"{crc32(body):08x}"
    return NewReceipt(new_id(now), source.name, key, now, orjson.dumps(kept).decode(), body, checksum, key_index)


def _headers(scope: Scope, found: OpenSource, max_body: int) -> dict[str, str]:
    """The request's headers by lower-case name. A name given twice keeps neither: nothing to choose from."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    if len(headers) < len(scope["headers"]):
        times = Counter(name.decode("latin-1") for name, _ in scope["headers"])
        headers = {name: value if times[name] == 1 else "" for name, value in headers.items()}
    if headers.get("content-encoding", "identity") != "identity":
        raise Refused(415, "send the body as it is, without a content encoding", "encoding")
    if headers.get("content-type", "").lower().startswith(_FORMS):
        raise Refused(415, "send the body itself, not a form", "encoding")
    if int(headers.get("content-length") or 0) > max_body:
        raise Refused(413, f"the body is larger than {max_body} bytes", "too_large")
    return headers


async def _body(receive: Receive, limit: int) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    if message.get("more_body"):
        pieces, size = [body], len(body)
        while message.get("more_body"):
            message = await receive()
            piece = message.get("body", b"")
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                break
        body = b"".join(pieces)
    if message["type"] == "http.disconnect":
        raise Refused(400, "the connection ended before the body", "timeout")
    if len(body) > limit:
        raise Refused(413, f"the body is larger than {limit} bytes", "too_large")
    return body


def _verify(found: OpenSource, headers: Mapping[str, str], body: bytes, token: str) -> int:
    if found.open_to_all:
        return -1
    try:
        return found.source.scheme.verify(headers, body, token, found.secrets)
    except Unauthorized:
        raise unauthorized() from None


async def _other_method(scope: Scope, send: Send, found: OpenSource, token: str, max_body: int) -> None:
    if scope["method"] == "OPTIONS" and found.source.handshake:
        return await _agree(send, found, _headers(scope, found, max_body), token)
    if scope["method"] == "HEAD" and found.source.probe:
        try:
            found.source.scheme.verify({}, b"", token, found.secrets)
        except Unauthorized:
            raise Refused(404, "there is no such source", "unknown_source") from None
        return await _answer(send, 200, b"", {})
    allow = "POST, HEAD" if found.source.probe else "POST"
    raise Refused(405, "send a POST", "method", allow=allow)


async def _agree(send: Send, found: OpenSource, headers: Mapping[str, str], token: str) -> None:
    """Agree to be sent CloudEvents, to whoever has the secret: an origin that is not named could be anybody.

    https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md#4-abuse-protection
    """
    _verify(found, headers, b"", token)
    origin = headers.get("webhook-request-origin", "")
    if not _ORIGIN.fullmatch(origin):
        raise Refused(400, "WebHook-Request-Origin is to name who asks", "method")
    # How much we take is said by 503 and Retry-After when it is too much.
    rate = {"webhook-allowed-rate": "*"} if "webhook-request-rate" in headers else {}
    await _answer(send, 200, b"", {"allow": "POST", "webhook-allowed-origin": origin, **rate})


async def _respond(send: Send, receipt: str, outcome: bytes) -> None:
    body = b'{"receipt":"%s","outcome":"%s"}' % (receipt.encode(), outcome)
    await send({"type": "http.response.start", "status": 202, "headers": [
        (b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]})  # fmt: skip
    await send({"type": "http.response.body", "body": body})


async def _refuse(send: Send, refused: Refused) -> None:
    problem = {"type": "about:blank", "status": refused.status, "title": refused.detail}
    headers = dict(refused.headers)
    if refused.status in (408, 413):  # what is left of the body is not read, so the connection cannot go on
        headers["connection"] = "close"
    await _answer(send, refused.status, orjson.dumps(problem), headers)


async def _answer(send: Send, status: int, body: bytes, headers: Mapping[str, str]) -> None:
    lines = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", b"%d" % len(body)),
        *((name.encode(), value.encode()) for name, value in headers.items()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": body})
