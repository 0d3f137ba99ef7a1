"""The schemas of CDEvents, where they lie beside the captured messages, and what is wrong with an event by them."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

from tests.conformance.folder import captured_folder

# RFC 3986: the characters, a % before two hex digits, and brackets around an address alone.
_PIECE = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*"
_REFERENCE = re.compile(rf"(?:[A-Za-z][A-Za-z0-9+.\-]*:)?(?://(?:\[[0-9A-Fa-f:.]+\])?)?{_PIECE}(?:#{_PIECE})?")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")

_FOLDER = captured_folder()
SCHEMAS = _FOLDER / "dora" / "cdevents" / "schemas" if _FOLDER else Path("there-are-none")
needs_schemas = pytest.mark.skipif(not SCHEMAS.is_dir(), reason="no schemas: SHIPBELL_SAMPLES has no dora/cdevents")

_formats = FormatChecker(formats=())


@_formats.checks("uri-reference")
def _is_reference(value: object) -> bool:
    return not isinstance(value, str) or bool(_REFERENCE.fullmatch(value))


@_formats.checks("uri")
def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or (_is_reference(value) and bool(re.match(r"[A-Za-z][A-Za-z0-9+.\-]*:.", value)))


@_formats.checks("date-time")
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or bool(_MOMENT.fullmatch(value))


@cache
def _validators() -> dict[str, Draft202012Validator]:
    """A validator for each type of CDEvent, with its version."""
    loaded = [json.loads(path.read_text("utf-8")) for path in sorted(SCHEMAS.rglob("*.json"))]
    with_ids = [(each["$id"], Resource.from_contents(each)) for each in loaded if "$schema" in each]
    registry: Registry[Any] = Registry().with_resources(with_ids)
    events = [each for each in loaded if "context" in each.get("properties", ())]
    return {
        each["properties"]["context"]["properties"]["type"]["enum"][0]: Draft202012Validator(
            each, registry=registry, format_checker=_formats
        )
        for each in events
    }


def types() -> set[str]:
    """Every type of CDEvent that there is a schema of."""
    return set(_validators())


def faults(cdevent: dict[str, Any]) -> list[str]:
    """What its schema finds in a CDEvent."""
    validator = _validators().get(cdevent["context"]["type"])
    if validator is None:
        return [f"there is no schema of {cdevent['context']['type']}"]
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(cdevent)]
