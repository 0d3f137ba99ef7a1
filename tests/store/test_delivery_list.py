"""Deliveries as the API and the gauges show them."""

import sqlalchemy as sa

from app.kernel.clock import DAY, HOUR
from app.store import Database
from app.store.deliveries import owe_again
from app.store.delivery_list import Sought, backlog, list_deliveries, show_delivery
from app.store.tables import attempts, deliveries
from tests.store.rows import owe, snapshot


async def filled(database: Database) -> int:
    now = database.clock()

    def work(connection: sa.Connection) -> None:
        owe(connection, ["e1", "e2"], now, "team")
        owe(connection, ["e3"], now + HOUR, "qa")
        connection.execute(
            sa.update(deliveries).where(deliveries.c.event_id == "e2").values(state="dead", finished_at=now)
        )

    await database.write(work)
    return now


async def test_the_newest_first_page_by_page(database: Database) -> None:
    await filled(database)
    first = await database.read(lambda c: list_deliveries(c, Sought(), limit=2))
    assert [each.event_id for each in first] == ["e3", "e2"]
    rest = await database.read(lambda c: list_deliveries(c, Sought(), limit=2, before=first[-1].id))
    assert [each.event_id for each in rest] == ["e1"]


async def test_each_filter_holds(database: Database) -> None:
    now = await filled(database)
    key = next(row.key for row in (await database.read(snapshot)).values() if row.event_id == "e2")
    for sought, events in (
        (Sought(event_id="e1"), ["e1"]),
        (Sought(channel="team"), ["e2", "e1"]),
        (Sought(state="dead"), ["e2"]),
        (Sought(since=now + 1), ["e3"]),
        (Sought(key_prefix=key[:5]), ["e2"]),
        (Sought(channel="qa", state="dead"), []),
    ):
        found = await database.read(lambda c, sought=sought: list_deliveries(c, sought))
        assert [each.event_id for each in found] == events


async def test_a_delivery_is_shown_with_its_attempts(database: Database) -> None:
    await filled(database)
    (one,) = await database.read(lambda c: list_deliveries(c, Sought(event_id="e1")))
    for fence in (2, 1):
        row = {
            "delivery_id": one.id,
            "fence": fence,
            "started_at": fence,
            "ended_at": 9,
            "verdict": "retry",
            "reason": "dns",
        }
        await database.write(lambda c, row=row: c.execute(sa.insert(attempts), row))
    shown = await database.read(lambda c: show_delivery(c, one.id))
    assert shown is not None
    assert shown[0] == one
    assert [each.started_at for each in shown[1]] == [1, 2]
    assert await database.read(lambda c: show_delivery(c, 9999)) is None


async def test_a_dead_letter_that_is_owed_again_counts_no_more(database: Database) -> None:
    now = await filled(database)
    before = await database.read(backlog)
    assert (before.pending, before.oldest_pending) == ({"team": 1, "qa": 1}, {"team": now, "qa": now + HOUR})
    assert (before.dead, before.oldest_dead) == ({"team": 1}, now)
    (dead,) = await database.read(lambda c: list_deliveries(c, Sought(state="dead")))
    await database.write(lambda c: owe_again(c, dead.id, now + 1, DAY))
    after = await database.read(backlog)
    assert (after.pending, after.dead, after.oldest_dead) == ({"team": 2, "qa": 1}, {}, None)
