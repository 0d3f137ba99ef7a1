"""Incidents that anybody tells: the bodies of `POST /api/v1/incidents`, for tools that have no room of their own."""

from app.events.incidents import INCIDENT_TYPES, incident_draft
from app.kernel.json import load_object
from app.kernel.signing import BearerToken
from app.sources import Inbound, Parsed, Source
from app.sources.incidents.told import STATES, hints, read_told, refuse_unknown


def parse(inbound: Inbound) -> Parsed:
    """The one event. Raises BadPayload with the field that does not fit, or that nobody knows."""
    told = read_told(load_object(inbound.body))
    return [
        incident_draft(
            "incidents",
            told.id,
            STATES[told.status],
            told.occurred_at,
            opened_at=told.opened_at,
            hints=hints(told),
            fields=told.fields,
            original=(told.status, None),
        )
    ]


SOURCE = Source(
    name="incidents",
    title="Incidents by API",
    scheme=BearerToken(),
    parse=parse,
    types=INCIDENT_TYPES,
    door="api",
)

__all__ = ["SOURCE", "refuse_unknown"]
