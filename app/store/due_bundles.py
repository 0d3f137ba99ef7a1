"""Bundles that are due, and what is in them: read in pages, outside of the writer."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from app.kernel.clock import MINUTE
from app.store.bundles import OVERFLOW
from app.store.receipts import oldest_untried
from app.store.tables import PENDING, bundle_items, bundles, deliveries, events

PATIENCE = MINUTE
"""For how long receipts that came before a bundle was due, and were not read yet, keep it open."""
TIMES, PAGE = 2000, 100
Place = tuple[int, str]
"""Where a page of cards ends: the time and the key of its last one; (0, "") for the first page."""


@dataclass(frozen=True, slots=True)
class OpenBundle:
    """A bundle that is due."""

    id: int
    key: str
    channel: str
    how: str
    by: str
    card: str
    wait: int
    max_wait: int
    due_at: int


@dataclass(frozen=True, slots=True)
class BundleCard:
    """A card that waited. `data` is the event's flat view as JSON, None when the event is gone."""

    key: str
    event_id: str
    at: int
    card: str
    rule: str
    generation: int
    max_age: int
    extra: bytes | None
    data: bytes | None


OPEN = bundles.c.closed_at.is_(None)
_COLUMNS = tuple(bundles.c[name] for name in OpenBundle.__dataclass_fields__)


def due(connection: Connection, now: int, patient_until: int, limit: int) -> list[OpenBundle]:
    """Bundles to close, those first that are due for longest.

    While a receipt that came before a bundle was due waits to be read, the bundle is left open, for what comes of it
    may belong there. Those due before `patient_until` (µs) have been left open for long enough.
    """
    oldest = oldest_untried(connection, now)
    ready = bundles.c.due_at < oldest if oldest is not None else sa.true()
    query = sa.select(*_COLUMNS).where(
        OPEN, bundles.c.due_at <= now, sa.or_(ready, bundles.c.how == OVERFLOW, bundles.c.due_at < patient_until)
    )
    return [OpenBundle(*row) for row in connection.execute(query.order_by(bundles.c.due_at).limit(limit))]


def times(connection: Connection, bundle_id: int, after: Place) -> list[tuple[int, str, int]]:
    """A page of a bundle's cards as (at, key, until), in the order of their times."""
    columns = (bundle_items.c.at, bundle_items.c.key, bundle_items.c.until)
    query = sa.select(*columns).where(*_of(bundle_id, after)).order_by(*ORDER).limit(TIMES)
    return [(at, key, until) for at, key, until in connection.execute(query)]


ORDER = (bundle_items.c.at, bundle_items.c.key)


def _of(bundle_id: int, after: Place = (0, "")) -> tuple[sa.ColumnElement[bool], ...]:
    return bundle_items.c.bundle_id == bundle_id, sa.tuple_(*ORDER) > sa.tuple_(*after)


_CARD_COLUMNS = tuple(
    events.c.data if name == "data" else bundle_items.c[name] for name in BundleCard.__dataclass_fields__
)
_OWED = sa.exists().where(
    deliveries.c.event_id == bundle_items.c.event_id,
    deliveries.c.channel == sa.bindparam("channel_", type_=sa.String),
    deliveries.c.generation == bundle_items.c.generation,
    deliveries.c.state == PENDING,
    deliveries.c.tries == 0,
)


def cards(connection: Connection, bundle: OpenBundle, due_at: int, after: Place) -> list[BundleCard]:
    """A page of the cards that are to be told, with their events, in the order of `times`.

    Not those that went out at once, and of those that overflowed only what is owed still.
    """
    query = sa.select(*_CARD_COLUMNS).outerjoin(events, events.c.id == bundle_items.c.event_id)
    query = query.where(*_of(bundle.id, after), bundle_items.c.at <= due_at, bundle_items.c.sent_alone.is_(sa.false()))
    if bundle.how == OVERFLOW:
        query = query.where(_OWED)
    found = connection.execute(query.order_by(*ORDER).limit(PAGE), {"channel_": bundle.channel})
    return [BundleCard(*row) for row in found]


def last_card(connection: Connection, bundle: OpenBundle, due_at: int) -> BundleCard | None:
    """The last state: of the newest cards the one whose event happened last. None if all went out at once."""
    query = sa.select(*_CARD_COLUMNS).outerjoin(events, events.c.id == bundle_items.c.event_id)
    query = query.where(*_of(bundle.id), bundle_items.c.at <= due_at, bundle_items.c.sent_alone.is_(sa.false()))
    newest = (bundle_items.c.at.desc(), events.c.occurred_at.desc(), bundle_items.c.event_id.desc())
    row = connection.execute(query.order_by(*newest).limit(1)).one_or_none()
    return BundleCard(*row) if row else None
