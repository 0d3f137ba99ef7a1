"""Events of any type in which every field is there, made from the catalogue of fields: for texts that mean harm."""

from typing import Any

from app.cards.paths import card_fields
from app.events import EVENT_TYPES
from app.events.fields import Field, field_catalogue

LONGEST = {"message": 8192, "error": 8192}
"""Characters by the name of a field; the others have at most 300."""

_OF_FACTS = ("lead_time_seconds", "previous_version", "why_url", "commits", "tickets")


def full_event(
    type_: str, text: str, link: str, items: int = 2, pick: int = 0, *, facts: bool = True
) -> dict[str, Any]:
    """The flat view of an event with this text in every field for texts, this link in every field for links.

    `items` is the length of every list; `pick` chooses from closed lists of values; with `facts` it has what cards
    get beside the event.
    """
    root: dict[str, Any] = {"type": type_}
    known = card_fields() if facts else {}
    fields = {path: field for path, field in known.items() if path.startswith(_OF_FACTS)}
    for path, field in (fields | dict(field_catalogue([type_]))).items():
        if path != "type":
            _put(root, path.split("."), _value(field, text, link, items, pick), items)
    return root


def only_events() -> list[str]:
    """Every type of event."""
    return list(EVENT_TYPES)


def _value(field: Field, text: str, link: str, items: int, pick: int) -> Any:
    name = field.path.rpartition(".")[2]
    if field.enum:
        return field.enum[pick % len(field.enum)]
    if name == "url" or name.endswith("_url") or field.path.startswith("links."):
        return link
    short = text[: LONGEST.get(name, 300)]
    values = {
        "text": short,
        "integer": 3 + pick,
        "number": 2.5,
        "flag": bool(pick % 2),
        "time": "2026-11-22T10:00:00.000000Z",
        "map": {"key": short},
    }
    return [short] * items if field.items == "text" else values.get(field.kind)


def _put(root: dict[str, Any], keys: list[str], value: Any, items: int) -> None:
    """Set a value; what is inside a list is put into the one dict that all its items are."""
    here = root
    for key in keys[:-1]:
        if key.endswith("[]"):
            found = here.get(key[:-2]) or [{}] * items
            here[key[:-2]] = found
            here = found[0]
        else:
            here = here.setdefault(key, {})
    if value is not None:
        here[keys[-1]] = value
