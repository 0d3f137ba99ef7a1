"""Calm: which cards wait, with whom, and until when. What waits together is told together."""

from dataclasses import dataclass
from typing import Any, Literal

from app.events import UNMAPPED
from app.kernel.ids import derived_id
from app.routing.match import View, look_up
from app.routing.operators import exists
from app.routing.rulebook import Coalesce, Rule

How = Literal["group", "coalesce", "hold"]


@dataclass(frozen=True, slots=True)
class Wait:
    """Why a card waits. Cards with the same `key` wait together, in one bundle. All times in µs.

    Those of one key have the same `until`: what one night held is never kept back with what the next one holds.
    The bundle is due at `max(until, min(last + wait, first + max_wait))`, where `first` and `last` are the earliest
    and the latest `at` in it: so neither the order of arrival nor a restart changes when it ends.
    """

    how: How
    by: str
    """The rule, or for `hold` the times, that make it wait."""
    key: str
    card: str
    """How a group of them is shown; "" for one that only the last is sent of."""
    at: int
    """When the event was received."""
    wait: int = 0
    max_wait: int = 0
    until: int = 0
    """The end of the span that holds it; 0: nothing does."""
    first_now: bool = False
    """The first of them goes out at once, and does not wait."""


def wait_of(rule: Rule, channel: str, view: View, at: int) -> Wait | None:
    """Why a card of this rule waits, if it does, for an event that was received at `at` (µs)."""
    until, group = _held_until(rule, at), rule.group
    if group is not None:
        key = derived_id("group", rule.name, channel, until, repr(_values(view, group.keys)))
        first_now = group.first_now and not until
        return Wait("group", rule.name, key, group.card, at, group.wait, group.max_wait, until, first_now)
    thing = _thing(rule.coalesce, view)
    if rule.coalesce is not None and thing:
        key, window = derived_id("coalesce", rule.name, channel, until, thing), rule.coalesce.window
        return Wait("coalesce", rule.name, key, "", at, window, window, until)
    if until and rule.mute is not None:
        times = rule.mute.during.name  # whatever the same times hold for a channel comes together
        return Wait("hold", times, derived_id("hold", times, channel, until), "", at, until=until)
    return None


def dropped_at(rule: Rule, at: int) -> bool:
    """Whether the rule keeps silent at that time (µs), and for good."""
    return rule.mute is not None and not rule.mute.hold and rule.mute.during.active(at)


def _held_until(rule: Rule, at: int) -> int:
    """The end of the times that hold the rule's cards, or 0. What has no end is a load error."""
    if rule.mute is None or not rule.mute.hold or not rule.mute.during.active(at):
        return 0
    return rule.mute.during.ends(at) or 0


def _thing(coalesce: Coalesce | None, view: View) -> str:
    """What only the last state is told of; "" when no field of it is there: of two unknowns neither may be lost."""
    values = _values(view, coalesce.keys) if coalesce is not None else []
    return repr(values) if any(exists(value) and value != UNMAPPED for value in values) else ""


def _values(view: View, keys: tuple[tuple[str, ...], ...]) -> list[Any]:
    return [look_up(view, path) for path in keys]
