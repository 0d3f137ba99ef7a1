"""One tolerant reader for every time format that the vendors send."""

from datetime import UTC, datetime
from typing import Any

from app.kernel.clock import to_datetime

# Thresholds by magnitude: seconds reach 1e11 in the year 5138, milliseconds lie between, then µs, then ns.
_MS_FROM, _US_FROM, _NS_FROM = 10**11, 10**14, 10**17
_EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)


def parse_timestamp(value: Any) -> datetime | None:
    """A vendor's time as an aware UTC datetime, or None when it says nothing usable.

    Takes ISO 8601 (with `Z`, `+00:00`, `+0000`, a blank before the zone or none, more than six decimals),
    GitLab's `2016-08-12 15:23:28 UTC`, and epoch seconds, ms, µs or ns as a number or its digits.
    A time without a zone is read as UTC. Go's zero time and anything before 1971 is None.
    """
    if isinstance(value, datetime):
        if value.tzinfo is UTC and value >= _EARLIEST:
            return value
        return _plausible(value if value.tzinfo else value.replace(tzinfo=UTC))
    if isinstance(value, str):
        text = value.strip()
        if not text or len(text) > 64:
            return None
        if not text.isdecimal():
            return _from_text(text)
        value = int(text)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return _from_epoch(value)


def _from_text(text: str) -> datetime | None:
    if text.endswith(" UTC"):
        text = text[:-4] + "Z"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            moment = datetime.fromisoformat(text.replace(" ", "T", 1).replace(" ", ""))
        except ValueError:
            return None
    return _plausible(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _from_epoch(number: float) -> datetime | None:
    if number != number or abs(number) >= 10**20:
        return None
    scale = 10**6 if number < _MS_FROM else 10**3 if number < _US_FROM else 1 if number < _NS_FROM else 0
    us = int(number * scale) if scale else int(number) // 1000
    try:
        return _plausible(to_datetime(us))
    except OverflowError:
        return None


def _plausible(moment: datetime) -> datetime | None:
    try:
        moment = moment.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return moment if moment >= _EARLIEST else None
