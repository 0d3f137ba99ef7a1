"""Messages of Bitbucket Data Center for the tests of its room: small, of the vendor's shape."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from app.events import Draft
from app.sources import Ignored, Inbound
from app.sources.bitbucket_dc import parse

REPOSITORY = {"id": 56, "slug": "checkout", "name": "Checkout", "project": {"key": "SHOP"}}
ZEROS = "0" * 40
A, B, C = "a" * 40, "b" * 40, "c" * 40

Send = Callable[..., list[Draft] | Ignored]


@pytest.fixture
def send() -> Send:
    """Parse a message: the event key, and what it has beside the repository."""

    def parsed(event_key: str, **body: Any) -> list[Draft] | Ignored:
        return parse(Inbound({"x-event-key": event_key}, orjson.dumps({"repository": REPOSITORY, **body})))

    return parsed
