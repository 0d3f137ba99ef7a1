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
from app.kernel.clock import iso, system_clock, to_us
from app.kernel.errors import ConfigError
from app.kernel.yaml import did_you_mean

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
                view, at = event_of(orjson.loads(line), f"line {number}")
                if at < last:
                    raise ValueError("it was received before the one above: sort them by received_at")
            except ValueError as error:
                raise ConfigError(f"no event: {error}", file=str(path), line=number) from None
            last = at
            yield Past(view, at, done / size if size else 0)


def event_of(found: Any, name: str) -> tuple[dict[str, Any], int]:
    """A flat view as somebody wrote it, called `name` where it has no id, and when it was received (µs).

    Raises ValueError with what is wrong.
    """
    if not isinstance(found, dict):
        raise ValueError("expected an object with its fields")
    of_type = found.get("type")
    if not isinstance(of_type, str) or of_type not in EVENT_TYPES:
        raise ValueError(f"unknown type {of_type!r}; {did_you_mean(str(of_type), EVENT_TYPES)}".rstrip("; "))
    return found if isinstance(found.get("id"), str) else {**found, "id": name}, _moment(found.get("received_at"))


def _moment(written: Any) -> int:
    try:
        at = to_us(datetime.fromisoformat(written))
        iso(at)  # further off than that nothing can be reckoned
    except (ValueError, TypeError, OverflowError):
        raise ValueError("received_at must be a time with its zone, e.g. 2026-03-04T12:00:00Z") from None
    if at < 0:
        raise ValueError("received_at is before 1970")
    return at
