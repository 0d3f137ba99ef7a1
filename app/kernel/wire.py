"""What outgoing HTTP gives back, in words that everybody may show: never a URL, never a secret."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from app.kernel.secrets import SecretUrl


class Answer(NamedTuple):
    """An HTTP answer: `headers` have lower-case names, `body` is at most 16 KiB, raw."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class WireFault(Exception):
    """No answer came. `reason` is of the closed list in app/channels; `sent` says whether bytes may have arrived."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.reason, self.sent = reason, sent


class Post(Protocol):
    """Posts a body. `channel` names the pool of connections. Raises WireFault."""

    async def __call__(self, url: SecretUrl, body: bytes, headers: Mapping[str, str], *, channel: str) -> Answer: ...
