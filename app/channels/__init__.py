"""The corridor of channel kinds: one folder a kind of place that messages go to. What they share stands here.

A room has `CHANNEL` (a `ChannelKind`) in its `__init__.py` and a `README.md`. Its `open(settings, tools)`
returns a `Channel`; its `send` never raises for what the other side did: that is an `Outcome`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from app.kernel.wire import Post


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
    ]
)
"""The closed list of reasons: what an attempt's record, a metric and a log line may say."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt. `retry_after` is in seconds, as the other side asked, or None."""

    verdict: Verdict
    reason: str = "ok"
    status: int | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One card, ready to go. `card` is the rendered Adaptive Card; `event` the flat view it was made from.

    `delivery` is the delivery's id: the same over all attempts, so that a receiver can tell a repeat.
    """

    delivery: str
    card: Mapping[str, Any]
    summary: str
    event: Mapping[str, Any]
    attempt: int = 1
    sent_at: int = 0


class ChannelSettings(BaseModel):
    """What every channel in `rules/channels.yaml` may say. A room adds its own by subclassing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str = Field(description="which kind of channel this is")
    connection: str | None = Field(None, description="whose rate budget it shares (`connections:`)")
    concurrency: int = Field(4, ge=1, le=32, description="how many messages may be on their way at once")
    max_age: str = Field("24h", description="how long a message may wait before it is given up")
    on_ambiguous: Literal["resend", "drop"] = Field(
        "resend", description="after a time-out: `resend` (twice) or `drop`"
    )


class Channel(Protocol):
    """A named place that messages go to."""

    async def send(self, message: Message) -> Outcome: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What a kind is given to open a channel with."""

    environ: Mapping[str, str]
    """Settings that a channel refers to by `url_env` and the like; a `_FILE` twin is already read in."""
    read_file: Callable[[str], str]
    post: Post
    """Outgoing HTTP (`app.clients.outbound`), guarded against inner addresses."""
    write: Callable[[str], None]
    """Prints to the console (the `console` kind)."""


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """A room of the corridor. `open` raises ConfigError when the settings cannot work."""

    name: str
    title: str
    settings: type[ChannelSettings]
    open: Callable[[str, Any, Tools], Channel]
    aliases: tuple[str, ...] = ()


Sender = Callable[[Message], Awaitable[Outcome]]
