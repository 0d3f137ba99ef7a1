"""Decides about one event: which card to which channel, or dropped, or unrouted. Pure; some µs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from app.events import UNMAPPED
from app.events.own import MADE_FOR_A_CARD
from app.kernel.clock import to_us
from app.kernel.ids import derived_id
from app.routing.calm import Wait, dropped_at, wait_of
from app.routing.match import View, look_up
from app.routing.messages import Said, said
from app.routing.operators import exists
from app.routing.people import Person, mentioned
from app.routing.rulebook import Dedupe, Rule, Rulebook

NO_RULE = "no rule"
"""Stands where the name of a rule stands, for an event that no rule matched. No rule can have this name."""
UNROUTED_CARD = "unrouted"
FOUND_AFTERWARDS = "found afterwards"
"""Stands where the name of a rule that drops stands, for an event that is quiet. No rule can have this name."""


class Send(NamedTuple):
    """One card owed to one channel, by one rule. `purpose` is empty for the fallback.

    `dedupe` is (key, window in µs): a second Send to the same channel with the same key within the window is the
    same news. None: never hold it back. `wait` says that it goes out later, and with others perhaps.
    """

    channel: str
    card: str
    rule: str
    purpose: str
    dedupe: tuple[str, int] | None = None
    wait: Wait | None = None
    mentions: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Muted:
    """A card that a rule would have sent to a channel, but for the times at which it keeps silent."""

    channel: str
    rule: str
    times: str


class Routing(NamedTuple):
    """What the rule book `rev` says of one event. `unrouted`: no rule matched, so it goes to the fallback."""

    rev: str
    sends: tuple[Send, ...]
    matched: tuple[str, ...]
    dropped_by: str | None
    unrouted: bool
    muted: tuple[Muted, ...] = ()
    message: Said | None = None

    def record(self) -> dict[str, Any]:
        """A small record in JSON's types, to be kept with the event."""
        kept: dict[str, Any] = {
            "rev": self.rev,
            "matched": list(self.matched),
            "sends": [_sent(one) for one in self.sends],
            "dropped_by": self.dropped_by,
            "unrouted": self.unrouted,
        }
        if self.muted:
            kept["muted"] = [{"channel": one.channel, "rule": one.rule, "by": one.times} for one in self.muted]
        if self.message:
            kept["message"] = self.message.name
        return kept


def _sent(send: Send) -> dict[str, Any]:
    kept: dict[str, Any] = {"channel": send.channel, "card": send.card, "rule": send.rule}
    if send.wait:
        kept |= {"waits": send.wait.how, "by": send.wait.by}
    if send.mentions:
        kept["mentions"] = [person.address or person.name for person in send.mentions]
    return kept


def route(book: Rulebook, view: View) -> Routing:
    """Every rule that matches sends; a channel gets an event once, as the first rule that chose it says.

    A rule that drops beats all others. An event that no rule matches goes to the fallback, and a quiet one to nobody.
    Times are asked for the moment at which the event was received, so that a backlog or a replay changes nothing.
    """
    if view.get("quiet"):
        return Routing(book.rev, (), (), FOUND_AFTERWARDS, unrouted=False)
    service = view.get("service")
    service = service if isinstance(service, str) else UNMAPPED
    matched = matching(book, view)
    names = tuple(rule.name for rule in matched)
    if not matched:
        key = _key(book.dedupe, view) if book.fallback else None
        sends = tuple(Send(channel, UNROUTED_CARD, NO_RULE, "", key) for channel in book.fallback)
        return Routing(book.rev, sends, names, None, unrouted=True)
    for rule in matched:
        if rule.drop:
            return Routing(book.rev, (), names, rule.name, unrouted=False)
    sends, muted = _sends(book, matched, view, service)
    message = said(book.messages, view, received(view), book.people) if sends and book.messages else None
    return Routing(book.rev, sends, names, None, unrouted=False, muted=muted, message=message)


def route_scheduled(book: Rulebook, rule: Rule, view: View) -> Routing:
    """What becomes of the summary that a rule with a schedule is due for: it goes to the rule's purposes."""
    sends, muted = _sends(book, [rule], view, UNMAPPED)
    return Routing(book.rev, sends, (rule.name,), None, unrouted=False, muted=muted)


def route_stored(book: Rulebook, view: View) -> Routing:
    """As `route`, for any event that is kept: a summary goes where its rule with a schedule says, or else nowhere."""
    if str(view.get("type")) not in MADE_FOR_A_CARD:
        return route(book, view)
    rule = next((rule for rule in book.scheduled if rule.name == view.get("rule")), None)
    return route_scheduled(book, rule, view) if rule else Routing(book.rev, (), (), None, unrouted=False)


def received(view: View) -> int:
    """When an event was received, µs."""
    return to_us(datetime.fromisoformat(view["received_at"]))


def matching(book: Rulebook, view: View) -> list[Rule]:
    """The rules that match an event, in order."""
    event_type = view.get("type")
    candidates = book.index.get(event_type) if isinstance(event_type, str) else None
    return [] if candidates is None else [rule for holds, rule in candidates(view) if holds(view)]


def winners(book: Rulebook, matched: Sequence[Rule], service: str) -> list[tuple[Rule, dict[str, str]]]:
    """Each rule with the channels that it is the first to choose for a service, and the purpose of each."""
    taken: set[str] = set()
    won = []
    for rule in matched:
        chosen: dict[str, str] = {}
        for purpose in rule.to:
            for channel in book.channels_for(purpose, service):
                if channel not in taken:
                    chosen.setdefault(channel, purpose)
        if chosen:
            won.append((rule, chosen))
            taken |= chosen.keys()
    return won


def _sends(book: Rulebook, matched: list[Rule], view: View, service: str) -> tuple[tuple[Send, ...], tuple[Muted, ...]]:
    """What goes out, and what a mute drops: either way the channel has had the event."""
    sends: list[Send] = []
    muted: list[Muted] = []
    for rule, won in winners(book, matched, service):
        if rule.mute is not None and dropped_at(rule, received(view)):
            muted += [Muted(channel, rule.name, rule.mute.during.name) for channel in won]
        else:
            sends += _of_rule(book, rule, won, view, service)
    return tuple(sends), tuple(muted)


def _of_rule(book: Rulebook, rule: Rule, won: dict[str, str], view: View, service: str) -> Iterator[Send]:
    """The sends of one rule to the channels that it won, each with its purpose."""
    key = _key(rule.dedupe, view)
    people: tuple[Person, ...] = ()
    if rule.mention is not None and rule.mention.fits(view):
        people = mentioned(rule.mention, view, book.people, book.team_mentions(service))
    calm = rule.group or rule.coalesce or rule.mute
    for channel, purpose in won.items():
        wait = wait_of(rule, channel, view, received(view)) if calm else None
        yield Send(channel, rule.card, rule.name, purpose, key, wait, people)


def _key(dedupe: Dedupe | None, view: View) -> tuple[str, int] | None:
    if dedupe is None or (news := news_of(dedupe, view)) is None:
        return None
    return derived_id(news), dedupe.window_us


def news_of(dedupe: Dedupe, view: View) -> str | None:
    """What counts as the same news, or None when a field of it is missing: two unknowns are not the same."""
    values = []
    for keys in dedupe.keys:
        value = look_up(view, keys) if len(keys) > 1 else view.get(keys[0])
        if value == UNMAPPED or not (value or exists(value)):
            return None
        values.append(value)
    # One text for the whole of it: repr tells "1" from 1, cannot fail, and makes one part to hash.
    return repr((dedupe.by, values))
