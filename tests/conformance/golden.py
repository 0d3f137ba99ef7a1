"""What the conformance of sources is made of: the rooms, their samples, the golden form, a draft as an event.

The golden form of a sample (`samples/<name>.json`, rewritten by `pytest tests/conformance --golden-update`):
`{"state": "processed", "events": [...]}`, `{"state": "ignored", "reason": ...}` or
`{"state": "quarantined", "reason": ...}`. An event is a Draft's fields by name without the empty ones, unknown
is absent in all depths; times are ISO text in UTC.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from importlib import import_module, resources
from pathlib import Path
from typing import Any

import app.sources
from app.events import EVENT_TYPES, Draft, Envelope, Hints
from app.kernel.clock import iso, to_us
from app.kernel.discover import rooms
from app.kernel.errors import BadPayload
from app.kernel.samples import Sample, load_sample, sample_names
from app.sources import Ignored, Inbound, Source

SOURCES: dict[str, Source] = rooms(app.sources, "SOURCE")


def room(source: Source) -> str:
    """The module of a source's room."""
    return f"app.sources.{source.name.replace('-', '_')}"


def folder(source: Source) -> Path:
    """The folder of a source's room."""
    return Path(str(resources.files(import_module(room(source)))))


def all_samples() -> list[tuple[str, str]]:
    """(source, sample) for every sample of every room."""
    return [(name, sample) for name, source in SOURCES.items() for sample in sample_names(room(source))]


def sample_of(source: Source, name: str) -> Sample:
    return load_sample(room(source), name)


def inbound(source: Source, headers: Mapping[str, str], body: bytes) -> Inbound:
    """What a room is given: only the headers that a receipt keeps."""
    kept = {*source.keeps, "content-type", "user-agent"}
    return Inbound({name: value for name, value in headers.items() if name in kept}, body)


def outcome(source: Source, message: Inbound) -> dict[str, Any]:
    """What the room makes of a message, in the golden form. Whatever is not BadPayload passes through."""
    try:
        parsed = source.parse(message)
    except BadPayload as error:
        return {"state": "quarantined", "reason": str(error)}
    if isinstance(parsed, Ignored):
        return {"state": "ignored", "reason": parsed.reason}
    return {"state": "processed", "events": [plain(draft) for draft in parsed]}


def plain(value: Any) -> Any:
    """A draft, or what is in it, as JSON values; fields of a draft that are empty are left out."""
    if isinstance(value, datetime):
        return iso(to_us(value))
    if isinstance(value, Draft | Hints):
        named = {name: plain(item) for name, item in value._asdict().items()}
        return {name: item for name, item in named.items() if item not in (None, "", [], {})}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def write_golden(path: Path, result: dict[str, Any]) -> None:
    path.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def as_event(source: Source, draft: Draft) -> Envelope:
    """The draft as an event, with an envelope made up. Raises whatever is wrong with the draft."""
    assert draft.type in source.types, f"{draft.type} is not declared in SOURCE.types"
    assert draft.identity, "a draft without an identity cannot be told from another"
    assert draft.occurred_at is None or draft.occurred_at.tzinfo is not None
    for kind, value in draft.hints.service + draft.hints.environment:
        assert kind
        assert isinstance(value, str)
        assert value, f"the hint {kind} is empty"
    assert all(isinstance(text, str) for text in draft.texts)
    assert all(isinstance(item, str) for pair in draft.hints.labels.items() for item in pair)
    envelope = {
        "id": "0" * 32,
        "type": draft.type,
        "subject": draft.subject,
        "source": source.name,
        "instance": draft.instance,
        "occurred_at": draft.occurred_at or "2026-11-22T10:00:00Z",
        "received_at": "2026-11-22T10:00:00Z",
        "receipt": "receipt",
        "original": {"status": draft.original_status, "type": draft.original_type},
    }
    if draft.status is not None:
        envelope["status"] = draft.status
    assert not envelope.keys() & draft.fields.keys(), "a field that the envelope owns"
    event = EVENT_TYPES[draft.type].model_validate({**envelope, **draft.fields})
    assert "\\u0000" not in event.model_dump_json(), "NUL passed through"
    return event
