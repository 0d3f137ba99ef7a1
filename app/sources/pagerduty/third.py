"""Webhooks v3: one event a message."""

from typing import Any

from app.events import Draft, Hints
from app.events.incidents import INCIDENT_TYPES, State, hint, incident_draft, priority_of
from app.kernel.shapes import Shape, fit
from app.kernel.timestamps import parse_timestamp
from app.sources.pagerduty.shape import Id, Reference, Word, actor

TYPES = INCIDENT_TYPES
STATES: dict[str, State] = {
    "incident.triggered": "opened",
    "incident.acknowledged": "acknowledged",
    "incident.unacknowledged": "unacknowledged",
    "incident.resolved": "resolved",
    "incident.reopened": "reopened",
}


class Incident(Shape):
    """`created_at` came later than the rest: old messages lack it."""

    id: Id
    title: Word = None
    html_url: Word = None
    urgency: Word = None
    created_at: Word = None
    service: Reference | None = None
    priority: Reference | None = None
    resolve_reason: dict[str, Any] | str | None = None


class Event(Shape):
    """What happened, and who did it."""

    event_type: str
    occurred_at: Word = None
    agent: Reference | None = None
    data: Incident


class Message(Shape):
    """The whole message."""

    event: Event


def draft(body: dict[str, Any]) -> Draft:
    """The event of a message. One that was merged into another ends as cancelled: it is no incident of its own."""
    event = fit(Message, body).event
    incident = event.data
    state = STATES[event.event_type]
    if state == "resolved" and incident.resolve_reason:
        state = "cancelled"
    return incident_draft(
        "pagerduty",
        incident.id,
        state,
        parse_timestamp(event.occurred_at),
        opened_at=parse_timestamp(incident.created_at),
        hints=Hints(service=hint("name", incident.service.summary if incident.service else None)),
        fields={
            "title": incident.title,
            "priority": priority_of(incident.priority.summary if incident.priority else None)
            or priority_of(incident.urgency),
            "url": incident.html_url,
            "actor": actor(event.agent),
        },
        original=(incident.urgency, event.event_type),
    )
