"""The operators of a match: what each may be asked of, and the test that it becomes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.events.fields import Field, Kind
from app.kernel.globs import compile_glob, compile_regex
from app.kernel.yaml import did_you_mean

Test = Callable[[Any], bool]
"""Whether the value at a path is as wanted. Takes any value (None where there is nothing) and never raises."""

NUMBERS: frozenset[Kind] = frozenset(["integer", "number"])
EVERY_KIND: frozenset[Kind] = frozenset(["text", "integer", "number", "flag", "time", "list", "part", "map"])


class Mistake(ValueError):
    """Something wrong with what an operator is given, with a remedy."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


@dataclass(frozen=True, slots=True)
class Operator:
    """`kinds` it may be asked of; `make` builds the test from what is wanted, or raises Mistake."""

    kinds: frozenset[Kind]
    make: Callable[[Field, Any], Test]
    title: str


def exists(value: Any) -> bool:
    """Whether there is something: an empty text, list or map is nothing; 0 and false are something."""
    return value is not None and not (isinstance(value, str | list | dict) and not value)


def check_value(field: Field, value: Any, allowed: tuple[str, ...] | None) -> None:
    """Whether a value can ever stand at the field. Raises Mistake when it cannot."""
    if value is None or value == "":
        raise Mistake(f"nothing equals {value!r}", "write {exists: false} for a field that is not there")
    if field.kind == "text":
        _check_text(field, value, allowed)
    elif field.kind in NUMBERS:
        _check_number(field, value)
    elif field.kind == "flag":
        if not isinstance(value, bool):
            raise Mistake(f"{field.path} is true or false, not {value!r}")
    else:
        raise Mistake(f"{field.path} is a {field.kind} and equals no single value", _REMEDIES[field.kind])


_REMEDIES: dict[Kind, str] = {
    "time": "only {exists: …} can be asked of a time",
    "list": "write {contains: …} or {exists: …}",
    "part": "name one of its fields, or write {exists: …}",
    "map": "name one of its keys, or write {exists: …}",
}


def _check_text(field: Field, value: Any, allowed: tuple[str, ...] | None) -> None:
    if not isinstance(value, str):
        raise Mistake(f"{field.path} is text, not {value!r}", f'write "{value}" in quotes')
    if allowed is not None and value not in allowed:
        home = "is not in the estate" if field.path in ("environment", "service") else f"is not a value of {field.path}"
        raise Mistake(f"{value!r} {home}", did_you_mean(value, allowed))


def _check_number(field: Field, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        digits = isinstance(value, str) and value.isdigit()
        raise Mistake(f"{field.path} is a number, not {value!r}", f"write {value} without quotes" if digits else "")
    if field.kind == "integer" and isinstance(value, float) and not value.is_integer():
        raise Mistake(f"{field.path} is a whole number, not {value!r}")


def is_number(value: Any) -> bool:
    """Whether it counts; true and false do not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def equals(values: tuple[Any, ...]) -> Test:
    """Any of the values; a number is no flag."""
    if all(isinstance(value, str) for value in values):
        return lambda got: isinstance(got, str) and got in values
    return lambda got: any(got == value and isinstance(got, bool) == isinstance(value, bool) for value in values)


def _texts(wanted: Any) -> list[str]:
    texts = wanted if isinstance(wanted, list) else [wanted]
    if not texts or not all(isinstance(text, str) and text for text in texts):
        raise Mistake(f"expected a text or a list of texts, not {wanted!r}")
    return texts


def _pattern(compiler: Callable[[str], Callable[[str], bool]]) -> Callable[[Field, Any], Test]:
    def make(_: Field, wanted: Any) -> Test:
        try:
            tests = [compiler(text) for text in _texts(wanted)]
        except Mistake:
            raise
        except ValueError as error:
            raise Mistake(f"{wanted!r} cannot be used as a pattern: {error}") from None
        only = tests[0]
        if len(tests) == 1:
            return lambda got: isinstance(got, str) and got != "" and only(got)
        return lambda got: isinstance(got, str) and got != "" and any(test(got) for test in tests)

    return make


def _contains(field: Field, wanted: Any) -> Test:
    if field.kind == "list" and field.items != "text":
        raise Mistake(f"{field.path} is a list of parts", "only {exists: …} can be asked of it")
    texts = tuple(_texts(wanted))
    if field.kind == "list":
        return lambda got: isinstance(got, list) and any(text in got for text in texts)
    only = texts[0]
    if len(texts) == 1:
        return lambda got: isinstance(got, str) and only in got
    return lambda got: isinstance(got, str) and any(text in got for text in texts)


def _exists(_: Field, wanted: Any) -> Test:
    if not isinstance(wanted, bool):
        raise Mistake(f"exists is true or false, not {wanted!r}")
    return exists if wanted else lambda got: not exists(got)


def _compare(holds: Callable[[Any, Any], bool]) -> Callable[[Field, Any], Test]:
    def make(field: Field, wanted: Any) -> Test:
        if not is_number(wanted):
            raise Mistake(f"{field.path} is compared with a number, not with {wanted!r}")
        return lambda got: is_number(got) and holds(got, wanted)

    return make


def _multiple_of(_: Field, wanted: Any) -> Test:
    if isinstance(wanted, bool) or not isinstance(wanted, int) or wanted < 1:
        raise Mistake(f"multiple_of takes a whole number from 1, not {wanted!r}")
    return lambda got: isinstance(got, int) and not isinstance(got, bool) and got % wanted == 0


OPERATORS: Mapping[str, Operator] = {
    "glob": Operator(frozenset(["text"]), _pattern(compile_glob), "fits the glob"),
    "regex": Operator(frozenset(["text"]), _pattern(compile_regex), "has the regular expression"),
    "contains": Operator(frozenset(["text", "list"]), _contains, "contains"),
    "exists": Operator(EVERY_KIND, _exists, "exists"),
    "gt": Operator(NUMBERS, _compare(lambda got, wanted: got > wanted), ">"),
    "gte": Operator(NUMBERS, _compare(lambda got, wanted: got >= wanted), ">="),
    "lt": Operator(NUMBERS, _compare(lambda got, wanted: got < wanted), "<"),
    "lte": Operator(NUMBERS, _compare(lambda got, wanted: got <= wanted), "<="),
    "multiple_of": Operator(frozenset(["integer"]), _multiple_of, "is a multiple of"),
}
"""Every operator but `not`, which turns round whatever stands in it (`app/routing/clauses.py`)."""
