"""Where things are, on each engine: the API's tests ask SQLite alone."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.kernel.clock import HOUR, MINUTE
from app.store import Database, collected, measure_places, measure_states, where
from app.store.collected import LOOKED, Seen
from app.store.fact_tables import fact_deployments
from app.store.where import Thing
from app.store.where_got import got
from tests.api.test_where import AT, MERGED, NEW, OWN, story

STAGES = [("dev", "development"), ("qa", "testing"), ("prod", "production")]


async def test_where_things_are(database: Database) -> None:
    await database.write(story)

    def read(connection: Connection) -> None:
        assert where.things(connection, OWN[:8], ["pay"]) == [Thing("pay", OWN, None)]
        assert where.things(connection, "2", ["pay"]) == [Thing("pay", MERGED, "2")]
        assert where.things(connection, "100%", ["pay"]) == []
        there = got(connection, Thing("pay", MERGED, "2"), STAGES)["environments"]
        assert [each["state"] for each in there] == ["gone", "there", "not_there"]
        assert [row["sha"] for row in where.commits_for(connection, "PAY-4")] == [NEW]
        assert where.commits_for(connection, "PAY_4") == []
        rows = measure_states.ran(connection, {"environment": "dev"}, AT + MINUTE, AT + 90 * MINUTE, limit=9, offset=0)
        assert [(row["actual_version"], row["until"]) for row in rows] == [("1", AT + HOUR), ("2", AT + 2 * HOUR)]
        (place,) = measure_places.tickets(connection, {"key": "PAY-2"}, limit=9, after=None)
        assert (place["summary"], place["looked_at"], place["stale"]) == ("about PAY-2", None, False)

    await database.read(read)


async def test_what_has_no_version_is_called_by_its_commit(database: Database) -> None:
    await database.write(story)
    await database.write(lambda c: c.execute(sa.update(fact_deployments).values(version=None)))
    rows = await database.read(lambda c: measure_states.ran(c, {"environment": "qa"}, AT, AT + 1, limit=9, offset=0))
    assert [row["actual_version"] for row in rows] == ["d" * 40]


async def test_states_are_no_older_than_the_last_look(database: Database) -> None:
    await database.write(story)
    await database.write(lambda c: collected.note(c, [Seen("lease", "lease", "me", 9 * AT), Seen(LOOKED, "x", "", AT)]))
    assert await database.read(collected.looked_at) == AT

    def states(connection: Connection) -> list[dict[str, Any]]:
        return measure_states.environments(connection, {}, drift=False, limit=9, offset=0, fresh_after=2 * AT)

    assert [(row["looked_at"], row["stale"]) for row in await database.read(states)] == [(None, False)] * 3
