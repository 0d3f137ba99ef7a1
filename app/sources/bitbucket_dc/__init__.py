"""Bitbucket Data Center: pushes and pull requests. It tells neither of builds nor of deployments."""

from typing import Any

from app.kernel.errors import BadPayload
from app.kernel.json import load_object
from app.kernel.signing import HubSignature
from app.sources import Ignored, Inbound, Parsed, Source
from app.sources.bitbucket_dc import pull_request, refs_changed


def parse(inbound: Inbound) -> Parsed:
    """The events of a message. Raises BadPayload with the path of the first place that does not fit."""
    event_key = inbound.headers.get("x-event-key")
    if not event_key:
        raise BadPayload("missing", "headers.x-event-key")
    body: dict[str, Any] = load_object(inbound.body)
    if event_key == "diagnostics:ping":
        return Ignored("ping")
    if event_key == "repo:refs_changed":
        return refs_changed.read(event_key, body)
    return pull_request.read(event_key, body) if event_key in pull_request.TYPES else Ignored("unused_type")


def dedupe(inbound: Inbound) -> str | None:
    """The request's own id."""
    return inbound.headers.get("x-request-id") or None


SOURCE = Source(
    name="bitbucket-dc",
    title="Bitbucket Data Center",
    scheme=HubSignature(),
    parse=parse,
    types=frozenset({"change.pushed", *pull_request.TYPES.values()}),
    dedupe=dedupe,
    keeps=("x-event-key", "x-request-id"),
)
