"""The few forms that the generated pages are made of."""

import inspect
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, TypeAdapter


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown."""
    lines = ["| " + " | ".join(headings) + " |", "|" + " --- |" * len(headings)]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def code(text: object) -> str:
    """Text as code; nothing stays nothing."""
    return f"`{text}`" if str(text) else ""


def codes(texts: Iterable[object]) -> str:
    """Several texts as code."""
    return ", ".join(code(text) for text in texts)


def first_line(thing: Any) -> str:
    """The first line of a docstring of its own, not of a parent's."""
    text = thing.__doc__ or ""
    return inspect.cleandoc(text).split("\n\n")[0].replace("\n", " ")


def model_table(model: type[BaseModel]) -> str:
    """The fields of a model that a person writes in YAML: name, what it takes, default, description."""
    schema = TypeAdapter(model).json_schema(by_alias=True)
    known = schema.get("$defs", {})
    required = set(schema.get("required", ()))
    rows = [
        (code(name), takes(entry, known), _default(name, entry, required), entry.get("description", ""))
        for name, entry in schema.get("properties", {}).items()
    ]
    return table(["key", "takes", "default", "meaning"], rows)


def takes(entry: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    """What a JSON Schema lets in, in words."""
    if "$ref" in entry:
        entry = known[entry["$ref"].rsplit("/", 1)[-1]]
    if "anyOf" in entry:
        return " or ".join(takes(each, known) for each in entry["anyOf"] if each.get("type") != "null")
    if "enum" in entry:
        return codes(entry["enum"])
    if "const" in entry:
        return code(str(entry["const"]).lower())
    kind: str = entry.get("type", "anything")
    if kind == "array":
        return f"list of {takes(entry.get('items', {}), known)}"
    if kind == "object":
        named = list(entry.get("properties", {}))
        return f"map of {codes(named)}" if named else "map"
    return {"string": "text", "boolean": "true or false", "integer": "whole number"}.get(kind, kind)


def _default(name: str, entry: Mapping[str, Any], required: set[str]) -> str:
    if name in required:
        return "required"
    value = entry.get("default")
    if isinstance(value, bool):
        return code(str(value).lower())
    return "" if isinstance(value, list | dict) or value in (None, "") else code(value)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
