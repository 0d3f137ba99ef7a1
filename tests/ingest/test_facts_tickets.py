"""Tickets leave an environment with a rollback, and come again; event by event as in a rebuild."""

import random
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.ingest.facts_rebuild import rebuild
from app.kernel.clock import DAY, HOUR, MINUTE
from app.store import Database, fact_rebuild
from app.store.measure_places import tickets
from tests.ingest.facts_told import dump, tell
from tests.world.random_worlds import seeded
from tests.world.telling import View, commit, deploy, push, us

START = us("2026-03-02T00:00Z")


def named(view: View, *keys: str) -> View:
    return {**view, "tickets": [{"key": key} for key in keys]}


def story() -> list[View]:
    """Three releases, each with a commit for a ticket of its own."""
    told: list[View] = [deploy("checkout", START - HOUR, "n0")]
    for number in (1, 2, 3):
        at, key = START + number * DAY, f"SHOP-{number}"
        made = commit(f"n{number}", at - MINUTE, f"{key} mend it")
        told.append(named(push("checkout", at, f"n{number - 1}", [made]), key))
        told.append(deploy("checkout", at + HOUR, f"n{number}"))
    return told


def there(connection: Connection) -> dict[str, int]:
    found: list[dict[str, Any]] = tickets(connection, {"environment": "prod"}, limit=50, after=None)
    return {each["key"]: each["since"] for each in found}


async def test_a_rollback_takes_the_tickets_out_and_the_next_release_brings_them_again(database: Database) -> None:
    day = [START + number * DAY + HOUR for number in range(8)]

    async def told(*views: View) -> dict[str, int]:
        await database.write(lambda connection: tell(connection, *views))
        return await database.read(there)

    assert await told(*story()) == {"SHOP-1": day[1], "SHOP-2": day[2], "SHOP-3": day[3]}
    assert await told(deploy("checkout", day[4], "n1")) == {"SHOP-1": day[1]}
    assert await told(deploy("checkout", day[6], "n3")) == {"SHOP-1": day[1], "SHOP-2": day[6], "SHOP-3": day[6]}
    assert await told(deploy("checkout", day[5], "n0")) == {"SHOP-1": day[6], "SHOP-2": day[6], "SHOP-3": day[6]}
    incremental = await database.read(dump)
    await rebuild(database, lambda _: None)
    assert await database.read(dump) == incremental


async def test_whatever_the_order_they_are_where_a_rebuild_finds_them(database: Database) -> None:
    for seed in range(4100, 4104):
        chance = random.Random(seed)
        views = [
            named(view, f"SHOP-{chance.randrange(12)}", f"SHOP-{chance.randrange(40)}")
            if view["type"] == "deployment.finished" else view
            for view in seeded(seed)
        ]  # fmt: skip
        chance.shuffle(views)

        def one_by_one(connection: Connection, views: list[View] = views) -> None:
            fact_rebuild.empty(connection)
            connection.execute(sa.text("DELETE FROM events"))
            for view in views:
                tell(connection, view)

        await database.write(one_by_one)
        incremental = await database.read(dump)
        await rebuild(database, lambda _: None)
        assert (await database.read(dump))["fact_ticket_places"] == incremental["fact_ticket_places"], seed
