import asyncio
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

import app.store
from app.store import Database
from app.store.migrate import newest, revision, upgrade
from app.store.opening import open_database
from app.store.postgres import PostgresDatabase
from app.store.tables import metadata
from tests.conftest import HandClock, PostgresCluster


def empty(connection: sa.Connection) -> None:
    connection.execute(sa.text("DROP SCHEMA public CASCADE"))
    connection.execute(sa.text("CREATE SCHEMA public"))


async def test_replicas_that_start_together_on_an_empty_database_all_find_the_schema(postgres: PostgresCluster):
    url = sa.make_url(postgres.new_database())
    replicas = [PostgresDatabase(url, HandClock()) for _ in range(3)]
    await replicas[0].write(empty)
    assert await replicas[0].read(revision) is None
    found = await asyncio.gather(*(replica.write(upgrade) for replica in replicas))
    assert found == [newest()] * 3
    assert await replicas[0].read(revision) == newest()
    for replica in replicas:
        await replica.close()


async def test_the_migrations_make_the_tables_that_the_program_knows(database: Database) -> None:
    def differences(connection: sa.Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    assert await database.read(differences) == []


async def test_an_older_database_keeps_its_rows(tmp_path: Path) -> None:
    """A file of the first schema, with a delivery in it, is brought up to date."""
    database = open_database(f"sqlite:///{tmp_path / 'old.db'}", HandClock())
    await database.start()
    await database.write(to_the_first_schema)
    assert await database.read(revision) == "0001"
    await database.write(upgrade)
    assert await database.read(lambda c: c.execute(sa.text("SELECT key, extra FROM deliveries")).all()) == [("k", None)]
    await database.close()


def to_the_first_schema(connection: sa.Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(app.store.__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "0001")
    connection.execute(
        sa.text(
            "INSERT INTO deliveries (event_id, channel, card, rule, generation, key, state, due_at, expires_at, tries,"
            " ambiguous, fence, created_at) VALUES ('e', 'team', 'c', 'r', 0, 'k', 'pending', 1, 2, 0, 0, 0, 1)"
        )
    )
