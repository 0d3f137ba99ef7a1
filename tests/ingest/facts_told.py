"""Tells the store events as the processor does, and reads all tables of facts."""

import sqlalchemy as sa
from sqlalchemy import Connection

from app.events import to_json
from app.facts.windows import UTC, Zones
from app.ingest.facts import apply_facts
from app.store import events as event_store
from app.store import fact_rebuild
from app.store.events import NewEvent
from tests.world.telling import View, us


def tell(connection: Connection, *views: View, again: bool = False, zones: Zones = UTC) -> None:
    """Store events and bring the facts up to date; `again`: as a replay does."""
    rows = [
        NewEvent(
            view["id"], view["receipt"], view["type"], view.get("status"), view["source"], view["service"],
            view.get("environment"), view["subject"], us(view["occurred_at"]), us(view["received_at"]), to_json(view),
        )
        for view in views
    ]  # fmt: skip
    new = event_store.add(connection, rows, refresh=again)
    fresh = [view for view in {view["id"]: view for view in views}.values() if view["id"] in new]
    apply_facts(connection, fresh, [view for view in views if again and view["id"] not in new], zones)


def dump(connection: Connection) -> dict[str, list[str]]:
    """Every row of every table of facts, without the numbers that the database gives them."""
    found = {}
    for table in fact_rebuild.ALL:
        columns = [column for column in table.columns if column.name != "seq"]
        found[table.name] = sorted(repr(tuple(row)) for row in connection.execute(sa.select(*columns)))
    return found
