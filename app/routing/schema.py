"""The JSON Schema for editors: completion and checks while a rule book is written."""

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter, create_model

from app.events.fields import Field, field_catalogue
from app.routing.entries import (
    ChannelEntry,
    ConnectionEntry,
    DefaultsEntry,
    MessageEntry,
    PurposeEntry,
    TeamEntry,
    TrialEntry,
    UsersEntry,
)
from app.routing.known import Known
from app.routing.operators import OPERATORS
from app.routing.rule_entries import RuleEntry
from app.routing.rulebook import Rulebook
from app.routing.sections import VERSION
from app.routing.spelling import Name
from app.routing.tables import TimesEntry

_SECTIONS: dict[str, Any] = {
    "defaults": DefaultsEntry,
    "channels": dict[Name, ChannelEntry],
    "connections": dict[Name, ConnectionEntry],
    "purposes": dict[Name, PurposeEntry],
    "teams": dict[Name, TeamEntry],
    "times": dict[Name, TimesEntry],
    "users": UsersEntry,
    "rules": list[RuleEntry],
    "messages": list[MessageEntry],
    "tests": list[TrialEntry],
}
_PARTS = ("part", "map")
"""Kinds of fields that are more than one value."""
_LABEL = r"^labels\.."
_TYPES = {"text": "string", "integer": "integer", "number": "number", "flag": "boolean"}


def editor_schema(book: Rulebook, foreign_sections: Collection[str] = ()) -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of the files of this rule book, with the names that it defines as closed lists.

    Sections in `foreign_sections` may stand in the same files and may hold anything.
    """
    fields: Any = {name: (kind, None) for name, kind in _SECTIONS.items()}
    whole: type[BaseModel] = create_model("Rules", **fields)
    schema = TypeAdapter(whole).json_schema()
    for section in schema["properties"].values():
        section.pop("default", None)
    schema["properties"] |= {"version": {"const": VERSION}} | {name: {} for name in foreign_sections}
    schema["additionalProperties"] = False
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    entries = schema["$defs"]
    for name in ("RuleEntry", "MentionEntry", "MessageEntry"):
        about = entries[name]["properties"]["match"]
        entries[name]["properties"]["match"] = {"$ref": "#/$defs/Match", "description": about["description"]}
    rule = entries["RuleEntry"]["properties"]
    rule["dedupe"]["anyOf"].append({"const": False})
    schema["$defs"]["Match"] = _match(book.known)
    filled: dict[str, Any] = _fill(schema, _names(book))
    return filled


def _names(book: Rulebook) -> dict[str, list[str]]:
    return {
        "channels": list(book.channels),
        "purposes": list(book.purposes),
        "connections": list(book.connections),
        "cards": list(book.known.cards),
        "kinds": list(book.known.channel_kinds),
        "rules": [rule.name for rule in book.rules],
        "messages": [message.name for message in book.messages],
        "times": list(book.times),
        "paths": [path for path, field in field_catalogue().items() if "[]" not in path and field.kind not in _PARTS],
    }


def _fill(node: Any, names: Mapping[str, list[str]]) -> Any:
    """The schema with the marks of `app/routing/entries.py` replaced by what they stand for."""
    if isinstance(node, list):
        return [_fill(item, names) for item in node]
    if not isinstance(node, dict):
        return node
    filled = {key: _fill(value, names) for key, value in node.items() if not key.startswith("x-")}
    if "patternProperties" in node:
        filled.setdefault("additionalProperties", False)  # a key that is no name is none, whatever it holds
    if node.get("x-known") == "paths":
        filled["anyOf"] = [{"enum": names["paths"]}, {"pattern": _LABEL}]
    elif "x-known" in node and names[node["x-known"]]:
        filled["enum"] = names[node["x-known"]]
    if "x-or-one" in node:
        about = {key: filled.pop(key) for key in ("description", "default", "title") if key in filled}
        return {**about, "anyOf": [filled["items"], filled]}
    return filled


def _match(known: Known) -> dict[str, Any]:
    several = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Match"}}
    paths = {path: _field(field, known) for path, field in field_catalogue().items() if "[]" not in path}
    return {
        "description": "What an event must be like: all of it must hold. A field that is missing never matches.",
        "type": "object",
        "properties": {
            **paths,
            "any": several | {"description": "one of these must hold"},
            "all": several | {"description": "all of these must hold"},
            "none": several | {"description": "none of these may hold"},
        },
        "patternProperties": {_LABEL: {}},
        "additionalProperties": False,
    }


def _field(field: Field, known: Known) -> dict[str, Any]:
    operators: dict[str, Any] = {name: {} for name, operator in OPERATORS.items() if field.kind in operator.kinds}
    operators["exists"] = {"type": "boolean"}
    asked = {
        "type": "object",
        "properties": operators | {"not": {}},
        "additionalProperties": False,
        "minProperties": 1,
    }
    if field.kind not in _TYPES:
        return {"description": field.description, **asked}
    allowed = known.values(field)
    value = {"type": _TYPES[field.kind]} | ({"enum": list(allowed)} if allowed else {})
    several = {"type": "array", "items": value, "minItems": 1}
    return {"description": field.description, "anyOf": [value, several, asked]}
