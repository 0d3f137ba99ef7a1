"""What became of an event's cards: their deliveries with every attempt, and the bundles that they waited in."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from app.store.delivery_list import DeliveryRow, Sought, list_deliveries, show_delivery
from app.store.results import Attempt
from app.store.tables import attempts, bundle_items, bundles, deliveries


@dataclass(frozen=True, slots=True)
class Waited:
    """A card that waited in a bundle; times in µs.

    `closed_at` is None while it waits. `told_by` is the delivery that told it, None if that is gone, or when the
    bundle had nothing left to tell.
    """

    bundle: int
    channel: str
    how: str
    by: str
    due_at: int
    closed_at: int | None
    told_by: int | None
    sent_alone: bool


@dataclass(frozen=True, slots=True)
class Became:
    """What became of an event's cards. Deliveries come in the order of their making.

    `told_by` are those of other events, or of digests, that told the cards that waited.
    """

    deliveries: Sequence[tuple[DeliveryRow, Sequence[Attempt]]]
    waited: Sequence[Waited]
    told_by: Sequence[tuple[DeliveryRow, Sequence[Attempt]]] = ()


_ATTEMPTS = (
    sa.select(attempts.c.delivery_id, *(attempts.c[name] for name in Attempt.__dataclass_fields__))
    .where(attempts.c.delivery_id.in_(sa.bindparam("ids_", expanding=True)))
    .order_by(attempts.c.delivery_id, attempts.c.fence)
)
_WAITED = (
    sa.select(
        bundles.c.id,
        bundles.c.channel,
        bundles.c.how,
        bundles.c.by,
        bundles.c.due_at,
        bundles.c.closed_at,
        deliveries.c.id,
        bundle_items.c.sent_alone,
    )
    .join(bundle_items, bundle_items.c.bundle_id == bundles.c.id)
    .outerjoin(deliveries, deliveries.c.key == bundles.c.delivery_key)
    .where(bundle_items.c.event_id == sa.bindparam("event_id_", type_=sa.String))
    .order_by(bundles.c.id)
)


def became(connection: Connection, event_id: str) -> Became:
    """What became of an event's cards until now."""
    rows = list_deliveries(connection, Sought(event_id=event_id))[::-1]
    tried: dict[int, list[Attempt]] = defaultdict(list)
    for delivery_id, *attempt in connection.execute(_ATTEMPTS, {"ids_": [row.id for row in rows]}):
        tried[delivery_id].append(Attempt(*attempt))
    waited = [Waited(*row) for row in connection.execute(_WAITED, {"event_id_": event_id})]
    others = {one.told_by for one in waited if one.told_by} - {row.id for row in rows}
    told_by = [found for each in sorted(others) if (found := show_delivery(connection, each))]
    return Became([(row, tried[row.id]) for row in rows], waited, told_by)
