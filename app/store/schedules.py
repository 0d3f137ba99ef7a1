"""Schedules: when each rule with a `schedule` came due last. Of several replicas one sees to each time."""

import sqlalchemy as sa
from sqlalchemy import Connection

from app.store.tables import schedules
from app.store.upsert import insert_for


def enrol(connection: Connection, rule: str, at: int) -> None:
    """Give a rule its row if it has none yet, as if it had come due at this time (µs): its first time is after that."""
    new = insert_for(connection, schedules).on_conflict_do_nothing()
    connection.execute(new, {"rule": rule, "last_due": at})


def claim_due(connection: Connection, rule: str, at: int) -> int | None:
    """See to it that a rule came due at this time: when it did before, µs; None if somebody saw to it already.

    Others that ask for the same rule wait until this transaction ends.
    """
    mine = schedules.c.rule == rule
    before: int | None = connection.scalar(sa.select(schedules.c.last_due).where(mine).with_for_update())
    if before is None or before >= at:
        return None
    connection.execute(sa.update(schedules).where(mine).values(last_due=at))
    return before
