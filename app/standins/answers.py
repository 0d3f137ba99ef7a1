"""Answers in JSON, and a part of one where a client asks for some fields alone."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from starlette.responses import Response


def answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The value as JSON."""
    return Response(orjson.dumps(value), status, headers, "application/json")


def only(value: Any, wanted: Iterable[str]) -> Any:
    """The parts of a value that dotted paths name; lists are passed through: `values.state.name`."""
    heads: dict[str, list[str]] = {}
    for path in wanted:
        head, _, rest = path.partition(".")
        heads.setdefault(head, []).append(rest)
    if isinstance(value, list):
        return [only(each, wanted) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {name: value[name] for name in heads if name in value}
    return {name: each if "" in heads[name] else only(each, heads[name]) for name, each in kept.items()}


def at(value: Any, path: str) -> Any:
    """What stands at a dotted path, or None."""
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value
