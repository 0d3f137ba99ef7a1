"""CloudEvents that carry CDEvents (https://cdevents.dev), structured or binary, or a CDEvent alone: from any tool."""

from app.kernel.errors import BadPayload
from app.kernel.ids import derived_id
from app.kernel.signing import KeyOrPassword
from app.sources import Ignored, Inbound, Parsed, Source
from app.sources.cloudevents.envelope import HEADERS, cdevent_in, identity
from app.sources.cloudevents.kinds import READERS
from app.sources.cloudevents.shape import read_cdevent

OURS = "/shipbell/cloudevents"
"""What a Shipbell has from here: told once more, it would go round for ever."""


def parse(inbound: Inbound) -> Parsed:
    """The event of a message. Raises BadPayload with the path of the first place that does not fit."""
    told = cdevent_in(inbound)
    if told is None:
        return Ignored("unused_type")
    event = read_cdevent(told)
    reader = READERS.get(event.kind)
    if reader is None:
        return Ignored("unused_type")
    if event.context.source.startswith(OURS):
        return Ignored("own_news")
    return [reader(event)]


def dedupe(inbound: Inbound) -> str | None:
    """The event's `source` and `id`, the same over all retries."""
    try:
        found = identity(inbound)
    except BadPayload:
        return None
    return derived_id(*found) if found else None


SOURCE = Source(
    name="cloudevents",
    title="CloudEvents (CDEvents)",
    scheme=KeyOrPassword(),
    parse=parse,
    dedupe=dedupe,
    keeps=HEADERS,
    types=frozenset(
        {
            "deployment.finished",
            "pipeline.started",
            "pipeline.finished",
            "pull_request.opened",
            "pull_request.updated",
            "pull_request.merged",
            "pull_request.declined",
            "incident.opened",
            "incident.resolved",
            "tests.finished",
        }
    ),
)
