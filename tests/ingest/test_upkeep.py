"""Upkeep: room on the disk, gauges, jumps of the clock, and retention on both engines."""

import asyncio
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from app import telemetry
from app.ingest import upkeep
from app.ingest.upkeep import Disk, Upkeep
from app.kernel.clock import DAY, SECOND
from app.kernel.errors import StoreUnavailable
from app.store import Database
from app.store.deliveries import plan
from app.store.tables import attempts, deliveries, metadata, news_sent, receipts, seen
from tests.api.rows import add_receipts
from tests.conftest import HandClock
from tests.store.rows import add_events, want


class Usage(NamedTuple):
    free: int


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What is free on the disk, in bytes; the last one counts."""
    said = [1000]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(said[-1]))
    return said


def value(metric: Any) -> float:
    return float(metric._value.get())


def test_the_disk_is_full_below_the_reserve_and_has_room_again(free: list[int], tmp_path: Path) -> None:
    disk = Disk(tmp_path, 500)
    disk.look()
    assert (disk.full, value(telemetry.DB_FREE)) == (False, 1000)
    for bytes_free, full in ((500, False), (499, True), (0, True), (500, False)):
        free.append(bytes_free)
        disk.look()
        assert (disk.full, value(telemetry.DB_FREE)) == (full, bytes_free)


def test_there_is_no_disk_to_look_at_beside_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: pytest.fail("looked"))
    disk = Disk(None, 1 << 60)
    disk.look()
    assert not disk.full


@pytest.fixture
def steady(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock that only goes forward, in seconds; the last one counts."""
    said = [0.0]
    monkeypatch.setattr(upkeep, "monotonic", lambda: said[-1])
    return said


def kept(database: Database, *, history: int = 400 * DAY, attempts: int = 30 * DAY) -> Upkeep:
    return Upkeep(database, Disk(None, 0), history=history, attempts=attempts)


@pytest.mark.parametrize(
    ("clock_moves", "time_passes", "jumps"),
    [(1, 1, 0), (59, 1, 0), (120, 120, 0), (3600, 1, 1), (-3600, 1, 1), (1, 3600, 1)],
)
async def test_F44_a_clock_that_is_put_back_or_forth_is_counted(
    database: Database, clock: HandClock, steady: list[float], clock_moves: float, time_passes: float, jumps: int
) -> None:
    before = value(telemetry.CLOCK_JUMPS)
    work = kept(database)
    work._watch_clock()
    clock.advance(clock_moves)
    steady.append(time_passes)
    work._watch_clock()
    work._watch_clock()  # once is enough
    assert value(telemetry.CLOCK_JUMPS) - before == jumps


async def test_F44_nothing_is_old_until_the_clock_has_run_steadily_for_an_hour(
    database: Database, clock: HandClock, steady: list[float]
) -> None:
    work = kept(database)

    def after(seconds: float, clock_moves: float) -> bool:
        clock.advance(clock_moves)
        steady.append(steady[-1] + seconds)
        return work._steady()

    assert [after(0, 0), after(3599, 3599), after(1, 1)] == [False, False, True]
    assert [after(1, 10 * 365 * 86400), after(3599, 3599), after(1, 1)] == [False, False, True]
    assert [after(1, -10 * 365 * 86400), after(3600, 3600)] == [False, True]


async def test_F44_a_service_that_starts_in_the_wrong_year_deletes_nothing(
    database: Database, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await database.write(lambda connection: history(connection, database.clock()))
    clock.advance(5000 * 86400)
    work, looks = kept(database), 0

    async def look() -> None:
        nonlocal looks
        looks += 1

    monkeypatch.setattr(upkeep, "DISK_EVERY", 0)  # so each turn is one in which to prune
    monkeypatch.setattr(work, "_measure", look)
    task = asyncio.create_task(work.run())
    async with asyncio.timeout(20):
        while looks < 3:
            await asyncio.sleep(0.01)
    task.cancel()
    assert await rows(database) == FULL


async def test_the_gauges_are_kept_while_it_runs(
    database: Database, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "DISK_EVERY", 0.001)

    now = database.clock()

    def work(connection: Connection) -> None:
        add_receipts(connection, 1)
        connection.execute(sa.update(receipts).values(due_at=now - 100 * SECOND))
        add_events(connection, ["a" * 32, "b" * 32, "c" * 32], now)

    await database.write(work)
    task = asyncio.create_task(kept(database).run())
    try:
        async with asyncio.timeout(20):
            while value(telemetry.STORE_EVENTS) != 3 or not 99 < value(telemetry.OLDEST_UNROUTED) < 160:
                await asyncio.sleep(0.01)
        assert value(telemetry.STORE_SIZE) > 0
        await database.write(lambda connection: connection.execute(sa.update(receipts).values(state="processed")))
        async with asyncio.timeout(20):
            while value(telemetry.OLDEST_UNROUTED) != 0:
                await asyncio.sleep(0.01)
    finally:
        task.cancel()


async def rows(database: Database) -> dict[str, int]:
    def work(connection: Connection) -> dict[str, int]:
        return {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
        }

    return {name: number for name, number in (await database.read(work)).items() if number}


def history(connection: Connection, now: int, state: str = "delivered", receipt: str = "processed") -> None:
    """A receipt, an event with a settled delivery and an attempt, all of `now`."""
    add_receipts(connection, 1, state=receipt)
    connection.execute(sa.update(receipts).values(received_at=now))
    connection.execute(sa.update(seen).values(seen_at=now))
    add_events(connection, ["a" * 32], now)
    plan(connection, [want("a" * 32, dedupe=("same", DAY))], now)
    connection.execute(sa.update(deliveries).values(state=state, finished_at=now))
    connection.execute(
        sa.insert(attempts),
        {"delivery_id": 1, "fence": 1, "started_at": now, "ended_at": now, "verdict": "delivered", "reason": "ok"},
    )


FULL = {"receipts": 1, "receipt_bodies": 1, "seen": 1, "events": 1, "deliveries": 1, "attempts": 1, "news_sent": 1}


async def test_nothing_goes_before_its_time(database: Database, clock: HandClock) -> None:
    await database.write(lambda connection: history(connection, database.clock()))
    clock.advance(29 * 86400)
    assert await kept(database).prune() == 0
    assert await rows(database) == FULL


async def test_attempts_and_keys_go_first_and_the_history_stays(database: Database, clock: HandClock) -> None:
    await database.write(lambda connection: history(connection, database.clock()))
    clock.advance(32 * 86400)
    assert await kept(database).prune() == 3
    assert await rows(database) == {"receipts": 1, "receipt_bodies": 1, "events": 1, "deliveries": 1}


async def test_the_history_goes_with_all_that_belongs_to_it(database: Database, clock: HandClock) -> None:
    await database.write(lambda connection: history(connection, database.clock()))
    clock.advance(401 * 86400)
    assert await kept(database).prune() > 0
    assert await rows(database) == {}


@pytest.mark.parametrize("state", ["pending", "inflight"])
async def test_what_still_waits_is_kept_however_old_it_is(database: Database, clock: HandClock, state: str) -> None:
    await database.write(lambda connection: history(connection, database.clock(), state, "received"))
    clock.advance(5000 * 86400)
    await kept(database).prune()
    assert await rows(database) == {"receipts": 1, "receipt_bodies": 1, "deliveries": 1}


async def test_many_rows_go_in_bites(database: Database, clock: HandClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.store.retention.BITE", 10)
    await database.write(lambda connection: add_receipts(connection, 35, state="ignored"))
    clock.advance(800 * 86400)
    assert await kept(database).prune() == 35 + 35  # receipts and their keys
    assert await rows(database) == {}


async def test_a_store_that_is_away_is_waited_for(
    database: Database, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "DISK_EVERY", 0.001)
    tries = 0

    async def away(work: Any) -> Any:
        nonlocal tries
        tries += 1
        raise StoreUnavailable("gone")

    monkeypatch.setattr(database, "read", away)
    task = asyncio.create_task(kept(database).run())
    async with asyncio.timeout(20):
        while tries < 3:
            await asyncio.sleep(0.01)
    assert not task.done()
    task.cancel()


def test_no_table_is_forgotten() -> None:
    """Whoever adds a table says here whether it is pruned."""
    pruned = {"receipts", "receipt_bodies", "seen", "events", "routings", "deliveries", "attempts", "news_sent"}
    pruned |= {"event_routings", "bundles", "bundle_items", "digests", "lead_times_observed"}
    for_ever = {"channel_states", "budgets", "audit", "schedules", "metric_counters", "collected", "differences"}
    facts = {name for name in metadata.tables if name.startswith("fact_")}  # years are compared by them
    assert set(metadata.tables) == pruned | for_ever | facts
    assert (seen.name, news_sent.name) == ("seen", "news_sent")
