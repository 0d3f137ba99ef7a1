"""Events of Kubernetes that an exporter puts on the bus: `detail` holds the event as it is."""

from app.events import Draft
from app.events.incidents import hint
from app.events.kubernetes import scaling_draft
from app.sources.eventbridge.envelope import Envelope


def read(envelope: Envelope) -> Draft | str:
    """The rollout, or why there is none: `unused_type` for what is no event of Kubernetes. Raises BadPayload."""
    if "involvedObject" not in envelope.detail:
        return "unused_type"
    found = scaling_draft(envelope.detail)
    if isinstance(found, str) or not envelope.account:
        return found
    known = found.hints
    return found._replace(hints=known._replace(environment=(*known.environment, *hint("name", envelope.account))))
