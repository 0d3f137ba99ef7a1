"""The card that always works: one line and one link, made without any template."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.cards.context import CardContext, default_icon, shown_name
from app.cards.digest import digest_of, digest_words
from app.cards.escape import markdown, plain, url
from app.cards.vocabulary import SCHEMA_VERSION

_LINKS = ("pipeline", "argocd", "report", "scan", "incident", "pull_request", "tests", "commit")
_LONGEST = 120


def best_link(e: Mapping[str, Any]) -> str:
    """The first https link of an event, as a URL that may be clicked, or ""."""
    return next(filter(None, map(url, _candidates(e))), "")


def _candidates(e: Mapping[str, Any]) -> Iterator[str]:
    links = e.get("links")
    places: list[tuple[Any, str]] = [(links, name) for name in _LINKS]
    places += [(e, "report_url"), (e, "url"), (e, "why_url"), (e.get("build"), "url"), (e.get("pull_request"), "url")]
    for group, name in places:
        found = group.get(name) if isinstance(group, Mapping) else None
        if isinstance(found, str):
            yield found


def _words(e: Mapping[str, Any]) -> str:
    digest = digest_of(e)
    if digest is not None:
        return digest_words(e, digest)
    said = [shown_name(e, "service"), e.get("version"), shown_name(e, "environment"), e.get("type"), e.get("status")]
    return " · ".join(text[:_LONGEST] for text in said if isinstance(text, str) and text)


def headline(context: CardContext) -> str:
    """What happened, in one line of plain text."""
    icon = context.icon or default_icon(context.e)
    return " ".join(plain(f"{icon} {_words(context.e)}").split())


def minimal_card(context: CardContext) -> dict[str, Any]:
    """The line, and a button if the event has an https link. Raises nothing, whatever the event holds."""
    text = {"type": "TextBlock", "wrap": True, "weight": "Bolder", "text": markdown(headline(context))}
    card: dict[str, Any] = {
        "type": "AdaptiveCard",
        "version": SCHEMA_VERSION,
        "msteams": {"width": "Full"},
        "body": [text],
    }
    target = best_link(context.e)
    if target:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open", "url": target}]
    return card
