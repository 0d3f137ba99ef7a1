"""Reads a rule's `pattern`, and holds its fields and values against the event models as those of a match are."""

from typing import Any

from app.events.fields import Field, field_catalogue
from app.kernel.yaml import did_you_mean
from app.routing.clauses import ALL_TYPES, find_path
from app.routing.known import Known
from app.routing.patterns import Pattern, PatternError, compile_pattern
from app.routing.written import Problems, Written


def read_pattern(raw: Any, written: Written, known: Known, problems: Problems) -> Pattern | None:
    """The pattern that stands there; what is wrong with it goes to `problems`."""
    if raw is None:
        return None
    try:
        pattern = compile_pattern(raw)
    except PatternError as error:
        problems.append(written.at(*error.path).problem(f"pattern: {error.message}", error.hint))
        return None
    types = met(pattern, ALL_TYPES) or ALL_TYPES  # if it is none of them, that is told as a wrong value of `type`
    for path in pattern.paths():
        # Unlike a match, a pattern looks into every item of a list, as AWS does.
        found = _in_a_list(path, types) or find_path(path, written, problems, types)
        if found is not None:
            _check_values(found, path, pattern, written, known, problems)
    return pattern


def met(pattern: Pattern | None, types: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the types that events which fit the pattern can have."""
    only = pattern.types() if pattern is not None else None
    return types if only is None else tuple(name for name in types if name in only)


def _in_a_list(path: str, types: tuple[str, ...]) -> Field | None:
    fields = (field for name, field in field_catalogue(types).items() if "[]" in name)
    return next((field for field in fields if field.path.replace("[]", "") == path), None)


def _check_values(
    field: Field, path: str, pattern: Pattern, written: Written, known: Known, problems: Problems
) -> None:
    """What a field with a closed list is limited to must stand in that list."""
    if field.kind in ("part", "map"):
        problems.append(written.problem(f"pattern: {path!r} is a {field.kind}", "name one of its fields"))
    allowed = known.values(field)
    for value in sorted((pattern.values(path) or frozenset()) - set(allowed or ())) if allowed else ():
        problems.append(
            written.problem(f"pattern: {value!r} is not a value of {path}", did_you_mean(value, allowed or ()))
        )
