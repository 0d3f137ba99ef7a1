"""Reads a pattern as it was written into its fields and its `$or`s, and multiplies the `$or`s out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from app.routing.patterns.bounds import MAX_ALTERNATIVES, MAX_DEPTH
from app.routing.patterns.leaf import Leaf, read_leaf
from app.routing.patterns.mistakes import PatternError, Place
from app.routing.patterns.operators import OPERATORS, RESERVED

OR = "$or"


@dataclass(frozen=True, slots=True)
class Or:
    """Alternatives of which one must hold. `path` is dotted and ends in `$or`."""

    path: str
    branches: tuple[tuple["Part", ...], ...]


Part = Leaf | Or
Alternative = dict[str, Leaf]
"""What must all hold, by path."""


def read_object(raw: Any, place: Place = (), prefix: str = "", inside_or: bool = False) -> tuple[Part, ...]:
    """The fields and `$or`s of an object whose fields' paths start with `prefix`. Raises PatternError."""
    if not isinstance(raw, dict):
        raise PatternError("expected an object of fields", place, "e.g. {type: [deployment.finished]}")
    if not raw:
        raise PatternError("an empty object asks nothing", place)
    if len(place) > MAX_DEPTH:
        raise PatternError(f"more than {MAX_DEPTH} levels deep", place)
    return tuple(part for key, value in raw.items() for part in _read_key(key, value, place, prefix, inside_or))


def _read_key(key: Any, value: Any, place: Place, prefix: str, inside_or: bool) -> tuple[Part, ...]:
    if not isinstance(key, str):
        raise PatternError(f"the key {key!r} is not text", place)
    place = (*place, key)
    if inside_or and key in RESERVED:
        raise PatternError(f"{key!r} is reserved and cannot be a field inside $or", place)
    if key == OR and _is_or(value):
        return (_read_or(value, place, prefix),)
    if isinstance(value, list):
        return (_read_field(prefix + key, value, place),)
    if isinstance(value, dict):
        return read_object(value, place, f"{prefix}{key}.", inside_or)
    raise PatternError(f"{key!r} takes an array of values, or an object of fields", place, "write [ ] around it")


def _read_field(path: str, raw: list[Any], place: Place) -> Leaf:
    if path.count(".") >= MAX_DEPTH:
        raise PatternError(f"a path of more than {MAX_DEPTH} keys", place)
    return read_leaf(path, raw, place)


def _is_or(value: Any) -> bool:
    """An object, or a list of operators, is what a field called `$or` had before there was an `$or`."""
    if not isinstance(value, list):
        return False
    return not value or not all(isinstance(item, dict) and len(item) == 1 and OPERATORS.keys() & item for item in value)


def _read_or(raw: list[Any], place: Place, prefix: str) -> Or:
    if len(raw) < 2 or not all(isinstance(item, dict) for item in raw):
        raise PatternError("$or takes an array of at least two objects", place)
    branches = (read_object(item, (*place, index), prefix, inside_or=True) for index, item in enumerate(raw))
    return Or(prefix + OR, tuple(branches))


def check_alternatives(parts: Sequence[Part]) -> None:
    """Raises PatternError when the `$or`s have more than 1,000 combinations."""
    if _count(parts) > MAX_ALTERNATIVES:
        raise PatternError(f"more than {MAX_ALTERNATIVES:,} combinations of $or")


def independent(parts: tuple[Part, ...]) -> list[list[Part]]:
    """Parts that read the same part of an event stand together; each group can be asked by itself."""
    groups: list[tuple[set[str], list[Part]]] = []
    for part in parts:
        names, together = set(_first_keys(part)), [part]
        apart = []
        for group in groups:
            if names.isdisjoint(group[0]):
                apart.append(group)
            else:
                names |= group[0]
                together = group[1] + together
        groups = [*apart, (names, together)]
    return [together for _, together in groups]


def paths(parts: tuple[Part, ...]) -> Iterator[str]:
    """The paths of the fields, in the order in which they are written."""
    for part in parts:
        if isinstance(part, Leaf):
            yield part.path
        else:
            yield from (path for branch in part.branches for path in paths(branch))


def _first_keys(part: Part) -> Iterator[str]:
    return (path.partition(".")[0] for path in paths((part,)))


def _count(parts: Sequence[Part]) -> int:
    return prod(sum(_count(branch) for branch in part.branches) for part in parts if isinstance(part, Or))


def alternatives(parts: Sequence[Part]) -> list[Alternative]:
    """Every combination of the `$or`s' branches. Of a path that is written twice the last counts, as with AWS."""
    found: list[Alternative] = [{}]
    for part in parts:
        if isinstance(part, Leaf):
            more: list[Alternative] = [{part.path: part}]
        else:
            more = [alternative for branch in part.branches for alternative in alternatives(branch)]
        found = [one | other for one in found for other in more]
    return found
