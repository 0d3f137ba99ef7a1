"""Rows for the tests of the store and of the delivery."""

from collections.abc import Sequence

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from app.kernel.clock import DAY, iso
from app.store.deliveries import Wanted, plan
from app.store.tables import deliveries, events


def add_events(connection: Connection, ids: Sequence[str], at: int) -> None:
    """Store small events."""
    for each in ids:
        view = {
            "id": each, "type": "pipeline.finished", "status": "failed", "source": "bitbucket", "service": "checkout",
            "subject": f"build:{each}", "occurred_at": iso(at), "received_at": iso(at), "receipt": "r",
            "build": {"number": 1},
        }  # fmt: skip
        connection.execute(
            sa.insert(events),
            {
                "id": each, "receipt_id": "r", "type": view["type"], "status": "failed", "source": "bitbucket",
                "service": "checkout", "environment": None, "subject": view["subject"], "occurred_at": at,
                "received_at": at, "data": orjson.dumps(view),
            },
        )  # fmt: skip


def want(event: str, channel: str = "team", **changes: object) -> Wanted:
    """A wanted delivery of an event."""
    values = {"card": "generic", "rule": "all", "generation": 0, "max_age_us": DAY} | changes
    return Wanted(event, channel, **values)  # type: ignore[arg-type]


def owe(connection: Connection, ids: Sequence[str], now: int, channel: str = "team", **changes: object) -> None:
    """Events and a delivery of each."""
    add_events(connection, ids, now)
    plan(connection, [want(each, channel, **changes) for each in ids], now)


def snapshot(connection: Connection) -> dict[int, sa.Row[tuple[object, ...]]]:
    """All deliveries by id."""
    return {row.id: row for row in connection.execute(sa.select(deliveries).order_by(deliveries.c.id))}
