"""Events read in the order in which they were received."""

import orjson
import sqlalchemy as sa

from app.kernel.ids import derived_id
from app.store import Database
from app.store.events import as_received, record_routings, routing_of
from app.store.retention import prune_history
from app.store.tables import events, routings, routings_by_id
from tests.store.rows import add_events


async def test_events_come_in_the_order_of_their_receipt_page_by_page(database: Database) -> None:
    for ids, at in ((["d"], 40), (["a", "b"], 10), (["c"], 20)):  # a replay stores late what was received early
        await database.write(lambda c, ids=ids, at=at: add_events(c, ids, at))
    found, after = [], (0, 0)
    while page := await database.read(lambda c, after=after: as_received(c, after, 2)):
        assert len(page) <= 2
        found += [(at, orjson.loads(data)["id"]) for at, _, data in page]
        after = page[-1][:2]
    assert found == [(10, "a"), (10, "b"), (20, "c"), (40, "d")]
    assert [at for at, *_ in await database.read(lambda c: as_received(c, (10, 0), 9))] == [10, 10, 20, 40]
    assert [at for at, *_ in await database.read(lambda c: as_received(c, (11, 0), 9))] == [20, 40]


async def test_a_page_is_found_by_the_index(database: Database) -> None:
    """Without it, each page would read and sort the whole table."""
    if database.dialect != "sqlite":
        return  # on so few rows PostgreSQL rightly reads them all
    plan = (
        "EXPLAIN QUERY PLAN SELECT received_at, seq, data FROM events WHERE (received_at, seq) > (1, 2) "
        "ORDER BY received_at, seq LIMIT 3"
    )
    rows = await database.read(lambda c: [row[-1] for row in c.execute(sa.text(plan))])
    assert len(rows) == 1, rows  # a second step would be sorting
    assert rows[0].startswith("SEARCH events USING INDEX events_received")


async def test_what_was_decided_is_found_by_the_event_and_goes_with_it(database: Database) -> None:
    """The second one was decided before migration 0014, or by a replica of that version."""

    def decide(connection: sa.Connection) -> None:
        add_events(connection, ["f", "a"], 10)
        add_events(connection, ["b"], 20)
        record_routings(connection, [("b", 21, "r", "{b}"), ("f", 11, "r", "{f}")])
        record_routings(connection, [])
        old = {"event_id": "a", "at": 12, "rev": "s", "record": "{a}"}
        connection.execute(sa.insert(routings_by_id), old)

    async def decided() -> list[tuple[object, ...] | None]:
        found = [await database.read(lambda c, each=each: routing_of(c, each)) for each in "fabc"]
        return [tuple(each.values()) if each else None for each in found]

    await database.write(decide)
    assert await decided() == [(11, "r", "{f}"), (12, "s", "{a}"), (21, "r", "{b}"), None]
    assert await database.write(lambda c: prune_history(c, 20)) == 2
    assert await decided() == [None, None, (21, "r", "{b}"), None]
    left = {table.name: sa.select(sa.func.count()).select_from(table) for table in (events, routings, routings_by_id)}
    found = {name: await database.read(lambda c, each=each: c.scalar(each)) for name, each in left.items()}
    assert found == {"events": 1, "event_routings": 1, "routings": 0}


async def test_records_of_decisions_lie_one_behind_the_other(database: Database) -> None:
    """By the ids of their events, which are random, 64 of them took 64 pages of the log."""
    if database.dialect != "sqlite":
        return

    def decide(connection: sa.Connection) -> int:
        ids = [derived_id(each) for each in range(64)]
        add_events(connection, ids, 10)
        record_routings(connection, [(each, 11, "r", each) for each in ids])
        rowid = "SELECT e.id FROM event_routings r JOIN events e ON e.seq = r.rowid WHERE r.record = e.id"
        return len(connection.execute(sa.text(rowid)).all())

    assert await database.write(decide) == 64
