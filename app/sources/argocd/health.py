"""Health: every message carries it, and each change is told once."""

from collections.abc import Iterator

from app.events import Draft
from app.kernel.timestamps import parse_timestamp
from app.sources.argocd.fields import present
from app.sources.argocd.message import Message
from app.sources.argocd.naming import hints, links, subject
from app.sources.argocd.versions import image_version

STATUSES = {
    "Healthy": "healthy",
    "Degraded": "degraded",
    "Progressing": "progressing",
    "Suspended": "suspended",
    "Missing": "missing",
    "Unknown": "unknown",
}


def health_drafts(message: Message) -> Iterator[Draft]:
    """`deployment.health_changed`, when the time of the change is known or the message was sent for it.

    Before Argo CD 2.14 there is no such time: then only a message of the trigger `health` is believed to be a
    change, at the time when Argo CD last looked.
    """
    health = message.health
    status = STATUSES.get(health.status or "")
    since = parse_timestamp(health.last_transition_time)
    seen = parse_timestamp(message.reconciled_at) if message.trigger == "health" else None
    if status is None or (since or seen) is None:
        return
    yield Draft(
        type="deployment.health_changed",
        subject=subject(message, "application"),
        identity=message.app.key,
        state=status,
        status=status,
        occurred_at=since or seen,
        hints=hints(message),
        fields=present(
            {
                "since": since,
                "message": health.message or None,
                "version": image_version(message.images, message.app.name),
                "links": links(message),
            }
        ),
        original_status=health.status,
        original_type="health",
        instance=message.argocd.instance,
    )
