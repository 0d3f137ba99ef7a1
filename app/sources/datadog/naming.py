"""What a monitor is about: its tags, and those of the group that fired."""

import re
from typing import Any

from app.events import Hints
from app.events.incidents import deployed, hint, priority_of
from app.sources.datadog.message import Message

_MOST = 200
_SAID_ELSEWHERE = re.compile(r"\[(?:P[1-5]|Triggered|Re-Triggered|Recovered)\]\s*", re.ASCII)
"""What Datadog puts before a monitor's name, and the event's priority and type say, too."""


def hints(message: Message) -> Hints:
    """`service`, `env` and what else Datadog's unified tagging gives."""
    tags = labels(message)
    return Hints(
        service=hint("name", tags.get("service"), tags.get("kube_deployment"), tags.get("functionname")),
        environment=hint("name", tags.get("env"), tags.get("environment")),
        labels=tags,
    )


def fields(message: Message) -> dict[str, Any]:
    """The fields of the event beside its times."""
    tags = labels(message)
    return {
        "title": _SAID_ELSEWHERE.sub("", message.title or "") or message.title,
        "priority": priority_of(message.priority),
        "url": message.link,
        **deployed(tags.get("version"), tags.get("git.commit.sha")),
    }


def labels(message: Message) -> dict[str, str]:
    """`key:value` of both lists; what the group that fired says goes before."""
    texts = ",".join(text for text in (message.tags, message.scope) if text)
    pairs = [tag.strip().partition(":") for tag in texts.split(",")[:_MOST]]
    return {key: value for key, colon, value in pairs if colon and key and value}
