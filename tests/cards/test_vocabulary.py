"""Our table of what a card may hold says nothing that the official schema does not."""

from typing import Any

import pytest

from app.cards.vocabulary import LISTS, PROPERTIES, REQUIRED, SCHEMA_VERSION, VALUES, escaping
from tests.cards.teams_schema import SCHEMA


def official(kind: str) -> dict[str, Any]:
    """The properties of a kind in the schema, inherited ones included."""
    found: dict[str, Any] = {}
    todo = [kind]
    while todo:
        definition = SCHEMA["definitions"][todo.pop()]
        found.update(definition.get("properties", {}))
        for part in (*definition.get("allOf", []), *definition.get("anyOf", [])):
            found.update(part.get("properties", {}))
            todo += [part["$ref"].rpartition("/")[2]] if "$ref" in part else []
    return found


@pytest.mark.parametrize("kind", PROPERTIES)
def test_every_property_is_official(kind):
    teams_own = {"msteams", "$schema"} if kind == "AdaptiveCard" else set()
    assert PROPERTIES[kind] - teams_own <= official(kind).keys()
    assert REQUIRED[kind] <= PROPERTIES[kind]
    newer = {
        name for name in PROPERTIES[kind] - teams_own if official(kind)[name].get("version", "1.0") > SCHEMA_VERSION
    }
    assert newer <= ({"style"} if kind == "TextBlock" else set())  # `style: heading` is 1.5, and harmless to 1.4


def enum_of(definition: object) -> set[str]:
    if isinstance(definition, list):
        return set().union(*map(enum_of, definition))
    if not isinstance(definition, dict):
        return set()
    if "$ref" in definition:
        return enum_of(SCHEMA["definitions"][definition["$ref"].rpartition("/")[2]])
    found = {str(value).lower() for value in definition.get("enum", ())}
    return found | enum_of(definition.get("anyOf")) | enum_of(definition.get("oneOf"))


def test_every_value_is_official():
    for kind, properties in PROPERTIES.items():
        for name in properties - {"msteams"}:
            ours = VALUES.get(f"{kind}.{name}") or VALUES.get(name)
            if ours:
                assert ours <= enum_of(official(kind)[name]), f"{kind}.{name}"


def test_every_list_holds_a_known_element():
    assert set(LISTS.values()) <= PROPERTIES.keys()


def test_only_text_blocks_and_facts_read_markdown():
    assert escaping("TextBlock", "text") == escaping("Fact", "title") == escaping("Fact", "value") == "markdown"
    assert escaping("TextRun", "text") == escaping("Action.OpenUrl", "title") == escaping("", "summary") == "plain"
    assert escaping("Image", "url") == escaping("Action.OpenUrl", "iconUrl") == "url"
