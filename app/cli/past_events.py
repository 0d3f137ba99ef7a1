"""Events of the past in the order in which they were received: out of the store, or out of a file."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import orjson

from app.events import EVENT_TYPES
from app.kernel.clock import system_clock, to_us
from app.kernel.errors import ConfigError

if TYPE_CHECKING:
    from app.store import Connection

_PAGE = 1000
_LONGEST_LINE = 1 << 20


class Past(NamedTuple):
    """An event's flat view, when it was received (µs), and how much of all there is has been read by then, 0 to 1."""

    view: dict[str, Any]
    at: int
    read: float


def stored_events(url: str, since: int) -> Iterator[Past]:
    """Events of the store from a time (µs) on. Raises ConfigError when there is none, or of another version.

    It only reads, a page at a time: a service that runs on the same file or database goes on undisturbed.
    """
    from app.store.migrate import newest, revision
    from app.store.opening import open_database, sqlite_file

    file = sqlite_file(url)
    if file is not None and not file.is_file():  # opening it would make one
        raise ConfigError(f"there is no database at {file}", hint="set SHIPBELL_DATABASE_URL, or give --events FILE")
    now = system_clock()
    database = open_database(url, system_clock)
    with asyncio.Runner() as runner:
        try:
            if runner.run(database.read(revision)) != newest():
                raise ConfigError("the database is of another version", hint="run: shipbell db upgrade")
            after = (since, 0)
            while page := runner.run(database.read(partial(_page, after=after))):
                for at, _, view in page:
                    yield Past(view, at, (at - since) / (now - since + 1))
                after = page[-1][:2]
        finally:
            runner.run(database.close())


def _page(connection: "Connection", after: tuple[int, int]) -> list[tuple[int, int, dict[str, Any]]]:
    """The next events as they are routed, each with when it was received (µs) and its place."""
    from app.store.events import as_received
    from app.store.incident_starts import made_whole

    rows = as_received(connection, after, _PAGE)
    views = made_whole(connection, [orjson.loads(data) for *_, data in rows])
    return [(at, seq, view) for (at, seq, _), view in zip(rows, views, strict=True)]


def written_events(path: Path) -> Iterator[Past]:
    """Events of a file, one flat view a line as JSON; `-` is standard input. Raises ConfigError with the line."""
    with ExitStack() as stack:
        if path == Path("-"):
            lines: IO[bytes] = sys.stdin.buffer
            size = 0
        else:
            try:
                lines = stack.enter_context(path.open("rb"))
            except OSError as error:
                raise ConfigError(f"{path} cannot be read: {error.strerror}") from None
            size = path.stat().st_size
        done = last = 0
        for number, line in enumerate(iter(lambda: lines.readline(_LONGEST_LINE), b""), 1):
            done += len(line)
            if not line.strip():
                continue
            try:
                view, at = _read_line(line)
                if at < last:
                    raise ValueError("it was received before the one above: sort them by received_at")
            except ValueError as error:
                raise ConfigError(f"no event: {error}", file=str(path), line=number) from None
            last = at
            yield Past(view, at, done / size if size else 0)


def _read_line(line: bytes) -> tuple[dict[str, Any], int]:
    view = orjson.loads(line)
    if not isinstance(view, dict):
        raise ValueError("expected an object with its fields")
    name = view.get("type")
    if not isinstance(name, str) or name not in EVENT_TYPES:
        raise ValueError(f"unknown type {name!r}")
    received_at = view.get("received_at")
    moment = datetime.fromisoformat(received_at) if isinstance(received_at, str) else None
    if moment is None or moment.tzinfo is None:
        raise ValueError("received_at must be a time with its zone")
    return view, to_us(moment)
