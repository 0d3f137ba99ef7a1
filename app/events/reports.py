"""Reports: events that our own callers tell in our own words, the reporter in a pipeline, a gate, the collector.

A report is `{"schema": "shipbell.report/v1", "events": [...]}`. An event there has the fields of its type by name, as
`GET /api/v1/events` shows them; what only the receiver can know (id, receipt, owner, …) is not taken from anybody.
`subject` is the natural key of what it speaks of; `key` tells two pieces of news about one subject apart.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from app.events.draft import Draft, Hints
from app.events.event import EVENT_TYPES
from app.events.parts import Text
from app.kernel.errors import BadPayload
from app.kernel.json import load_object
from app.kernel.shapes import path_of
from app.kernel.timestamps import parse_timestamp

SCHEMA = "shipbell.report/v1"
QUIET = "x-shipbell-quiet"
"""A kept header that only the collector gives: what the receipt says was found afterwards, so no rule sends it."""
MAX_EVENTS = 1_000
"""Events in one report: what they come to is stored in one transaction."""

_OURS = frozenset(
    {"id", "source", "received_at", "time_from", "environment_tier", "original", "owner", "tickets", "receipt"}
)
"""Fields that the receiver gives."""

_BLANK = {"id": "0" * 32, "subject": "", "source": "", "occurred_at": 0, "received_at": 0, "receipt": ""}
"""Stands for what the receiver gives while the told fields are held against their type."""
M = TypeVar("M", bound=BaseModel)


class _Told(BaseModel):
    """What makes an event of the told fields; the rest goes to the event's own model."""

    model_config = ConfigDict(extra="allow", frozen=True)

    type: str
    subject: str = Field(min_length=1, max_length=300)
    key: str = Field("", max_length=300)
    status: str | None = None
    occurred_at: Annotated[datetime | None, BeforeValidator(parse_timestamp)] = None
    service: Text = None
    environment: Text = None
    instance: Text = None
    labels: dict[str, str] = {}
    texts: list[str] = Field([], max_length=1_000)


def read_report(body: bytes, types: Iterable[str]) -> list[Draft]:
    """The events of a report, of these types alone. Raises BadPayload with the path of the first fault."""
    report = load_object(body)
    if report.get("schema") != SCHEMA:
        raise BadPayload(f"expected {SCHEMA!r}", "schema")
    events = report.get("events")
    if not isinstance(events, list) or len(events) > MAX_EVENTS:
        raise BadPayload(f"expected a list of at most {MAX_EVENTS} events", "events")
    allowed = frozenset(types)
    return [_draft(event, f"events.{index}", allowed) for index, event in enumerate(events)]


def _draft(event: Any, path: str, allowed: frozenset[str]) -> Draft:
    if not isinstance(event, dict):
        raise BadPayload("expected an object", path)
    told = _checked(_Told, event, path)
    if told.type not in allowed:
        raise BadPayload(f"expected one of {', '.join(sorted(allowed))}", f"{path}.type")
    if event.get("occurred_at") is not None and told.occurred_at is None:
        raise BadPayload("no time that can be read", f"{path}.occurred_at")
    fields = told.model_extra or {}
    known = EVENT_TYPES[told.type].model_fields.keys() - _OURS
    if unknown := sorted(fields.keys() - known):
        raise BadPayload("no field that may be told of this type", f"{path}.{unknown[0]}")
    _checked(EVENT_TYPES[told.type], {**_BLANK, **fields, "type": told.type, "status": told.status}, path)
    return Draft(
        type=told.type,
        subject=told.subject,
        identity=told.subject,
        state=f"{told.status or ''} {told.key}".strip(),
        status=told.status,
        occurred_at=told.occurred_at,
        hints=_hints(told, fields),
        fields=fields,
        original_type=told.type,
        original_status=told.status,
        instance=told.instance,
        texts=(*told.texts, *_texts(fields)),
    )


def _checked(model: type[M], value: Any, path: str) -> M:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise BadPayload(first["msg"], f"{path}.{path_of(first['loc'])}") from None


def _hints(told: _Told, fields: Mapping[str, Any]) -> Hints:
    service = [("name", told.service)] if told.service else []
    if repository := _text(fields.get("repository"), "full_name"):
        service.append(("repository", repository))
    return Hints(tuple(service), (("name", told.environment),) if told.environment else (), told.labels)


def _texts(fields: Mapping[str, Any]) -> Iterable[str]:
    """Where people name tickets: messages, titles and branches."""
    places = (("commit", "message"), ("commit", "branch"), ("build", "ref"))
    request = (("pull_request", "title"), ("pull_request", "source_branch"))
    for name, key in (*places, *request):
        if found := _text(fields.get(name), key):
            yield found
    commits = fields.get("commits")
    for commit in commits if isinstance(commits, list) else ():
        if found := _text(commit, "message"):
            yield found


def _text(part: Any, key: str) -> str | None:
    found = part.get(key) if isinstance(part, dict) else None
    return found if isinstance(found, str) and found else None
