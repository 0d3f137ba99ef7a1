"""Turns one alternative of a pattern into a closure over an event.

Fields under one list must be found in one and the same element of it. The answer for a part of the pattern is
therefore one of three: it does not hold, something in it is there and as wanted, or all of it is rightly absent.
Absence is asked of the element in which the other fields were found; where none were, of all elements.
"""

from collections.abc import Callable, Iterator
from typing import Any

from app.routing.patterns.leaf import Leaf
from app.routing.patterns.read import Alternative

NO, THERE, ABSENT = 0, 1, 2  # a test's False and True are the first two
Step = Callable[[Any], int]
"""The answer for the value at a place, or for MISSING."""
Below = tuple[tuple[str, ...], Leaf]
"""A field, and the keys that lead to it from here."""

MISSING: Any = object()
_LISTS = (list, tuple)
_CONTAINERS = (dict, list, tuple)


def compile_alternative(alternative: Alternative) -> Step:
    """The closure for a whole event, which is a dict. Anything but NO is a match."""
    return _object([(tuple(path.split(".")), leaf) for path, leaf in alternative.items()])


def _object(leaves: list[Below]) -> Step:
    """For the fields of an object: for the object, for a list of objects, or for whatever else may stand there."""
    on_object = _fields(tuple(_steps(leaves)), _dotted(leaves))
    nothing = ABSENT if all(leaf.absent for _, leaf in leaves) else NO

    def step(value: Any) -> int:
        if isinstance(value, dict):
            return on_object(value)
        return _in_list(value, on_object, nothing) if isinstance(value, _LISTS) else nothing

    return step


def _fields(steps: tuple[tuple[str, Step], ...], dotted: frozenset[str]) -> Callable[[dict[str, Any]], int]:
    """For the fields of one object."""

    def on_object(value: dict[str, Any]) -> int:
        if dotted and not value.keys().isdisjoint(dotted):
            value = unfold(value, dotted)
        answer = ABSENT
        for key, step in steps:
            found = step(value.get(key, MISSING))
            if not found:
                return NO
            if found == THERE:
                answer = THERE
        return answer

    return on_object


def _in_list(value: Any, on_object: Callable[[dict[str, Any]], int], nothing: int) -> int:
    """All of it in one object of a list; or nothing of it in any."""
    answer = nothing
    for item in flat_items(value):
        found = on_object(item) if isinstance(item, dict) else nothing
        if found == THERE:
            return THERE
        if not found:
            answer = NO
    return answer


def _steps(leaves: list[Below]) -> Iterator[tuple[str, Step]]:
    """One for each field here, then one for each object."""
    inner: dict[str, list[Below]] = {}
    for keys, leaf in leaves:
        if len(keys) == 1:
            yield keys[0], _field(leaf)
        else:
            inner.setdefault(keys[0], []).append((keys[1:], leaf))
    for key, below in inner.items():
        yield key, _object(below)


def _dotted(leaves: list[Below]) -> frozenset[str]:
    """The keys with dots under which an event may hold what is looked for below an object."""
    return frozenset(".".join(keys[:size]) for keys, _ in leaves for size in range(2, len(keys) + 1))


def _field(leaf: Leaf) -> Step:
    """For the value of a field: one value, or a list of which one must do."""
    test, nothing = leaf.test, ABSENT if leaf.absent else NO

    def step(value: Any) -> int:
        if type(value) is str:  # nearly always
            return test(value)
        if value is MISSING:
            return nothing
        if not isinstance(value, _CONTAINERS):
            return test(value)
        values = plain_values(value)
        return any(test(item) for item in values) if values else nothing

    return step


def plain_values(value: Any) -> list[Any]:
    """What an array holds beside objects; nothing for an object: it, [] and {} count as absent."""
    return [] if isinstance(value, dict) else [item for item in flat_items(value) if not isinstance(item, dict)]


def flat_items(value: Any) -> Iterator[Any]:
    """The items of an array and of the arrays in it, however deep."""
    waiting = [iter(value)]
    while waiting:
        for item in waiting[-1]:
            if isinstance(item, _LISTS):
                waiting.append(iter(item))
                break
            yield item
        else:
            waiting.pop()


def unfold(value: dict[str, Any], dotted: frozenset[str]) -> dict[str, Any]:
    """The object with those of its keys that have dots as objects in it: `a.b` is the same as `a: {b}`."""
    unfolded: Any = value
    for key in dotted & value.keys():
        unfolded = _place(unfolded, key.split("."), value[key])
    plain: dict[str, Any] = unfolded
    return plain


def _place(old: Any, keys: list[str], value: Any) -> Any:
    """Where something stands already, both do, as in an array."""
    if not keys:
        return value if old is MISSING else [old, value]
    head, *rest = keys
    if isinstance(old, dict):
        return {**old, head: _place(old.get(head, MISSING), rest, value)}
    items = list(flat_items(old)) if isinstance(old, _LISTS) else []
    if any(isinstance(item, dict) for item in items):
        return [_place(item, keys, value) if isinstance(item, dict) else item for item in items]
    new = {head: _place(MISSING, rest, value)}
    return new if old is MISSING else [old, new]
