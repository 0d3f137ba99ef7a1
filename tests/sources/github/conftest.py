"""Messages of GitHub for the tests of its room: small, of the vendor's shape."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from app.events import Draft
from app.sources import Ignored, Inbound
from app.sources.github import parse

REPOSITORY = {"id": 702, "full_name": "acme/checkout", "html_url": "https://github.com/acme/checkout"}
KEY = "github.com/702"
ZEROS = "0" * 40
A, B, C = "a" * 40, "b" * 40, "c" * 40

Send = Callable[..., list[Draft] | Ignored]


@pytest.fixture
def send() -> Send:
    """Parse a message: its kind, and what it has beside the repository."""

    def parsed(kind: str, **body: Any) -> list[Draft] | Ignored:
        return parse(Inbound({"x-github-event": kind}, orjson.dumps({"repository": REPOSITORY, **body})))

    return parsed


@pytest.fixture
def one(send: Send) -> Callable[..., Draft]:
    """Parse a message that gives exactly one event."""

    def only(kind: str, **body: Any) -> Draft:
        drafts = send(kind, **body)
        assert isinstance(drafts, list)
        (draft,) = drafts
        return draft

    return only
