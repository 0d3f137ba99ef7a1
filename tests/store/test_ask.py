import contextlib

import pytest
import sqlalchemy as sa

from app.kernel.errors import ValueRefused
from app.store import Database
from app.store.apart import apart
from app.store.ask import ask
from app.store.fact_tables import fact_chains
from app.store.tables import schedules

SOME = sa.select(schedules.c.rule, schedules.c.last_due).where(
    schedules.c.rule.in_(sa.bindparam("rules_", expanding=True)), schedules.c.last_due > 1
)
EVERY = sa.select(schedules.c.rule, schedules.c.last_due).order_by(schedules.c.rule)
ALL = SOME.order_by(schedules.c.rule)
FLAGS = sa.select(sa.true(), sa.cast(sa.null(), sa.Boolean), schedules.c.rule)
MOVE = (
    sa.update(schedules)
    .where(schedules.c.rule.in_(sa.bindparam("rules_", expanding=True)))
    .values(rule=sa.bindparam("new_", type_=sa.String), last_due=schedules.c.last_due + 1)
    .returning(schedules.c.rule, schedules.c.last_due)
)
NOTHING = sa.select(sa.column("x")).select_from(sa.table("there_is_none"))


async def test_lists_of_any_length_find_what_is_there(database: Database) -> None:
    def told(connection: sa.Connection) -> list[int]:
        rows = [{"rule": f"r{number}", "last_due": number} for number in range(9)]
        connection.execute(sa.insert(schedules), rows)
        asked = [[f"r{number}" for number in range(size)] for size in (0, 1, 2, 3, 5, 9)]
        return [len(ask(connection, SOME, {"rules_": names})) for names in asked]

    assert await database.write(told) == [0, 0, 0, 1, 3, 7]
    found = await database.read(lambda connection: ask(connection, ALL, {"rules_": ["r3", "r2"]}))
    assert found == [("r2", 2), ("r3", 3)]


async def test_a_flag_is_a_flag_on_both_engines(database: Database) -> None:
    await database.write(lambda connection: connection.execute(sa.insert(schedules), [{"rule": "r", "last_due": 1}]))
    found = await database.read(lambda connection: ask(connection, FLAGS, {}))
    assert found == [(True, None, "r")]
    assert found[0][0] is True


async def test_a_fault_is_told_as_everybody_tells_it(database: Database) -> None:
    def told(connection: sa.Connection) -> str:
        with pytest.raises(sa.exc.DBAPIError) as failed:
            ask(connection, NOTHING, {})
        return str(failed.value)

    assert "there_is_none" in await database.read(told)


async def test_a_change_answers_and_one_that_fails_is_tried_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.store.ask._questions", {})  # other tests have made up as many questions as are remembered

    def told(connection: sa.Connection) -> list[tuple[str, int]]:
        connection.execute(sa.insert(schedules), [{"rule": name, "last_due": 1} for name in ("a", "b", "c")])
        return ask(connection, MOVE, {"rules_": ["a", "none", "nothing"], "new_": "d"})

    def twice(connection: sa.Connection) -> None:
        counted: list[str] = []
        sa.event.listen(connection, "before_cursor_execute", lambda *told: counted.append(told[2]))
        with pytest.raises(sa.exc.IntegrityError):
            ask(connection, MOVE, {"rules_": ["b", "c"], "new_": "e"})
        assert len(counted) == (connection.dialect.name == "postgresql")  # on SQLite the driver was asked, and it alone

    assert await database.write(told) == [("d", 2)]
    with contextlib.suppress(sa.exc.DBAPIError, ValueRefused):  # PostgreSQL ends the transaction
        await database.write(twice)
    found = await database.read(lambda connection: ask(connection, EVERY, {}))
    assert found == [("b", 1), ("c", 1), ("d", 2)]


async def test_what_fails_apart_leaves_the_rest(database: Database) -> None:
    def told(connection: sa.Connection) -> list[str]:
        row = {"rule": "kept", "last_due": 1}
        connection.execute(sa.insert(schedules), [row])

        def broken() -> None:
            connection.execute(sa.insert(fact_chains), [{"service": "checkout", "environment": "prod"}])
            raise KeyError("a defect")

        def twice() -> None:
            connection.execute(sa.insert(schedules), [row])

        return [type(error).__name__ for error in (apart(connection, broken), apart(connection, twice))]

    assert await database.write(told) == ["KeyError", "IntegrityError"]
    kept = sa.select(sa.func.count()).select_from(schedules), sa.select(sa.func.count()).select_from(fact_chains)
    assert await database.read(lambda connection: [connection.scalar(each) for each in kept]) == [1, 0]
