"""A rule that is due is seen to once."""

import asyncio

from app.store import Connection, Database
from app.store.schedules import claim_due, enrol


async def test_each_time_is_claimed_once_however_many_replicas_see_it(database: Database) -> None:
    def work(connection: Connection) -> int | None:
        enrol(connection, "weekly", 1_000)
        return claim_due(connection, "weekly", 2_000)

    won = await asyncio.gather(*(database.write(work) for _ in range(4)))
    assert sorted(won, key=str) == [1_000, None, None, None]


async def test_a_new_rule_is_due_for_the_first_time_after_it_was_enrolled(database: Database) -> None:
    await database.write(lambda c: enrol(c, "weekly", 1_000))
    assert await database.write(lambda c: claim_due(c, "weekly", 1_000)) is None
    assert await database.write(lambda c: claim_due(c, "unknown", 1_000)) is None
    await database.write(lambda c: enrol(c, "weekly", 5))
    assert await database.write(lambda c: claim_due(c, "weekly", 1_001)) == 1_000
    assert await database.write(lambda c: claim_due(c, "weekly", 1_002)) == 1_001
