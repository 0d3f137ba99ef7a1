"""News that a channel has had in other words: of one happening there is one card, whoever tells it first."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from app.facts.claims import moment
from app.facts.retold import TOLD_BY_SEVERAL, Word, retold
from app.ingest.retold_incidents import same_incidents
from app.kernel.clock import HOUR
from app.kernel.ids import derived_id
from app.store import Connection, fact_claims
from app.store import retold as store
from app.store.deliveries import Wanted

View = Mapping[str, Any]
RETOLD = "told_before"
ROLLOUT = "deployment.finished"
LOOK_BACK = 2 * HOUR
"""How long before an event's time the rollout that it is evidence of may have ended, µs."""


def same_news(connection: Connection, views: Sequence[View]) -> dict[str, Collection[str]]:
    """The events of other sources that tell what these tell. The facts must have heard of them all before."""
    shared = [view for view in views if view["type"] in TOLD_BY_SEVERAL]
    known = store.by_subject(connection, {view["subject"] for view in shared})
    found: dict[str, Collection[str]] = dict(same_incidents(connection, views))
    told: dict[str, list[Word]] = {}
    for each in known:
        told.setdefault(each.subject, []).append(each)
    for view in shared:
        mine = told.get(view["subject"], ())
        if len(mine) < 2:
            continue  # nobody told it but this event
        found |= {each.event_id: retold(each, mine) for each in mine if each.event_id == view["id"]}
    found |= _of_rollouts(connection, [view for view in views if view["type"] == ROLLOUT])
    return {event: others for event, others in found.items() if others}


def hold_back(
    connection: Connection, wanted: Iterable[Wanted], same: Mapping[str, Collection[str]]
) -> tuple[list[Wanted], list[tuple[Wanted, str]]]:
    """(the cards that are news to their channels; the others, each with the event that its channel had instead)."""
    if not same:
        return list(wanted), []
    told = store.had(connection, {event for others in same.values() for event in others})
    left: list[Wanted] = []
    held: list[tuple[Wanted, str]] = []
    for item in wanted:
        before = next((each for each in same.get(item.event_id, ()) if (each, item.channel) in told), None)
        if before is None:
            left.append(item)
            told.add((item.event_id, item.channel))
        else:
            held.append((item, before))
    return left, held


def _of_rollouts(connection: Connection, ends: Sequence[View]) -> dict[str, Collection[str]]:
    """The ends of the same rollouts, as others tell them. Of several targets each is news of its own.

    An Argo CD that is called one thing by its notifications and another by the collector is no other source.
    """
    attempts = {view["id"]: _attempt(view) for view in ends}
    begun = store.begun(connection, attempts.values())
    reported = {event: begun.get(attempt, []) for event, attempt in attempts.items()}
    for view in ends:
        if view["id"] not in reported[view["id"]]:  # somebody else began it, or it is a mere scaling of an old one
            reported[view["id"]] = _elsewhere(connection, view)
    words = {
        each.event_id: each
        for each in store.by_ids(connection, {event for told in reported.values() if len(told) > 1 for event in told})
    }
    return {
        event: [each for each in told if each != event and each in words and _is_same_end(words[each], words[event])]
        for event, told in reported.items()
        if event in words
    }


def _attempt(view: View) -> str:
    """As the facts call a rollout that this event's subject began."""
    return derived_id("attempt", view["service"], view.get("environment") or "", view["subject"])


def _elsewhere(connection: Connection, view: View) -> list[str]:
    """The events of a rollout that another subject began, and all on this event's own."""
    at = moment(view["occurred_at"]) or 0
    near = store.near(connection, view["service"], view.get("environment") or "", view["id"], at - LOOK_BACK)
    own = [each.event_id for each in fact_claims.by_subjects(connection, {view["subject"]})]
    return list(dict.fromkeys([*near, *own]))


def _is_same_end(each: Word, one: Word) -> bool:
    return each.tells(one) and (each.source != one.source or _operation(each) == _operation(one))


def _operation(word: Word) -> str:
    """A subject without the name of the installation: `<uid>:<operation start>` of Argo CD's."""
    return word.subject.split(":", 3)[-1]
