"""What to do about a mistake in YAML, in the words of somebody who does not write parsers."""

from collections.abc import Sequence
from typing import Any

_OF_SYNTAX = (
    ("'\\t'", "indent with spaces, not with tabs"),
    ("cannot start any token", "put text that begins with this character in quotes"),
    ("expected <block end>", "its indentation does not fit the lines above it"),
    ("mapping values are not allowed", "put text with ': ' in it in quotes, or mend the indentation"),
    ("undefined alias", "put text that begins with * in quotes"),
    ("expected ',' or", "a bracket or a quote above is not closed"),
    ("unexpected end of stream", "a quote is not closed"),
    ("another document", "one document a file: take out the line ---"),
)

_FEW = 7
"""More fields than these are found in the reference."""


def hint_of_syntax(problem: str) -> str:
    """What to do about what the YAML reader says; nothing where its own words will do."""
    return next((hint for sign, hint in _OF_SYNTAX if sign in problem), "")


def hint_of_type(kind: str, value: Any, fields: Sequence[str]) -> str:
    """What to write where a value is of the wrong type: `kind` is pydantic's word, `fields` are those of a map."""
    if kind == "string_type" and isinstance(value, bool | int | float):
        written = str(value).lower() if isinstance(value, bool) else value
        return f'write "{written}" in quotes'
    if kind in ("list_type", "tuple_type"):
        return "write [a, b]"
    if kind in ("model_type", "dict_type"):
        few = fields if kind == "model_type" and len(fields) < _FEW else ()
        return f"write {{{', '.join(f'{name}: …' for name in few)}}}" if few else "write {name: value}"
    if kind in ("int_type", "float_type") and isinstance(value, str):
        return "write a number, without quotes"
    if kind == "literal_error" and value in ("yes", "on"):
        return "write true"
    return "write true or false, without quotes" if kind == "bool_type" else ""
