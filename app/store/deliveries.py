"""Deliveries: which card is owed to which channel. Planned once, cancelled, or owed again as a new generation."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.kernel.ids import derived_id
from app.store.bulk import BulkInsert
from app.store.news import News, claim_news
from app.store.tables import DEAD, PENDING, deliveries
from app.store.upsert import insert_for

SAME_NEWS = "same_news"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A card that a rule wants sent: `generation` 0 for news, n for its n-th replay; `max_age_us` how long it may wait.

    `dedupe` is what counts as the same news and its window in µs; it holds
    for each channel apart.
    """

    event_id: str
    channel: str
    card: str
    rule: str
    generation: int
    max_age_us: int
    dedupe: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """What came of it: new deliveries by channel, and what was not sent, with the reason."""

    created: Mapping[str, int]
    suppressed: Sequence[tuple[Wanted, str]]


def delivery_key(event_id: str, channel: str, generation: int) -> str:
    """What makes a delivery the same: a channel gets an event once in a generation, whatever the rules say by then."""
    return derived_id("delivery", event_id, channel, generation)


def plan(connection: Connection, wanted: Sequence[Wanted], now: int) -> Planned:
    """Owe these cards, in the transaction of the events. A second run with the same events adds nothing."""
    suppressed = _suppressed(connection, wanted, now)
    rows = {row[_KEY]: row for item in wanted if item not in suppressed for row in (_row(item, now),)}
    created = Counter(_insert(connection, rows))
    return Planned(created, [(item, SAME_NEWS) for item in suppressed])


def _insert(connection: Connection, rows: Mapping[str, tuple[Any, ...]]) -> list[str]:
    """Add what is not there yet; returns the channel of each delivery that is new."""
    if not rows:
        return []
    if connection.dialect.name == "sqlite":  # the only writer: what was not there a moment ago is not there now
        there = set(connection.execute(_THERE, {"keys": list(rows)}).scalars())
        fresh = [row for key, row in rows.items() if key not in there]
        _ADD.run(connection, fresh)
        return [row[_CHANNEL] for row in fresh]
    values = [dict(zip(_COLUMNS, row, strict=True)) for row in rows.values()]
    statement = insert_for(connection, deliveries).on_conflict_do_nothing().returning(deliveries.c.channel)
    return list(connection.execute(statement, values).scalars())


def _suppressed(connection: Connection, wanted: Sequence[Wanted], now: int) -> dict[Wanted, None]:
    news = [(item, _news(item, *item.dedupe, now)) for item in wanted if item.dedupe is not None]
    won = claim_news(connection, [each for _, each in news], now)
    return {item: None for item, each in news if (each.key, each.event_id) not in won}


def _news(item: Wanted, same: str, window: int, now: int) -> News:
    return News(derived_id("news", item.channel, same), item.event_id, now + window)


def _row(item: Wanted, now: int) -> tuple[Any, ...]:
    key = delivery_key(item.event_id, item.channel, item.generation)
    return (
        key, item.event_id, item.channel, item.card, item.rule, item.generation,
        "pending", now, now + item.max_age_us, 0, 0, 0, now,
    )  # fmt: skip


_COLUMNS = (
    "key", "event_id", "channel", "card", "rule", "generation",
    "state", "due_at", "expires_at", "tries", "ambiguous", "fence", "created_at",
)  # fmt: skip
_KEY, _CHANNEL = _COLUMNS.index("key"), _COLUMNS.index("channel")
_ADD = BulkInsert(deliveries, *_COLUMNS)
_THERE = sa.select(deliveries.c.key).where(deliveries.c.key.in_(sa.bindparam("keys", expanding=True)))


def cancel(connection: Connection, delivery_id: int, now: int) -> bool:
    """Take back a delivery that waits. False when it does not wait (any more)."""
    done = connection.execute(
        sa.update(deliveries)
        .where(deliveries.c.id == delivery_id, deliveries.c.state == PENDING)
        .values(state="cancelled", reason="cancelled", finished_at=now)
    )
    return done.rowcount == 1


def owe_again(connection: Connection, delivery_id: int, now: int, max_age_us: int) -> int | None:
    """Owe a dead letter's card once more: a new delivery of the next generation, with all its tries; returns its id.

    The dead row stays as it is. Asked a second time, the delivery of the first time is returned. None when there
    is no dead letter of this id.
    """
    letter = connection.execute(
        sa.select(deliveries).where(deliveries.c.id == delivery_id, deliveries.c.state == DEAD)
    ).one_or_none()
    if letter is None:
        return None
    generation = letter.generation + 1
    again = Wanted(letter.event_id, letter.channel, letter.card, letter.rule, generation, max_age_us)
    plan(connection, [again], now)
    key = delivery_key(letter.event_id, letter.channel, generation)
    found: int | None = connection.scalar(sa.select(deliveries.c.id).where(deliveries.c.key == key))
    return found
