import asyncio

import sqlalchemy as sa

from app.store.migrate import newest, revision, upgrade
from app.store.postgres import PostgresDatabase
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
