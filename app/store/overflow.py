"""Overflow: cards for which their connection's budget has no post left leave the queue, to be told by one digest.

They stay owed, as they are, until the digest is made; if nobody makes it, they go out by themselves a little later.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.kernel.clock import MINUTE
from app.kernel.ids import derived_id
from app.store.bundles import OVERFLOW, Bundle, Item, join
from app.store.claims import OWNED
from app.store.tables import PENDING, deliveries, digests

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
    join(connection, [(bundle, _item(row, now, free_at)) for row in rows])
    connection.execute(_PUT_OFF, {"ids_": [row.id for row in rows], "due_at_": free_at + GRACE})
    return len(rows)


def _item(row: sa.Row[Any], now: int, free_at: int) -> Item:
    key = derived_id(OVERFLOW, row.key, free_at)
    left = row.expires_at - now
    return Item(
        key, row.event_id, row.card, row.rule, row.generation, left, row.extra, at=row.created_at, until=free_at
    )
