"""A CDEvent as far as we use it: its context, its subject, and the content that its type must have.

https://github.com/cdevents/spec/tree/main/schemas: older versions of a type have the same fields.
"""

import re
from dataclasses import dataclass
from typing import Any

from pydantic import Field, StrictStr

from app.kernel.errors import BadPayload
from app.kernel.shapes import Shape, fit

_TYPE = re.compile(r"dev\.cdevents\.([a-z]{1,40}\.[a-z]{1,40})\.[0-9]+\.[0-9]+\.[0-9]+(?:-[a-z0-9.]+)?")
Name = StrictStr | None


class Reference(Shape):
    """A thing by its id, and who gave it."""

    id: str = Field(min_length=1)
    source: Name = None


class Suite(Shape):
    """A suite of tests."""

    id: Name = None
    name: Name = None
    uri: Name = None


class Context(Shape):
    """Who says it, and when."""

    id: str = Field(min_length=1)
    source: str = Field(min_length=1)
    type: str
    timestamp: str


class Content(Shape):
    """What is said of the subject, of all the types that we read."""

    environment: Reference | None = None
    artifact: Name = Field(None, alias="artifactId", min_length=1)
    service: Reference | None = None
    repository: Reference | None = None
    description: Name = None
    ticket: Name = Field(None, alias="ticketURI")
    pipeline: Name = Field(None, alias="pipelineName")
    uri: Name = None
    outcome: Name = None
    errors: Name = None
    reason: Name = None
    suite: Suite | None = Field(None, alias="testSuite")


class Subject(Shape):
    """What it speaks of."""

    id: str = Field(min_length=1)
    source: Name = None
    content: Content


class CDEvent(Shape):
    """The whole event."""

    context: Context
    subject: Subject


REQUIRED = {
    "service.deployed": ("environment", "artifact"),
    "service.upgraded": ("environment", "artifact"),
    "service.rolledback": ("environment", "artifact"),
    "incident.detected": ("environment",),
    "incident.reported": ("environment",),
    "incident.resolved": ("environment",),
}
"""What the schema of a type insists on, and we with it: without it there is nothing to say."""


@dataclass(frozen=True, slots=True)
class Told:
    """A CDEvent that fits. `kind` is its type without `dev.cdevents.` and version."""

    kind: str
    context: Context
    subject: Subject


def read_cdevent(value: dict[str, Any]) -> Told:
    """The CDEvent. Raises BadPayload with the path of the first place that does not fit."""
    event = fit(CDEvent, value)
    found = _TYPE.fullmatch(event.context.type)
    if found is None:
        raise BadPayload("no type of CDEvents", "context.type")
    kind = found[1]
    for name in REQUIRED.get(kind, ()):
        if getattr(event.subject.content, name) is None:
            raise BadPayload("is missing", f"subject.content.{name}")
    return Told(kind, event.context, event.subject)
