"""`anything-but`: any value that is there, of whatever type, but not these."""

from typing import Any

from app.routing.operators import is_number
from app.routing.patterns.mistakes import PatternError, Place
from app.routing.patterns.texts import COMPARES, compare
from app.routing.patterns.words import Asked, any_of

_TAKES = "anything-but takes a text, a number, a list of either, or one of " + ", ".join(COMPARES)


def read_anything_but(raw: Any, place: Place) -> Asked:
    """Null and values of other types are something else and match; a field that is not there never does."""
    if isinstance(raw, dict):
        return _none_of(raw, place)
    values = raw if isinstance(raw, list) else [raw]
    excluded = set(_checked(values, place))
    if isinstance(values[0], str):
        return Asked(f"is not {any_of(values)}", lambda got: not (isinstance(got, str) and got in excluded))
    return Asked(f"is not {any_of(values)}", lambda got: not (is_number(got) and got in excluded))


def _checked(values: list[Any], place: Place) -> list[Any]:
    if values and all(isinstance(value, str) for value in values):
        return values
    if values and all(is_number(value) and abs(value) < float("inf") for value in values):
        return values
    if all(isinstance(value, str) or is_number(value) for value in values) and len(values) > 1:
        raise PatternError("anything-but takes texts or numbers, not both in one list", place)
    raise PatternError(_TAKES, place)


def _none_of(raw: dict[Any, Any], place: Place) -> Asked:
    name = next(iter(raw), None)
    if len(raw) != 1 or not isinstance(name, str) or name not in COMPARES:
        raise PatternError(_TAKES, place)
    place = (*place, name)
    texts = raw[name] if isinstance(raw[name], list) else [raw[name]]
    if not texts or (name in ("prefix", "suffix") and "" in texts):
        raise PatternError(f"an empty {name} leaves nothing to match", place)
    title, make = COMPARES[name]
    tests = [compare(make, text, name, place) for text in texts]
    words = f"is nothing that {title} {any_of(texts)}"
    return Asked(words, lambda got: not (isinstance(got, str) and any(test(got) for test in tests)))
