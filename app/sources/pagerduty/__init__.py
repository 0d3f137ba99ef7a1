"""PagerDuty: incidents by webhooks v3, and by v2's extensions, which nobody supports but which still send.

https://developer.pagerduty.com/docs/webhooks/v3-overview/
"""

from typing import Any

from app.events import Draft
from app.kernel.errors import BadPayload
from app.kernel.json import load_object
from app.kernel.signing import SignatureList
from app.sources import Ignored, Inbound, Parsed, Source
from app.sources.pagerduty import second, third

DELIVERY = "x-webhook-id"


def parse(inbound: Inbound) -> Parsed:
    """The events of a message. Raises BadPayload with the path of the first place that does not fit."""
    body = load_object(inbound.body)
    if isinstance(body.get("messages"), list):
        return _unlike(second.drafts(body)) or Ignored("unused_type")
    kind = _type_of(body)
    if kind == "pagey.ping":
        return Ignored("ping")
    if kind not in third.STATES:  # notes and responders have the incident elsewhere: `data.incident.id`
        return Ignored("unused_type")
    return [third.draft(body)]


def dedupe(inbound: Inbound) -> str | None:
    """`X-Webhook-Id`, the same over all attempts."""
    return inbound.headers.get(DELIVERY) or None


def _type_of(body: dict[str, Any]) -> str:
    event = body.get("event")
    kind = event.get("event_type") if isinstance(event, dict) else None
    if not isinstance(kind, str):
        raise BadPayload("expected the type of an event", "event.event_type")
    return kind


def _unlike(drafts: list[Draft]) -> list[Draft]:
    """Each piece of news once."""
    return list({(draft.identity, draft.type, draft.occurred_at): draft for draft in drafts}.values())


SOURCE = Source(
    name="pagerduty",
    title="PagerDuty",
    scheme=SignatureList("x-pagerduty-signature"),
    parse=parse,
    types=third.TYPES,
    dedupe=dedupe,
    keeps=(DELIVERY,),
)
