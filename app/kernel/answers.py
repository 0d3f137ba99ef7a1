"""What the answer to a delivery means: verdicts, the closed list of reasons, the table of status codes."""

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import NamedTuple

from app.kernel.clock import SECOND, to_us
from app.kernel.wire import Answer, WireFault

LONGEST_PAUSE = 3600.0
"""Seconds; a longer Retry-After is cut to it."""

_SECONDS = re.compile(r"[0-9]+")


class Verdict(StrEnum):
    """What came of one attempt, and so what is done next (`app/delivery/retry.py`)."""

    DELIVERED = "delivered"
    RETRY = "retry"
    THROTTLED = "throttled"
    AMBIGUOUS = "ambiguous"
    TOO_LARGE = "too_large"
    PERMANENT = "permanent"
    BROKEN = "broken"


REASONS = frozenset(
    [
        "ok",
        "dns",
        "connect",
        "tls",
        "timeout",
        "reset",
        "protocol",
        "blocked_address",
        "error_body",
        "no_url",
        "authorization",
        "http_3xx",
        "http_400",
        "http_401",
        "http_403",
        "http_404",
        "http_408",
        "http_410",
        "http_413",
        "http_425",
        "http_429",
        "http_4xx",
        "http_5xx",
        "flow_disabled",
        "flow_schema",
        "flow_not_found",
        "lease_lost",
        "expired",
        "cancelled",
        "exhausted",
        "render",
        "too_old",
        "unsuitable",
    ]
)
"""The closed list of reasons: what an attempt's record, a metric and a log line may say."""


class Outcome(NamedTuple):
    """What came of one attempt. `retry_after` is in seconds, as the other side asked, or None."""

    verdict: Verdict
    reason: str = "ok"
    status: int | None = None
    retry_after: float | None = None


DELIVERED = Outcome(Verdict.DELIVERED)

_BY_STATUS = {
    400: Verdict.PERMANENT,
    401: Verdict.BROKEN,
    403: Verdict.BROKEN,
    404: Verdict.BROKEN,
    408: Verdict.RETRY,
    410: Verdict.BROKEN,
    413: Verdict.TOO_LARGE,
    425: Verdict.RETRY,
    429: Verdict.THROTTLED,
}
_BY_CLASS = {
    # We follow no redirect, and every message to this channel would meet the same one.
    3: (Verdict.BROKEN, "http_3xx"),
    4: (Verdict.PERMANENT, "http_4xx"),
    5: (Verdict.RETRY, "http_5xx"),
}


def by_status(status: int) -> tuple[Verdict, str]:
    """The verdict and the reason that a status code alone gives."""
    if 200 <= status < 300:
        return Verdict.DELIVERED, "ok"
    if status in _BY_STATUS:
        return _BY_STATUS[status], f"http_{status}"
    # 1xx as a final answer, or 600 and more: not HTTP, and nobody knows what was done with the body.
    return _BY_CLASS.get(status // 100, (Verdict.AMBIGUOUS, "protocol"))


def judge(answer: Answer, now: int) -> Outcome:
    """What an HTTP answer means. `now` is in µs, for a Retry-After that is a date."""
    verdict, reason = by_status(answer.status)
    return Outcome(verdict, reason, answer.status, pause(answer.headers, now) if answer.status >= 400 else None)


def judge_fault(fault: WireFault) -> Outcome:
    """What it means that no answer came."""
    if fault.reason == "blocked_address":
        return Outcome(Verdict.BROKEN, fault.reason)
    return Outcome(Verdict.AMBIGUOUS if fault.sent else Verdict.RETRY, fault.reason)


def pause(headers: Mapping[str, str], now: int) -> float | None:
    """`Retry-After` in seconds, 0 to 3600, or None when it is missing, negative, past or garbage.

    A date is measured against the answer's own `Date`, so that neither clock has to be right;
    without one against `now` (µs). https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
    """
    value = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(value):
        return LONGEST_PAUSE if len(value) > 9 else min(float(value), LONGEST_PAUSE)
    until = _date(value)
    if until is None:
        return None
    since = _date(headers.get("date", ""))
    seconds = (until - (now if since is None else since)) / SECOND
    return min(seconds, LONGEST_PAUSE) if seconds > 0 else None


def _date(text: str) -> int | None:
    try:
        moment = parsedate_to_datetime(text)
        return to_us(moment if moment.tzinfo else moment.replace(tzinfo=UTC))  # `-0000` is UTC too
    except (ValueError, OverflowError):
        return None
