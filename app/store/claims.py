"""Claims: due deliveries are taken under a lease, and every later change has to show the claim's fence."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from app.store.ask import ask
from app.store.tables import INFLIGHT, PENDING, channel_states, deliveries, digests, events


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is ours to send. `tries` counts this one; `data` is the event's or digest's flat view as JSON.

    `rendered` is the frozen card of an earlier try; `data` is None when the event is gone; `extra` is what was decided
    at routing.
    """

    id: int
    key: str
    event_id: str
    channel: str
    card: str
    rule: str
    generation: int
    tries: int
    ambiguous: int
    fence: int
    expires_at: int
    rendered: bytes | None
    data: bytes | None
    extra: bytes | None = None


_now = sa.bindparam("now_", type_=sa.BigInteger)
_channel = sa.bindparam("channel_", type_=sa.String)
_owner = sa.bindparam("owner_", type_=sa.String)

# In the order of their making, not of their due times: after an outage the oldest goes first, though it has failed.
_DUE = (
    sa.select(deliveries.c.id)
    .where(
        deliveries.c.state == PENDING,
        deliveries.c.channel == _channel,
        deliveries.c.due_at <= _now,
        deliveries.c.expires_at > _now,
    )
    .order_by(deliveries.c.id)
    .limit(sa.bindparam("limit_"))
    .with_for_update(skip_locked=True)
    .cte("due")
)
OWNED = sa.exists().where(
    channel_states.c.channel == _channel, channel_states.c.owner == _owner, channel_states.c.lease_until > _now
)
# SQLite uses the index only for a value of known affinity, and a column in RETURNING has none: hence the cast.
_EVENT = (
    sa.select(events.c.data)
    .where(events.c.id == sa.cast(deliveries.c.event_id, events.c.id.type))
    .correlate(deliveries)
    .scalar_subquery()
)
_DIGEST = (
    sa.select(digests.c.data)
    .where(digests.c.id == sa.cast(deliveries.c.event_id, digests.c.id.type))
    .correlate(deliveries)
    .scalar_subquery()
)
_CLAIM = (
    sa.update(deliveries)
    .where(deliveries.c.id.in_(sa.select(_DUE.c.id)), deliveries.c.state == PENDING, OWNED)
    .values(
        state="inflight",
        fence=deliveries.c.fence + 1,
        tries=deliveries.c.tries + 1,
        lease_owner=_owner,
        lease_until=sa.bindparam("lease_until_", type_=sa.BigInteger),
    )
    .returning(
        deliveries.c.id,
        deliveries.c.key,
        deliveries.c.event_id,
        deliveries.c.channel,
        deliveries.c.card,
        deliveries.c.rule,
        deliveries.c.generation,
        deliveries.c.tries,
        deliveries.c.ambiguous,
        deliveries.c.fence,
        deliveries.c.expires_at,
        deliveries.c.rendered,
        sa.func.coalesce(_EVENT, _DIGEST),
        deliveries.c.extra,
    )
)


def claim(connection: Connection, channel: str, owner: str, limit: int, now: int, lease: int) -> list[Claimed]:
    """Take up to `limit` due deliveries of a channel for `lease` µs, oldest first; none unless `owner` owns it.

    Has to be committed before the first of them is sent.
    """
    values = {"channel_": channel, "owner_": owner, "limit_": limit, "now_": now, "lease_until_": now + lease}
    claimed = [Claimed(*row) for row in ask(connection, _CLAIM, values)]
    claimed.sort(key=lambda each: each.id)
    return claimed


_HASTEN = (
    sa.update(deliveries)
    .where(
        deliveries.c.state == PENDING,
        deliveries.c.channel == _channel,
        deliveries.c.due_at > _now,
        deliveries.c.ambiguous == 0,
        deliveries.c.reason.is_not(None),
    )
    .values(due_at=_now)
)


def hasten(connection: Connection, channel: str, now: int) -> int:
    """The channel is well again: what failed while it was not is due now, so that it keeps its place. Returns how many.

    What may have arrived already waits out its minute.
    """
    return connection.execute(_HASTEN, {"channel_": channel, "now_": now}).rowcount


Pair = tuple[int, int]
"""A delivery's id and the fence that it was claimed with."""

# Pairs of one fence at a time: nearly all have the same one, and a list of ids is cheap where a list of pairs is not.
STILL_OURS = (
    deliveries.c.id.in_(sa.bindparam("ids_", expanding=True)),
    deliveries.c.fence == sa.bindparam("fence_", type_=sa.Integer),
    deliveries.c.state == INFLIGHT,
)

_RENEW = (
    sa.update(deliveries)
    .where(*STILL_OURS)
    .values(lease_until=sa.bindparam("lease_until_", type_=sa.BigInteger))
    .returning(deliveries.c.id)
)


def renew(connection: Connection, pairs: Collection[Pair], lease_until: int) -> set[Pair]:
    """Hold these claims until `lease_until`. Returns those that are still ours."""
    kept: set[Pair] = set()
    for fence in {pair[1] for pair in pairs}:
        values = {
            "ids_": [pair[0] for pair in pairs if pair[1] == fence],
            "fence_": fence,
            "lease_until_": lease_until,
        }
        kept.update((row[0], fence) for row in ask(connection, _RENEW, values))
    return kept
