"""How an application is named to the rest of the house: subjects, hints, links, who did it."""

import re
from urllib.parse import quote

from app.events import Hints
from app.kernel.text import clean
from app.sources.argocd.message import Initiator, Message

_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_ORIGINS = 3


def subject(message: Message, kind: str, which: str = "") -> str:
    """`deployment:argocd:<instance>:<uid>:<operation start>`, or `application:argocd:<instance>:<uid>`."""
    instance = clean(message.argocd.instance or "-", 60)
    return f"{kind}:argocd:{instance}:{message.app.key}" + (f":{which}" if which else "")


def hints(message: Message) -> Hints:
    """The names that may tell service and environment; the labels are looked at first."""
    app, place = message.app, message.app.destination
    paths = [("path", origin.path) for origin in app.sources[:_ORIGINS]]
    service = [("application", app.name), *paths, ("namespace", place.namespace)]
    environment = [*service, ("cluster", place.name), ("cluster", place.server)]
    return Hints(_said(service), _said(environment), dict(app.labels))


def _said(pairs: list[tuple[str, str | None]]) -> tuple[tuple[str, str], ...]:
    return tuple((kind, value) for kind, value in pairs if value)


def links(message: Message) -> dict[str, str] | None:
    """The application's page in Argo CD; the event drops it again unless it is https."""
    base = (message.argocd.url or "").rstrip("/")
    path = "/".join(quote(part, safe="") for part in (message.app.namespace, message.app.name) if part)
    return {"argocd": f"{base}/applications/{path}"} if base else None


def target(message: Message) -> dict[str, str] | None:
    """Where the application runs, as far as it was said."""
    place = message.app.destination
    said = {"cluster": place.name or place.server, "namespace": place.namespace}
    return {part: value for part, value in said.items() if value} or None


def actor(initiator: Initiator | None) -> dict[str, str] | None:
    """Who began it; Argo CD itself is a system, never a person."""
    if initiator is None:
        return None
    if initiator.automated:
        return {"name": "Argo CD", "kind": "system"}
    if not initiator.username:
        return None
    person = {"name": initiator.username, "kind": "human"}
    return person | {"email": initiator.username} if "@" in initiator.username else person


def commit(message: Message) -> dict[str, str] | None:
    """The developer's commit, which Argo CD only knows where it hydrates the source; never a manifest's commit."""
    sha = message.hydrated_from
    return {"sha": sha} if sha and _COMMIT.fullmatch(sha) else None
