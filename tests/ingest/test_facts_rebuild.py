"""A rebuild comes to the same rows as event by event, whatever it begins with."""

import random
import shutil
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.facts.windows import UTC
from app.ingest import facts_rebuild
from app.ingest.facts_crew import Crew
from app.ingest.facts_rebuild import Progress, rebuild
from app.ingest.facts_whole import Entangled, whole_service
from app.kernel.ids import derived_id
from app.store import Database, fact_rebuild
from app.store.fact_library import Library
from app.store.fact_tables import fact_deployments
from app.store.opening import open_database
from tests.conftest import HandClock
from tests.ingest.facts_told import dump, tell
from tests.world.changes import renamed
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


async def test_chains_that_share_incidents_are_derived_in_turns(database: Database) -> None:
    views = [
        {**view, "environment_tier": "production"} if view.get("environment") == "qa" else view
        for seed in range(4)
        for view in renamed(seeded(seed), {"checkout": f"shop-{seed}", "ledger": f"book-{seed}"})
    ]
    views = [{**view, "id": derived_id(view["id"], view["service"])} for view in views]
    await database.write(lambda connection: tell(connection, *views))
    expected = await database.read(dump)
    await rebuild(database, lambda _: None)
    assert await database.read(dump) == expected
    with pytest.raises(Entangled):
        await database.write(lambda connection: whole_service(connection, "shop-0", UTC, Library(connection)))


async def test_other_processes_come_to_the_same(
    sqlite_schema: Path, tmp_path: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts_rebuild, "MANY", 0)
    monkeypatch.setattr(facts_rebuild, "PAGE", 10)
    path = tmp_path / "shipbell.db"
    shutil.copy(sqlite_schema, path)
    database = open_database(f"sqlite:///{path}", clock)
    await database.start()
    await database.write(lambda connection: tell(connection, *seeded(17)))
    expected = await database.read(dump)
    crew = Crew(path, UTC, 1)
    done = await rebuild(database, lambda _: None, crew=crew)
    crew.close()
    assert await database.read(dump) == expected
    assert done.events == len({view["id"] for view in seeded(17)})
    await database.close()


async def test_what_is_broken_off_leaves_facts_and_indexes_as_they_were(
    sqlite_schema: Path, tmp_path: Path, clock: HandClock
) -> None:
    shutil.copy(sqlite_schema, tmp_path / "shipbell.db")
    database = open_database(f"sqlite:///{tmp_path / 'shipbell.db'}", clock)
    await database.start()
    await database.write(lambda connection: tell(connection, *seeded(17)))
    expected, indexes = await database.read(dump), await database.read(names_of_indexes)

    def break_off(progress: Progress, services: int) -> None:
        if progress.services == services:
            raise KeyboardInterrupt

    for services in (0, 1):
        with pytest.raises(KeyboardInterrupt):
            await rebuild(database, partial(break_off, services=services))
        assert await database.read(dump) == expected
        assert await database.read(names_of_indexes) == indexes
    await rebuild(database, lambda _: None)
    assert await database.read(names_of_indexes) == indexes
    await database.close()


def names_of_indexes(connection: sa.Connection) -> list[str]:
    return [row[0] for row in connection.execute(sa.text("SELECT name FROM sqlite_master ORDER BY name"))]
