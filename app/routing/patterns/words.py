"""One thing that a pattern asks of a value: the test, and what it asks in words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

Test = Callable[[Any], bool]
"""Whether a text, number, true, false or null is as wanted. Never raises."""


@dataclass(frozen=True, slots=True)
class Asked:
    """`test` is None for `exists: false`, which no value can fulfil."""

    words: str
    test: Test | None = field(compare=False, repr=False)


def shown(value: Any) -> str:
    """A value as JSON would have it, but texts in Python's quotes."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return repr(value)


def any_of(values: Iterable[Any]) -> str:
    """Values joined by `or`."""
    return " or ".join(shown(value) for value in values)
