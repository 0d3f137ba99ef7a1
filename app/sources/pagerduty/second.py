"""Generic webhooks v2: several messages at once. https://developer.pagerduty.com/docs/webhooks/v2-overview/"""

from typing import Any

from pydantic import StrictStr

from app.events import Draft, Hints
from app.events.incidents import State, hint, incident_draft, priority_of
from app.kernel.shapes import Shape, fit
from app.kernel.timestamps import parse_timestamp
from app.sources.pagerduty.shape import Id, Word

STATES: dict[str, State] = {
    "incident.trigger": "opened",
    "incident.acknowledge": "acknowledged",
    "incident.resolve": "resolved",
}


class Service(Shape):
    """The service by its name."""

    name: Word = None
    summary: Word = None


class Incident(Shape):
    """An incident as it is after what happened."""

    id: Id
    title: Word = None
    html_url: Word = None
    urgency: Word = None
    created_at: Word = None
    service: Service | None = None


class Message(Shape):
    """One thing that happened."""

    event: StrictStr
    created_on: Word = None
    incident: Incident


class Told(Shape):
    """A message of something that may not be an incident's life."""

    event: StrictStr


class Messages(Shape):
    """The whole request."""

    messages: list[dict[str, Any]]


def drafts(body: dict[str, Any]) -> list[Draft]:
    """The events of a request, without what changes no incident."""
    told = fit(Messages, body).messages
    return [_draft(fit(Message, message)) for message in told if fit(Told, message).event in STATES]


def _draft(message: Message) -> Draft:
    incident = message.incident
    service = incident.service
    return incident_draft(
        "pagerduty",
        incident.id,
        STATES[message.event],
        parse_timestamp(message.created_on),
        opened_at=parse_timestamp(incident.created_at),
        hints=Hints(service=hint("name", service.name, service.summary) if service else ()),
        fields={"title": incident.title, "priority": priority_of(incident.urgency), "url": incident.html_url},
        original=(incident.urgency, message.event),
    )
