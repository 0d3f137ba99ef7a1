"""Events: what receipts say, in our words, and what the rules decided on each."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from app.store.ask import ask
from app.store.bulk import BulkInsert
from app.store.owned import among
from app.store.tables import digests, events, routings, routings_by_id
from app.store.upsert import insert_for


class NewEvent(NamedTuple):
    """An event as it is stored: the columns that are searched, and its flat view as JSON."""

    id: str
    receipt_id: str
    type: str
    status: str | None
    source: str
    service: str
    environment: str | None
    subject: str
    occurred_at: int
    received_at: int
    data: bytes


_COLUMNS = NewEvent._fields
_INSERT = BulkInsert(events, *_COLUMNS)
_REFRESHED = ("type", "status", "service", "environment", "subject", "data")


def add(connection: Connection, batch: Sequence[NewEvent], *, refresh: bool = False) -> set[str]:
    """Store events; returns the ids of those that were not there. The same news twice adds nothing.

    `refresh` (a replay) rewrites what a mended parser or estate makes of news that is there already.
    """
    unique = {event.id: event for event in batch}
    there = {row[0] for row in ask(connection, _THERE, {"ids": list(unique)})}
    fresh = [event for event in unique.values() if event.id not in there]
    if there and refresh:
        for event in (unique[each] for each in there):
            values = {column: getattr(event, column) for column in _REFRESHED}
            connection.execute(sa.update(events).where(events.c.id == event.id).values(values))
    return _insert(connection, fresh)


def _insert(connection: Connection, fresh: Sequence[NewEvent]) -> set[str]:
    if connection.dialect.name == "sqlite":  # the only writer: what was not there a moment ago is not there now
        _INSERT.run(connection, fresh)
        return {event.id for event in fresh}
    if not fresh:
        return set()
    statement = insert_for(connection, events).on_conflict_do_nothing().returning(events.c.id)
    return set(connection.execute(statement, [event._asdict() for event in fresh]).scalars())


_THERE = sa.select(events.c.id).where(events.c.id.in_(sa.bindparam("ids", expanding=True)))

_SEQ = sa.select(events.c.id, events.c.seq).where(events.c.id.in_(sa.bindparam("ids", expanding=True)))
_ROUTING = BulkInsert(routings, "event_seq", "at", "rev", "record")


def record_routings(connection: Connection, rows: Sequence[tuple[str, int, str, str]]) -> None:
    """Keep what the rules decided on stored events: (event id, µs, revision of the rules, record as JSON)."""
    seq: dict[str, int] = dict(ask(connection, _SEQ, {"ids": [row[0] for row in rows]}))
    _ROUTING.run(connection, [(seq[event_id], *rest) for event_id, *rest in rows])


_ROUTING_OF = sa.union_all(
    sa.select(routings.c.at, routings.c.rev, routings.c.record)
    .join(events, events.c.seq == routings.c.event_seq)
    .where(events.c.id == sa.bindparam("id_")),
    sa.select(routings_by_id.c.at, routings_by_id.c.rev, routings_by_id.c.record).where(
        routings_by_id.c.event_id == sa.bindparam("id_")
    ),
)


def routing_of(connection: Connection, event_id: str) -> Mapping[str, Any] | None:
    """What the rules decided on an event, with `at` and `rev`."""
    row = connection.execute(_ROUTING_OF, {"id_": event_id}).mappings().first()
    return dict(row) if row else None


def get(connection: Connection, event_id: str) -> bytes | None:
    """The flat view of an event, or of a digest that tells many, as JSON."""
    for table in (events, digests):
        found: bytes | None = connection.scalar(sa.select(table.c.data).where(table.c.id == event_id))
        if found is not None:
            return found
    return None


def count(connection: Connection) -> int:
    """About how many events there are: from the first to the last row number, which needs no look at the rest."""
    # Two questions: SQLite answers both in one by reading the table.
    ends = (sa.select(each(events.c.seq)).scalar_subquery() for each in (sa.func.min, sa.func.max))
    first, last = connection.execute(sa.select(*ends)).one()
    return last - first + 1 if first is not None else 0


def listing(
    connection: Connection,
    equal: Mapping[str, Any],
    *,
    since: int | None,
    until: int | None,
    limit: int,
    before: tuple[int, int] | None,
) -> list[tuple[int, int, bytes]]:
    """Events, newest first, as (occurred_at, seq, data). `before` is where the last page ended."""
    query = sa.select(events.c.occurred_at, events.c.seq, events.c.data)
    for column, value in equal.items():
        query = query.where(among(events.c[column], value))
    if since is not None:
        query = query.where(events.c.occurred_at >= since)
    if until is not None:
        query = query.where(events.c.occurred_at < until)
    if before is not None:
        query = query.where(sa.tuple_(events.c.occurred_at, events.c.seq) < sa.tuple_(*before))
    query = query.order_by(events.c.occurred_at.desc(), events.c.seq.desc()).limit(limit)
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def as_received(connection: Connection, after: tuple[int, int], limit: int) -> list[tuple[int, int, bytes]]:
    """The next events in the order in which they were received, as (received_at, seq, data).

    `after` is where the last page ended; (t, 0) begins with what was received after t µs. Each page is a short look:
    a long one would keep the service from making its log shorter.
    """
    rows = connection.execute(_AS_RECEIVED, {"at_": after[0], "seq_": after[1], "limit_": limit})
    return [(row[0], row[1], row[2]) for row in rows]


_AS_RECEIVED = (
    sa.select(events.c.received_at, events.c.seq, events.c.data)
    .where(
        sa.tuple_(events.c.received_at, events.c.seq)
        > sa.tuple_(sa.bindparam("at_", type_=sa.BigInteger), sa.bindparam("seq_", type_=sa.BigInteger))
    )
    .order_by(events.c.received_at, events.c.seq)
    .limit(sa.bindparam("limit_", type_=sa.Integer))
)
