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


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `status` 0 when nothing did, and then `text` says why. Never holds the URL or a token."""

    status: int
    text: str


def post(url: str, body: bytes, headers: Mapping[str, str], until: float) -> Answer:
    """Post until it is taken or refused, or the time is up (`until`: seconds of the monotonic clock)."""
    answer = Answer(0, "there was no time")
    pause = PAUSE
    for _ in range(TRIES):
        left = until - monotonic()
        if left <= 0:
            break
        answer = _try(url, body, headers, left)
        if answer.status and answer.status < 500 and answer.status != 429:
            break
        sleep(max(0.0, min(pause, until - monotonic())))
        pause *= 2
    return answer


def _try(url: str, body: bytes, headers: Mapping[str, str], seconds: float) -> Answer:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection = (
            http.client.HTTPSConnection(host, port, timeout=seconds, context=ssl.create_default_context())
            if parts.scheme == "https"
            else http.client.HTTPConnection(host, port, timeout=seconds)
        )
        try:
            connection.request("POST", path, body, dict(headers))
            response = connection.getresponse()
            return Answer(response.status, response.read(4096).decode("utf-8", "replace"))
        finally:
            connection.close()
    except (OSError, ValueError, http.client.HTTPException) as error:
        return Answer(0, type(error).__name__)
