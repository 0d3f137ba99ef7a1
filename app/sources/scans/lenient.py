"""Values that a file may give or not: a wrong type on the edge of a finding is as good as absent.

The frame of a file (its lists and objects) stays strict: what does not fit there is told with its path.
"""

from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field

T = TypeVar("T")

MOST = 50_000
"""The longest list that is read, in entries: twenty times what a benchmark's file has."""


def _word(value: Any) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else None


def _whole(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.strip().isdigit() and len(value) < 16:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _score(value: Any) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value[:32])
        except ValueError:
            return None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


Word = Annotated[str | None, BeforeValidator(_word)]
"""Text, or a number as its digits."""
Whole = Annotated[int | None, BeforeValidator(_whole)]
"""A whole number, or its digits."""
Score = Annotated[float | None, BeforeValidator(_score)]
"""A number, or its digits."""
Yes = Annotated[bool | None, BeforeValidator(lambda value: value if isinstance(value, bool) else None)]
"""True or false and nothing like it."""
Things = Annotated[dict[str, Any], BeforeValidator(lambda value: value if isinstance(value, dict) else {})]
"""An object of which nothing is promised."""
Many = Annotated[list[T], Field(max_length=MOST)]
"""A list that is not absurdly long."""
Several = Annotated[list[T], Field(max_length=MOST), BeforeValidator(lambda value: [] if value is None else value)]
"""A list that may be null."""


def whole(value: Any) -> int | None:
    """A whole number or its digits, else None."""
    return _whole(value)


def score(value: Any) -> float | None:
    """A number or its digits, else None."""
    return _score(value)
