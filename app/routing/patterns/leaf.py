"""A field of a pattern with the list of what it may be."""

from dataclasses import dataclass, field
from typing import Any

from app.routing.operators import is_number
from app.routing.patterns.mistakes import PatternError, Place
from app.routing.patterns.operators import read_operator
from app.routing.patterns.words import Asked, Test, any_of


@dataclass(frozen=True, slots=True)
class Leaf:
    """`path` is dotted. `test` is for a value that is there; `absent` says whether it may also not be there.

    `exact` are the values that it may equal; None when an operator lets other values in, too.
    """

    path: str
    words: str
    exact: tuple[Any, ...] | None
    absent: bool
    test: Test = field(compare=False, repr=False)


def read_leaf(path: str, raw: list[Any], place: Place) -> Leaf:
    """What the list of a field asks. Raises PatternError."""
    if not raw:
        raise PatternError("an empty array matches nothing", place)
    exact: list[Any] = []
    asked: list[Asked] = []
    for index, item in enumerate(raw):
        if isinstance(item, dict):
            asked.append(read_operator(item, (*place, index)))
        else:
            exact.append(_check(item, (*place, index)))
    tests = [one.test for one in asked if one.test is not None]
    words = [f"is {any_of(exact)}"] if exact else []
    words += [one.words for one in asked]
    return Leaf(
        path,
        " or ".join(words),
        None if asked else tuple(exact),
        len(tests) < len(asked),
        _any([_equals(exact), *tests] if exact else tests),
    )


def _check(item: Any, place: Place) -> Any:
    if item is None or isinstance(item, str | bool):
        return item
    if is_number(item) and abs(item) < float("inf"):
        return item
    known = "an array" if isinstance(item, list) else repr(item)
    raise PatternError(f"a value is a text, a number, true, false or null, not {known}", place)


def _equals(exact: list[Any]) -> Test:
    """Texts are texts, true is not 1, and numbers compare as numbers: 300 is 300.0."""
    texts = frozenset(value for value in exact if isinstance(value, str))
    if all(isinstance(value, str) for value in exact):
        return lambda got: isinstance(got, str) and got in texts
    numbers = frozenset(value for value in exact if is_number(value))
    words = tuple(value for value in exact if value is None or isinstance(value, bool))

    def equals(got: Any) -> bool:
        if isinstance(got, str):
            return got in texts
        return got in numbers if is_number(got) else any(got is word for word in words)

    return equals


def _any(tests: list[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        one, other = tests
        return lambda got: one(got) or other(got)
    return lambda got: any(test(got) for test in tests)
