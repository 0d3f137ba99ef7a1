"""Retention: old rows go in small bites, so that the door never waits long for them."""

import sqlalchemy as sa
from sqlalchemy import Connection, Table

from app.store.tables import attempts, deliveries, events, news_sent, receipt_bodies, receipts, routings, seen

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
    gone = [row[0] for row in connection.execute(
        sa.select(events.c.id).where(events.c.received_at < before).limit(BITE))]  # fmt: skip
    connection.execute(sa.delete(routings).where(routings.c.event_id.in_(gone)))
    connection.execute(sa.delete(events).where(events.c.id.in_(gone)))
    return len(old) + len(gone) + _bite(connection, deliveries, (deliveries.c.finished_at < before) & _SETTLED)


def _bite(connection: Connection, table: Table, old: sa.ColumnElement[bool]) -> int:
    keys = list(table.primary_key.columns)
    some = sa.select(*keys).where(old).limit(BITE)
    return connection.execute(sa.delete(table).where(sa.tuple_(*keys).in_(some))).rowcount
