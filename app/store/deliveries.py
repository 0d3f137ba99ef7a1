"""Deliveries: which card is owed to which channel. Planned once, cancelled, or owed again as a new generation."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.kernel.ids import derived_id
from app.store.ask import ask
from app.store.bulk import BulkInsert
from app.store.bundles import join, waiting
from app.store.news import News, claim_news
from app.store.tables import DEAD, PENDING, deliveries
from app.store.upsert import insert_for
from app.store.wanted import Wanted, delivery_key

__all__ = ["SAME_NEWS", "Planned", "Wanted", "add", "cancel", "delivery_key", "owe_again", "plan"]

SAME_NEWS = "same_news"


@dataclass(frozen=True, slots=True)
class Planned:
    """What came of it: new deliveries by channel, what was not sent, with the reason, and what waits, in which bundle.

    The first card of a bundle may be in none of them: it is sent at once.
    """

    created: Mapping[str, int]
    suppressed: Sequence[tuple[Wanted, str]]
    waiting: Sequence[tuple[Wanted, int]] = ()


def plan(connection: Connection, wanted: Sequence[Wanted], now: int) -> Planned:
    """Owe these cards, in the transaction of the events. A second run with the same events adds nothing."""
    suppressed = _suppressed(connection, wanted, now)
    left = [item for item in wanted if item not in suppressed] if suppressed else wanted
    patient = [item for item in left if item.wait is not None]
    at_once: Sequence[Wanted] = left
    waits: Sequence[tuple[Wanted, int]] = ()
    if patient:
        alone, waits = _wait(connection, patient)
        at_once = [item for item in left if item.wait is None or item in alone]
    return Planned(add(connection, at_once, now), [(item, SAME_NEWS) for item in suppressed], waits)


def _wait(connection: Connection, patient: Sequence[Wanted]) -> tuple[set[Wanted], list[tuple[Wanted, int]]]:
    """Let them wait: those that need not, as the first of their bundle, and the bundle of each of the others."""
    cards = [waiting(item) for item in patient]
    joined = join(connection, cards)
    alone, waits = set(), []
    for wanted, (_, item) in zip(patient, cards, strict=True):
        if item.key in joined.at_once:
            alone.add(wanted)
        elif item.key in joined.bundle_of:
            waits.append((wanted, joined.bundle_of[item.key]))
    return alone, waits


def add(connection: Connection, wanted: Sequence[Wanted], now: int) -> Mapping[str, int]:
    """Owe these cards now; returns how many are new, by channel."""
    return Counter(_insert(connection, {row[_KEY]: row for item in wanted for row in (_row(item, now),)}))


def _insert(connection: Connection, rows: Mapping[str, tuple[Any, ...]]) -> list[str]:
    """Add what is not there yet; returns the channel of each delivery that is new."""
    if not rows:
        return []
    if connection.dialect.name == "sqlite":  # the only writer: what was not there a moment ago is not there now
        there = {key for (key,) in ask(connection, _THERE, {"keys": list(rows)})}
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
        "pending", now, now + item.max_age_us, 0, 0, 0, now, item.extra,
    )  # fmt: skip


_COLUMNS = (
    "key", "event_id", "channel", "card", "rule", "generation",
    "state", "due_at", "expires_at", "tries", "ambiguous", "fence", "created_at", "extra",
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
    again = Wanted(
        letter.event_id, letter.channel, letter.card, letter.rule, generation, max_age_us, extra=letter.extra
    )
    plan(connection, [again], now)
    key = delivery_key(letter.event_id, letter.channel, generation)
    found: int | None = connection.scalar(sa.select(deliveries.c.id).where(deliveries.c.key == key))
    return found
