"""Kubernetes: what an exporter of its events and Argo Rollouts say of rollouts. Evidence, beside whoever deploys."""

from typing import Any

from app.events.kubernetes import scaling_draft
from app.kernel.errors import BadPayload
from app.kernel.ids import derived_id
from app.kernel.json import load_object
from app.kernel.signing import BearerToken
from app.sources import Ignored, Inbound, Parsed, Source
from app.sources.kubernetes import rollouts


def parse(inbound: Inbound) -> Parsed:
    """The one event of a message. Raises BadPayload with the path of the first place that does not fit."""
    body = load_object(inbound.body)
    if "schema" in body:
        return rollouts.read(body)
    event = _event(body)
    found = scaling_draft(event)
    return Ignored(found) if isinstance(found, str) else [found]


def dedupe(inbound: Inbound) -> str | None:
    """The event's own uid; anything else is named by its hash."""
    try:
        body = load_object(inbound.body)
        event = _event(body) if "schema" not in body else {}
    except BadPayload:
        return None
    meta = event.get("metadata")
    uid = meta.get("uid") if isinstance(meta, dict) else None
    return derived_id(uid, event.get("message"), event.get("count")) if isinstance(uid, str) and uid else None


def _event(body: dict[str, Any]) -> dict[str, Any]:
    """The event, also out of what a watch of the API hands on (`{"type": "ADDED", "object": …}`)."""
    inner = body.get("object")
    event = inner if "involvedObject" not in body and isinstance(inner, dict) else body
    if "involvedObject" not in event:
        raise BadPayload("no event of Kubernetes: send it whole, without a `layout`", "involvedObject")
    return event


SOURCE = Source(
    name="kubernetes",
    title="Kubernetes events and Argo Rollouts",
    scheme=BearerToken(),
    parse=parse,
    dedupe=dedupe,
    types=frozenset({"deployment.started", "deployment.finished"}),
)
