"""Ways in which a JSON document drifts: every place removed, nulled, retyped or spoilt, one at a time."""

import copy
from collections.abc import Iterator
from itertools import chain
from typing import Any

Path = tuple[str | int, ...]

RETYPED: tuple[Any, ...] = (None, 7, True, "x", [], {})
"""What any field may turn into."""
WORSE: tuple[Any, ...] = (
    -1,
    2.5,
    2**63,
    "",
    [None],
    ["x"],
    {"x": None},
    "a\x00b\u202e" + "y" * 9000,
    "https://[",
    "0001-01-01T00:00:00Z",
    "²",
)
"""And worse things, tried where the document is not large."""
LARGE = 400


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place below the root, outer ones first."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


def drifted(document: Any) -> Iterator[tuple[str, Any]]:
    """(what was done, the document drifted in place) for every place and every way."""
    paths = list(places(document))
    ways = RETYPED if len(paths) > LARGE else tuple(chain(RETYPED, WORSE))
    for path in paths:
        holder = document
        for key in path[:-1]:
            holder = holder[key]
        before = holder[path[-1]]
        for value in ways:
            holder[path[-1]] = copy.deepcopy(value)
            yield f"{path} = {str(value)[:30]!r}", document
        del holder[path[-1]]
        yield f"{path} removed", document
        if isinstance(holder, list):
            holder.insert(path[-1], before)
        else:
            holder[path[-1]] = before
