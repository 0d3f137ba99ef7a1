"""The card of one delivery: made at the first try, kept as it is for the later ones.

A repeat is byte for byte the card of the first try, also when the card's file has changed meanwhile. Only the
footer is new: `ref 3a5b7c` stands under every card, and `try 2 · possible repeat` is added when nobody knows
whether an earlier try arrived, so that a reader who sees two cards with one ref knows what they are.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from app import telemetry
from app.cards import MINIMAL, CardContext, Cards
from app.cards.mentions import mention
from app.cards.words import words
from app.routing.route import NO_RULE
from app.store.claims import Claimed

DIGEST_TYPE = "shipbell.digest"
"""Of many events: its built-in card has a line for each, so the minimal one is smaller still."""
_REF_DIGITS = 6


class Letter(NamedTuple):
    """A card that is ready to go. `minimal` says that it is the one that cannot be made smaller."""

    card: Mapping[str, Any]
    summary: str
    footer: str
    minimal: bool = False


def ref(key: str) -> str:
    """What a person reads to a colleague, and what the API finds the delivery by: the first digits of its key."""
    return key[:_REF_DIGITS]


def footer(claim: Claimed) -> str:
    """What stands under the card: its labels, its ref, and the doubt."""
    parts = [NO_RULE] if claim.rule == NO_RULE else []
    if claim.generation:
        parts.append("replayed")
    parts.append(f"ref {ref(claim.key)}")
    if claim.ambiguous:
        parts.append(f"try {claim.tries} · possible repeat")
    return " · ".join(parts)


def compose(claim: Claimed, view: Mapping[str, Any], cards: Cards) -> Letter:
    """The card for a claim: a new one, or the frozen one with the footer of this try."""
    if claim.rendered is not None:
        return _thaw(claim.rendered, footer(claim))
    line = footer(claim)
    rendered = cards.render(claim.card, _context(claim, view, line))
    if rendered.fell_back is not None:
        telemetry.CARD_FALLBACKS.labels(rendered.fell_back).inc()
    small = claim.card == MINIMAL or (rendered.fell_back is not None and view.get("type") != DIGEST_TYPE)
    return Letter(rendered.card, rendered.summary, line, small)


def _context(claim: Claimed, view: Mapping[str, Any], line: str) -> CardContext:
    """With what was decided at routing: a preview, a test, a retry and a later rule book show the same."""
    if claim.extra is None:
        return CardContext(e=view, footer=line)
    extra = orjson.loads(claim.extra)
    people = [(person["name"], person["address"]) for person in extra.get("mentions", ())]
    text, entities = mention(people)
    said = words(extra["message"], view) if extra.get("message") else ""
    return CardContext(e=view, mentions=text, entities=entities, easter_egg=said, footer=line)


def minimal(claim: Claimed, view: Mapping[str, Any], cards: Cards) -> Letter:
    """The card that always fits, for a channel that found the first one too large."""
    line = footer(claim)
    rendered = cards.render(MINIMAL, CardContext(e=view, footer=line))
    telemetry.CARD_FALLBACKS.labels("too_large").inc()
    return Letter(rendered.card, rendered.summary, line, minimal=True)


def freeze(letter: Letter) -> bytes:
    """A letter as it is kept for the next try."""
    return orjson.dumps(
        {"card": letter.card, "summary": letter.summary, "footer": letter.footer, "minimal": letter.minimal}
    )


def _thaw(kept: bytes, line: str) -> Letter:
    parts = orjson.loads(kept)
    last = parts["card"]["body"][-1]
    text, old = last.get("text", ""), parts["footer"]
    if text.startswith(old):  # the engine puts the footer last, nothing in it needs escaping; a link may follow
        last["text"] = line + text[len(old) :]
    return Letter(parts["card"], parts["summary"], line, parts["minimal"])
