"""The facts in the store, on both engines: cases and worlds told batch by batch, late, twice and after a crash."""

import random
import shutil
from pathlib import Path

import pytest
from sqlalchemy import Connection

from app.ingest.facts_rebuild import rebuild
from app.kernel.ids import derived_id
from app.store import Database, fact_log
from app.store.fact_records import ENVIRONMENTS
from app.store.opening import open_database
from tests.conftest import HandClock, PostgresCluster
from tests.world import changes, outcome, stored
from tests.world.brute import evaluate
from tests.world.random_worlds import seeded
from tests.world.telling import View
from tests.world.test_cases import STORIES, check

LATE = STORIES["19_late"]


def in_order(views: list[View]) -> list[View]:
    return sorted(views, key=lambda view: (view["occurred_at"], view["id"]))


async def test_the_store_says_what_the_cases_demand_event_by_event(database: Database) -> None:
    def one(connection: Connection) -> None:
        for told in STORIES.values():
            world, _ = stored.tried(connection, stored.cut(told.views, 1))
            check(told, world)

    await database.write(one)


async def test_an_environment_is_progressing_while_a_target_is_under_way(database: Database) -> None:
    told = STORIES["07_progressing"]
    await database.write(lambda connection: stored.tell(connection, told.views))
    states = await database.read(lambda connection: ENVIRONMENTS.find(connection, ENVIRONMENTS.select, {}))
    assert {f"{one.service}/{one.environment}": one.health for one in states} == told.expect["states"]
    before = await database.read(stored.dump)
    await rebuild(database, lambda _: None)
    assert await database.read(stored.dump) == before


@pytest.mark.parametrize("size", [1, 7])
async def test_worlds_told_in_batches_are_what_brute_force_says(size: int, database: Database) -> None:
    def one(connection: Connection) -> None:
        for seed in range(size * 15, size * 15 + 15):
            views = seeded(seed)
            world, _ = stored.tried(connection, stored.cut(views, size))
            assert world == outcome.of_brute(evaluate(views)), seed

    await database.write(one)


async def test_order_batches_and_repetition_do_not_change_a_byte(database: Database) -> None:
    def one(connection: Connection) -> None:
        for seed in range(500, 508):
            views = in_order(seeded(seed))
            told = [*views, *views]
            random.Random(seed).shuffle(told)
            _, at_once = stored.tried(connection, [views])
            _, scattered = stored.tried(connection, stored.cut(told, 1 + seed % 5))
            assert scattered == at_once, seed

    await database.write(one)


async def test_a_crash_in_every_batch_and_a_replay_of_all_of_it_do_not_change_a_byte(database: Database) -> None:
    def crashed(connection: Connection, batches: list[list[View]]) -> dict[str, list[str]]:
        with connection.begin_nested() as trial:
            for batch in batches:
                with connection.begin_nested() as lost:
                    stored.tell(connection, batch)
                    lost.rollback()
                stored.tell(connection, batch)
            for batch in batches:
                stored.tell(connection, batch)
            told = stored.dump(connection)
            trial.rollback()
        return told

    def one(connection: Connection) -> None:
        for seed in range(600, 606):
            batches = stored.cut(seeded(seed), 4)
            assert crashed(connection, batches) == stored.tried(connection, batches)[1], seed

    await database.write(one)


async def test_a_rebuild_of_many_worlds_at_once_gives_the_same_rows(database: Database) -> None:
    views = [
        {
            **view,
            "id": derived_id(seed, view["id"]),
        }  # the worlds are told apart by their services, their events by this
        for seed in range(700, 712)
        for view in changes.renamed(seeded(seed), {"checkout": f"shop-{seed}", "ledger": f"book-{seed}"})
    ]
    random.Random(700).shuffle(views)
    for batch in stored.cut(views, 9):
        await database.write(lambda connection, batch=batch: stored.tell(connection, batch))  # type: ignore[misc]
    incremental = await database.read(stored.dump)

    assert await database.read(stored.world) == outcome.of_brute(evaluate(views))
    await rebuild(database, lambda _: None)
    assert await database.read(stored.dump) == incremental


async def test_what_comes_late_restates_and_says_so(database: Database) -> None:
    for view in LATE.views:
        await database.write(lambda connection, view=view: stored.tell(connection, [view]))  # type: ignore[misc]
    log = await database.read(lambda connection: fact_log.newest(connection, 100))

    late = next(view for view in LATE.views if view["received_at"] != view["occurred_at"])
    told = [each for each in log if each.event_id == late["id"]]
    assert {(each.service, each.environment) for each in told} == {("checkout", "prod")}
    assert any(
        '"failed_by":null' in (each.before or "") and '"failed_by":"rollback"' in (each.after or "") for each in told
    )


async def test_what_comes_in_order_restates_nothing_but_the_failures_that_it_shows(database: Database) -> None:
    for view in in_order(STORIES["05_automated_sync"].views):
        await database.write(lambda connection, view=view: stored.tell(connection, [view]))  # type: ignore[misc]

    assert await database.read(lambda connection: fact_log.newest(connection, 100)) == []


async def test_both_engines_keep_the_same_rows(
    postgres: PostgresCluster, sqlite_schema: Path, tmp_path: Path, clock: HandClock
) -> None:
    shutil.copy(sqlite_schema, tmp_path / "one.db")
    urls = [f"sqlite:///{tmp_path / 'one.db'}", postgres.new_database()]
    dumps = []
    for url in urls:
        database = open_database(url, clock)
        await database.start()
        dumps.append(
            await database.write(
                lambda connection: [stored.tried(connection, stored.cut(seeded(seed), 5))[1] for seed in range(12)]
            )
        )
        await database.close()
    postgres.drop(urls[1])

    assert dumps[0] == dumps[1]
