from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from app.channels import Channel, ChannelKind, Message, Tools
from app.kernel.secrets import SecretUrl
from app.kernel.wire import Answer, WireFault


class Wire:
    """Outgoing HTTP with a fixed end: an answer or a fault. Keeps what was posted."""

    def __init__(self) -> None:
        self.end: Answer | WireFault = Answer(202, {}, b"")
        self.posts: list[tuple[str, bytes, Mapping[str, str], str]] = []

    async def __call__(self, url: SecretUrl, body: bytes, headers: Mapping[str, str], *, channel: str) -> Answer:
        self.posts.append((url.reveal(), body, headers, channel))
        if isinstance(self.end, WireFault):
            raise self.end
        return self.end


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def printed() -> list[str]:
    return []


Open = Callable[..., Channel]


@pytest.fixture
def open_channel(wire: Wire, printed: list[str]) -> Open:
    """Opens a channel named `security` of a kind, as its settings say."""

    def make(kind: ChannelKind, environ: dict[str, str] | None = None, files: Any = None, **settings: Any) -> Channel:
        def read_file(path: str) -> str:
            return files[path] if path in (files or {}) else Path(path).read_text()

        tools = Tools(
            environ=environ or {},
            read_file=read_file,
            post=wire,
            write=printed.append,
            extra_hosts=frozenset(["127.0.0.1:8065"]),
        )
        return kind.open("security", kind.settings(kind=kind.name, **settings), tools)

    return make


@pytest.fixture
def message() -> Message:
    return Message(
        delivery="0199a7c2f0e47a1b8c3d2e1f0a9b8c7d",
        card={"type": "AdaptiveCard", "version": "1.4", "body": [{"type": "TextBlock", "text": "checkout is in prod"}]},
        summary="checkout 1.4 is in prod",
        event={"type": "deployment.finished", "service": "checkout"},
        sent_at=1_792_324_800_000_000,
    )
