"""Budgets: when posts went out over each connection, shared by channels and replicas, kept over a restart."""

from collections.abc import Sequence

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from app.store.tables import budgets
from app.store.upsert import insert_for

_READ = (
    sa.select(budgets.c.stamps).where(budgets.c.connection == sa.bindparam("connection_")).with_for_update()
)  # fmt: skip
_SAVE = (
    sa.update(budgets)
    .where(budgets.c.connection == sa.bindparam("connection_"))
    .values(stamps=sa.bindparam("stamps_"))
)  # fmt: skip


def read_stamps(connection: Connection, name: str) -> list[int]:
    """The times (µs) of the posts over a connection; others wait until this transaction ends."""
    found = connection.scalar(_READ, {"connection_": name})
    if found is None:
        new = insert_for(connection, budgets).on_conflict_do_nothing()
        connection.execute(new, {"connection": name, "stamps": "[]"})
        found = connection.scalar(_READ, {"connection_": name})
    stamps: list[int] = orjson.loads(found or "[]")
    return stamps


def save_stamps(connection: Connection, name: str, stamps: Sequence[int]) -> None:
    """Replace the times of a connection's posts."""
    connection.execute(_SAVE, {"connection_": name, "stamps_": orjson.dumps(list(stamps)).decode()})
