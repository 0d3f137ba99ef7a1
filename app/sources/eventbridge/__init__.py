"""Amazon EventBridge: Lambda's code, deployments of ECS, and events of Kubernetes, by an API destination or by SQS."""

from collections.abc import Callable

from app.events import Draft
from app.kernel.errors import BadPayload
from app.kernel.ids import derived_id
from app.kernel.json import load_object
from app.kernel.shapes import fit
from app.kernel.signing import KeyOrPassword
from app.sources import Ignored, Inbound, Parsed, Source
from app.sources.eventbridge import ecs, functions, workloads
from app.sources.eventbridge.envelope import Envelope

READERS: dict[tuple[str, str], Callable[[Envelope], Draft | str]] = {
    ("aws.lambda", "AWS API Call via CloudTrail"): functions.read,
    ("aws.ecs", "ECS Deployment State Change"): ecs.read,
}
"""Who tells what, and who reads it. What AWS itself does not say is looked at for an event of Kubernetes."""


def parse(inbound: Inbound) -> Parsed:
    """The one event of a message. Raises BadPayload with the path of the first place that does not fit."""
    envelope = fit(Envelope, load_object(inbound.body))
    read = READERS.get((envelope.source, envelope.detail_type))
    if read is None:
        if envelope.source.startswith("aws."):
            return Ignored("unused_type")
        read = workloads.read
    found = read(envelope)
    return Ignored(found) if isinstance(found, str) else [found]


def dedupe(inbound: Inbound) -> str | None:
    """The id of the event, the same over all retries and both ways; an empty one is none: then its hash."""
    try:
        body = load_object(inbound.body)
    except BadPayload:
        return None
    own = body.get("id")
    return derived_id(body.get("account"), body.get("region"), own) if isinstance(own, str) and own else None


SOURCE = Source(
    name="eventbridge",
    title="Amazon EventBridge",
    scheme=KeyOrPassword(),
    parse=parse,
    dedupe=dedupe,
    types=frozenset({"deployment.started", "deployment.finished"}),
)
