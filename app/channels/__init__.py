"""The corridor of channel kinds: one folder a kind of place that messages go to. What they share stands here.

A room has `CHANNEL` (a `ChannelKind`) in its `__init__.py` and a `README.md`. Its `open(name, settings, tools)`
returns a `Channel`; its `send` never raises for what the other side did: that is an `Outcome`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.cards.plain import plain
from app.kernel.answers import DELIVERED, REASONS, Outcome, Verdict, judge, judge_fault
from app.kernel.errors import ConfigError
from app.kernel.secrets import Secret, SecretUrl
from app.kernel.standard_webhooks import Signer, read_key
from app.kernel.target import read_target
from app.kernel.text import visible
from app.kernel.variables import Variable
from app.kernel.wire import Post, WireFault


class Message(NamedTuple):
    """One card, ready to go. `card` is the rendered Adaptive Card; `event` the flat view it was made from.

    `delivery` is the delivery's id: the same over all attempts, so that a receiver can tell a repeat.
    `sent_at` is the time of this attempt in µs.
    """

    delivery: str
    card: Mapping[str, Any]
    summary: str
    event: Mapping[str, Any]
    sent_at: int
    attempt: int = 1


class ChannelSettings(BaseModel):
    """What every channel in `rules/channels.yaml` may say. A room adds its own by subclassing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str = Field(description="which kind of channel this is")
    connection: str | None = Field(None, description="whose rate budget it shares (`connections:`)")
    alerts_to: str | None = Field(None, description="the channel that is told when this one breaks or falls silent")
    concurrency: int = Field(4, ge=1, le=32, description="how many messages may be on their way at once")
    max_age: str = Field("24h", description="how long a message may wait before it is given up")
    on_ambiguous: Literal["resend", "drop"] = Field(
        "resend", description="after a time-out: `resend` (twice) or `drop`"
    )


class UrlSettings(ChannelSettings):
    """A channel that posts to a URL. The URL may be a key, so it never stands in the rules themselves."""

    url_env: Variable | None = Field(None, description="name of the setting that holds the URL")
    url_file: str | None = Field(None, description="path of the file that holds the URL")

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.url_env is None) == (self.url_file is None):
            raise ValueError("say either url_env or url_file: where the URL is kept")
        return self


class SignedSettings(UrlSettings):
    """A channel that posts to a URL and may sign what it posts, as https://www.standardwebhooks.com says."""

    secret_env: Variable | None = Field(None, description="name of the setting that holds the signing secret, whsec_…")


class KeyedSettings(ChannelSettings):
    """A channel that posts to an API whose address is known, with a key of yours in a header."""

    api_key_env: Variable = Field(description="name of the setting that holds the API key")


class Channel(Protocol):
    """A named place that messages go to."""

    async def send(self, message: Message) -> Outcome: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What a kind is given to open a channel with."""

    environ: Mapping[str, str] = field(repr=False)
    """Settings that a channel refers to by `url_env` and the like; a `_FILE` twin is already read in."""
    read_file: Callable[[str], str]
    """Raises OSError or ValueError when the file cannot be read."""
    post: Post
    """Outgoing HTTP (`app.clients.outbound`), guarded against inner addresses."""
    write: Callable[[str], None]
    """Prints to the console (the `console` kind)."""
    extra_hosts: frozenset[str] = frozenset()
    """`host:port`s that a URL may name beside the public https ones (SHIPBELL_EXTRA_CHANNEL_HOSTS)."""


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """A room of the corridor. `open` raises ConfigError when the settings cannot work."""

    name: str
    title: str
    settings: type[ChannelSettings]
    open: Callable[[str, Any, Tools], Channel]
    aliases: tuple[str, ...] = ()


Sender = Callable[[Message], Awaitable[Outcome]]


class Printer:
    """Prints its cards: the `console` kind, and what stands in for a Teams channel without a URL."""

    def __init__(self, name: str, write: Callable[[str], None]) -> None:
        self._name, self._write = name, write

    async def send(self, message: Message) -> Outcome:
        """Print one card, with its channel's name above it."""
        lines = visible(f"── {self._name} ──\n{plain(message.card)}", keep="\n")
        self._write(f"{lines.rstrip()}\n\n")
        return DELIVERED

    async def close(self) -> None:
        """Nothing is held open."""


class KeyedPoster:
    """Posts JSON with a key in a header; the status code alone says what came of it. The key is never shown."""

    def __init__(self, channel: str, header: str, key: Secret, post: Post) -> None:
        self._channel, self._header, self._key, self._post = channel, header, key, post

    async def send(self, url: SecretUrl, body: bytes, sent_at: int) -> Outcome:
        """Post one body; `sent_at` in µs."""
        headers = {"Content-Type": "application/json", self._header: self._key.reveal()}
        try:
            answer = await self._post(url, body, headers, channel=self._channel)
        except WireFault as fault:
            return judge_fault(fault)
        return judge(answer, sent_at)

    def __repr__(self) -> str:
        return f"{self._channel} {self._key}"


def read_kept(channel: str, env: str | None, file: str | None, tools: Tools) -> str | None:
    """The value that a setting or a file keeps, trimmed; None when the setting is not set or empty.

    Raises ConfigError when the file cannot be read or is empty: somebody named it on purpose.
    """
    if file is None:
        return tools.environ.get(env or "", "").strip() or None
    try:
        value = tools.read_file(file).strip()
    except (OSError, ValueError):
        raise ConfigError(f"channel {channel!r}: the file {file} cannot be read") from None
    if not value:
        raise ConfigError(f"channel {channel!r}: the file {file} is empty")
    return value


def read_url(channel: str, settings: UrlSettings, tools: Tools) -> SecretUrl:
    """The URL that a channel posts to. Raises ConfigError when there is none, or none that may be posted to."""
    text = read_kept(channel, settings.url_env, settings.url_file, tools)
    if text is None:
        raise ConfigError(f"channel {channel!r}: {settings.url_env} is not set")
    return allowed_url(channel, text, tools)


def allowed_url(channel: str, text: str, tools: Tools) -> SecretUrl:
    """A URL that may be posted to. Raises ConfigError when it may not."""
    url = SecretUrl(text)
    try:
        read_target(text, tools.extra_hosts)
    except ValueError as error:
        raise ConfigError(f"channel {channel!r}: the URL cannot be used: {error}") from None
    return url


def read_poster(channel: str, header: str, settings: KeyedSettings, tools: Tools) -> KeyedPoster:
    """What posts with the channel's key. Raises ConfigError when there is none, or none that a header can carry."""
    env = settings.api_key_env
    text = read_kept(channel, env, None, tools)
    if text is None:
        raise ConfigError(f"channel {channel!r}: {env}, its API key, is not set")
    key = Secret(text)  # from here on, logs scrub it
    if not (text.isascii() and text.isprintable() and " " not in text):
        raise ConfigError(f"channel {channel!r}: {env} is no API key: it has blanks, or letters that no header carries")
    return KeyedPoster(channel, header, key, tools.post)


def read_signer(channel: str, settings: SignedSettings, tools: Tools) -> Signer:
    """What signs a channel's messages. Raises ConfigError when its secret is missing or none."""
    env = settings.secret_env
    if env is None:
        return Signer(None)
    text = read_kept(channel, env, None, tools)
    if text is None:
        raise ConfigError(f"channel {channel!r}: {env}, its signing secret, is not set")
    Secret(text)  # from here on, logs scrub it
    try:
        return Signer(read_key(text))
    except ValueError as error:
        raise ConfigError(f"channel {channel!r}: {env} is {error}") from None


__all__ = [
    "REASONS",
    "Channel",
    "ChannelKind",
    "ChannelSettings",
    "KeyedPoster",
    "KeyedSettings",
    "Message",
    "Outcome",
    "Printer",
    "Sender",
    "SignedSettings",
    "Tools",
    "UrlSettings",
    "Verdict",
    "allowed_url",
    "read_kept",
    "read_poster",
    "read_signer",
    "read_url",
]
