"""Jira, Cloud and Data Center: tickets that come, change and go, and versions that are released."""

from collections.abc import Callable
from typing import Any

from app.kernel.errors import BadPayload
from app.kernel.json import load_object
from app.kernel.signing import HubSignature
from app.sources import Ignored, Inbound, Parsed, Source
from app.sources.jira import issue, version

READERS: dict[str, Callable[[str, dict[str, Any]], Parsed]] = {
    "jira:version_released": version.read,
    **dict.fromkeys(issue.TYPES, issue.read),
}


def parse(inbound: Inbound) -> Parsed:
    """The events of a message. Raises BadPayload with the path of the first place that does not fit."""
    body = load_object(inbound.body)
    kind = body.get("webhookEvent")
    if not isinstance(kind, str):
        raise BadPayload("missing", "webhookEvent")
    read = READERS.get(kind)
    return read(kind, body) if read else Ignored("unused_type")


def dedupe(inbound: Inbound) -> str | None:
    """The message's id, the same over retries. Data Center has none."""
    return inbound.headers.get("x-atlassian-webhook-identifier") or None


SOURCE = Source(
    name="jira",
    title="Jira",
    scheme=HubSignature(),
    parse=parse,
    types=frozenset({"version.released", *issue.TYPES.values()}),
    dedupe=dedupe,
    keeps=("x-atlassian-webhook-identifier", "x-atlassian-webhook-retry", "x-atlassian-webhook-flow"),
)
