"""What an upstream answered, read with limits: its status, its JSON, and what it says of its own limits."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, TypeVar

import httpx
from pydantic import BeforeValidator, TypeAdapter, ValidationError

from app.clients.faults import ApiFault
from app.kernel.errors import BadPayload
from app.kernel.json import loads
from app.kernel.shapes import path_of
from app.kernel.timestamps import parse_timestamp

T = TypeVar("T")

Moment = Annotated[datetime | None, BeforeValidator(parse_timestamp)]
"""A time in any form that vendors use; None for what says none."""

_READERS: dict[object, TypeAdapter[Any]] = {}

MAX_FAULT = 16 * 1024
"""Bytes of an error's body that are read for what it says."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: `headers` have lower-case names, `value` is its JSON."""

    status: int
    headers: Mapping[str, str]
    value: Any


async def body_of(response: httpx.Response, longest: int) -> bytes:
    """The whole body. Raises BadPayload when it is longer than `longest` bytes."""
    body = bytearray()
    async for chunk in chunks_of(response, longest):
        body += chunk
    return bytes(body)


async def chunks_of(response: httpx.Response, longest: int) -> AsyncIterator[bytes]:
    """The body as it comes. Raises BadPayload when it is longer than `longest` bytes, or no JSON by its own word."""
    if "html" in response.headers.get("content-type", "").lower():
        raise BadPayload("an HTML page instead of JSON")
    read = 0
    async for chunk in response.aiter_bytes():
        read += len(chunk)
        if read > longest:
            raise BadPayload(f"an answer of more than {longest} bytes")
        yield chunk


def parsed(body: bytes) -> Any:
    """The JSON of a body. Raises BadPayload, and says so when it is a page for people."""
    if body.lstrip()[:1] == b"<":
        raise BadPayload("an HTML page instead of JSON")
    return loads(body)


async def complaint(response: httpx.Response) -> tuple[str, tuple[str, ...]]:
    """What an error's body says in words, and the revisions that it names as unknown; both empty when it says nothing.

    Bitbucket: `error.message` and `data.shas`; Jira: `errorMessages`; Argo CD: `message`.
    """
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > MAX_FAULT:
            return "", ()
    try:
        said = loads(bytes(body))
    except BadPayload:
        return "", ()
    if not isinstance(said, dict):
        return "", ()
    error, data, messages = said.get("error"), said.get("data"), said.get("errorMessages")
    words = error.get("message") if isinstance(error, dict) else None
    words = words or (messages[0] if isinstance(messages, list) and messages else None) or said.get("message")
    shas = data.get("shas") if isinstance(data, dict) else None
    return words if isinstance(words, str) else "", tuple(map(str, shas)) if isinstance(shas, list) else ()


def retry_after(headers: Mapping[str, str]) -> float | None:
    """`Retry-After` in seconds; a date is measured against the answer's own `Date`. None when it says nothing.

    https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
    """
    value = headers.get("retry-after", "").strip()
    if value.isdecimal() and value.isascii():
        return float(value[:9])
    until, since = _date(value), _date(headers.get("date", ""))
    return max(0.0, (until - since).total_seconds()) if until and since else None


def read(shape: type[T], value: Any, upstream: str) -> T:
    """The value in the shape that we use. Raises `integration_error` with the first place that does not fit."""
    try:
        fitting: T = _reader(shape).validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        detail = f"{path_of(first['loc']) or 'the answer'}: {first['msg']}"
        raise ApiFault("integration_error", upstream, detail) from None
    return fitting


def _reader(shape: Any) -> TypeAdapter[Any]:
    """Made when the first answer of its kind comes: all of them would take a tenth of a second of every start."""
    if shape not in _READERS:
        _READERS[shape] = TypeAdapter(shape)
    return _READERS[shape]


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)  # `-0000` is UTC too
