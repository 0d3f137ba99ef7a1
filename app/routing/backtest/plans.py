"""What the rules say of an event, found once for all events that look the same to the rules."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from app.events import UNMAPPED
from app.events.own import MADE_FOR_A_CARD
from app.routing.match import Match, View, look_up
from app.routing.route import FOUND_AFTERWARDS, NO_RULE, UNROUTED_CARD, matching, winners
from app.routing.rulebook import Dedupe, Rule, Rulebook

_KEPT = 20_000

Path = tuple[str, ...]
"""The keys that lead to a field."""


@dataclass(frozen=True, slots=True)
class Got:
    """What a channel gets of an event: a rule's card, or with others the card of their group."""

    rule: str
    card: str
    together: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """What one rule says, or the fallback (`rule` is None): to whom, and what each gets: at once, or having waited."""

    rule: Rule | None
    dedupe: Dedupe | None
    channels: Sequence[str]
    now: Got
    later: Got
    calm: bool = False
    """Whether the card may wait, or be muted."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the rules say but for the time. Without parts nobody gets it: `why`, and by which rule."""

    parts: Sequence[Part]
    why: tuple[str, str]


class Plans:
    """The plans of rule books, kept by the values at the paths that their rules read: most events share them."""

    def __init__(self, books: Sequence[Rulebook]) -> None:
        self._books = books
        self._paths: dict[str, tuple[Sequence[str], Sequence[Path]]] = {}
        self._kept: dict[tuple[Any, ...], Sequence[Plan]] = {}

    def plans(self, view: View) -> Sequence[Plan]:
        """What each of the books says of an event, as `app.routing.route` does."""
        name, get = view["type"], view.get
        paths = self._paths.get(name)
        if paths is None:
            paths = self._paths[name] = _paths(self._books, name)
        near, far = paths
        values = [get(key) for key in near]
        values += [look_up(view, path) for path in far]
        # Text and nothing as they are; all else as its text, which tells 1 from true and makes a key of a list.
        key = (name, *[value if value is None or value.__class__ is str else (repr(value),) for value in values])
        plans = self._kept.get(key)
        if plans is None:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            plans = self._kept[key] = [_plan(book, view) for book in self._books]
        return plans


def _paths(books: Sequence[Rulebook], event_type: str) -> tuple[list[str], list[Path]]:
    """Service, `quiet`, and every path that a rule reads which events of this type can meet: those of one key apart."""
    paths: dict[Path, None] = {("service",): None, ("quiet",): None}
    for rule in (rule for book in books for rule in book.rules):
        if rule.compile({"type": event_type}) is not None:
            paths |= dict.fromkeys(_read_by(rule.match))
            # A pattern looks into lists and keys with dots by itself: the whole of each field is what it reads.
            paths |= {(path.partition(".")[0],): None for path in (rule.pattern.paths() if rule.pattern else ())}
    if event_type in MADE_FOR_A_CARD:
        paths |= {("rule",): None}
    paths.pop(("type",), None)
    return [path[0] for path in paths if len(path) == 1], [path for path in paths if len(path) > 1]


def _read_by(match: Match) -> Iterator[Path]:
    yield from (clause.keys for clause in match.clauses)
    for branches in match.branches:
        for inner in branches.matches:
            yield from _read_by(inner)


def _plan(book: Rulebook, view: View) -> Plan:
    if view["type"] in MADE_FOR_A_CARD:
        return _of_schedule(book, view)
    if view.get("quiet"):
        return Plan((), ("dropped", FOUND_AFTERWARDS))
    matched = matching(book, view)
    if not matched:
        card = _got(NO_RULE, UNROUTED_CARD)
        parts = [Part(None, book.dedupe, book.fallback, card, card)] if book.fallback else []
        return Plan(parts, (NO_RULE, ""))
    for rule in matched:
        if rule.drop:
            return Plan((), ("dropped", rule.name))
    service = view.get("service")
    return _to_winners(book, matched, service if isinstance(service, str) else UNMAPPED)


def _of_schedule(book: Rulebook, view: View) -> Plan:
    """What was made for a rule with a schedule goes where that rule says, and nowhere without it."""
    name = view.get("rule")
    rules = [rule for rule in book.scheduled if rule.name == name]
    return _to_winners(book, rules, UNMAPPED) if rules else Plan((), ("no schedule", str(name)))


def _to_winners(book: Rulebook, matched: Sequence[Rule], service: str) -> Plan:
    parts = [_part(rule, tuple(channels)) for rule, channels in winners(book, matched, service)]
    return Plan(parts, ("reaches nobody", matched[0].name))


def _part(rule: Rule, channels: Sequence[str]) -> Part:
    now = _got(rule.name, rule.card)
    later = now if rule.group is None else _got(rule.name, rule.group.card, together=True)
    calm = not (rule.group is None and rule.coalesce is None and rule.mute is None)
    return Part(rule, rule.dedupe, channels, now, later, calm)


@lru_cache(maxsize=4096)
def _got(rule: str, card: str, together: bool = False) -> Got:
    """The same for all rule books, as what is the same thing need not be compared."""
    return Got(rule, card, together)
