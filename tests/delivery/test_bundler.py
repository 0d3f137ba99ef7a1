"""The bundler: when bundles end, what is told then and by which card, once, and what a digest says."""

import asyncio
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from app.delivery.bundler import Bundler
from app.kernel.clock import DAY, HOUR, MINUTE, SECOND, iso
from app.routing.calm import Wait
from app.store import Connection, Database, counters
from app.store.deliveries import plan
from app.store.receipts import NewReceipt, Processed, accept, claim, finish
from app.store.retention import prune_history
from app.store.tables import bundle_items, bundles, deliveries, digests, events
from tests.conftest import HandClock
from tests.delivery.scenes import COALESCE, GROUP, HOLD, Scene, add_event, scene
from tests.store.rows import snapshot, want

__all__ = ["scene"]


async def test_a_group_is_told_by_one_card_when_it_is_due_and_not_before(scene: Scene) -> None:
    await scene.wait(GROUP, "e1", "e2", "e3")
    assert await scene.pass_(119 * SECOND - SECOND) == 0
    assert await scene.told() == []
    assert await scene.pass_(2 * SECOND) == 1
    assert await scene.told() == [("batch", ["e1", "e2", "e3"])]
    assert scene.woken == ["team"]
    (row,) = (await scene.database.read(snapshot)).values()
    now = scene.database.clock()
    assert (row.rule, row.generation, row.state, row.expires_at) == ("rule batches", 0, "pending", now + DAY)
    (closed,) = await scene.database.read(lambda c: c.execute(sa.select(bundles)).all())
    assert (closed.closed_at, closed.delivery_key) == (now, row.key)
    assert await scene.pass_(HOUR) == 0
    assert len(await scene.told()) == 1


async def test_a_group_of_one_is_told_by_its_card_too(scene: Scene) -> None:
    await scene.wait(GROUP, "e1")
    await scene.pass_(2 * MINUTE)
    assert await scene.told() == [("batch", ["e1"])]


async def test_of_what_is_coalesced_only_the_last_state_is_told(scene: Scene) -> None:
    await scene.wait(COALESCE, "e1", "e2", extra=b'{"message":"old"}')
    at = scene.database.clock()

    def same_moment(connection: Connection) -> None:
        for event, occurred in (("e9", at + 1), ("e3", at + 2), ("e4", at)):
            add_event(connection, event, occurred)
            plan(connection, [want(event, extra=event.encode(), wait=Wait(at=at, **COALESCE))], at)  # type: ignore[arg-type]

    await scene.database.write(same_moment)
    await scene.pass_(5 * MINUTE)
    assert await scene.told() == [("generic", "e3")]
    (row,) = (await scene.database.read(snapshot)).values()
    assert row.extra == b"e3"


async def test_what_was_held_alone_goes_out_as_itself_and_several_as_a_digest(scene: Scene) -> None:
    until = scene.database.clock() + HOUR
    await scene.wait(HOLD, "e1", until=until)
    await scene.wait(
        HOLD, "e2", "e3", channel="qa", until=until, extra=b'{"mentions":[{"name":"Ada","address":"a@x"}]}'
    )
    assert await scene.pass_(HOUR - 10 * SECOND) == 0
    assert await scene.pass_(10 * SECOND) == 2
    assert sorted(await scene.told(), key=str) == [("digest", ["e2", "e3"]), ("generic", "e1")]
    assert sorted(scene.woken) == ["qa", "team"]
    rows = {row.channel: row for row in (await scene.database.read(snapshot)).values()}
    assert rows["qa"].extra == b'{"mentions":[{"name":"Ada","address":"a@x"}]}'
    assert rows["team"].extra is None


async def test_when_the_first_went_out_and_nothing_else_came_there_is_nothing_to_tell(scene: Scene) -> None:
    await scene.wait(GROUP, "e1", first_now=True)
    assert await scene.pass_(2 * MINUTE) == 1
    assert await scene.told() == [("generic", "e1")]
    assert scene.woken == []
    await scene.wait(GROUP, "e2", "e3", "e4", first_now=True)
    await scene.pass_(2 * MINUTE)
    assert await scene.told() == [("generic", "e1"), ("generic", "e2"), ("batch", ["e3", "e4"])]


async def test_what_came_too_late_is_another_bundle_whenever_they_are_closed(scene: Scene) -> None:
    await scene.wait(GROUP, "e1", "e2")
    scene.clock.advance(5 * 60)
    await scene.wait(GROUP, "e3")
    scene.clock.advance(5 * 60)
    await scene.wait(GROUP, "e4", "e5")
    assert sum([await scene.pass_(2 * MINUTE) for _ in range(4)]) == 3
    assert await scene.told() == [("batch", ["e1", "e2"]), ("batch", ["e3"]), ("batch", ["e4", "e5"])]
    assert await scene.open_bundles() == []


async def test_an_event_that_was_read_late_joins_those_that_it_came_with(scene: Scene) -> None:
    """e1 and e3 are too far apart for each other; e2, read after both, holds them together."""
    start = scene.database.clock()
    for event, seconds in (("e1", 0), ("e3", 200), ("e2", 100)):

        def work(connection: Connection, event: str = event, at: int = start + seconds * SECOND) -> None:
            add_event(connection, event, at)
            plan(connection, [want(event, wait=Wait(at=at, **GROUP))], at)  # type: ignore[arg-type]

        await scene.database.write(work)
    assert await scene.pass_(230 * SECOND) == 0
    assert await scene.pass_(91 * SECOND) == 1
    assert await scene.told() == [("batch", ["e1", "e2", "e3"])]


async def receive(database: Database, name: str) -> None:
    now = database.clock()
    await database.write(lambda c: accept(c, [NewReceipt(name * 32, "argocd", name, now, "{}", b"{}", "h", 0)]))


async def test_a_bundle_waits_for_what_came_before_its_end_and_is_not_read_yet(scene: Scene) -> None:
    database = scene.database
    await scene.pass_(0)
    scene.clock.advance(120)
    await scene.wait(GROUP, "e1")
    await receive(database, "a")
    assert await scene.pass_(2 * MINUTE) == 0
    now = database.clock()
    (claimed,) = await database.write(lambda c: claim(c, now, 10, MINUTE))
    assert await scene.pass_(SECOND) == 0, "a replica reads it just now"
    done = Processed(claimed.id, "processed", None, None, "[]", 0, now)
    await database.write(lambda c: finish(c, [done], now))
    await receive(database, "b")  # came after the end
    assert await scene.pass_(0) == 1


async def test_patience_ends_a_minute_after_the_end(scene: Scene) -> None:
    await scene.pass_(0)
    scene.clock.advance(120)
    await scene.wait(GROUP, "e1")
    await receive(scene.database, "a")
    assert await scene.pass_(2 * MINUTE + 58 * SECOND) == 0
    assert await scene.pass_(3 * SECOND) == 1


async def test_after_an_outage_patience_begins_anew(scene: Scene) -> None:
    await scene.wait(GROUP, "e1")
    await receive(scene.database, "a")
    assert await scene.pass_(HOUR) == 0
    assert await scene.pass_(59 * SECOND) == 0
    assert await scene.pass_(SECOND) == 1


async def test_replicas_close_a_bundle_once(database: Database, clock: HandClock) -> None:
    scene = Scene(database, clock)
    for n in range(5):
        await scene.wait(GROUP, f"a{n}", f"b{n}", key=f"k{n}")
    clock.advance(600)
    closed = await asyncio.gather(*(Bundler(database, lambda _: None).once() for _ in range(4)))
    while await scene.bundler.once():
        closed.append(1)
    assert sum(closed) == 5
    assert len(await scene.told()) == 5


async def test_a_card_that_comes_while_a_bundle_is_read_is_not_lost(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    await scene.wait(GROUP, "e1", "e2")
    made = scene.bundler._closing

    async def late(*args: Any) -> Any:
        closing = await made(*args)
        monkeypatch.setattr(scene.bundler, "_closing", made)
        at = scene.database.clock() - 100 * SECOND  # received in time, read only now

        def work(connection: Connection) -> None:
            add_event(connection, "e3", at)
            plan(connection, [want("e3", wait=Wait(at=at, **GROUP))], at)  # type: ignore[arg-type]

        await scene.database.write(work)
        return closing

    monkeypatch.setattr(scene.bundler, "_closing", late)
    assert await scene.pass_(2 * MINUTE) == 0
    assert await scene.told() == []
    await scene.pass_(2 * MINUTE)
    assert await scene.told() == [("batch", ["e1", "e2", "e3"])]


async def test_a_bundle_that_cannot_be_told_is_kept_and_keeps_nobody_waiting(scene: Scene) -> None:
    await scene.wait(GROUP, "e1", fields={"error": 7})  # no event can say so: it stands for a defect of ours
    await scene.wait(GROUP, "e2", key="qa")
    assert await scene.pass_(2 * MINUTE) == 1
    assert await scene.told() == [("batch", ["e2"])]
    assert len(await scene.open_bundles()) == 1
    mended = sa.update(events).where(events.c.id == "e1")
    view = {"id": "e1", "type": "deployment.finished", "occurred_at": iso(scene.clock())}
    await scene.database.write(lambda c: c.execute(mended.values(data=orjson.dumps(view))))
    assert await scene.pass_(SECOND) == 0
    assert await scene.pass_(MINUTE) == 1
    assert await scene.told() == [("batch", ["e2"]), ("batch", ["e1"])]


async def test_it_is_counted(scene: Scene) -> None:
    await scene.wait(GROUP, "e1", "e2")
    await scene.pass_(2 * MINUTE)
    assert await scene.database.read(counters.values) == {
        ("bundles_closed_total", ("group",)): 1,
        ("deliveries_planned_total", ("team",)): 1,
        ("cards_digested_total", ("team",)): 2,
    }


async def test_what_is_old_goes_with_its_deliveries(scene: Scene) -> None:
    await scene.wait(GROUP, "e1", "e2")
    await scene.pass_(2 * MINUTE)
    await scene.wait(GROUP, "e3")
    late = scene.database.clock() + DAY
    while await scene.database.write(lambda c: prune_history(c, late)):
        pass
    assert len(await scene.told()) == 1, "it is still owed"
    await scene.database.write(lambda c: c.execute(sa.update(deliveries).values(state="delivered", finished_at=1)))
    while await scene.database.write(lambda c: prune_history(c, late)):
        pass
    left = {}
    for table in (bundles, bundle_items, digests, deliveries):
        left[table.name] = await scene.database.read(
            lambda c, table=table: c.scalar(sa.select(sa.func.count()).select_from(table))
        )
    assert left == {"bundles": 1, "bundle_items": 1, "digests": 0, "deliveries": 0}
