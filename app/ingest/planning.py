"""What the rules say of events, made into deliveries, bundles and routing records in the caller's transaction."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app import telemetry
from app.ingest.retold import RETOLD, hold_back, same_news
from app.kernel.json import dumps
from app.routing import Routing, Send
from app.store import Connection
from app.store import events as event_store
from app.store.counters import Series
from app.store.deliveries import Planned, Wanted, plan

Routed = tuple[Mapping[str, Any], Routing]
"""The flat view of an event, and what the rules say of it."""


def plan_routed(
    connection: Connection, routed: Sequence[Routed], max_age: Callable[[str], int], now: int
) -> Mapping[str, int]:
    """Owe what the rules want and keep why; returns how many deliveries are new, by channel.

    `max_age` says how long a message to a channel may wait, in µs. The facts must have heard of the events. Run again
    it changes nothing.
    """
    wanted = [
        Wanted(
            view["id"],
            send.channel,
            send.card,
            send.rule,
            0,
            max_age(send.channel),
            send.dedupe,
            extra=_extra(send, routing),
            wait=send.wait,
        )
        for view, routing in routed
        for send in routing.sends
    ]
    fresh, held = hold_back(connection, wanted, same_news(connection, [view for view, each in routed if each.sends]))
    planned = plan(connection, fresh, now)
    became = _became(planned, held)
    records = [
        (view["id"], now, routing.rev, dumps(routing.record() | became.get(view["id"], {})).decode())
        for view, routing in routed
    ]
    event_store.record_routings(connection, records)
    return planned.created


def count_planned(planned: Mapping[str, int]) -> Counter[Series]:
    """What new deliveries, by channel, add to the counters."""
    return Counter({(telemetry.PLANNED, (channel,)): number for channel, number in planned.items()})


def _extra(send: Send, routing: Routing) -> bytes | None:
    """What goes with the card: decided now, so that a retry or a later rule book shows the same."""
    extra: dict[str, Any] = {}
    if send.mentions:
        extra["mentions"] = [{"name": person.name, "address": person.address} for person in send.mentions]
    if routing.message:
        extra["message"] = routing.message.text
    return dumps(extra) if extra else None


def _became(planned: Planned, held: Sequence[tuple[Wanted, str]]) -> dict[str, dict[str, Any]]:
    """By event, what became of its cards by channel that were not owed at once: why not, or the bundle they wait in.

    `held` are those whose channel had the same of another source, with the event that told it.
    """
    became: dict[str, dict[str, Any]] = {}
    for item, reason in planned.suppressed:
        became.setdefault(item.event_id, {}).setdefault("suppressed", {})[item.channel] = reason
    for item, before in held:
        became.setdefault(item.event_id, {}).setdefault("suppressed", {})[item.channel] = RETOLD
        became[item.event_id].setdefault("told_by", {})[item.channel] = before
    for item, bundle in planned.waiting:
        became.setdefault(item.event_id, {}).setdefault("bundles", {})[item.channel] = bundle
    return became
