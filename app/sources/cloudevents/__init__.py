"""CloudEvents that carry CDEvents (https://cdevents.dev), in each of their modes, or a CDEvent alone: from any tool."""

from itertools import chain

from app.events import Draft
from app.kernel.errors import BadPayload
from app.kernel.ids import derived_id
from app.kernel.signing import KeyOrPassword
from app.sources import Ignored, Inbound, Parsed, Source
from app.sources.cloudevents.envelope import HEADERS, cdevent_in, identity, parts
from app.sources.cloudevents.kinds import READERS
from app.sources.cloudevents.shape import read_cdevent

OURS = "/shipbell/cloudevents"
"""What a Shipbell has from here: told once more, it would go round for ever."""


def parse(inbound: Inbound) -> Parsed:
    """The events of a message. Raises BadPayload with the path of the first place that does not fit."""
    messages = parts(inbound)
    if messages == [inbound]:
        return _parse(inbound)
    found: list[Draft] = []
    why = Ignored("no_news")
    for index, message in enumerate(messages):
        try:
            read = _parse(message)
        except BadPayload as error:
            raise BadPayload(str(error), f"[{index}]") from None
        if isinstance(read, Ignored):
            why = read
        else:
            found += read
    return found or why


def _parse(inbound: Inbound) -> Parsed:
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
    """The `source` and `id` of each event, the same over all retries."""
    try:
        found = [identity(message) for message in parts(inbound)]
    except BadPayload:
        return None
    said = [each for each in found if each]
    return derived_id(*chain(*said)) if said and len(said) == len(found) else None


SOURCE = Source(
    name="cloudevents",
    title="CloudEvents (CDEvents)",
    scheme=KeyOrPassword(),
    parse=parse,
    dedupe=dedupe,
    keeps=HEADERS,
    handshake=True,
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
