"""A bundler over a database, and cards that wait in bundles."""

from collections.abc import Sequence
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from app.delivery.bundler import Bundler
from app.kernel.clock import MINUTE, SECOND, iso
from app.routing.calm import Wait
from app.store import Connection, Database
from app.store.deliveries import plan
from app.store.tables import bundles, deliveries, digests, events
from tests.conftest import HandClock
from tests.store.rows import want

GROUP = {"how": "group", "by": "batches", "key": "dev", "card": "batch", "wait": 2 * MINUTE, "max_wait": 10 * MINUTE}
HOLD = {"how": "hold", "by": "nights", "key": "nights", "card": "digest"}
COALESCE = {"how": "coalesce", "by": "branches", "key": "pr 7", "card": "", "wait": 5 * MINUTE, "max_wait": 5 * MINUTE}


def add_event(connection: Connection, event: str, at: int, **fields: Any) -> None:
    view = {
        "id": event, "type": "deployment.finished", "status": "succeeded", "source": "argocd", "service": "checkout",
        "environment": "dev", "environment_tier": "development", "subject": event, "occurred_at": iso(at),
        "received_at": iso(at), "receipt": "r",
    } | fields  # fmt: skip
    row = {name: view.get(name) for name in ("id", "type", "status", "source", "service", "environment", "subject")}
    connection.execute(
        sa.insert(events),
        row | {"receipt_id": "r", "occurred_at": at, "received_at": at, "data": orjson.dumps(view)},
    )


class Scene:
    """A bundler on a database, and the hands that feed it."""

    def __init__(self, database: Database, clock: HandClock) -> None:
        self.database, self.clock = database, clock
        self.woken: list[str] = []
        self.bundler = Bundler(database, self.woken.extend)

    async def wait(self, how: dict[str, Any], *ids: str, channel: str = "team", **changes: Any) -> None:
        """Events that happen and wait, a second apart."""
        extra = changes.pop("extra", None)
        fields = changes.pop("fields", {})
        for event in ids:
            at = self.database.clock()

            def work(connection: Connection, event: str = event, at: int = at) -> None:
                add_event(connection, event, at, **fields)
                wait = Wait(at=at, **(how | changes))
                plan(connection, [want(event, channel, rule=f"rule {how['by']}", extra=extra, wait=wait)], at)

            await self.database.write(work)
            self.clock.advance(1)

    async def pass_(self, us: int) -> int:
        self.clock.advance(us / SECOND)
        return await self.bundler.once()

    async def told(self) -> list[tuple[str, list[str] | str]]:
        """What is owed: the card, and the events that it tells."""

        def work(connection: Connection) -> list[tuple[str, list[str] | str]]:
            views = {row.id: orjson.loads(row.data) for row in connection.execute(sa.select(digests))}
            rows = connection.execute(sa.select(deliveries).order_by(deliveries.c.id)).all()
            return [
                (row.card, sorted(item["id"] for item in views[row.event_id]["digest"]["items"]))
                if row.event_id in views
                else (row.card, row.event_id)
                for row in rows
            ]

        return await self.database.read(work)

    async def digest(self) -> dict[str, Any]:
        found = await self.database.read(lambda c: c.scalars(sa.select(digests.c.data)).all())
        (data,) = found
        view: dict[str, Any] = orjson.loads(data)
        return view

    async def open_bundles(self) -> Sequence[Any]:
        query = sa.select(bundles).where(bundles.c.closed_at.is_(None)).order_by(bundles.c.id)
        return await self.database.read(lambda c: c.execute(query).all())


@pytest.fixture
def scene(database: Database, clock: HandClock) -> Scene:
    return Scene(database, clock)
