"""Receipts: every authenticated request, kept as it came, once."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from app.store.ask import ask
from app.store.bulk import Bulk, BulkInsert
from app.store.tables import receipt_bodies, receipts, seen

RECEIVED, PROCESSED, IGNORED, QUARANTINED = "received", "processed", "ignored", "quarantined"
REPLAY_FLAG = "replay"
"""Set on a receipt that is read anew: its news is refreshed, not sent again."""

_STATE_RECEIVED: sa.ColumnElement[str] = sa.literal_column("'received'")


class NewReceipt(NamedTuple):
    """A request that was verified and now waits for its commit. Made for each one: a frozen class takes thrice as long.

    `body_hash` need only tell of two bodies of one key whether they are the same.
    """

    id: str
    source: str
    key: str
    received_at: int
    headers: str
    body: bytes
    body_hash: str
    key_index: int


class Accepted(NamedTuple):
    """What became of a request: `receipt` is the first one's id if it is a duplicate."""

    receipt: str
    duplicate: bool = False
    conflict: bool = False


class StoredReceipt(NamedTuple):
    """A receipt as the processor reads it."""

    id: str
    source: str
    received_at: int
    headers: str
    body: bytes
    tries: int
    flags: str | None


class Processed(NamedTuple):
    """What was made of a receipt: its new state, why, and the ids of its events."""

    id: str
    state: str
    reason: str | None
    flags: str | None
    events: str
    tries: int
    due_at: int


def accept(connection: Connection, batch: Sequence[NewReceipt]) -> list[Accepted]:
    """Store a batch; the database decides what is a duplicate. Answers in the batch's order.

    Rows are matched by the receipt id that the database returns, never by key: two equal keys in one
    batch would both look new by key. Sorted by key, so that replicas take their locks in one order.
    """
    new = _claim(connection, sorted(batch, key=lambda r: (r.source, r.key)))
    fresh = [r for r in batch if r.id in new]
    if fresh:
        _INSERT_RECEIPTS.run(
            connection,
            [(r.id, r.source, r.received_at, r.headers, r.key_index, RECEIVED, 0, r.received_at) for r in fresh],
        )
        _INSERT_BODIES.run(connection, [(r.id, r.body) for r in fresh])
    if len(fresh) == len(batch):
        return [Accepted(r.id) for r in batch]
    return [Accepted(r.id) if r.id in new else _duplicate(connection, r) for r in batch]


def _claim(connection: Connection, batch: Sequence[NewReceipt]) -> set[str]:
    """The ids of those whose key nobody had."""
    rows = [(r.source, r.key, r.id, r.body_hash, r.received_at, 1) for r in batch]
    if connection.dialect.name == "sqlite":
        if _KEYS.run(connection, rows) == len(rows):
            return {r.id for r in batch}
        return {r.id for r in batch if connection.scalar(_OWNER, {"s": r.source, "k": r.key}) == r.id}
    return _KEYS.added(connection, rows, "receipt_id")


def _duplicate(connection: Connection, receipt: NewReceipt) -> Accepted:
    same = (seen.c.source == receipt.source) & (seen.c.key == receipt.key)
    first = connection.execute(
        sa.update(seen).where(same).values(hits=seen.c.hits + 1).returning(seen.c.receipt_id, seen.c.body_hash)
    ).one()
    return Accepted(first.receipt_id, duplicate=True, conflict=first.body_hash != receipt.body_hash)


_KEYS = BulkInsert(seen, "source", "key", "receipt_id", "body_hash", "seen_at", "hits", or_ignore=True)
_OWNER = sa.select(seen.c.receipt_id).where(seen.c.source == sa.bindparam("s"), seen.c.key == sa.bindparam("k"))
_INSERT_RECEIPTS = BulkInsert(
    receipts, "id", "source", "received_at", "headers", "key_index", "state", "tries", "due_at"
)
_INSERT_BODIES = BulkInsert(receipt_bodies, "receipt_id", "body")

_WAITING = (
    sa.select(
        receipts.c.id,
        receipts.c.source,
        receipts.c.received_at,
        receipts.c.headers,
        receipt_bodies.c.body,
        receipts.c.tries,
        receipts.c.flags,
    )
    .join(receipt_bodies, receipt_bodies.c.receipt_id == receipts.c.id)
    .where(receipts.c.state == _STATE_RECEIVED, receipts.c.due_at <= sa.bindparam("now"))
    .order_by(receipts.c.due_at, receipts.c.id)
    .limit(sa.bindparam("limit"))
    .with_for_update(skip_locked=True, of=receipts)
)
_FRESH = _WAITING.where(receipts.c.tries == 0)
_SUSPECTS = _WAITING.where(receipts.c.tries > 0)


def claim(connection: Connection, now: int, limit: int, lease: int) -> list[StoredReceipt]:
    """Fresh receipts to process, oldest first. On PostgreSQL other replicas leave them alone for `lease` µs."""
    found = [StoredReceipt._make(row) for row in ask(connection, _FRESH, {"now": now, "limit": limit})]
    _lease(connection, found, now + lease)
    return found


def claim_suspect(connection: Connection, now: int, lease: int) -> list[StoredReceipt]:
    """One receipt that failed before or was left over by a crash, its try counted: a crash counts too.

    Suspects are taken apart from the fresh ones, so that a poisonous one can do no harm to its neighbours.
    """
    found = [StoredReceipt(*row) for row in connection.execute(_SUSPECTS, {"now": now, "limit": 1})]
    if found:
        _lease(connection, found, now + lease)
        connection.execute(sa.update(receipts).where(receipts.c.id == found[0].id).values(tries=receipts.c.tries + 1))
    return [each._replace(tries=each.tries + 1) for each in found]


def _lease(connection: Connection, found: Sequence[StoredReceipt], until: int) -> None:
    if found and connection.dialect.name != "sqlite":  # there the only process has one processor
        connection.execute(sa.update(receipts).where(receipts.c.id.in_([r.id for r in found])).values(due_at=until))


_FINISHED = (*Processed._fields[1:], "processed_at")
_FINISH = Bulk(
    sa.update(receipts)
    .where(receipts.c.id == sa.bindparam("its_id"), receipts.c.state == _STATE_RECEIVED)
    .values({name: sa.bindparam(f"its_{name}") for name in _FINISHED}),
    "its_id",
    *(f"its_{name}" for name in _FINISHED),
)


def finish(connection: Connection, done: Sequence[Processed], now: int) -> None:
    """Record what was made of receipts."""
    _FINISH.run(connection, [(*each, now) for each in done])


def suspect_leftovers(connection: Connection, batch: int) -> int:
    """At start: the batch that was at work may be what killed the last run, so it is tried one by one.

    Returns how many there are; those behind them were not touched yet.
    """
    first = sa.select(receipts.c.id).where(receipts.c.state == _STATE_RECEIVED, receipts.c.tries == 0)
    first = first.order_by(receipts.c.due_at, receipts.c.id).limit(batch)
    return connection.execute(sa.update(receipts).where(receipts.c.id.in_(first)).values(tries=1)).rowcount


def oldest_waiting(connection: Connection) -> int | None:
    """When the oldest receipt that waits was due, or None."""
    found: int | None = connection.scalar(
        sa.select(receipts.c.due_at).where(receipts.c.state == _STATE_RECEIVED).order_by(receipts.c.due_at).limit(1)
    )
    return found


_UNTRIED = (receipts.c.state == _STATE_RECEIVED, receipts.c.tries == 0)
_OLDEST_UNTRIED = sa.select(receipts.c.due_at).where(*_UNTRIED).order_by(receipts.c.due_at).limit(1)
_OLDEST_LEASED = sa.select(sa.func.min(receipts.c.received_at)).where(
    *_UNTRIED, receipts.c.due_at > sa.bindparam("now")
)


def oldest_untried(connection: Connection, now: int) -> int | None:
    """When the oldest receipt came that nobody has tried to read yet, those included that a replica reads now; or None.

    Two small looks into the index of what waits: one that is not leased is due since it came.
    """
    found = (connection.scalar(_OLDEST_UNTRIED), connection.scalar(_OLDEST_LEASED, {"now": now}))
    return min((each for each in found if each is not None), default=None)


def get(connection: Connection, receipt_id: str) -> Mapping[str, Any] | None:
    """A receipt without its body."""
    row = connection.execute(sa.select(receipts).where(receipts.c.id == receipt_id)).mappings().first()
    return dict(row) if row else None


def body_of(connection: Connection, receipt_id: str) -> bytes | None:
    """The raw bytes of a receipt."""
    found: bytes | None = connection.scalar(
        sa.select(receipt_bodies.c.body).where(receipt_bodies.c.receipt_id == receipt_id)
    )
    return found


def listing(
    connection: Connection, *, source: str | None, state: str | None, since: int | None, limit: int, before: str | None
) -> list[Mapping[str, Any]]:
    """Receipts, newest first, without bodies. `before` is the id where the last page ended."""
    query = sa.select(receipts)
    for column, value in ((receipts.c.source, source), (receipts.c.state, state)):
        if value is not None:
            query = query.where(column == value)
    if since is not None:
        query = query.where(receipts.c.received_at >= since)
    if before is not None:
        query = query.where(receipts.c.id < before)
    rows = connection.execute(query.order_by(receipts.c.id.desc()).limit(limit)).mappings()
    return [dict(row) for row in rows]


def replay(connection: Connection, receipt_ids: Sequence[str], now: int) -> int:
    """Let receipts be read anew, by today's rooms and estate. Returns how many there were."""
    again = sa.update(receipts).where(receipts.c.id.in_(receipt_ids), receipts.c.state != _STATE_RECEIVED)
    return connection.execute(
        again.values(state=RECEIVED, flags=REPLAY_FLAG, tries=0, due_at=now, reason=None)
    ).rowcount
