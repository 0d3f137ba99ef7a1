"""A server that lets nobody in, or gives no rights: told in a sentence, and never a defect."""

import pytest
import sqlalchemy as sa

from app.kernel.errors import StoreUnavailable
from app.store.migrate import upgrade
from app.store.postgres import PostgresDatabase
from tests.conftest import HandClock, PostgresCluster


async def told(url: sa.URL) -> str:
    database = PostgresDatabase(url, HandClock())
    try:
        with pytest.raises(StoreUnavailable) as caught:
            await database.write(upgrade)
    finally:
        await database.close()
    return str(caught.value)


async def test_no_such_database_or_user_and_no_server_are_told(postgres: PostgresCluster) -> None:
    url = sa.make_url(postgres.url("nowhere"))
    assert await told(url) == 'PostgreSQL says: database "nowhere" does not exist'
    assert await told(url.set(username="nobody")) == 'PostgreSQL says: role "nobody" does not exist'
    away = sa.make_url("postgresql://u:CANARY@127.0.0.1:1/x")
    assert await told(away) == "PostgreSQL does not answer: ConnectionRefusedError"


async def test_a_user_who_may_not_make_tables_is_told(postgres: PostgresCluster) -> None:
    """From PostgreSQL 15 on that is everybody but the owner of the database."""
    url = sa.make_url(postgres.new_database())
    owner = PostgresDatabase(url, HandClock())
    for statement in ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public", "CREATE ROLE guest LOGIN",
                      "GRANT USAGE ON SCHEMA public TO guest"):  # fmt: skip
        await owner.write(lambda connection, sql=statement: connection.execute(sa.text(sql)) and None)
    await owner.close()
    assert await told(url.set(username="guest")) == "PostgreSQL says: permission denied for schema public"
