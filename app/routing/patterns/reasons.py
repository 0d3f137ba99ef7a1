"""Why a pattern matches an event or not: a row for each field and each `$or`."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from app.routing.patterns.leaf import Leaf
from app.routing.patterns.read import Part
from app.routing.patterns.walk import MISSING, flat_items, plain_values
from app.routing.patterns.words import shown

_SHOWN = 120


class Row(NamedTuple):
    """What was wanted at a path, what the event has there, and whether that holds, taken by itself.

    The rows of the fields inside an `$or` come after its own; their paths start with it, e.g. `$or[0]: status`.
    """

    path: str
    wanted: str
    got: str
    holds: bool


def rows(parts: tuple[Part, ...], event: Mapping[str, Any], matches: bool) -> list[Row]:
    """All rows, and one more where everything holds, but not in one element of a list."""
    told = [_rows(part, "", event) for part in parts]
    found = [row for own in told for row in own]
    if not matches and all(own[0].holds for own in told):
        found.append(Row("", "all of it in the same element of a list", "only in different ones", False))
    return found


def _rows(part: Part, within: str, event: Mapping[str, Any]) -> list[Row]:
    """The row of a field; or of an `$or`, and after it those of what stands in it."""
    if isinstance(part, Leaf):
        values = _found(event, part.path.split("."))
        holds = any(part.test(value) for value in values) if values else part.absent
        return [Row(within + part.path, _short(part.words), _got(values), holds)]
    held, inner = 0, []
    for index, branch in enumerate(part.branches):
        told = [_rows(one, f"{within}{part.path}[{index}]: ", event) for one in branch]
        held += all(own[0].holds for own in told)
        inner += [row for own in told for row in own]
    size = len(part.branches)
    return [Row(within + part.path, f"any of {size}", f"{held} of {size} hold", held > 0), *inner]


def _found(value: Any, keys: list[str]) -> list[Any]:
    """Every plain value at a path, whatever the elements of lists that it lies in."""
    if not keys:
        return plain_values(value) if isinstance(value, dict | list | tuple) else [value]
    if isinstance(value, list | tuple):
        return [found for item in flat_items(value) if isinstance(item, dict) for found in _found(item, keys)]
    if not isinstance(value, Mapping):
        return []
    found = []
    for size in range(1, len(keys) + 1):
        below = value.get(".".join(keys[:size]), MISSING)
        if below is not MISSING:
            found += _found(below, keys[size:])
    return found


def _got(values: list[Any]) -> str:
    return _short(", ".join(shown(value) for value in values[:_SHOWN])) if values else "nothing"


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
