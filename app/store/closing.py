"""Closing: what waited together becomes one delivery, in one transaction.

What a bundle holds was read before; `close` takes the bundle only if it holds the same still.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from app.store.bundles import OVERFLOW
from app.store.deliveries import add
from app.store.due_bundles import OPEN, ORDER, OpenBundle
from app.store.tables import PENDING, bundle_items, bundles, deliveries, digests
from app.store.together import Together
from app.store.wanted import Wanted, delivery_key

DIGESTED = "digested"
"""Why a delivery was cancelled: a digest tells it."""


@dataclass(frozen=True, slots=True)
class Closing:
    """What becomes of a bundle: the cards up to `span.due` are told by `wanted`, the others wait on in a new bundle.

    `wanted` None: nothing is left to tell. `digest` is the view that a delivery of many shows; its event is the
    digest then. `told` is how many cards it tells.
    """

    bundle: OpenBundle
    span: Together
    wanted: Wanted | None
    digest: bytes | None
    told: int


@dataclass(frozen=True, slots=True)
class Closed:
    """What a closed bundle came to: deliveries that are new, and those that a digest tells instead, cancelled."""

    planned: int
    cancelled: int


class Changed(Exception):
    """The bundle is not what it was when it was read: the transaction is undone, the bundle stays open."""


def close(connection: Connection, closing: Closing, now: int) -> Closed:
    """Owe what the bundle comes to, and close it. Raises Changed when it is not what it was when it was read."""
    bundle, span, wanted = closing.bundle, closing.span, closing.wanted
    mine = sa.select(bundles.c.id).where(bundles.c.id == bundle.id, OPEN).with_for_update(skip_locked=True)
    inside = (bundle_items.c.bundle_id == bundle.id, bundle_items.c.at <= span.due)
    if connection.scalar(mine) is None:
        raise Changed
    if connection.scalar(sa.select(sa.func.count()).where(*inside)) != span.count:
        raise Changed
    cancelled = planned = 0
    if wanted is not None and bundle.how == OVERFLOW and closing.digest is None:
        _hurry(connection, wanted, now)
    elif wanted is not None:
        if bundle.how == OVERFLOW:
            cancelled = _tell_instead(connection, bundle.channel, inside, closing.told, now)
        if closing.digest is not None:
            connection.execute(sa.insert(digests), {"id": wanted.event_id, "data": closing.digest, "created_at": now})
        planned = sum(add(connection, [wanted], now).values())
    key = delivery_key(wanted.event_id, wanted.channel, wanted.generation) if wanted else None
    connection.execute(sa.update(bundles).where(bundles.c.id == bundle.id).values(closed_at=now, delivery_key=key))
    _leave_behind(connection, bundle, span)
    return Closed(planned, cancelled)


def postpone(connection: Connection, bundle: OpenBundle, span: Together) -> None:
    """Its cards say that it is due later than it was thought: write that down."""
    moved = sa.update(bundles).where(bundles.c.id == bundle.id, OPEN, bundles.c.due_at < span.due)
    connection.execute(moved.values(first_at=span.first, last_at=span.last, until=span.until, due_at=span.due))


def _hurry(connection: Connection, wanted: Wanted, now: int) -> None:
    """The only one that overflowed is sent as itself."""
    key = delivery_key(wanted.event_id, wanted.channel, wanted.generation)
    waits = sa.update(deliveries).where(deliveries.c.key == key, deliveries.c.state == PENDING)
    if connection.execute(waits.values(due_at=now)).rowcount != 1:
        raise Changed


def _tell_instead(
    connection: Connection, channel: str, inside: Sequence[sa.ColumnElement[bool]], told: int, now: int
) -> int:
    """Take back the deliveries that a digest tells; all of them, or the bundle has changed."""
    mine = sa.select(deliveries.c.id).where(
        deliveries.c.event_id == bundle_items.c.event_id,
        deliveries.c.channel == channel,
        deliveries.c.generation == bundle_items.c.generation,
        *inside,
    )
    back = sa.update(deliveries).where(
        deliveries.c.id.in_(mine), deliveries.c.state == PENDING, deliveries.c.tries == 0
    )
    done = connection.execute(back.values(state="cancelled", reason=DIGESTED, finished_at=now)).rowcount
    if done != told:
        raise Changed
    return done


def _leave_behind(connection: Connection, bundle: OpenBundle, span: Together) -> None:
    """Cards that came after the bundle was due wait for each other in a new one."""
    outside = (bundle_items.c.bundle_id == bundle.id, bundle_items.c.at > span.due)
    first = connection.execute(
        sa.select(bundle_items.c.at, bundle_items.c.key, bundle_items.c.until).where(*outside).order_by(*ORDER).limit(1)
    ).one_or_none()
    if first is None:
        return
    next_span = Together(bundle.wait, bundle.max_wait)
    next_span.take(first.at, first.until)
    values = {name: getattr(bundle, name) for name in OpenBundle.__dataclass_fields__ if name not in ("id", "due_at")}
    opened = sa.insert(bundles).values(
        **values, opener=first.key, first_at=first.at, last_at=first.at, until=next_span.until, due_at=next_span.due
    )
    left = connection.scalar(opened.returning(bundles.c.id))
    connection.execute(sa.update(bundle_items).where(*outside).values(bundle_id=left))
