import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from app.events import Draft, Hints
from app.ingest import schedules
from app.ingest.own_news import Teller, tell
from app.ingest.process import Book
from app.ingest.schedules import Scheduler
from app.kernel.clock import DAY, HOUR
from app.routing import route
from app.store import Connection, Database
from app.store.tables import deliveries, events
from tests.conftest import HandClock
from tests.measures.rows import add, row

MONDAY = 1_790_560_800_000_000
"""2026-09-28 02:00 UTC, which is 04:00 in Berlin."""
WEEKLY = """\
defaults: {timezone: Europe/Berlin}
rules:
  - {name: weekly, schedule: {days: [mon], at: "09:00"}, to: [deployments], card: weekly}
"""


class Running:
    """A scheduler over a database; `woken` are the channels that the courier was told of."""

    def __init__(self, database: Database, clock: HandClock, book: Book) -> None:
        self.woken: list[str] = []
        self.scheduler = Scheduler(Teller(database, lambda: book, self.woken.extend), database.clock)


def turn(database: Database, clock: HandClock, to: int) -> None:
    """Turn the clock so that the database's shows this time: PostgreSQL has one of its own."""
    clock.now += to - database.clock()


def sent(connection: Connection) -> list[tuple[str, str, str, dict[str, Any]]]:
    rows = sa.select(deliveries.c.channel, deliveries.c.card, deliveries.c.rule, events.c.data).join(
        events, events.c.id == deliveries.c.event_id
    )
    return [(row[0], row[1], row[2], json.loads(row[3])) for row in connection.execute(rows.order_by(deliveries.c.id))]


async def test_a_summary_is_sent_when_it_is_due_and_tells_what_happened(
    database: Database, clock: HandClock, book: Callable[[str], Book]
) -> None:
    turn(database, clock, MONDAY)
    weekly = book(WEEKLY)
    running = Running(database, clock, weekly)
    await running.scheduler.once()
    assert await database.read(sent) == []
    clock.now += HOUR  # Monday still, before nine
    ended = [
        Draft(
            type="deployment.finished",
            subject=f"deployment:{n}",
            identity=str(n),
            status="failed" if n == 0 else "succeeded",
            hints=Hints(service=(("name", "checkout"),), environment=(("name", "prod"),)),
        )
        for n in range(3)
    ]
    await database.write(lambda c: tell(c, weekly, ended, database.clock(), lambda book, view: route(book.rules, view)))
    clock.now += 5 * HOUR
    await running.scheduler.once()
    await running.scheduler.once()
    [(channel, card, rule, view)] = [one for one in await database.read(sent) if one[1] == "weekly"]
    assert (channel, card, rule, running.woken) == ("platform", "weekly", "weekly", ["platform"])
    assert view["type"] == "shipbell.summary"
    assert view["rule"] == "weekly"
    assert (view["summary"]["deployments"], view["summary"]["failed_deployments"]) == (3, 1)
    assert view["summary"]["until"] == "2026-09-28T07:00:00.000000Z"


async def test_a_summary_has_the_measures_of_its_time(
    database: Database, clock: HandClock, book: Callable[[str], Book]
) -> None:
    turn(database, clock, MONDAY)
    await Running(database, clock, book(WEEKLY)).scheduler.once()
    week = MONDAY - 3 * DAY
    rows = [row("deployment", id=f"{n:032x}", environment="prod", live_at=week + n * HOUR) for n in range(6)]
    rows += [row("deployment", id=f"{9:032x}", environment="prod", live_at=MONDAY - 9 * DAY)]  # the week before
    rows += [
        row("arrival", environment="prod", sha=f"{n:040x}", live_at=week + n * HOUR, authored_at=week - HOUR)
        for n in range(6)
    ]
    await database.write(lambda c: add(c, *rows))
    clock.now += 6 * HOUR
    await Running(database, clock, book(WEEKLY)).scheduler.once()
    [(_, _, _, view)] = await database.read(sent)
    assert view["summary"]["dora"]["deployments"] == 6
    assert view["summary"]["dora"]["lead_time_seconds"] == 3.5 * 3600  # one to six hours
    assert view["summary"]["dora"]["change_fail_ratio"] == 0
    assert "recovery_seconds" not in view["summary"]["dora"]


async def test_replicas_and_restarts_send_it_once(
    database: Database, clock: HandClock, book: Callable[[str], Book]
) -> None:
    turn(database, clock, MONDAY)
    await Running(database, clock, book(WEEKLY)).scheduler.once()
    clock.now += 6 * HOUR
    for _ in range(3):
        await Running(database, clock, book(WEEKLY)).scheduler.once()
    assert len(await database.read(sent)) == 1


async def test_what_is_late_by_more_than_a_day_is_left_out_and_covered_by_the_next(
    database: Database, clock: HandClock, book: Callable[[str], Book]
) -> None:
    turn(database, clock, MONDAY)
    await Running(database, clock, book(WEEKLY)).scheduler.once()
    clock.now += 3 * DAY
    await Running(database, clock, book(WEEKLY)).scheduler.once()
    assert await database.read(sent) == []
    turn(database, clock, MONDAY + 7 * DAY + 6 * HOUR)
    await Running(database, clock, book(WEEKLY)).scheduler.once()
    [(_, _, _, view)] = await database.read(sent)
    assert view["summary"]["since"] == "2026-09-21T07:00:00.000000Z"
    assert view["summary"]["until"] == "2026-10-05T07:00:00.000000Z"


async def test_a_summary_that_cannot_be_made_ends_nothing(
    database: Database, clock: HandClock, book: Callable[[str], Book], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedules, "EVERY_SECONDS", 0.01)
    scheduler, tries = Running(database, clock, book(WEEKLY)).scheduler, 0

    async def broken() -> None:
        nonlocal tries
        tries += 1
        raise ValueError("a defect")

    monkeypatch.setattr(scheduler, "once", broken)
    task = asyncio.create_task(scheduler.run())
    async with asyncio.timeout(20):
        while tries < 3:
            await asyncio.sleep(0.01)
    assert not task.done()
    task.cancel()
