"""News that a channel has had in other words: of one happening there is one card, whoever tells it first."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from app.facts.claims import Claim, moment
from app.facts.retold import TOLD_BY_SEVERAL, Word, retold
from app.ingest.retold_incidents import same_incidents
from app.kernel.clock import HOUR
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
    for view in shared:
        mine = [each for each in known if each.subject == view["subject"]]
        found |= {each.event_id: retold(each, mine) for each in mine if each.event_id == view["id"]}
    ends = [view for view in views if view["type"] == ROLLOUT]
    told = fact_claims.by_subjects(connection, {view["subject"] for view in ends})
    for view in ends:
        found[view["id"]] = [*_of_operation(view, told), *_of_rollout(connection, view)]
    return {event: others for event, others in found.items() if others}


def hold_back(
    connection: Connection, wanted: Iterable[Wanted], same: Mapping[str, Collection[str]]
) -> tuple[list[Wanted], list[tuple[Wanted, str]]]:
    """(the cards that are news to their channels; the others, each with the event that its channel had instead)."""
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


def _of_operation(view: View, told: Iterable[Claim]) -> Iterator[str]:
    """Other words on the end of the same operation, however long ago: of its job and its hook, or a mere scaling."""
    mine = view["subject"], ROLLOUT, view.get("status")
    ends = (each for each in told if (each.subject, each.type, each["status"]) == mine)
    yield from (each.event_id for each in ends if each.event_id != view["id"])


def _of_rollout(connection: Connection, view: View) -> Iterator[str]:
    """The ends of the same rollout, as other sources tell them. Of several targets each is news of its own.

    An Argo CD that is called one thing by its notifications and another by the collector is no other source.
    """
    at = moment(view["occurred_at"]) or 0
    place = view["service"], view.get("environment") or ""
    live = view.get("status") == "succeeded"
    reported = store.evidence(connection, *place, view["id"], at - LOOK_BACK, live=live)
    words = store.by_ids(connection, reported) if len(reported) > 1 else []
    one = next((each for each in words if each.event_id == view["id"]), None)
    yield from (each.event_id for each in words if one and each is not one and _is_same_end(each, one))


def _is_same_end(each: Word, one: Word) -> bool:
    return each.tells(one) and (each.source != one.source or _operation(each) == _operation(one))


def _operation(word: Word) -> str:
    """A subject without the name of the installation: `<uid>:<operation start>` of Argo CD's."""
    return word.subject.split(":", 3)[-1]
