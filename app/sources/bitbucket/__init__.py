"""Bitbucket Cloud: pushes, pull requests, renames, and the builds of Pipelines and of other CIs."""

from collections.abc import Callable
from typing import Any

from app.kernel.errors import BadPayload
from app.kernel.json import load_object
from app.kernel.signing import HubSignature
from app.sources import Ignored, Inbound, Parsed, Source
from app.sources.bitbucket import commit_status, pull_request, push, renames, span

READERS: dict[str, Callable[[str, dict[str, Any]], Parsed]] = {
    "repo:push": push.read,
    "repo:commit_status_created": commit_status.read,
    "repo:commit_status_updated": commit_status.read,
    "repo:updated": renames.read,
    "pipeline:span_created": span.read,
    **dict.fromkeys(pull_request.TYPES, pull_request.read),
}


def parse(inbound: Inbound) -> Parsed:
    """The events of a message. Raises BadPayload with the path of the first place that does not fit."""
    event_key = inbound.headers.get("x-event-key")
    if not event_key:
        raise BadPayload("missing", "headers.x-event-key")
    body = load_object(inbound.body)
    read = READERS.get(event_key)
    return read(event_key, body) if read else Ignored("unused_type")


def dedupe(inbound: Inbound) -> str | None:
    """The delivery's own id. Nobody promises that it is the same over retries; the events' ids are the second line."""
    return inbound.headers.get("x-request-uuid") or None


SOURCE = Source(
    name="bitbucket",
    title="Bitbucket Cloud",
    scheme=HubSignature(),
    parse=parse,
    types=frozenset(
        {"change.pushed", "pipeline.started", "pipeline.finished", "repository.renamed", *pull_request.TYPES.values()}
    ),
    dedupe=dedupe,
    keeps=("x-event-key", "x-hook-uuid", "x-request-uuid", "x-attempt-number"),
)
