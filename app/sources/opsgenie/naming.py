"""What an alert is about: the service and the deployment, as far as details, tags and entity tell."""

from typing import Any

from app.events import Hints
from app.events.incidents import deployed, hint, priority_of
from app.sources.opsgenie.message import Message

ALERT_URL = "x-shipbell-alert-url"
"""A header that whoever sets it up may add: where an alert is seen, with `{alertId}` in it. The messages do not say."""


def hints(message: Message) -> Hints:
    """Details come with Create alone, tags with everything."""
    alert, tags = message.alert, labels(message.alert.tags)
    known = tags | alert.details
    return Hints(
        service=hint(
            "name",
            alert.details.get("service"),
            tags.get("service"),
            alert.entity,
            message.integrationName,
            *alert.teams,
        ),
        environment=hint("name", known.get("environment"), known.get("env")),
        labels=known,
    )


def fields(message: Message, url: str | None) -> dict[str, Any]:
    """The fields of the event beside its times."""
    alert = message.alert
    human = message.source is not None and message.source.type == "web"
    return {
        "title": (alert.message or "").strip(),
        "priority": priority_of(alert.priority),
        "url": (url or "").replace("{alertId}", alert.alertId),
        "actor": {"name": alert.username, "kind": "human" if human else "system"} if alert.username else None,
        **deployed(alert.details.get("version"), alert.details.get("commit")),
    }


def labels(tags: list[str]) -> dict[str, str]:
    """Tags of the form `key:value`."""
    pairs = [tag.partition(":") for tag in tags]
    return {key.strip(): value.strip() for key, colon, value in pairs if colon and key.strip() and value.strip()}
