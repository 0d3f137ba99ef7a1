"""A scan's file posted to the room, and what came of it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from app.events import Draft
from app.kernel.samples import load_sample
from app.sources import Inbound
from app.sources.scans import SOURCE

Post = Callable[..., Draft]


@pytest.fixture
def post() -> Post:
    """`post(file, exit_code="0", …)`: the draft of a file (bytes or JSON) posted with these parameters."""

    def post(file: Any, **parameters: str) -> Draft:
        body = file if isinstance(file, bytes) else json.dumps(file).encode()
        headers = {f"x-shipbell-{name}": value for name, value in ({"service": "checkout"} | parameters).items()}
        parsed = SOURCE.parse(Inbound(headers, body))
        assert isinstance(parsed, list)
        (draft,) = parsed
        return draft

    return post


@pytest.fixture
def sample() -> Callable[[str], Any]:
    """The file in a sample: JSON as values, XML as bytes."""

    def sample(name: str) -> Any:
        body = load_sample("app.sources.scans", name).body
        return body if body.startswith(b"<") else json.loads(body)

    return sample
