"""Reads a rule's `pattern`, and holds its fields against the event models as those of a match are."""

from typing import Any

from app.events.fields import field_catalogue, find_field
from app.kernel.yaml import did_you_mean
from app.routing.patterns import Pattern, PatternError, compile_pattern
from app.routing.written import Problems, Written


def read_pattern(raw: Any, written: Written, problems: Problems) -> Pattern | None:
    """The pattern that stands there; what is wrong with it goes to `problems`."""
    if raw is None:
        return None
    try:
        pattern = compile_pattern(raw)
    except PatternError as error:
        problems.append(written.at(*error.path).problem(f"pattern: {error.message}"))
        return None
    catalogue = field_catalogue()
    for path in sorted(pattern.paths()):
        if find_field(catalogue, path) is None:
            paths = [name for name in catalogue if "[]" not in name]
            problems.append(written.problem(f"pattern: unknown field {path!r}", did_you_mean(path, paths)))
    return pattern
