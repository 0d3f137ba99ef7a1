"""The same language, spelt out: every field with the elements of lists that it lies in, and every way to pick."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

Elements = dict[int, int]
"""Which element of which list (by identity of the list)."""
ABSENT = object()


def matches(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Whether a pattern of values and `exists` fits, by trying everything."""
    found = list(fields(event, "", {}))
    asked = list(leaves(pattern, ""))
    choices = [
        [*candidates(path, values, found), *([ABSENT] if {"exists": False} in values else [])] for path, values in asked
    ]
    return any(consistent([path for path, _ in asked], choice, found) for choice in product(*choices))


def leaves(pattern: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, list[Any]]]:
    for key, value in pattern.items():
        if isinstance(value, list):
            yield prefix + key, value
        else:
            yield from leaves(value, f"{prefix}{key}.")


def fields(value: Any, path: str, elements: Elements) -> Iterator[tuple[str, Any, Elements]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from fields(inner, f"{path}.{key}" if path else key, elements)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            within = {**elements, id(value): index} if isinstance(item, dict | list) else elements
            yield from fields(item, path, within)
    else:
        yield path, value, elements


def candidates(path: str, values: list[Any], found: list[tuple[str, Any, Elements]]) -> list[Elements]:
    fit = {"exists": True} in values
    wanted = [(type(value), value) for value in values]
    return [where for name, value, where in found if name == path and (fit or (type(value), value) in wanted)]


def consistent(paths: list[str], choice: tuple[Any, ...], found: list[tuple[str, Any, Elements]]) -> bool:
    together: Elements = {}
    for where in choice:
        if where is not ABSENT:
            if not agree(together, where):
                return False
            together.update(where)
    gone = {path for path, where in zip(paths, choice, strict=True) if where is ABSENT}
    return not any(name in gone and agree(together, where) for name, _, where in found)


def agree(one: Elements, other: Elements) -> bool:
    return all(one.get(array, index) == index for array, index in other.items())
