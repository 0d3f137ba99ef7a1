"""The operators of a pattern: what may stand as the one key of an object in a field's list."""

from collections.abc import Callable, Mapping
from typing import Any

from app.kernel.yaml import did_you_mean
from app.routing.patterns.anything_but import read_anything_but
from app.routing.patterns.cidr import read_cidr
from app.routing.patterns.mistakes import PatternError, Place
from app.routing.patterns.numeric import read_numeric
from app.routing.patterns.texts import COMPARES, text_reader
from app.routing.patterns.words import Asked


def _exists(raw: Any, place: Place) -> Asked:
    if not isinstance(raw, bool):
        raise PatternError(f"exists is true or false, not {raw!r}", place)
    return Asked("exists", lambda _: True) if raw else Asked("does not exist", None)


OPERATORS: Mapping[str, Callable[[Any, Place], Asked]] = {
    **{name: text_reader(name) for name in COMPARES},
    "anything-but": read_anything_but,
    "numeric": read_numeric,
    "exists": _exists,
    "cidr": read_cidr,
}
"""What reads the operand of each. Raises PatternError."""

RESERVED = frozenset(OPERATORS) | frozenset(
    [
        *("exactly", "html", "regex", "=", "<", "<=", ">", ">=", "not-wildcard", "not-equals-ignore-case"),
        *("date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range"),
        *("ip-address-in-range", "ip-address-not-in-range"),
    ]
)
"""What no field inside `$or` may be called: https://github.com/aws/event-ruler, Constants.java."""


def read_operator(raw: dict[Any, Any], place: Place) -> Asked:
    """One object of a field's list, e.g. `{prefix: feature/}`. Raises PatternError."""
    name = next(iter(raw), None)
    if len(raw) != 1 or not isinstance(name, str):
        raise PatternError("an object in a list has one key, the operator", place, f"known: {', '.join(OPERATORS)}")
    if name not in OPERATORS:
        raise PatternError(f"unknown operator {name!r}", (*place, name), did_you_mean(name, OPERATORS))
    return OPERATORS[name](raw[name], (*place, name))
