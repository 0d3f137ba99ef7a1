"""The operators that compare texts: prefix, suffix, equals-ignore-case, wildcard."""

from collections.abc import Callable, Mapping
from typing import Any

from app.routing.patterns.letters import Compare, ends_with_letters, same_letters, starts_with_letters
from app.routing.patterns.mistakes import PatternError, Place
from app.routing.patterns.wildcard import compile_wildcard
from app.routing.patterns.words import Asked

IGNORE_CASE = "equals-ignore-case"


def _starts(wanted: str) -> Compare:
    return lambda got: got.startswith(wanted)


def _ends(wanted: str) -> Compare:
    return lambda got: got.endswith(wanted)


COMPARES: Mapping[str, tuple[str, Callable[[str], Compare]]] = {
    "prefix": ("starts with", _starts),
    "suffix": ("ends with", _ends),
    IGNORE_CASE: ("is, in any case,", same_letters),
    "wildcard": ("fits", compile_wildcard),
}
"""What each is called in words, and what makes its test."""

_IGNORING_CASE = {"prefix": starts_with_letters, "suffix": ends_with_letters}


def text_reader(name: str) -> Callable[[Any, Place], Asked]:
    """What reads the operand of one of these operators."""
    title, make = COMPARES[name]

    def read(raw: Any, place: Place) -> Asked:
        if isinstance(raw, dict) and name in _IGNORING_CASE:
            return _ignoring_case(name, raw, place)
        test = compare(make, raw, name, place)
        return Asked(f"{title} {raw!r}", lambda got: isinstance(got, str) and test(got))

    return read


def compare(make: Callable[[str], Compare], raw: Any, name: str, place: Place) -> Compare:
    """The test for one text. Raises PatternError when it is none, or one that the operator cannot use."""
    if not isinstance(raw, str):
        kind = "an object" if isinstance(raw, dict) else "an array" if isinstance(raw, list) else repr(raw)
        raise PatternError(f"{name} takes a text, not {kind}", place)
    try:
        return make(raw)
    except ValueError as error:
        raise PatternError(f"{raw!r} is not a {name}: {error}", place) from None


def _ignoring_case(name: str, raw: dict[Any, Any], place: Place) -> Asked:
    if list(raw) != [IGNORE_CASE]:
        raise PatternError(f"{name} takes a text or {{{IGNORE_CASE}: text}}", place)
    wanted = raw[IGNORE_CASE]
    test = compare(_IGNORING_CASE[name], wanted, IGNORE_CASE, (*place, IGNORE_CASE))
    return Asked(f"{COMPARES[name][0]}, in any case, {wanted!r}", lambda got: isinstance(got, str) and test(got))
