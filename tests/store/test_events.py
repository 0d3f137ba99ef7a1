"""Events read in the order in which they were received."""

import orjson
import sqlalchemy as sa

from app.store import Database
from app.store.events import as_received
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
