"""The official Adaptive Card schema, told by an element's type, so that an error names the place."""

import importlib.resources
import json
from typing import Any

from jsonschema import Draft6Validator

# 1.5 knows `style: heading`; cards declare 1.4, which is the highest that the Workflows post.
SCHEMA: dict[str, Any] = json.loads(
    importlib.resources.files("adaptive_cards").joinpath("schemas/schema-1.5.json").read_text()
)


def _validator(kind: str) -> Draft6Validator:
    return Draft6Validator({"$ref": f"#/definitions/{kind}", "definitions": SCHEMA["definitions"]})


_WHOLE = _validator("AdaptiveCard")


def schema_errors(card: dict[str, Any]) -> list[str]:
    """What the schema has against a card; `msteams` is Teams' own and not in it."""
    bare = {key: value for key, value in card.items() if key != "msteams"}
    if _WHOLE.is_valid(bare):
        return []
    return list(_places(bare, "card")) or [error.message for error in _WHOLE.iter_errors(bare)]


def _places(value: Any, place: str) -> Any:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, f"{place}[{index}]")
    elif isinstance(value, dict):
        inner = [error for key, child in value.items() for error in _places(child, f"{place}.{key}")]
        yield from inner
        kind = value.get("type")
        if not inner and kind in SCHEMA["definitions"]:
            yield from (f"{place} ({kind}): {error.message[:200]}" for error in _validator(kind).iter_errors(value))
