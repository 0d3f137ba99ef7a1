"""Overflow: cards for which their connection's budget has no post left leave the queue, to be told by one digest.

They stay owed, as they are, until the digest is made; if nobody makes it, they go out by themselves a little later.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.kernel.clock import MINUTE
from app.kernel.ids import derived_id
from app.store.bundles import OVERFLOW, Bundle, Item, join
from app.store.claims import OWNED
from app.store.tables import PENDING, bundle_items, bundles, deliveries, digests

DIGEST = "digest"
"""The card that tells what overflowed, and what was held."""
GRACE = 2 * MINUTE
BITE = 500

_channel, _now = sa.bindparam("channel_", type_=sa.String), sa.bindparam("now_", type_=sa.BigInteger)
_NEVER_TRIED = (
    sa.select(deliveries)
    .where(
        deliveries.c.state == PENDING,
        deliveries.c.channel == _channel,
        deliveries.c.due_at <= _now,
        deliveries.c.expires_at > _now,
        deliveries.c.tries == 0,
        deliveries.c.ambiguous == 0,
        deliveries.c.generation == 0,
        deliveries.c.rendered.is_(None),
        OWNED,
        ~sa.exists().where(digests.c.id == deliveries.c.event_id),
    )
    .order_by(deliveries.c.id)
    .limit(BITE)
    .with_for_update(skip_locked=True)
)
_WAITING = (
    sa.select(bundle_items.c.event_id)
    .join(bundles, bundles.c.id == bundle_items.c.bundle_id)
    .where(
        bundles.c.key == sa.bindparam("key_", type_=sa.String),
        bundles.c.closed_at.is_(None),
        bundle_items.c.event_id.in_(sa.bindparam("events_", expanding=True)),
    )
)
_PUT_OFF = (
    sa.update(deliveries)
    .where(deliveries.c.id.in_(sa.bindparam("ids_", expanding=True)), deliveries.c.state == PENDING)
    .values(due_at=sa.bindparam("due_at_", type_=sa.BigInteger))
)


def overflow(connection: Connection, budget: str, channel: str, owner: str, now: int, free_at: int) -> int:
    """Put off one bite of what is due and was never tried until a post is `free_at` (µs); returns how many there were.

    What was tried keeps its place in the queue, and so do a digest and what was asked for again.
    """
    values = {"channel_": channel, "owner_": owner, "now_": now}
    rows = connection.execute(_NEVER_TRIED, values).all()
    if not rows:
        return 0
    bundle = Bundle(derived_id("bundle", OVERFLOW, channel), channel, OVERFLOW, budget, DIGEST, 0, 0)
    waiting = _waiting(connection, bundle.key, [row.event_id for row in rows])
    join(connection, [(bundle, _item(row, now, free_at)) for row in rows if row.event_id not in waiting])
    connection.execute(_PUT_OFF, {"ids_": [row.id for row in rows], "due_at_": free_at + GRACE})
    return len(rows)


def _waiting(connection: Connection, key: str, events: Sequence[str]) -> set[str]:
    """Those that a bundle waits to tell already: nobody closed it in time, so they are due by themselves once more."""
    return set(connection.execute(_WAITING, {"key_": key, "events_": events}).scalars())


def _item(row: sa.Row[Any], now: int, free_at: int) -> Item:
    key = derived_id(OVERFLOW, row.key, free_at)
    left = row.expires_at - now
    return Item(
        key, row.event_id, row.card, row.rule, row.generation, left, row.extra, at=row.created_at, until=free_at
    )
