"""Datadog's monitors, by our template: what a webhook of theirs sends is whatever somebody wrote into it.

https://docs.datadoghq.com/integrations/webhooks/
"""

from app.events.incidents import State, incident_draft
from app.kernel.errors import BadPayload
from app.kernel.json import load_object
from app.kernel.shapes import fit
from app.kernel.signing import BearerToken
from app.sources import Ignored, Inbound, Parsed, Source
from app.sources.datadog.message import SCHEMA, Message
from app.sources.datadog.naming import fields, hints

STATES: dict[str, State] = {"triggered": "opened", "re-triggered": "opened", "recovered": "resolved"}
PERHAPS = frozenset({"warn", "re-warn", "no data", "re-no data"})
"""Incidents only where a tag of the monitor says so: `labels.incident` of the estate, or `shipbell_incident:true`."""


def parse(inbound: Inbound) -> Parsed:
    """The one event of a transition. Raises BadPayload for anything but our own template, filled in."""
    body = load_object(inbound.body)
    if body.get("schema") != SCHEMA:
        raise BadPayload(f"expected {SCHEMA}: the template of the README is not in use", "schema")
    message = fit(Message, body)
    transition = message.transition.strip().lower()
    state = STATES.get(transition) or ("opened" if transition in PERHAPS else None)
    if state is None:
        return Ignored("unused_type")
    return [
        incident_draft(
            "datadog",
            message.key,
            state,
            message.at,
            hints=hints(message),
            fields=fields(message),
            original=(message.transition, "monitor"),
            only_if="incident" if transition in PERHAPS else None,
        )
    ]


SOURCE = Source(
    name="datadog",
    title="Datadog",
    scheme=BearerToken(),
    parse=parse,
    types=frozenset({"incident.opened", "incident.resolved"}),
)
