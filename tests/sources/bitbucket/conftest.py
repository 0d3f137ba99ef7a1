"""Messages of Bitbucket for the tests of its room: small, of the vendor's shape."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from app.events import Draft
from app.sources import Ignored, Inbound
from app.sources.bitbucket import parse

UUID = "{11111111-2222-4333-8444-555555555555}"
REPOSITORY = {
    "full_name": "acme/checkout",
    "name": "Checkout",
    "uuid": UUID,
    "links": {"html": {"href": "https://bitbucket.org/acme/checkout"}},
}

Send = Callable[..., list[Draft] | Ignored]


@pytest.fixture
def send() -> Send:
    """Parse a message: the event key, and what it has beside the repository."""

    def parsed(event_key: str, **body: Any) -> list[Draft] | Ignored:
        raw = orjson.dumps({"repository": REPOSITORY, **body})
        return parse(Inbound({"x-event-key": event_key}, raw))

    return parsed


@pytest.fixture
def one(send: Send) -> Callable[..., Draft]:
    """Parse a message that gives exactly one event."""

    def only(event_key: str, **body: Any) -> Draft:
        drafts = send(event_key, **body)
        assert isinstance(drafts, list)
        (draft,) = drafts
        return draft

    return only
