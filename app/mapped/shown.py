"""A draft as a person writes it in a sample: what it says, by the names of the flat view."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from app.events import Draft
from app.kernel.clock import iso, to_us
from app.kernel.timestamps import parse_timestamp

TIMES = frozenset({"occurred_at"})


def shown(draft: Draft) -> dict[str, Any]:
    """Type, subject, status, time, the vendor's names, labels, every field by its dotted path; times as ISO text."""
    hints = dict(draft.hints.service)
    said = {
        "type": draft.type,
        "subject": draft.subject,
        "status": draft.status,
        "occurred_at": draft.occurred_at,
        "service": hints.get("name"),
        "repository": hints.get("repository"),
        "environment": next((value for _, value in draft.hints.environment), None),
        "labels": draft.hints.labels or None,
        **dict(_flat(draft.fields)),
    }
    return {name: _plain(value) for name, value in said.items() if value is not None}


def expected(written: Mapping[str, Any], times: frozenset[str]) -> dict[str, Any]:
    """What a sample says, its times as ours are shown."""
    read = {name: parse_timestamp(value) if name in times else value for name, value in written.items()}
    return {name: _plain(written[name] if value is None else value) for name, value in read.items()}


def _flat(fields: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in fields.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _plain(value: Any) -> Any:
    return iso(to_us(value)) if isinstance(value, datetime) else value
