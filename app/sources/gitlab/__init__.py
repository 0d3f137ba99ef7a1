"""GitLab: pushes, tags, merge requests, pipelines and deployments, of gitlab.com and of an instance of one's own."""

from collections.abc import Callable
from typing import Any

from app.kernel.errors import BadPayload
from app.kernel.json import load_object
from app.kernel.signing import SignatureOrToken
from app.sources import Ignored, Inbound, Parsed, Source
from app.sources.gitlab import deployment, job, merge_request, pipeline, push

READERS: dict[str, Callable[[str, dict[str, Any]], Parsed]] = {
    "Push Hook": push.read,
    "Tag Push Hook": push.read,
    "Merge Request Hook": merge_request.read,
    "Pipeline Hook": pipeline.read,
    "Job Hook": job.read,
    "Deployment Hook": deployment.read,
}


def parse(inbound: Inbound) -> Parsed:
    """The events of a message. Raises BadPayload with the path of the first place that does not fit."""
    kind = inbound.headers.get("x-gitlab-event")
    if not kind:
        raise BadPayload("missing", "headers.x-gitlab-event")
    body = load_object(inbound.body)
    read = READERS.get(kind)
    return read(kind, body) if read else Ignored("unused_type")


def dedupe(inbound: Inbound) -> str | None:
    """The id that is signed, else the idempotency key: the same over retries. The event's uuid is shared by hooks."""
    return inbound.headers.get("webhook-id") or inbound.headers.get("idempotency-key") or None


SOURCE = Source(
    name="gitlab",
    title="GitLab",
    scheme=SignatureOrToken("x-gitlab-token"),
    parse=parse,
    types=frozenset(
        {
            "change.pushed",
            "pipeline.started",
            "pipeline.finished",
            "deployment.started",
            "deployment.finished",
            *merge_request.TYPES.values(),
        }
    ),
    dedupe=dedupe,
    keeps=("x-gitlab-event", "x-gitlab-event-uuid", "x-gitlab-webhook-uuid", "idempotency-key", "webhook-id"),
)
