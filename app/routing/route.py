"""Decides about one event: which card to which channel, or dropped, or unrouted. Pure; some µs."""

from dataclasses import dataclass
from typing import Any

from app.events import UNMAPPED
from app.kernel.ids import derived_id
from app.routing.match import View, look_up
from app.routing.operators import exists
from app.routing.rulebook import Dedupe, Rule, Rulebook

NO_RULE = "no rule"
"""Stands where the name of a rule stands, for an event that no rule matched. No rule can have this name."""
UNROUTED_CARD = "unrouted"


@dataclass(frozen=True, slots=True)
class Send:
    """One card owed to one channel, by one rule. `purpose` is empty for the fallback.

    `dedupe` is (key, window in µs): a second Send to the same channel with the same key within the window is the
    same news. None: never hold it back.
    """

    channel: str
    card: str
    rule: str
    purpose: str
    dedupe: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Routing:
    """What the rule book `rev` says of one event. `unrouted`: no rule matched, so it goes to the fallback."""

    rev: str
    sends: tuple[Send, ...]
    matched: tuple[str, ...]
    dropped_by: str | None
    unrouted: bool

    def record(self) -> dict[str, Any]:
        """A small record in JSON's types, to be kept with the event."""
        return {
            "rev": self.rev,
            "matched": list(self.matched),
            "sends": [{"channel": one.channel, "card": one.card, "rule": one.rule} for one in self.sends],
            "dropped_by": self.dropped_by,
            "unrouted": self.unrouted,
        }


def route(book: Rulebook, view: View) -> Routing:
    """Every rule that matches sends; a channel gets an event once, as the first rule that chose it says.

    A rule that drops beats all others. An event that no rule matches goes to the fallback.
    """
    service = view.get("service")
    service = service if isinstance(service, str) else UNMAPPED
    matched = _matched(book, view)
    names = tuple(rule.name for rule in matched)
    if not matched:
        key = _key(book.dedupe, view) if book.fallback else None
        sends = tuple(Send(channel, UNROUTED_CARD, NO_RULE, "", key) for channel in book.fallback)
        return Routing(book.rev, sends, names, None, unrouted=True)
    for rule in matched:
        if rule.drop:
            return Routing(book.rev, (), names, rule.name, unrouted=False)
    return Routing(book.rev, _sends(book, matched, view, service), names, None, unrouted=False)


def _matched(book: Rulebook, view: View) -> list[Rule]:
    event_type = view.get("type")
    candidates = book.index.get(event_type) if isinstance(event_type, str) else None
    return [] if candidates is None else [rule for holds, rule in candidates(view) if holds(view)]


def _sends(book: Rulebook, matched: list[Rule], view: View, service: str) -> tuple[Send, ...]:
    sends: dict[str, Send] = {}
    for rule in matched:
        key: tuple[str, int] | None = None
        keyed = False
        for purpose in rule.to:
            for channel in book.channels_for(purpose, service):
                if channel in sends:
                    continue
                if not keyed:  # once a rule, and only for a rule that wins a channel
                    key, keyed = _key(rule.dedupe, view), True
                sends[channel] = Send(channel, rule.card, rule.name, purpose, key)
    return tuple(sends.values())


def _key(dedupe: Dedupe | None, view: View) -> tuple[str, int] | None:
    """The key of the news, or None when a field of it is missing: two unknowns are not the same."""
    if dedupe is None:
        return None
    values = []
    for keys in dedupe.keys:
        value = look_up(view, keys) if len(keys) > 1 else view.get(keys[0])
        if value == UNMAPPED or not (value or exists(value)):
            return None
        values.append(value)
    # One text for the whole of it: repr tells "1" from 1, cannot fail, and makes one part to hash.
    return derived_id(repr((dedupe.by, values))), dedupe.window_us
