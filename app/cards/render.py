"""Renders a compiled card for one event, makes it fit, and falls back to the minimal one rather than fail."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from app.cards.build import GONE
from app.cards.context import CardContext, FellBack, Rendered, default_icon, shown_name
from app.cards.digest import digest_card, digest_of
from app.cards.escape import Safe, link, markdown, url
from app.cards.mentions import MAX_TEXT
from app.cards.minimal import best_link, headline, minimal_card
from app.cards.sandbox import MAX_LEAF, Run

AIM = 24 * 1024
"""Bytes above which a card is shortened."""
HARD = 28_000
"""Bytes that Teams takes, its envelope included: https://learn.microsoft.com/en-us/connectors/teams ("28 KB")."""
MAX_SUMMARY = 200

_NO_CUT = 10**6
_CUTS = (10, 5, 2)
_SHORT_LEAF = 1000
_SHORTEST_LEAF = 200


class _Rejected(Exception):
    """A card cannot be sent; carries the reason."""

    def __init__(self, reason: FellBack, problem: str) -> None:
        super().__init__(problem)
        self.reason, self.problem = reason, problem


@dataclass(frozen=True, slots=True)
class CardPlan:
    """A compiled card: `build` makes its tree, `drops` are the `$drop` numbers in it, `names` what it reads."""

    build: Callable[[Run], Any]
    summary: Callable[[Run], Any]
    drops: tuple[int, ...]
    names: frozenset[str]


def render(plan: CardPlan | None, context: CardContext) -> Rendered:
    """The card, or the one made without a template and why. Raises nothing: no delivery is lost to a template."""
    if plan is None:
        return fall_back(context, "unknown_card", "")
    try:
        return _fit(plan, context)
    except _Rejected as rejected:
        return fall_back(context, rejected.reason, rejected.problem)
    except Exception as error:  # noqa: BLE001 - whatever a template does, its delivery is not lost
        return fall_back(context, "template_error", f"{type(error).__name__}: {error}"[:300])


def fall_back(context: CardContext, reason: FellBack | None, problem: str) -> Rendered:
    """The card that is made without a template: of a digest its lines, else the minimal one.

    Without a reason it is what a rule asked for.
    """
    digest = digest_of(context.e)
    made = minimal_card(context) if digest is None else digest_card(context, digest)
    return _without_template(made, context, reason, problem)


def minimal(context: CardContext) -> Rendered:
    """The minimal card, of a digest too: nothing is smaller."""
    return _without_template(minimal_card(context), context, None, "")


def _without_template(made: dict[str, Any], context: CardContext, reason: FellBack | None, problem: str) -> Rendered:
    card = _finished(made, context, frozenset(), shortened=False)
    return Rendered(card, headline(context)[:MAX_SUMMARY], len(orjson.dumps(card)), False, reason, 0, problem)


def _steps(plan: CardPlan) -> Iterator[tuple[int, int, int]]:
    """(items of a list, highest $drop to leave out, characters of a text), from the whole card to the shortest.

    $drop: 1 goes first; `run.drop >= n` leaves out n and everything that goes before it.
    """
    yield _NO_CUT, 0, MAX_LEAF
    for cut in _CUTS:
        yield cut, 0, MAX_LEAF
    for drop in plan.drops:
        yield _CUTS[-1], drop, MAX_LEAF
    last = plan.drops[-1] if plan.drops else 0
    yield _CUTS[-1], last, _SHORT_LEAF
    yield _CUTS[-1], last, _SHORTEST_LEAF


def _fit(plan: CardPlan, context: CardContext) -> Rendered:
    names: dict[str, Any] = {
        "e": context.e if type(context.e) is dict else dict(context.e),
        "icon": context.icon or Safe(default_icon(context.e)),
        "service": shown_name(context.e, "service"),
        "environment": shown_name(context.e, "environment"),
        "mentions": _mentions(context) if context.mentions else "",
        "easter_egg": context.easter_egg,
    }
    printed = plan.names
    for cut, drop, longest in _steps(plan):
        if longest < MAX_TEXT:  # it would be cut in the middle of somebody: the engine prints it whole
            names["mentions"], printed = "", frozenset()
        run = Run(names, cut=cut, drop=drop, longest=longest)
        card = _one(plan, context, run, printed)
        size = len(orjson.dumps(card))
        if size <= AIM:
            break
    if size > HARD:
        raise _Rejected("too_large", f"{size} bytes after everything that could be cut was cut")
    summary = plan.summary(run)
    text = " ".join(summary.split())[:MAX_SUMMARY] if isinstance(summary, str) else headline(context)
    return Rendered(card, text, size, run.shortened, None, run.missing)


def _one(plan: CardPlan, context: CardContext, run: Run, printed: frozenset[str]) -> dict[str, Any]:
    card = plan.build(run)
    if card is GONE or not card["body"]:
        raise _Rejected("lint", "nothing is left of the card")
    return _finished(card, context, printed, shortened=run.shortened)


def _finished(card: dict[str, Any], context: CardContext, names: frozenset[str], *, shortened: bool) -> dict[str, Any]:
    """The card with what the engine adds: mentions that it does not print itself, the notice, the footer."""
    extra: list[dict[str, Any]] = []
    if context.mentions and not _mentions_all(card, context, names):
        extra.append({"type": "TextBlock", "wrap": True, "text": _mentions(context)})
    if shortened:
        target = best_link(context.e)
        text = f"Shortened to fit. [Everything is here]({target})" if target else "Shortened to fit."
        extra.append(_small(text))
    if context.footer:
        why = context.e.get("why_url")
        page = f" · {link('why?', why)}" if isinstance(why, str) and url(why) else ""
        extra.append(_small(markdown(context.footer) + page))
    if extra:
        card = {**card, "body": [*card["body"], *extra]}
    if context.entities:
        card = {**card, "msteams": {**card.get("msteams", {}), "entities": _shown(card, context.entities)}}
    return card


def _mentions(context: CardContext) -> Safe:
    """The mentions with everything in them escaped that is not the text of an entity: names come from outside."""
    texts = [text for entity in context.entities if (text := entity.get("text"))]
    pieces = re.split(f"({'|'.join(map(re.escape, texts))})", context.mentions) if texts else [context.mentions]
    return Safe("".join(piece if piece in texts else markdown(piece) for piece in pieces))


def _mentions_all(card: Mapping[str, Any], context: CardContext, names: frozenset[str]) -> bool:
    """Whether the card prints its mentions: it reads them, and everybody of them is in it."""
    owed = [entity for entity in context.entities if entity.get("text", "") in context.mentions]
    return "mentions" in names and (not owed or _shown(card, owed) == owed)


def _small(text: str) -> dict[str, Any]:
    return {"type": "TextBlock", "wrap": True, "isSubtle": True, "size": "Small", "spacing": "Small", "text": text}


def _shown(card: Mapping[str, Any], entities: Any) -> list[Any]:
    """The entities whose text the card shows: Teams refuses one without its text."""
    body = orjson.dumps(card["body"])
    return [entity for entity in entities if orjson.dumps(entity.get("text", ""))[1:-1] in body]
