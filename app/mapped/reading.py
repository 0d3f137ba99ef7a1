"""A message of a mapped source as an event: by the first mapping whose `when` fits."""

from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.events import Draft, Hints
from app.events.fields import Field
from app.kernel.errors import BadPayload
from app.kernel.json import load_object
from app.kernel.text import clean
from app.kernel.timestamps import parse_timestamp
from app.mapped.paths import find, plain, texts, word
from app.mapped.written import Mapping, Status
from app.sources import Ignored, Inbound, Parsed

_KEY = 250
_MOST_LABELS = 100


@dataclass(frozen=True, slots=True)
class Made:
    """A mapping with the fields that it fills, by their paths in the flat view."""

    written: Mapping
    fields: Map[str, Field]


def read(source: str, made: Sequence[Made], inbound: Inbound) -> Parsed:
    """The one event of a message. Raises BadPayload with the path of the first place that does not fit."""
    body = load_object(inbound.body)
    for each in made:
        if _fits(each.written, inbound, body):
            draft = _draft(source, each, inbound, body)
            return Ignored("unused_status") if draft is None else [draft]
    return Ignored("unused_type")


def _fits(mapping: Mapping, inbound: Inbound, body: Any) -> bool:
    for path, allowed in mapping.when.items():
        value = find(inbound, body, path)
        if isinstance(value, dict | list) or value is None or word(value) not in {word(each) for each in allowed}:
            return False
    return True


def _draft(source: str, made: Made, inbound: Inbound, body: Any) -> Draft | None:
    mapping = made.written
    said, status = _status(mapping.status, inbound, body)
    if mapping.status is not None and status is None:
        return None
    parts = [plain(inbound, body, (path,)) for path in mapping.subject]
    missing = next((path for path, part in zip(mapping.subject, parts, strict=True) if part is None), None)
    if missing is not None:
        raise BadPayload("is missing", missing)
    own = clean(":".join(word(part) for part in parts if part is not None), _KEY)
    moment = plain(inbound, body, mapping.occurred_at) if mapping.occurred_at else None
    fields = _fields(made, inbound, body)
    return Draft(
        type=mapping.type,
        status=status,
        subject=f"{mapping.type.partition('.')[0]}:{source}:{own}",
        identity=own,
        state=status or "",
        occurred_at=parse_timestamp(moment),
        hints=_hints(mapping, inbound, body),
        fields=fields,
        original_status=said,
        original_type=None,
        texts=tuple(_texts(fields)),
    )


def _status(status: Status | str | None, inbound: Inbound, body: Any) -> tuple[str | None, str | None]:
    """(their word, ours)"""
    if not isinstance(status, Status):
        return None, status
    said = plain(inbound, body, status.at)
    return (None, None) if said is None else (word(said), status.words.get(word(said)))


def _hints(mapping: Mapping, inbound: Inbound, body: Any) -> Hints:
    found = find(inbound, body, mapping.labels) if mapping.labels else None
    if found is not None and not isinstance(found, dict):
        raise BadPayload("expected an object of texts", mapping.labels or "")
    labels = {key: word(value) for key, value in (found or {}).items() if isinstance(value, str | int | float | bool)}
    service = [("name", mapping.service), ("repository", mapping.repository)]
    return Hints(
        tuple((kind, word(value)) for kind, paths in service if paths and (value := plain(inbound, body, paths))),
        (("name", word(stage)),)
        if mapping.environment and (stage := plain(inbound, body, mapping.environment))
        else (),
        dict(list(labels.items())[:_MOST_LABELS]),
    )


def _fields(made: Made, inbound: Inbound, body: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path, field in made.fields.items():
        paths = made.written.fields[path]
        value: Any = (texts if field.kind == "list" else plain)(inbound, body, paths)
        if field.kind == "time" and value is not None:
            value = parse_timestamp(value)
        if value is None:
            continue
        place = found
        for part in field.keys[:-1]:
            place = place.setdefault(part, {})
        place[field.keys[-1]] = value
    return found


def _texts(fields: Map[str, Any]) -> list[str]:
    """Where people name tickets."""
    places = (("commit", "message"), ("commit", "branch"), ("build", "ref"), ("pull_request", "title"))
    found = [part.get(key) for name, key in places if isinstance(part := fields.get(name), dict)]
    return [text for text in (*found, fields.get("title")) if isinstance(text, str)]
