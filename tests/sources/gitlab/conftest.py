"""Messages of GitLab for the tests of its room: small, of the vendor's shape."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from app.events import Draft
from app.sources import Ignored, Inbound
from app.sources.gitlab import parse

PROJECT = {"id": 412, "path_with_namespace": "acme/checkout", "web_url": "https://gitlab.example.com/acme/checkout"}
KEY = "gitlab.example.com/412"
ZEROS = "0" * 40
A, B, C = "a" * 40, "b" * 40, "c" * 40

Send = Callable[..., list[Draft] | Ignored]


@pytest.fixture
def send() -> Send:
    """Parse a message: its kind, and what it has beside the project."""

    def parsed(kind: str, **body: Any) -> list[Draft] | Ignored:
        return parse(Inbound({"x-gitlab-event": kind}, orjson.dumps({"project": PROJECT, **body})))

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
