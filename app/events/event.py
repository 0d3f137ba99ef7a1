"""The closed union of all events, and the way in and out of it."""

from functools import cache
from typing import Annotated, Any, get_args

import orjson
from pydantic import Field, TypeAdapter

from app.events import bodies, own
from app.events.envelope import Envelope

Event = Annotated[
    bodies.ChangePushed
    | bodies.PullRequestChanged
    | bodies.RepositoryRenamed
    | bodies.Pipeline
    | bodies.Deployment
    | bodies.HealthChanged
    | bodies.EnvironmentObserved
    | bodies.ScanFinished
    | bodies.VulnerabilityChanged
    | bodies.TestsFinished
    | bodies.Incident
    | bodies.Ticket
    | bodies.GateDecided
    | own.OwnNews
    | own.Digest
    | own.Summary,
    Field(discriminator="type"),
]

EVENT_MODELS: tuple[type[Envelope], ...] = get_args(get_args(Event)[0])

EVENT_TYPES: dict[str, type[Envelope]] = {
    name: model for model in EVENT_MODELS for name in get_args(model.model_fields["type"].annotation)
}
"""Every type of event there is, with its model."""


@cache
def _reader() -> TypeAdapter[Any]:
    """Made when it is first asked for: it needs every model, where a start needs none."""
    return TypeAdapter(Event)


def parse_event(data: bytes | str) -> Envelope:
    """An event from its stored JSON. Raises pydantic.ValidationError."""
    event: Envelope = _reader().validate_json(data)
    return event


def flat(event: Envelope) -> dict[str, Any]:
    """The flat view that rules and cards read: plain values, nothing absent in it, times as ISO text."""
    return event.model_dump(exclude_none=True)


def to_json(view: dict[str, Any]) -> bytes:
    """A flat view as the JSON that is stored and that the API answers."""
    return orjson.dumps(view)
