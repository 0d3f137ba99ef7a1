"""A card whose every text tries to get out: of a script, of an attribute, of Markdown, of the policy."""

from typing import Any

from app.cards import CardContext, Cards, Rendered
from tests.cards.sample_events import EVENTS

OWNED = "document.title='owned'"
TEXTS = (
    f"</script><script>{OWNED}</script>",
    f"<!--<script>{OWNED}",
    f"<img src=x onerror={OWNED}>",
    f"\"><svg onload={OWNED}>' onload='{OWNED}",
    f"[click](javascript:{OWNED})",
    "[free money](https://evil.example/1) <https://evil.example/2> https://evil.example/3",
    "![i](https://evil.example/4.png)",
    "<at>everyone</at>",
    f"<style>body{{display:none}}</style>{{{{ 7*7 }}}}\u2028{OWNED}",
)
ALL = " ".join(TEXTS)


def hostile_event() -> dict[str, Any]:
    """A failed deployment that says these texts wherever it says anything."""
    commit = {**EVENTS["deployment-failed"]["commit"], "message": ALL, "author": {"name": ALL, "email": ALL}}
    resources = [{"kind": text, "name": text, "status": text, "message": text} for text in TEXTS]
    said = {"error": ALL, "service": ALL[:400], "version": ALL[:200], "commit": commit, "failed_resources": resources}
    return {**EVENTS["deployment-failed"], **said}


def hostile_card(cards: Cards) -> Rendered:
    """The shipped card on that event, with one mention that is ours."""
    entity = {"type": "mention", "text": "<at>Grace</at>", "mentioned": {"id": "grace@example.com", "name": "Grace"}}
    context = CardContext(hostile_event(), mentions="<at>Grace</at>", entities=[entity])
    rendered = cards.render("deployment-failed", context)
    assert rendered.fell_back is None, rendered.problem
    return rendered


def raw_card(*extra: dict[str, Any], actions: int = 0) -> Rendered:
    """A card as nobody of ours would write it: what comes from outside stands in it as it came."""
    body: list[dict[str, Any]] = [
        *({"type": "TextBlock", "wrap": True, "text": text} for text in TEXTS),
        {"type": "FactSet", "facts": [{"title": text, "value": text} for text in TEXTS]},
        *extra,
    ]
    card: dict[str, Any] = {"type": "AdaptiveCard", "version": "1.4", "body": body}
    if actions:
        target = "https://ci.example.com/builds"
        card["actions"] = [{"type": "Action.OpenUrl", "title": f"Open {n}", "url": target} for n in range(actions)]
    return Rendered(card, ALL, 27_000)
