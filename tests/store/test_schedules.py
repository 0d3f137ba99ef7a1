import asyncio

from app.store import Database
from app.store.schedules import claim_due, enrol


async def test_what_was_due_before_a_rule_was_known_is_not_made_up_for(database: Database) -> None:
    assert await database.write(lambda c: claim_due(c, "weekly", 1_000)) is None
    await database.write(lambda c: enrol(c, "weekly", 1_000))
    assert await database.write(lambda c: claim_due(c, "weekly", 1_000)) is None
    await database.write(lambda c: enrol(c, "weekly", 5_000))  # known already: nothing is forgotten
    assert await database.write(lambda c: claim_due(c, "weekly", 2_000)) == 1_000


async def test_each_moment_is_taken_once_however_many_replicas_see_it(database: Database) -> None:
    await database.write(lambda c: enrol(c, "weekly", 1_000))
    taken = await asyncio.gather(*(database.write(lambda c: claim_due(c, "weekly", 2_000)) for _ in range(4)))
    assert sorted(taken, key=str) == [1_000, None, None, None]
    assert await database.write(lambda c: claim_due(c, "weekly", 1_500)) is None
    assert await database.write(lambda c: claim_due(c, "weekly", 3_000)) == 2_000
