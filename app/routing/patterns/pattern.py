"""A pattern that was read: quick to ask, and able to say what it reads and why it answers as it does."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.routing.patterns.bounds import check_size
from app.routing.patterns.read import (
    Alternative,
    Part,
    alternatives,
    check_alternatives,
    independent,
    paths,
    read_object,
)
from app.routing.patterns.reasons import Row, rows
from app.routing.patterns.walk import Step, compile_alternative


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern. Two are equal when they ask the same of the same fields."""

    parts: tuple[Part, ...]
    _groups: tuple[tuple[Alternative, ...], ...] = field(compare=False, repr=False)
    _steps: tuple[tuple[Step, ...], ...] = field(compare=False, repr=False)

    def matches(self, event: Mapping[str, Any]) -> bool:
        """Whether the flat view of an event fits."""
        view = event if isinstance(event, dict) else dict(event)
        for steps in self._steps:
            for step in steps:
                if step(view):
                    break
            else:
                return False
        return True

    def types(self) -> frozenset[str] | None:
        """The types of event that can match at all, or None when the pattern is not limited to some."""
        return self.values("type")

    def values(self, path: str) -> frozenset[str] | None:
        """The texts to which a field is limited in every alternative, or None when it may be another, null or absent.

        An empty set means that no text fits.
        """
        for group in self._groups:
            leaves = [alternative.get(path) for alternative in group]
            exact = [leaf.exact for leaf in leaves if leaf is not None and leaf.exact is not None]
            if len(exact) == len(leaves):
                return None if any(None in one for one in exact) else frozenset(_texts(exact))
        return None

    def paths(self) -> tuple[str, ...]:
        """The dotted paths of the fields that it reads, in the order in which they are written."""
        return tuple(dict.fromkeys(paths(self.parts)))

    def reasons(self, event: Mapping[str, Any]) -> list[Row]:
        """Why it matches or not: (path, wanted, got, holds) for each field and each `$or`."""
        return rows(self.parts, event, self.matches(event))


def compile_pattern(value: Any) -> Pattern:
    """The pattern that a value from YAML or JSON is. Raises PatternError, and nothing else, for any other value."""
    check_size(value)
    parts = read_object(value)
    check_alternatives(parts)
    groups = _plain_together([alternatives(group) for group in independent(parts)])
    return Pattern(parts, groups, tuple(tuple(map(compile_alternative, group)) for group in groups))


def _plain_together(groups: list[list[Alternative]]) -> tuple[tuple[Alternative, ...], ...]:
    """What has no alternatives becomes one group, which is asked first."""
    plain = {path: leaf for group in groups if len(group) == 1 for path, leaf in group[0].items()}
    others = tuple(tuple(group) for group in groups if len(group) > 1)
    return ((plain,), *others) if plain else others


def _texts(exact: list[tuple[Any, ...]]) -> Iterator[str]:
    return (value for values in exact for value in values if isinstance(value, str))
