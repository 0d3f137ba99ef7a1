"""What waits, walked at random on both engines: no order, duplicate, crash or replica changes what is told together."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from app.delivery.bundler import SETTLE, Bundler
from app.kernel.clock import DAY, SECOND, iso
from app.kernel.ids import new_id
from app.routing.calm import Wait
from app.store import Connection, Database
from app.store.closing import Changed, Closing, close
from app.store.deliveries import Wanted, plan
from app.store.due_bundles import due
from app.store.events import NewEvent
from app.store.events import add as add_events
from app.store.opening import open_database
from app.store.tables import bundle_items, bundles, deliveries, digests, events, receipts
from tests.conftest import START, HandClock

SLOT = 40 * SECOND
WAITS = {
    "team": ("group", 20 * SECOND, 50 * SECOND),
    "qa": ("coalesce", 30 * SECOND, 30 * SECOND),
    "ops": ("hold", 0, 0),
    "dev": ("group", 5 * SECOND, 5 * SECOND),
}
LONGEST_UNREAD = 45 * SECOND
"""A receipt is read within this time: shorter than the bundles' patience with what is unread."""


@dataclass(frozen=True, order=True)
class News:
    at: int
    occurred: int
    id: str
    channel: str

    @property
    def wait(self) -> Wait:
        how, wait, max_wait = WAITS[self.channel]
        until = (self.at // SLOT + 1) * SLOT if how == "hold" else 0
        return Wait(how, "rule", "key", "card", self.at, wait, max_wait, until)  # type: ignore[arg-type]


def expected(news: list[News]) -> set[tuple[str, frozenset[str]]]:
    """What has to be told together, from the times alone."""
    told = set()
    for channel, (how, wait, max_wait) in WAITS.items():
        sittings: list[list[News]] = []
        ends = 0
        for one in sorted(each for each in news if each.channel == channel):
            if not sittings or one.at > ends:
                sittings.append([])
            sittings[-1].append(one)
            together = sittings[-1]
            ends = max(max(each.wait.until for each in together), min(one.at + wait, together[0].at + max_wait))
        told |= {(channel, frozenset({max(s).id} if how == "coalesce" else {n.id for n in s})) for s in sittings}
    return told


class BundleMachine(RuleBasedStateMachine):
    """`runner`, `database` and `clock` are set by the test; every example begins with empty tables."""

    runner: asyncio.Runner
    database: Database
    clock: HandClock

    def __init__(self) -> None:
        super().__init__()
        self.clock.now = START
        self.news: list[News] = []
        self.unread: list[News] = []
        self.late: list[Closing] = []
        self.replicas = [Bundler(self.database, lambda _: None) for _ in range(2)]
        for table in (deliveries, bundles, bundle_items, digests, events, receipts):
            self.runner.run(self.database.write(lambda c, table=table: c.execute(sa.delete(table))))

    @rule(
        arrivals=st.lists(
            st.tuples(st.sampled_from(sorted(WAITS)), st.integers(-2, 2), st.integers(0, 8)), min_size=1, max_size=5
        )
    )
    def receive(self, arrivals: list[tuple[str, int, int]]) -> None:
        """Requests arrive and are stored, nobody has read them yet."""
        for channel, occurred, seconds in arrivals:
            at = self.database.clock()
            one = News(at, at + occurred * SECOND, f"{len(self.news):032}", channel)
            self.news.append(one)
            self.unread.append(one)
            row = {"id": new_id(at), "source": one.id, "received_at": at, "headers": "{}", "key_index": 0,
                   "state": "received", "tries": 0, "due_at": at}  # fmt: skip
            self.runner.run(self.database.write(lambda c, row=row: c.execute(sa.insert(receipts), row)))
            self._pass(seconds)

    @precondition(lambda self: self.unread)
    @rule(data=st.data(), again=st.booleans())
    def read(self, data: st.DataObject, again: bool) -> None:
        """Some of them are read, in any order; sometimes something a second time."""
        batch = data.draw(st.lists(st.sampled_from(self.unread), unique=True, min_size=1))
        old = [data.draw(st.sampled_from(self.news))] if again else []
        self._read(batch + [one for one in old if one not in self.unread])

    @rule(seconds=st.integers(1, 60))
    def pass_time(self, seconds: int) -> None:
        self._pass(seconds)

    @rule(replica=st.integers(0, 1))
    def restart(self, replica: int) -> None:
        self.replicas[replica] = Bundler(self.database, lambda _: None)

    @rule(both=st.booleans())
    def close_bundles(self, both: bool) -> None:
        async def work() -> None:
            await asyncio.gather(*(each.once() for each in self.replicas[: 1 + both]))

        self.runner.run(work())

    @rule()
    def look_and_pause(self) -> None:
        """A replica reads what is due, and is held up before it writes (or dies)."""

        async def work() -> None:
            now, replica = self.database.clock(), self.replicas[0]
            for bundle in await self.database.read(partial(due, now=now - SETTLE, patient_until=0, limit=9)):
                span = await replica._span(bundle)
                if span.due <= bundle.due_at:
                    self.late.append(await replica._closing(bundle, span))

        self.runner.run(work())

    @rule(number=st.integers(0, 5))
    def write_late(self, number: int) -> None:
        if number >= len(self.late):
            return
        closing, now = self.late[number], self.database.clock()
        try:
            self.runner.run(self.database.write(lambda c: close(c, closing, now)))
        except Changed:
            self.late.remove(closing)

    def teardown(self) -> None:
        """Everything is read, time passes, and what was told is what the times say."""
        if self.unread:
            self._read(list(self.unread))
        for _ in range(60):
            self.clock.advance(20)
            self.close_bundles(both=False)
            if not self.runner.run(self.database.read(is_any_open)):
                break
        told = self.runner.run(self.database.read(told_together))
        assert len(told) == len(set(told)), "told twice"
        assert set(told) == expected(self.news)

    def _pass(self, seconds: int) -> None:
        """Time passes, but nothing is left unread for too long."""
        later = self.database.clock() + seconds * SECOND
        overdue = [one for one in self.unread if one.at + LONGEST_UNREAD < later]
        if overdue:
            self._read(overdue)
        self.clock.advance(seconds)

    def _read(self, batch: list[News]) -> None:
        now = self.database.clock()

        def work(connection: Connection) -> None:
            add_events(connection, [stored(one) for one in batch])
            plan(connection, [wanted(one) for one in batch], now)
            read = sa.update(receipts).where(receipts.c.source.in_([one.id for one in batch]))
            connection.execute(read.values(state="processed"))

        self.runner.run(self.database.write(work))
        self.unread = [one for one in self.unread if one not in batch]


def stored(one: News) -> NewEvent:
    view = {"id": one.id, "type": "tests.finished", "occurred_at": iso(one.occurred)}
    return NewEvent(
        one.id, one.id, "tests.finished", None, "x", "s", None, "s", one.occurred, one.at, orjson.dumps(view)
    )


def wanted(one: News) -> Wanted:
    return Wanted(one.id, one.channel, "generic", "rule", 0, DAY, wait=one.wait)


def is_any_open(connection: Connection) -> bool:
    return bool(connection.scalar(sa.select(sa.func.count()).where(bundles.c.closed_at.is_(None))))


def told_together(connection: Connection) -> list[tuple[str, frozenset[str]]]:
    views: dict[str, Any] = {row.id: orjson.loads(row.data) for row in connection.execute(sa.select(digests))}
    found: dict[int, tuple[str, frozenset[str]]] = defaultdict()
    for row in connection.execute(sa.select(deliveries)):
        digest = views.get(row.event_id)
        ids = [item["id"] for item in digest["digest"]["items"]] if digest else [row.event_id]
        found[row.id] = (row.channel, frozenset(ids))
    return list(found.values())


@pytest.fixture
def machine(database_url: str) -> Iterator[type[BundleMachine]]:
    with asyncio.Runner() as runner:
        clock = HandClock()
        database = open_database(database_url, clock)
        runner.run(database.start())
        BundleMachine.runner, BundleMachine.database, BundleMachine.clock = runner, database, clock
        yield BundleMachine
        runner.run(database.close())


def test_what_is_told_together_depends_on_the_times_alone(machine: type[BundleMachine]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=30, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
