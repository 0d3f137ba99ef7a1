"""Alertmanager and Grafana alerting: each alert of a group by itself, and only those that the estate calls incidents.

https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
"""

from app.events import Draft
from app.events.incidents import State, incident_draft
from app.kernel.json import load_object
from app.kernel.shapes import fit
from app.kernel.signing import BearerToken
from app.sources import Ignored, Inbound, Parsed, Source
from app.sources.alertmanager.alert import Alert, Group
from app.sources.alertmanager.naming import fields, hints

STATES: dict[str, State] = {"firing": "opened", "resolved": "resolved"}


def parse(inbound: Inbound) -> Parsed:
    """One event for each alert; a group that fires holds alerts that are resolved too.

    Raises BadPayload for a body that is not Alertmanager's (a `payload` template of somebody's own, say).
    """
    group = fit(Group, load_object(inbound.body))
    drafts = [_draft(alert, STATES[alert.status], group) for alert in group.alerts if alert.status in STATES]
    return list({(each.identity, each.type): each for each in drafts}.values()) or Ignored("no_alerts")


def left_out(inbound: Inbound) -> int:
    """`truncatedAlerts`: with `max_alerts` set, Alertmanager says how many it did not send."""
    return fit(Group, load_object(inbound.body)).truncatedAlerts or 0


def _draft(alert: Alert, state: State, group: Group) -> Draft:
    return incident_draft(
        "alertmanager",
        alert.key,
        state,
        alert.began if state == "opened" else alert.ended,
        opened_at=alert.began,
        hints=hints(alert),
        fields=fields(alert, group),
        original=(alert.status, alert.labels.get("alertname")),
        only_if="incident",
    )


SOURCE = Source(
    name="alertmanager",
    title="Alertmanager and Grafana",
    scheme=BearerToken(),
    parse=parse,
    types=frozenset({"incident.opened", "incident.resolved"}),
    aliases=("grafana",),
    left_out=left_out,
)
