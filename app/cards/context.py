"""What goes into a card and what comes out of it."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from app.events import UNMAPPED

FellBack = Literal["template_error", "too_large", "unknown_card", "lint"]
"""Why the minimal card went out instead of the one that was asked for."""

_BY_STATUS = {
    "succeeded": "✅",
    "passed": "✅",
    "healthy": "✅",
    "in_sync": "✅",
    "allow": "✅",
    "resolved": "✅",
    "failed": "❌",
    "error": "❌",
    "block": "⛔",
    "stopped": "⏹️",
    "superseded": "⏭️",
    "waiting": "⏳",
    "progressing": "⏳",
    "pending": "⏳",
    "suspended": "⏸️",
    "degraded": "⚠️",
    "missing": "⚠️",
    "out_of_sync": "⚠️",
    "passed_with_conditions": "⚠️",
}
_BY_TYPE = {
    "incident.resolved": "✅",
    "incident.cancelled": "⏹️",
    "shipbell.channel_broken": "⚠️",
    "shipbell.channel_mended": "✅",
    "shipbell.channel_silent": "⚠️",
    "shipbell.rules_rejected": "⚠️",
    "shipbell.digest": "📬",
    "shipbell.summary": "📊",
}
_BY_KIND = {
    "deployment": "🚀",
    "pipeline": "⚙️",
    "security": "🛡️",
    "pull_request": "🔀",
    "incident": "🚨",
    "tests": "🧪",
    "ticket": "🎫",
    "change": "📝",
}


class CardContext(NamedTuple):
    """What a card is rendered from.

    `e` is the flat view of the event; `mentions` ready-made `<at>…</at>` text with its `entities`
    (https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/cards/cards-format#mention-support-within-adaptive-cards);
    `footer` a short line that is put under any card. An empty `icon` is chosen by the event's status.
    """

    e: Mapping[str, Any]
    icon: str = ""
    mentions: str = ""
    entities: Sequence[Mapping[str, Any]] = ()
    easter_egg: str = ""
    footer: str = ""


class Rendered(NamedTuple):
    """A card to send: parts of it are shared between renderings, so nobody may change it.

    `size` is in bytes of JSON; `missing` counts the values that the card printed and the event did not have;
    `problem` says in words what made it fall back.
    """

    card: dict[str, Any]
    summary: str
    size: int
    shortened: bool = False
    fell_back: FellBack | None = None
    missing: int = 0
    problem: str = ""


def shown_name(e: Mapping[str, Any], field: Literal["service", "environment"]) -> str:
    """Our name of the service or environment; the vendor's own when the estate does not know it; else ""."""
    name = e.get(field)
    if name == UNMAPPED and field == "service" and str(e.get("type", "")).startswith("shipbell."):
        return "Shipbell"  # news of itself
    if name == UNMAPPED:
        name = _inside(e, "original", field) or (field == "service" and _inside(e, "repository", "full_name")) or name
    return name if isinstance(name, str) else ""


def _inside(e: Mapping[str, Any], part: str, field: str) -> Any:
    found = e.get(part)
    return found.get(field) if isinstance(found, Mapping) else None


def default_icon(e: Mapping[str, Any]) -> str:
    """One sign for what came of an event (or an item of a digest), or for what kind of news it is."""
    for name in (e.get("verdict"), e.get("status"), e.get("outcome")):
        if isinstance(name, str) and name in _BY_STATUS:
            return _BY_STATUS[name]
    kind = str(e.get("type", ""))
    return _BY_TYPE.get(kind) or _BY_KIND.get(kind.split(".")[0], "🔔")
