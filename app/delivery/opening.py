"""Opens the channels of a rule book: each by the room of its kind, with its budget and its patience."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from app.channels import Channel, ChannelKind, ChannelSettings, Printer, Tools
from app.kernel.clock import SECOND
from app.kernel.durations import parse_duration
from app.kernel.errors import ConfigError, ConfigErrors
from app.kernel.wire import Post
from app.routing import Channel as Written
from app.routing import Connection, Rulebook

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Budget:
    """What the channels of a connection may send together: `posts` in any `per_us` µs.

    With `digest` what goes beyond that becomes one message for each channel; else it waits its turn.
    """

    connection: str
    posts: int
    per_us: int
    digest: bool = False


@dataclass(frozen=True, slots=True)
class OpenChannel:
    """A channel that can be sent to."""

    name: str
    channel: Channel
    settings: ChannelSettings
    budget: Budget | None
    max_age_us: int


def open_channels(
    book: Rulebook,
    kinds: Mapping[str, ChannelKind],
    environ: Mapping[str, str],
    outbound: Post,
    allowed: frozenset[str],
    write: Callable[[str], None],
) -> dict[str, OpenChannel]:
    """Every channel of the book, open. Raises ConfigErrors with all that is wrong; no URL is ever in it."""
    tools = Tools(environ, _read_file, outbound, write, allowed)
    return _each(book, kinds, lambda written, kind: _open(written, kind, tools, book))


def check_channels(book: Rulebook, kinds: Mapping[str, ChannelKind]) -> None:
    """Whether every channel says what its kind takes, and nothing else; no URL is read. Raises ConfigErrors."""
    _each(book, kinds, _read)


def _each(book: Rulebook, kinds: Mapping[str, ChannelKind], make: Callable[[Written, ChannelKind], T]) -> dict[str, T]:
    """What is made of each channel, by name. Raises ConfigErrors with the problems of all."""
    by_word = {word: kind for kind in kinds.values() for word in (kind.name, *kind.aliases)}
    made, problems = {}, []
    for written in book.channels.values():
        try:
            made[written.name] = make(written, by_word[written.kind])
        except ConfigErrors as error:
            problems += error.problems
        except ConfigError as error:
            problems.append(written.document.problem(written.path, error.message, error.hint))
    if problems:
        raise ConfigErrors(problems)
    return made


def _read(written: Written, kind: ChannelKind) -> tuple[Any, int]:
    """The settings of a channel, and its `max_age` in µs."""
    settings: Any = written.document.check(written.path, written.settings, kind.settings)
    try:
        return settings, parse_duration(settings.max_age)
    except ValueError as error:
        raise ConfigError(f"max_age: {error}") from None


def _open(written: Written, kind: ChannelKind, tools: Tools, book: Rulebook) -> OpenChannel:
    settings, max_age = _read(written, kind)
    connection = book.connections.get(settings.connection or "")
    budget = _budget(connection) if connection else None
    channel = kind.open(written.name, settings, tools)
    if isinstance(channel, Printer):  # the budget is Microsoft's; a console takes whatever comes
        budget = None
    return OpenChannel(written.name, channel, settings, budget, max_age)


def _budget(connection: Connection) -> Budget:
    per_us = connection.per_seconds * SECOND
    return Budget(connection.name, connection.posts, per_us, digest=connection.when_full == "digest")


def _read_file(path: str) -> str:
    return Path(path).read_text(encoding="utf-8").strip()
