import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

import app.store
from app.kernel.errors import ConfigError
from app.store import Database
from app.store.migrate import newest, revision, upgrade
from app.store.opening import open_database
from app.store.postgres import PostgresDatabase
from app.store.tables import metadata
from tests.conftest import HandClock, PostgresCluster


def config(connection: sa.Connection) -> Config:
    made = Config()
    made.set_main_option("script_location", str(Path(app.store.__file__).parent / "migrations"))
    made.attributes["connection"] = connection
    return made


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


COLUMNS = """SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default
    , is_identity FROM information_schema.columns WHERE table_schema = 'public'"""
OTHERS = """SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL
    SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace UNION ALL
    SELECT attrelid::regclass || '.' || attname || ' ' || attstorage::text FROM pg_attribute
    WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r')"""
WRITTEN = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND tbl_name <> 'alembic_version'"


def schema(connection: sa.Connection) -> list[str]:
    """Everything that the schema says, whichever order columns were added in."""
    if connection.dialect.name == "postgresql":
        rows = [row for question in (COLUMNS, OTHERS) for row in connection.execute(sa.text(question))]
        return sorted(str(tuple(row)) for row in rows)
    made = [" ".join(sql.split()) for sql in connection.scalars(sa.text(WRITTEN))]
    return sorted(", ".join(sorted(each.removesuffix(")").replace(" (", ", ", 1).split(", "))) for each in made)


def stepwise(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        empty(connection)
    else:
        for table in connection.scalars(sa.text("SELECT name FROM sqlite_schema WHERE type = 'table'")).all():
            connection.execute(sa.text(f"DROP TABLE {table}"))
    command.upgrade(config(connection), "head")


async def test_an_empty_database_gets_at_once_what_all_migrations_make_of_it(database: Database) -> None:
    """Rows without id, partial indexes, checks and defaults included."""
    at_once = await database.read(schema)
    await database.write(stepwise)
    assert await database.read(schema) == at_once
    assert len(at_once) > 50
    assert await database.read(revision) == newest()


async def test_the_migrations_make_the_tables_that_the_program_knows(database: Database) -> None:
    def differences(connection: sa.Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    await database.write(stepwise)
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


async def test_a_newer_programs_database_is_refused_and_left_as_it_is(database: Database) -> None:
    def newer(connection: sa.Connection) -> None:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

    await database.write(newer)
    with pytest.raises(ConfigError, match="9999 is newer than this version knows"):
        await database.write(upgrade)
    assert await database.read(revision) == "9999"


async def test_a_migration_may_take_longer_than_a_statement(
    postgres: PostgresCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index of a large table takes minutes; locks are waited for no longer than one."""
    database = PostgresDatabase(sa.make_url(postgres.new_database()), HandClock())
    found: list[object] = []

    def look(connection: sa.Connection) -> None:
        found.extend(connection.scalar(sa.text(f"SHOW {name}")) for name in ("statement_timeout", "lock_timeout"))

    def older(connection: sa.Connection) -> None:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))

    monkeypatch.setattr("app.store.migrate._run", look)
    await database.write(older)
    await database.write(upgrade)
    await database.close()
    assert found == ["0", "1min"]


def to_the_first_schema(connection: sa.Connection) -> None:
    command.upgrade(config(connection), "0001")
    connection.execute(
        sa.text(
            "INSERT INTO deliveries (event_id, channel, card, rule, generation, key, state, due_at, expires_at, tries,"
            " ambiguous, fence, created_at) VALUES ('e', 'team', 'c', 'r', 0, 'k', 'pending', 1, 2, 0, 0, 0, 1)"
        )
    )
