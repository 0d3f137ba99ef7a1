"""Moves the times in a sample to now, so that it is news and not a repeat."""

import re
from datetime import datetime, timedelta

from app.kernel.clock import to_datetime
from app.kernel.timestamps import parse_timestamp

# ISO 8601, as GitLab writes it (a blank before the zone, or `UTC`); as values of JSON milliseconds and nanoseconds, and
# seconds as a text.
_TIME = re.compile(
    rb"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?(?:Z|UTC|[+-]\d\d:?\d\d))"
    rb"|(?<=:)(1\d{12}|1\d{18})(?=[,}])|(?<=:\")(1\d{9})(?=\")"
)
_MILLISECOND, _SECOND = timedelta(milliseconds=1), timedelta(seconds=1)


def freshen(body: bytes, now_us: int) -> bytes:
    """The body with every time moved by the same span, the latest one to now; their form stays."""
    found = [moment for match in _TIME.finditer(body) if (moment := parse_timestamp(match[0].decode()))]
    if not found:
        return body
    span = to_datetime(now_us) - max(found)
    return _TIME.sub(lambda match: _moved(match, span), body)


def _moved(match: re.Match[bytes], span: timedelta) -> bytes:
    if match[4]:
        return b"%d" % (int(match[4]) + span // _SECOND)
    if match[3]:
        return b"%d" % (int(match[3]) + span // _MILLISECOND * (1 if len(match[3]) == 13 else 10**6))
    text = match[0].decode()
    moment = datetime.fromisoformat(text.replace(" UTC", "Z")) + span
    digits = len(match[1] or b".") - 1
    fraction = f".{moment.microsecond:06d}"[: digits + 1] if digits else ""
    return (moment.strftime(f"%Y-%m-%d{text[10]}%H:%M:%S") + fraction).encode() + match[2]
