"""Schedules: when each rule with a `schedule` came due last. Of several replicas one sees to each time."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy import Connection

from app.store.tables import schedules
from app.store.upsert import insert_for


def last_due(connection: Connection) -> Mapping[str, int]:
    """When each rule came due last, µs, by its name."""
    return {rule: at for rule, at in connection.execute(sa.select(schedules.c.rule, schedules.c.last_due))}


def came_due(connection: Connection, rule: str, at: int) -> bool:
    """Note that a rule came due at this time; False if that, or a later time, was noted already."""
    insert = insert_for(connection, schedules)
    noted = insert.on_conflict_do_update(
        index_elements=[schedules.c.rule],
        set_={"last_due": insert.excluded.last_due},
        where=schedules.c.last_due < insert.excluded.last_due,
    ).returning(schedules.c.rule)
    return connection.execute(noted, {"rule": rule, "last_due": at}).scalar() is not None
