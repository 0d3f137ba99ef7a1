"""Bundles: cards that wait for each other. One is open for a key; the database decides which card opens it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.kernel.ids import derived_id
from app.store.bulk import BulkInsert
from app.store.tables import bundle_items, bundles, deliveries
from app.store.together import Together
from app.store.upsert import insert_for
from app.store.wanted import Wanted, delivery_key

OVERFLOW = "overflow"
"""Why a card waits, beside those of `app.routing.calm.How`: the budget of its connection is used up."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What waits together: cards of equal `key`. `by` is the rule, times or connection that makes them wait."""

    key: str
    channel: str
    how: str
    by: str
    card: str
    wait: int
    max_wait: int


@dataclass(frozen=True, slots=True)
class Item:
    """A card in a bundle. `key` says what makes it the same: it joins once. Times in µs.

    With `first_now` it goes out at once if it opens the bundle.
    """

    key: str
    event_id: str
    card: str
    rule: str
    generation: int
    max_age: int
    extra: bytes | None
    at: int
    until: int
    first_now: bool = False


@dataclass(frozen=True, slots=True)
class Joined:
    """The bundle of each card that joined now, by the card's key; `at_once` are the keys of those that do not wait."""

    bundle_of: Mapping[str, int]
    at_once: frozenset[str]


def waiting(wanted: Wanted) -> tuple[Bundle, Item]:
    """A wanted card as it waits. Raises ValueError for one that does not."""
    if (wait := wanted.wait) is None:
        raise ValueError("it does not wait")
    key = derived_id("bundle", wait.how, wanted.channel, wait.key)
    bundle = Bundle(key, wanted.channel, wait.how, wait.by, wait.card, wait.wait, wait.max_wait)
    card = delivery_key(wanted.event_id, wanted.channel, wanted.generation)
    return bundle, Item(
        card, wanted.event_id, wanted.card, wanted.rule, wanted.generation, wanted.max_age_us, wanted.extra,
        wait.at, wait.until, wait.first_now,
    )  # fmt: skip


def join(connection: Connection, cards: Sequence[tuple[Bundle, Item]]) -> Joined:
    """Let cards wait, in the transaction of what they tell. A card that waits, or waited, or went out joins no more.

    A bundle is open until it is closed: nobody can close it between this and the end of the transaction.
    """
    known = _known(connection, [item.key for _, item in cards])
    # In the order of the bundles' keys: replicas that take the same ones never wait for each other in a ring.
    ordered = sorted(cards, key=lambda card: (card[0].key, card[1].at))
    new = {item.key: (bundle, item) for bundle, item in ordered if item.key not in known}
    if not new:
        return Joined({}, frozenset())
    opened = _open(connection, list(new.values()))
    rows, at_once = [], set()
    for bundle, item in new.values():
        bundle_id, opener = opened[bundle.key]
        if alone := item.first_now and item.key == opener:
            at_once.add(item.key)
        rows.append(_row(bundle_id, item, alone))
    added = _insert(connection, rows)
    return Joined({row[0]: row[1] for row in rows if row[0] in added}, frozenset(at_once & added))


def _known(connection: Connection, keys: Sequence[str]) -> set[str]:
    """Those that wait or waited, or went out at once."""
    found: set[str] = set()
    for statement in (_ITEMS, _DELIVERIES) if keys else ():
        found.update(connection.execute(statement, {"keys": list(keys)}).scalars())
    return found


def _open(connection: Connection, cards: Sequence[tuple[Bundle, Item]]) -> dict[str, tuple[int, str]]:
    """The open bundle of each key with what is added to it: (id, key of the card that opened it)."""
    rows = []
    for key, group in groupby(cards, lambda card: card[0].key):
        (bundle, first), *others = group
        together = Together(bundle.wait, bundle.max_wait)
        together.take(first.at, first.until)
        for _, item in others:
            if not together.take(item.at, item.until):
                break
        rows.append({
            "key": key, "channel": bundle.channel, "how": bundle.how, "by": bundle.by, "card": bundle.card,
            "wait": bundle.wait, "max_wait": bundle.max_wait, "opener": first.key, "first_at": together.first,
            "last_at": together.last, "until": together.until, "due_at": together.due,
        })  # fmt: skip
    found = connection.execute(_upsert(connection), rows)
    return {key: (bundle_id, opener) for bundle_id, key, opener in found}


_built: dict[str, Any] = {}


def _upsert(connection: Connection) -> Any:
    """The statement, built once for each dialect: open a bundle, or move the end of the one that is open.

    What came after an open bundle was due does not move it: who closes the bundle leaves that to the next one.
    """
    name = connection.dialect.name
    if name not in _built:
        insert = insert_for(connection, bundles)
        old, new = bundles.c, insert.excluded
        first, last = _larger(old.first_at, new.first_at, -1), _larger(old.last_at, new.last_at)
        wait, max_wait = _larger(old.wait, new.wait), _larger(old.max_wait, new.max_wait)
        until = _larger(old.until, new.until)
        due = _larger(until, _larger(last + wait, first + max_wait, -1))
        moved = {"first_at": first, "last_at": last, "wait": wait, "max_wait": max_wait, "until": until, "due_at": due}
        late = new.first_at > old.due_at
        _built[name] = insert.on_conflict_do_update(
            index_elements=[bundles.c.key],
            index_where=bundles.c.closed_at.is_(None),
            set_={column: sa.case((late, old[column]), else_=value) for column, value in moved.items()},
        ).returning(bundles.c.id, bundles.c.key, bundles.c.opener)
    return _built[name]


def _larger(one: sa.ColumnElement[int], two: sa.ColumnElement[int], sign: int = 1) -> sa.ColumnElement[int]:
    """The larger of two, or with sign -1 the smaller: the engines call it by different names."""
    return sa.case((one > two if sign > 0 else one < two, one), else_=two)


_ITEM_COLUMNS = ("key", "bundle_id", "event_id", "card", "rule", "generation", "max_age", "extra", "at", "until",
                 "sent_alone")  # fmt: skip
_ADD = BulkInsert(bundle_items, *_ITEM_COLUMNS)
_ITEMS = sa.select(bundle_items.c.key).where(bundle_items.c.key.in_(sa.bindparam("keys", expanding=True)))
_DELIVERIES = sa.select(deliveries.c.key).where(deliveries.c.key.in_(sa.bindparam("keys", expanding=True)))


def _row(bundle_id: int, item: Item, alone: bool) -> tuple[Any, ...]:
    return (item.key, bundle_id, item.event_id, item.card, item.rule, item.generation, item.max_age, item.extra,
            item.at, item.until, alone)  # fmt: skip


def _insert(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> set[str]:
    """Add items; returns the keys of those that were not there."""
    if connection.dialect.name == "sqlite":  # the only writer: what was not there a moment ago is not there now
        _ADD.run(connection, rows)
        return {row[0] for row in rows}
    statement = insert_for(connection, bundle_items).on_conflict_do_nothing().returning(bundle_items.c.key)
    values = [dict(zip(_ITEM_COLUMNS, row, strict=True)) for row in rows]
    return set(connection.execute(statement, values).scalars())
