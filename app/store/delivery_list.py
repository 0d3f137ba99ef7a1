"""Deliveries as the API, the command line and the gauges show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from app.store.results import Attempt
from app.store.tables import DEAD, PENDING, attempts, bundle_items, bundles, deliveries


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A delivery as it stands. Times in µs."""

    id: int
    key: str
    event_id: str
    channel: str
    card: str
    rule: str
    generation: int
    state: str
    reason: str | None
    http_status: int | None
    tries: int
    ambiguous: int
    due_at: int
    expires_at: int
    created_at: int
    finished_at: int | None


@dataclass(frozen=True, slots=True)
class Sought:
    """Which deliveries; what is None does not matter. `since` is in µs, `key_prefix` the first digits of the key."""

    event_id: str | None = None
    channel: str | None = None
    state: str | None = None
    since: int | None = None
    key_prefix: str | None = None


_COLUMNS = tuple(deliveries.c[name] for name in DeliveryRow.__dataclass_fields__)


def list_deliveries(
    connection: Connection, sought: Sought, *, limit: int = 50, before: int | None = None
) -> list[DeliveryRow]:
    """Deliveries, the newest first; `before` is the last id of the page before."""
    statement = sa.select(*_COLUMNS).order_by(deliveries.c.id.desc()).limit(limit)
    for column, value in (
        (deliveries.c.event_id, sought.event_id),
        (deliveries.c.channel, sought.channel),
        (deliveries.c.state, sought.state),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if sought.since is not None:
        statement = statement.where(deliveries.c.created_at >= sought.since)
    if sought.key_prefix is not None:
        statement = statement.where(deliveries.c.key.between(sought.key_prefix, sought.key_prefix + "g"))
    if before is not None:
        statement = statement.where(deliveries.c.id < before)
    return [DeliveryRow(*row) for row in connection.execute(statement)]


def show_delivery(connection: Connection, delivery_id: int) -> tuple[DeliveryRow, Sequence[Attempt]] | None:
    """A delivery and its attempts, the oldest first, or None."""
    row = connection.execute(sa.select(*_COLUMNS).where(deliveries.c.id == delivery_id)).one_or_none()
    if row is None:
        return None
    tried = connection.execute(
        sa.select(*(attempts.c[name] for name in Attempt.__dataclass_fields__))
        .where(attempts.c.delivery_id == delivery_id)
        .order_by(attempts.c.fence)
    )
    return DeliveryRow(*row), [Attempt(*each) for each in tried]


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits and what was given up, by channel. Times in µs; a dead letter that is owed again counts no more.

    `bundled` are the cards that wait in open bundles.
    """

    pending: Mapping[str, int]
    oldest_pending: Mapping[str, int]
    dead: Mapping[str, int]
    oldest_dead: int | None
    bundled: Mapping[str, int]


_PENDING = (
    sa.select(deliveries.c.channel, sa.func.count(), sa.func.min(deliveries.c.created_at))
    .where(deliveries.c.state == PENDING)
    .group_by(deliveries.c.channel)
)
_later = deliveries.alias("later")
_DEAD = (
    sa.select(deliveries.c.channel, sa.func.count(), sa.func.min(deliveries.c.finished_at))
    .where(
        deliveries.c.state == DEAD,
        ~sa.exists().where(
            _later.c.event_id == deliveries.c.event_id,
            _later.c.channel == deliveries.c.channel,
            _later.c.generation > deliveries.c.generation,
        ),
    )
    .group_by(deliveries.c.channel)
)

_BUNDLED = (
    sa.select(bundles.c.channel, sa.func.count())
    .join(bundle_items, bundle_items.c.bundle_id == bundles.c.id)
    .where(bundles.c.closed_at.is_(None), bundle_items.c.sent_alone.is_(sa.false()))
    .group_by(bundles.c.channel)
)


def backlog(connection: Connection) -> Backlog:
    """Counts for the gauges; looks at everything that waits or is dead, so ask it seldom."""
    waiting = connection.execute(_PENDING).all()
    dead = connection.execute(_DEAD).all()
    return Backlog(
        pending={channel: count for channel, count, _ in waiting},
        oldest_pending={channel: oldest for channel, _, oldest in waiting},
        dead={channel: count for channel, count, _ in dead},
        oldest_dead=min((oldest for _, _, oldest in dead), default=None),
        bundled={row[0]: row[1] for row in connection.execute(_BUNDLED)},
    )
