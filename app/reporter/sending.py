"""Posts to the service, within a budget: nothing that happens on the way may hold up a pipeline."""

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from time import sleep
from urllib.parse import urlsplit

from app.kernel.clock import monotonic

TRIES = 3
PAUSE = 0.5
"""Seconds before a second try; doubled for the third."""
LONGEST_TRY = 4.0
"""Seconds that a try may take: what hangs leaves time for another one."""
LONGEST_ANSWER = 256 << 10
"""Bytes of an answer that are read."""
_HEADERS = {"User-Agent": "shipbell-report", "Connection": "close"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `status` 0 when nothing did, and then `text` says why. Never holds the URL or a token."""

    status: int
    text: str

    @property
    def taken(self) -> bool:
        """Whether the service has it."""
        return 200 <= self.status < 300


def post(url: str, body: bytes, headers: Mapping[str, str], until: float) -> Answer:
    """Post until it is taken or refused, or the time is up (`until`: seconds of the monotonic clock)."""
    return _ask("POST", url, body, headers, until)


def get(url: str, headers: Mapping[str, str], until: float) -> Answer:
    """Get, with the same patience."""
    return _ask("GET", url, None, headers, until)


def _ask(method: str, url: str, body: bytes | None, headers: Mapping[str, str], until: float) -> Answer:
    answer = Answer(0, "there was no time")
    pause = PAUSE
    for tries in range(TRIES):
        left = until - monotonic()
        if left <= 0 or (tries and left <= pause):
            break
        if tries:
            sleep(pause)
            pause *= 2
        answer = _try(method, url, body, headers, min(until - monotonic(), LONGEST_TRY))
        if answer.status and answer.status < 500 and answer.status != 429:
            break
    return answer


def _try(method: str, url: str, body: bytes | None, headers: Mapping[str, str], seconds: float) -> Answer:
    try:
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection = _connection(parts.scheme, parts.hostname or "", parts.port, seconds)
        try:
            connection.request(method, path, body, {**_HEADERS, **headers})
            response = connection.getresponse()
            return Answer(response.status, response.read(LONGEST_ANSWER).decode("utf-8", "replace"))
        finally:
            connection.close()
    except (OSError, ValueError, http.client.HTTPException) as error:
        return Answer(0, type(error).__name__)  # its text may hold the URL or a header


def _connection(scheme: str, host: str, port: int | None, seconds: float) -> http.client.HTTPConnection:
    """Straight to the service: no proxy from the environment, and no redirect is ever followed with the token."""
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=seconds, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=seconds)
