"""GitHub: pushes, pull requests, workflow runs and deployments, of github.com and of an Enterprise Server."""

from collections.abc import Callable
from typing import Any

from app.kernel.errors import BadPayload
from app.kernel.json import load_object
from app.kernel.signing import HubSignature
from app.sources import Ignored, Inbound, Parsed, Source
from app.sources.github import deployment_status, pull_request, push, workflow_run

READERS: dict[str, Callable[[dict[str, Any]], Parsed]] = {
    "push": push.read,
    "pull_request": pull_request.read,
    "workflow_run": workflow_run.read,
    "deployment_status": deployment_status.read,
}


def parse(inbound: Inbound) -> Parsed:
    """The events of a message. Raises BadPayload with the path of the first place that does not fit."""
    kind = inbound.headers.get("x-github-event")
    if not kind:
        raise BadPayload("missing", "headers.x-github-event")
    body = load_object(inbound.body)
    if kind == "ping":
        return Ignored("ping")
    read = READERS.get(kind)
    return read(body) if read else Ignored("unused_type")


def dedupe(inbound: Inbound) -> str | None:
    """The delivery's id: a redelivery has the same."""
    return inbound.headers.get("x-github-delivery") or None


SOURCE = Source(
    name="github",
    title="GitHub",
    scheme=HubSignature("x-hub-signature-256"),
    parse=parse,
    types=frozenset(
        {
            "change.pushed",
            "pipeline.started",
            "pipeline.finished",
            "deployment.started",
            "deployment.finished",
            "pull_request.opened",
            "pull_request.updated",
            "pull_request.merged",
            "pull_request.declined",
        }
    ),
    dedupe=dedupe,
    keeps=("x-github-event", "x-github-delivery", "x-github-hook-id"),
)
