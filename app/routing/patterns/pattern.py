"""A pattern that was read: quick to ask, and able to say what it reads and why it answers as it does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.routing.patterns.bounds import check_size
from app.routing.patterns.read import Alternative, Part, alternatives, read_object
from app.routing.patterns.reasons import Row, rows
from app.routing.patterns.walk import Step, compile_alternative


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern. Two are equal when they ask the same of the same fields."""

    parts: tuple[Part, ...]
    _alternatives: tuple[Alternative, ...] = field(compare=False, repr=False)
    _steps: tuple[Step, ...] = field(compare=False, repr=False)

    def matches(self, event: Mapping[str, Any]) -> bool:
        """Whether the flat view of an event fits."""
        view = event if isinstance(event, dict) else dict(event)
        for step in self._steps:  # noqa: SIM110  any() makes a generator for each event: twice the time
            if step(view):
                return True
        return False

    def types(self) -> frozenset[str] | None:
        """The types of event that can match at all, or None when the pattern is not limited to some."""
        return self.values("type")

    def values(self, path: str) -> frozenset[str] | None:
        """The texts to which a field is limited in every alternative, or None when it may be another, null or absent.

        An empty set means that no text fits.
        """
        found: set[str] = set()
        for alternative in self._alternatives:
            leaf = alternative.get(path)
            if leaf is None or leaf.exact is None or None in leaf.exact:
                return None
            found.update(value for value in leaf.exact if isinstance(value, str))
        return frozenset(found)

    def paths(self) -> tuple[str, ...]:
        """The dotted paths of the fields that it reads, in the order in which they are written."""
        return tuple(dict.fromkeys(path for alternative in self._alternatives for path in alternative))

    def reasons(self, event: Mapping[str, Any]) -> list[Row]:
        """Why it matches or not: (path, wanted, got, holds) for each field and each `$or`."""
        return rows(self.parts, event, self.matches(event))


def compile_pattern(value: Any) -> Pattern:
    """The pattern that a value from YAML or JSON is. Raises PatternError, and nothing else, for any other value."""
    check_size(value)
    parts = read_object(value)
    found = tuple(alternatives(parts))
    return Pattern(parts, found, tuple(compile_alternative(one) for one in found))
