"""`numeric`: one comparison, or a range with its lower end first."""

import operator
from collections.abc import Callable
from typing import Any

from app.routing.operators import is_number
from app.routing.patterns.mistakes import PatternError, Place
from app.routing.patterns.words import Asked

_HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_LOWER, _UPPER = (">", ">="), ("<", "<=")


def read_numeric(raw: Any, place: Place) -> Asked:
    """E.g. `[">", 0, "<=", 5]`. Only JSON numbers ever match, never texts of digits."""
    if not isinstance(raw, list) or len(raw) not in (2, 4):
        raise PatternError("numeric takes a comparison and a number, once or twice", place, 'e.g. [">", 0, "<=", 5]')
    for index in range(0, len(raw), 2):
        _check(raw[index], raw[index + 1], (*place, index))
    first, bound = _HOLDS[raw[0]], raw[1]
    if len(raw) == 2:
        return Asked(f"{raw[0]} {bound}", lambda got: is_number(got) and first(got, bound))
    if raw[0] not in _LOWER or raw[2] not in _UPPER:
        raise PatternError("a range starts with > or >= and goes on with < or <=", place)
    second, top = _HOLDS[raw[2]], raw[3]
    if not bound < top:
        raise PatternError(f"{bound} is not below {top}: nothing lies between them", place)
    words = f"{raw[0]} {bound} and {raw[2]} {top}"
    return Asked(words, lambda got: is_number(got) and first(got, bound) and second(got, top))


def _check(comparison: Any, bound: Any, place: Place) -> None:
    if not isinstance(comparison, str) or comparison not in _HOLDS:
        raise PatternError(f"unknown comparison {comparison!r}", place, f"known: {', '.join(_HOLDS)}")
    if not is_number(bound) or bound != bound or bound in (float("inf"), float("-inf")):
        raise PatternError(f"{comparison} takes a number, not {bound!r}", (*place[:-1], int(place[-1]) + 1))
