"""Rows as the service would have made them."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.kernel.clock import DAY, iso
from app.store.deliveries import delivery_key
from app.store.receipts import NewReceipt, accept
from app.store.tables import audit, deliveries, receipts
from tests.conftest import START

BODY = b'{"push":{"changes":[]}}'


def hex_id(number: int) -> str:
    return f"{number:032x}"


def at(number: int) -> str:
    """The time of the row of this number."""
    return iso(START + number)


def add_receipts(
    connection: Connection, count: int, *, source: str = "bitbucket", state: str = "received"
) -> list[str]:
    """Receipts with ids 1, 2, …; returns the ids. `received_at` is `at` the number."""
    first = (connection.scalar(sa.select(sa.func.count()).select_from(receipts)) or 0) + 1
    ids = [hex_id(number) for number in range(first, first + count)]
    accept(
        connection,
        [
            NewReceipt(
                each, source, f"key-{each}", START + int(each, 16), '{"x-event-key":"repo:push"}', BODY, "0" * 32, 0
            )
            for each in ids
        ],
    )
    connection.execute(sa.update(receipts).where(receipts.c.id.in_(ids)).values(state=state))
    return ids


def add_delivery(connection: Connection, number: int, state: str, **changes: Any) -> int:
    """A delivery of event `number` to the channel `sink`; returns its id."""
    event = hex_id(number)
    row = {
        "event_id": event, "channel": "sink", "card": "pipeline", "rule": "builds", "generation": 0,
        "key": delivery_key(event, "sink", 0), "state": state, "due_at": 1, "expires_at": DAY, "tries": 1,
        "ambiguous": 0, "fence": 1, "created_at": START + number,
    } | changes  # fmt: skip
    return int(connection.execute(sa.insert(deliveries), row).inserted_primary_key[0])  # type: ignore[index]


def audit_trail(connection: Connection) -> list[tuple[Any, ...]]:
    """(actor, action, object, detail) of every line."""
    query = sa.select(audit.c.actor, audit.c.action, audit.c.object, audit.c.detail).order_by(audit.c.id)
    return [tuple(row) for row in connection.execute(query)]
