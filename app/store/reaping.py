"""Reaping: claims whose lease ran out are owed again, and what waited for too long is given up."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from app.kernel.clock import HOUR, MINUTE, SECOND
from app.store.tables import INFLIGHT, PENDING, deliveries

GRACE = 5 * SECOND
RESEND_AFTER = MINUTE
MOST_RESENDS = 2


@dataclass(frozen=True, slots=True)
class Reaped:
    """Deliveries by channel: those that wait again and those that were given up."""

    pending: Mapping[str, int]
    dead: Mapping[str, int]


_now = sa.bindparam("now_", type_=sa.BigInteger)
_given_up = sa.or_(
    deliveries.c.ambiguous >= MOST_RESENDS, deliveries.c.channel.in_(sa.bindparam("at_most_once_", expanding=True))
)
_resend_at = _now + RESEND_AFTER
_REAP = (
    sa.update(deliveries)
    .where(deliveries.c.state == INFLIGHT, deliveries.c.lease_until < sa.bindparam("before_", type_=sa.BigInteger))
    .values(
        state=sa.case((_given_up, "dead"), else_="pending"),
        finished_at=sa.case((_given_up, _now)),
        rendered=sa.case((sa.not_(_given_up), deliveries.c.rendered)),
        due_at=sa.case((deliveries.c.due_at > _resend_at, deliveries.c.due_at), else_=_resend_at),
        fence=deliveries.c.fence + 1,
        ambiguous=deliveries.c.ambiguous + 1,
        reason="lease_lost",
        lease_owner=None,
        lease_until=None,
    )
    .returning(deliveries.c.channel, deliveries.c.state)
)


def reap(connection: Connection, now: int, *, at_most_once: Collection[str] = (), alone: bool = False) -> Reaped:
    """Take back claims whose lease ran out: nobody knows whether they were sent, so it counts as ambiguous.

    They wait for at least a minute, twice at most; channels in `at_most_once` are not sent to again at all.
    `alone` says that no other process can hold a claim (SQLite, at start): then every claim is a dead process's.
    """
    before = (1 << 62) if alone else now - GRACE
    rows = connection.execute(_REAP, {"now_": now, "before_": before, "at_most_once_": list(at_most_once)}).all()
    return Reaped(*(Counter(channel for channel, state in rows if state == want) for want in ("pending", "dead")))


FARTHEST = 5 * HOUR
"""No retry is due later than this: what is, was written by a clock that has been put back since."""

_STRANDED = (
    sa.select(deliveries.c.id)
    .where(deliveries.c.state == PENDING, deliveries.c.due_at > _now + FARTHEST)
    .limit(sa.bindparam("limit_"))
)
_PULL_IN = (
    sa.update(deliveries)
    .where(deliveries.c.id.in_(sa.bindparam("ids_", expanding=True)), deliveries.c.state == PENDING)
    .values(due_at=_now)
)


def stranded(connection: Connection, now: int, limit: int = 500) -> list[int]:
    """The ids of deliveries that would never become due in time, because the clock jumped."""
    return list(connection.execute(_STRANDED, {"now_": now, "limit_": limit}).scalars())


def pull_in(connection: Connection, ids: Collection[int], now: int) -> int:
    """Make those that still wait due now; returns how many."""
    return connection.execute(_PULL_IN, {"ids_": list(ids), "now_": now}).rowcount


_EXPIRED = (
    sa.select(deliveries.c.id)
    .where(deliveries.c.state == PENDING, deliveries.c.expires_at <= _now)
    .limit(sa.bindparam("limit_"))
)
_EXPIRE = (
    sa.update(deliveries)
    .where(deliveries.c.id.in_(sa.bindparam("ids_", expanding=True)), deliveries.c.state == PENDING)
    .values(state="dead", reason="expired", finished_at=_now, rendered=None)
    .returning(deliveries.c.channel)
)


def expired(connection: Connection, now: int, limit: int = 500) -> list[int]:
    """The ids of deliveries that waited for too long. A look at all that waits: read it outside the writer."""
    return list(connection.execute(_EXPIRED, {"now_": now, "limit_": limit}).scalars())


def expire(connection: Connection, ids: Collection[int], now: int) -> Mapping[str, int]:
    """Give up those of them that still wait. Returns how many, by channel."""
    return Counter(connection.execute(_EXPIRE, {"ids_": list(ids), "now_": now}).scalars())
