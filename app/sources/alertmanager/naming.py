"""What an alert is about, by the labels that people usually give."""

from typing import Any

from app.events import Hints
from app.events.incidents import deployed, hint, priority_of
from app.sources.alertmanager.alert import Alert, Group


def hints(alert: Alert) -> Hints:
    """The labels, the most telling first; `labels:` of the estate names others, and those go before."""
    labels = alert.labels
    namespace = hint("namespace", labels.get("namespace"))
    return Hints(
        service=(*hint("name", labels.get("service"), labels.get("app"), labels.get("job")), *namespace),
        environment=(
            *hint("name", labels.get("environment"), labels.get("env")),
            *namespace,
            *hint("cluster", labels.get("cluster")),
        ),
        labels=labels,
    )


def fields(alert: Alert, group: Group) -> dict[str, Any]:
    """The fields of the event beside its times."""
    notes, labels = alert.annotations, alert.labels
    return {
        "title": notes.get("summary") or notes.get("title") or labels.get("alertname"),
        "priority": priority_of(labels.get("priority")) or priority_of(labels.get("severity")),
        "url": alert.generatorURL or group.externalURL,
        **deployed(labels.get("version"), labels.get("commit")),
    }
