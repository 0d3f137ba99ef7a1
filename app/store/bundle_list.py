"""Bundles as the API and the command line show them."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from app.store.tables import bundle_items, bundles


@dataclass(frozen=True, slots=True)
class BundleRow:
    """A bundle as it stands. Times in µs; `closed_at` None: it is open. `items` counts its cards.

    `delivery_key` is the key of the delivery that told them; None for none.
    """

    id: int
    channel: str
    how: str
    by: str
    card: str
    first_at: int
    last_at: int
    due_at: int
    closed_at: int | None
    delivery_key: str | None
    items: int


_ITEMS = sa.select(sa.func.count()).where(bundle_items.c.bundle_id == bundles.c.id).scalar_subquery()
_COLUMNS = tuple(_ITEMS if name == "items" else bundles.c[name] for name in BundleRow.__dataclass_fields__)


def list_bundles(
    connection: Connection, *, channel: str | None, is_open: bool | None, limit: int = 50, before: int | None = None
) -> list[BundleRow]:
    """Bundles, the newest first, open or closed or both; `before` is the last id of the page before."""
    statement = sa.select(*_COLUMNS).order_by(bundles.c.id.desc()).limit(limit)
    if channel is not None:
        statement = statement.where(bundles.c.channel == channel)
    if is_open is not None:
        statement = statement.where(bundles.c.closed_at.is_(None) if is_open else bundles.c.closed_at.is_not(None))
    if before is not None:
        statement = statement.where(bundles.c.id < before)
    return [BundleRow(*row) for row in connection.execute(statement)]
