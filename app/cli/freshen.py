"""Moves the times in a sample to now, so that it is news and not a repeat."""

import re
from datetime import datetime, timedelta

from app.kernel.clock import to_datetime
from app.kernel.timestamps import parse_timestamp

_ISO = re.compile(rb"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)")


def freshen(body: bytes, now_us: int) -> bytes:
    """The body with every ISO 8601 time moved by the same span, the latest one to now; their form stays."""
    found = [moment for match in _ISO.finditer(body) if (moment := parse_timestamp(match[0].decode()))]
    if not found:
        return body
    span = to_datetime(now_us) - max(found)
    return _ISO.sub(lambda match: _moved(match, span), body)


def _moved(match: re.Match[bytes], span: timedelta) -> bytes:
    moment = datetime.fromisoformat(match[0].decode()) + span
    digits = len(match[1] or b".") - 1
    fraction = f".{moment.microsecond:06d}"[: digits + 1] if digits else ""
    return moment.strftime("%Y-%m-%dT%H:%M:%S").encode() + fraction.encode() + match[2]
