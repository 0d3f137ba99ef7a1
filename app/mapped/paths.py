"""Paths into a message: `release.commits.0.sha`, `header.x-event`, and `=prod`, which is the word itself."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from app.kernel.errors import BadPayload
from app.sources import Inbound

HEADER = "header."
CONSTANT = "="
_PATH = re.compile(r"[^.=\s][^.]{0,99}(\.[^.]{1,100}){0,19}")
_HEADER = re.compile(r"header\.[a-z0-9-]{1,60}")
Plain = str | int | float | bool


def check_path(path: str) -> str:
    """The path, if it is one. Raises ValueError."""
    if path.startswith(CONSTANT) and len(path) > 1:
        return path
    if not (_HEADER if path.startswith(HEADER) else _PATH).fullmatch(path):
        raise ValueError(f"{path!r} is no path: write a.b.0.c, header.x-name (small letters), or =word")
    return path


def headers_in(paths: Iterable[str]) -> Iterator[str]:
    """The names of the headers that paths lead to."""
    return (path.removeprefix(HEADER) for path in paths if path.startswith(HEADER))


def find(inbound: Inbound, body: Any, path: str) -> Any:
    """What stands at a path; None where there is nothing."""
    if path.startswith(CONSTANT):
        return path[1:]
    if path.startswith(HEADER):
        return inbound.headers.get(path.removeprefix(HEADER))
    here = body
    for part in path.split("."):
        if isinstance(here, dict):
            here = here.get(part)
        elif isinstance(here, list) and part.isascii() and part.isdecimal() and len(part) < 5:
            here = here[int(part)] if int(part) < len(here) else None
        else:
            return None
    return here


def plain(inbound: Inbound, body: Any, paths: Iterable[str]) -> Plain | None:
    """The first text, number or flag; an empty text is none. Raises BadPayload for a list or an object."""
    for path in paths:
        value = find(inbound, body, path)
        if isinstance(value, dict | list):
            raise BadPayload("expected a text or a number", path)
        if value not in (None, ""):
            return value  # type: ignore[no-any-return]
    return None


def texts(inbound: Inbound, body: Any, paths: Iterable[str]) -> list[str] | None:
    """The first list, of texts alone; a single text is a list of one. Raises BadPayload for anything else in it."""
    for path in paths:
        value = find(inbound, body, path)
        if value in (None, "", []):
            continue
        items = value if isinstance(value, list) else [value]
        if not all(isinstance(item, str) for item in items):
            raise BadPayload("expected a list of texts", path)
        return [item for item in items if item]
    return None


def word(value: Plain) -> str:
    """A value as a person writes it in YAML: `true`, `7`, `done`."""
    return str(value).lower() if isinstance(value, bool) else str(value)
