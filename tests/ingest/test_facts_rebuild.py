"""A rebuild comes to the same rows as event by event, whatever it begins with."""

import random

import sqlalchemy as sa

from app.ingest.facts_rebuild import Progress, rebuild
from app.store import Database, fact_rebuild
from app.store.fact_tables import fact_deployments
from tests.ingest.facts_told import dump, tell
from tests.world.random_worlds import seeded


async def test_it_comes_to_the_same_as_event_by_event(database: Database) -> None:
    for seed in range(3000, 3012):
        views = seeded(seed)
        chance = random.Random(seed)

        def told(
            connection: sa.Connection, views: list[dict[str, object]] = views, chance: random.Random = chance
        ) -> None:
            fact_rebuild.empty(connection)
            connection.execute(sa.text("DELETE FROM events"))
            rest = list(views)
            while rest:
                size = chance.choice((1, 1, 2, 7))
                tell(connection, *rest[:size])
                rest = rest[size:]

        await database.write(told)
        expected = await database.read(dump)
        await rebuild(database, lambda _: None)
        assert await database.read(dump) == expected, seed


async def test_it_mends_what_was_spoilt_and_tells_how_far_it_is(database: Database) -> None:
    views = seeded(17)
    told: list[Progress] = []
    await database.write(lambda connection: tell(connection, *views))
    expected = await database.read(dump)
    await database.write(lambda connection: connection.execute(sa.update(fact_deployments).values(kind="heal")))
    done = await rebuild(database, told.append)
    assert await database.read(dump) == expected
    assert told[-1] == done
    assert (done.done, done.events) == (True, len({view["id"] for view in views}))


async def test_facts_outlive_their_events(database: Database) -> None:
    views = seeded(17)
    await database.write(lambda connection: tell(connection, *views))
    expected = await database.read(dump)
    old = sa.text("DELETE FROM events WHERE seq <= (SELECT avg(seq) FROM events)")
    await database.write(lambda connection: connection.execute(old))
    await rebuild(database, lambda _: None)
    assert await database.read(dump) == expected


async def test_one_service_alone(database: Database) -> None:
    views = seeded(17)
    await database.write(lambda connection: tell(connection, *views))
    expected = await database.read(dump)
    mine = fact_deployments.c.service == "checkout"
    await database.write(lambda connection: connection.execute(sa.delete(fact_deployments).where(mine)))
    await rebuild(database, lambda _: None, "checkout")
    assert await database.read(dump) == expected
