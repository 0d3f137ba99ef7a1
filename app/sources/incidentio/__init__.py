"""incident.io: incidents as people declare them. Private ones carry nothing but an id, and stay unknown.

https://api-docs.incident.io/tag/Webhooks/
"""

from app.events.incidents import State, incident_draft
from app.kernel.errors import BadPayload
from app.kernel.json import load_object
from app.kernel.shapes import fit
from app.kernel.signing import StandardWebhook
from app.kernel.timestamps import parse_timestamp
from app.sources import Ignored, Inbound, Parsed, Source
from app.sources.incidentio.incident import Changed, Incident, fields, hints

CREATED = "public_incident.incident_created_v2"
CHANGED = "public_incident.incident_status_updated_v2"
DELIVERY = "webhook-id"
ENDS: dict[str, State] = {
    "closed": "resolved",
    "learning": "resolved",
    "declined": "cancelled",
    "canceled": "cancelled",
    "merged": "cancelled",
}
"""What an incident has become, by the category of its status; `learning` comes after the repair, before the end."""


def parse(inbound: Inbound) -> Parsed:
    """The one event of a message. Raises BadPayload with the path of the first place that does not fit."""
    body = load_object(inbound.body)
    kind = body.get("event_type")
    if not isinstance(kind, str):
        raise BadPayload("expected the type of an event", "event_type")
    if kind.startswith("private_"):
        return Ignored("private")
    if kind not in (CREATED, CHANGED):
        return Ignored("unused_type")
    if kind == CREATED:
        return _created(fit(Incident, body.get(kind)), kind)
    changed = fit(Changed, body.get(kind))
    state = _state(changed)
    return _told(changed.incident, state, changed.incident.updated_at, kind) if state else Ignored("no_change")


def _created(incident: Incident, kind: str) -> Parsed:
    """An incident from its beginning: one in triage may never become one, one written down afterwards has no end."""
    if incident.category == "triage" or incident.category in ENDS:
        return Ignored("triage" if incident.category == "triage" else "retrospective")
    return _told(incident, "opened", incident.created_at, kind)


def _state(changed: Changed) -> State | None:
    """What the change of status means: there and back again is known by the status before."""
    now, before = changed.new_status.category, changed.previous_status.category if changed.previous_status else None
    if now in ENDS:
        return ENDS[now] if ENDS.get(before or "") != ENDS[now] else None
    if now == "live" and before in ENDS:
        return "reopened"
    return "opened" if now == "live" and before == "triage" else None


def _told(incident: Incident, state: State, at: str | None, kind: str) -> Parsed:
    opened = parse_timestamp(incident.created_at)
    return [
        incident_draft(
            "incidentio",
            incident.id,
            state,
            parse_timestamp(at),
            opened_at=opened,
            hints=hints(incident),
            fields=fields(incident),
            original=(incident.category, kind),
        )
    ]


def dedupe(inbound: Inbound) -> str | None:
    """`webhook-id`, the same over all attempts."""
    return inbound.headers.get(DELIVERY) or None


SOURCE = Source(
    name="incidentio",
    title="incident.io",
    scheme=StandardWebhook(),
    parse=parse,
    types=frozenset({"incident.opened", "incident.resolved", "incident.reopened", "incident.cancelled"}),
    dedupe=dedupe,
    keeps=(DELIVERY,),
)
