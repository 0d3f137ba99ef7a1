"""JSM Operations and Opsgenie: alerts as incidents. Both send the same JSON, and neither signs it.

https://support.atlassian.com/jira-service-management-cloud/docs/alert-action-data-for-jira-edge-connector/
"""

from app.events.incidents import State, incident_draft
from app.kernel.errors import BadPayload
from app.kernel.json import load_object
from app.kernel.shapes import fit
from app.kernel.signing import BearerToken
from app.sources import Ignored, Inbound, Parsed, Source
from app.sources.opsgenie.message import Message
from app.sources.opsgenie.naming import ALERT_URL, fields, hints

STATES: dict[str, State] = {
    "Create": "opened",
    "Acknowledge": "acknowledged",
    "UnAcknowledge": "unacknowledged",
    "Close": "resolved",
    "Delete": "cancelled",
}
"""What becomes of an alert; every other action, custom ones too, leaves it as it is."""


def parse(inbound: Inbound) -> Parsed:
    """The one event of an action. Raises BadPayload with the path of the first place that does not fit."""
    body = load_object(inbound.body)
    action = body.get("action")
    if not isinstance(action, str):
        raise BadPayload("expected the name of an action", "action")
    state = STATES.get(action)
    if state is None:
        return Ignored("unused_type")
    message = fit(Message, body)
    alert = message.alert
    return [
        incident_draft(
            "opsgenie",
            alert.alertId,
            state,
            alert.created if state == "opened" else alert.updated,
            opened_at=alert.created,
            hints=hints(message),
            fields=fields(message, inbound.headers.get(ALERT_URL)),
            original=(None, action),
        )
    ]


SOURCE = Source(
    name="opsgenie",
    title="JSM Operations and Opsgenie",
    scheme=BearerToken(),
    parse=parse,
    types=frozenset(f"incident.{state}" for state in STATES.values()),
    keeps=(ALERT_URL,),
    aliases=("jsm",),
)
