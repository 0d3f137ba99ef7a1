"""What the collector keeps: states by digest, and the right to collect."""

from app.store import Database, collected
from app.store.collected import Seen


async def test_what_was_told_is_kept_in_its_last_state(database: Database) -> None:
    first, again = Seen("ticket", "SHOP-1", "a", 10), Seen("ticket", "SHOP-1", "b", 20)
    other = Seen("commits", "x..y", "c", 5)
    await database.write(lambda c: collected.note(c, [first, other]))
    await database.write(lambda c: collected.note(c, [again]))
    await database.write(lambda c: collected.note(c, []))
    assert await database.read(lambda c: collected.read(c, ["ticket"])) == {("ticket", "SHOP-1"): again}
    assert len(await database.read(lambda c: collected.read(c, ["ticket", "commits"]))) == 2


async def test_one_replica_collects_until_its_time_is_over(database: Database) -> None:
    async def ask(owner: str, now: int) -> bool:
        return await database.write(lambda c: collected.lease(c, owner, now, now + 100))

    assert await ask("one", 0)
    assert not await ask("two", 50)
    assert await ask("one", 50)
    assert not await ask("two", 150)
    assert await ask("two", 151)
    assert not await ask("one", 160)
    await database.write(lambda c: collected.rest(c, "one", 0))  # not its own any more
    assert not await ask("one", 170)


async def test_after_a_round_whoever_comes_first_takes_the_next(database: Database) -> None:
    async def ask(owner: str, now: int, *, at_once: bool = False) -> bool:
        return await database.write(lambda c: collected.lease(c, owner, now, now + 100, at_once=at_once))

    assert await ask("one", 0)
    assert not await ask("two", 50, at_once=True)
    await database.write(lambda c: collected.rest(c, "one", 300))
    assert not await ask("one", 200)
    assert not await ask("two", 200)
    assert await ask("two", 200, at_once=True)
    await database.write(lambda c: collected.rest(c, "two", 300))
    assert await ask("one", 301)
