"""Retention: old rows go in small bites, so that the door never waits long for them."""

import sqlalchemy as sa
from sqlalchemy import Connection, Table

from app.store.tables import (
    attempts,
    bundle_items,
    bundles,
    deliveries,
    digests,
    events,
    news_sent,
    receipt_bodies,
    receipts,
    routings,
    routings_by_id,
    seen,
)

BITE = 500

_SETTLED = deliveries.c.state.in_(["delivered", "dead", "cancelled"])
_READ = receipts.c.state != "received"


def prune_attempts(connection: Connection, before: int) -> int:
    """One bite of attempts, keys of repeated requests and closed windows older than `before`; how many went."""
    return (
        _bite(connection, attempts, attempts.c.ended_at < before)
        + _bite(connection, seen, seen.c.seen_at < before)
        + _bite(connection, news_sent, news_sent.c.until < before)
    )


def prune_history(connection: Connection, before: int) -> int:
    """One bite of receipts with their bodies, events with their routings, and settled deliveries."""
    old = [row[0] for row in connection.execute(
        sa.select(receipts.c.id).where(receipts.c.received_at < before, _READ).limit(BITE))]  # fmt: skip
    connection.execute(sa.delete(receipt_bodies).where(receipt_bodies.c.receipt_id.in_(old)))
    connection.execute(sa.delete(receipts).where(receipts.c.id.in_(old)))
    gone = dict(connection.execute(
        sa.select(events.c.seq, events.c.id).where(events.c.received_at < before).limit(BITE)).all())  # fmt: skip
    connection.execute(sa.delete(routings).where(routings.c.event_seq.in_(gone)))
    connection.execute(sa.delete(routings_by_id).where(routings_by_id.c.event_id.in_(gone.values())))
    connection.execute(sa.delete(events).where(events.c.seq.in_(gone)))
    settled = _bite(connection, deliveries, (deliveries.c.finished_at < before) & _SETTLED)
    return len(old) + len(gone) + settled + _prune_bundles(connection, before)


def _prune_bundles(connection: Connection, before: int) -> int:
    """One bite of closed bundles with their cards, and of digests that no delivery shows."""
    over = sa.select(bundles.c.id).where(bundles.c.closed_at < before).order_by(bundles.c.id).limit(BITE)
    items = _bite(connection, bundle_items, bundle_items.c.bundle_id.in_(over))
    empty = ~sa.exists().where(bundle_items.c.bundle_id == bundles.c.id)
    unseen = ~sa.exists().where(deliveries.c.event_id == digests.c.id)
    return (
        items
        + _bite(connection, bundles, (bundles.c.closed_at < before) & empty)
        + _bite(connection, digests, (digests.c.created_at < before) & unseen)
    )


def _bite(connection: Connection, table: Table, old: sa.ColumnElement[bool]) -> int:
    keys = list(table.primary_key.columns)
    some = sa.select(*keys).where(old).limit(BITE)
    return connection.execute(sa.delete(table).where(sa.tuple_(*keys).in_(some))).rowcount
