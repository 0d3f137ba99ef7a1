"""The states of a delivery, walked at random on both engines against a model: what is not allowed changes no row."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from app.kernel.clock import HOUR, MINUTE, SECOND
from app.store import Database
from app.store.channel_states import enrol, own
from app.store.claims import claim
from app.store.deliveries import cancel, owe_again, plan
from app.store.opening import open_database
from app.store.reaping import expire, expired, reap
from app.store.results import RELEASED, Change, Result, record
from app.store.tables import channel_states, deliveries
from tests.conftest import HandClock
from tests.store.rows import snapshot, want

LEASE = 60 * SECOND
CHANGES = [
    Change("delivered", None, 202),
    Change("dead", "http_400", 400),
    Change("pending", "http_5xx", 503, due_at=1),
    Change("pending", "timeout", ambiguous=1),
    RELEASED,
]


@dataclass
class Model:
    state: str = "pending"
    fence: int = 0
    tries: int = 0
    ambiguous: int = 0
    generation: int = 0
    lease_until: int = 0
    expires_at: int = 0


class DeliveryMachine(RuleBasedStateMachine):
    """`runner` and `database` are set by the test; every example begins with empty tables."""

    runner: asyncio.Runner
    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.now = HandClock().now
        self.model: dict[int, Model] = {}
        self.events, self.known = 0, set[str]()
        for table in (deliveries, channel_states):
            self.write(lambda c, table=table: c.execute(sa.delete(table)))
        self.write(lambda c: (enrol(c, ["team"]), own(c, ["team"], "me", self.now, 10_000 * HOUR)))

    def write(self, work):
        return self.runner.run(self.database.write(work))

    @rule(again=st.booleans())
    def owe(self, again: bool) -> None:
        self.events += 0 if again and self.events else 1
        wanted = want(f"e{self.events}", max_age_us=4 * HOUR)
        known, before = wanted.event_id in self.known, set(self.model)
        created = self.write(lambda c: plan(c, [wanted], self.now)).created
        new = set(self.write(snapshot)) - before
        self.known.add(wanted.event_id)
        assert len(new) == sum(created.values()) == (0 if known else 1)
        for each in new:
            self.model[each] = Model(expires_at=self.now + 4 * HOUR)

    @rule(limit=st.integers(1, 3))
    def claim(self, limit: int) -> None:
        due = [k for k, m in sorted(self.model.items()) if m.state == "pending" and m.expires_at > self.now]
        claims = self.write(lambda c: claim(c, "team", "me", limit, self.now + 5 * MINUTE, LEASE))
        for each in claims:
            model = self.model[each.id]
            assert each.id in due
            model.state, model.fence, model.tries = "inflight", model.fence + 1, model.tries + 1
            model.lease_until = self.now + 5 * MINUTE + LEASE
            assert (each.fence, each.tries, each.ambiguous) == (model.fence, model.tries, model.ambiguous)

    @precondition(lambda self: self.model)
    @rule(data=st.data(), change=st.sampled_from(CHANGES), off=st.sampled_from([0, 0, 0, -1, 1]))
    def finish(self, data: st.DataObject, change: Change, off: int) -> None:
        key = data.draw(st.sampled_from(sorted(self.model)))
        model = self.model[key]
        result = Result(key, model.fence + off, change)
        done = self.write(lambda c: record(c, [result], self.now))
        if model.state != "inflight" or off:
            assert done == set()
            return
        assert done == {(key, model.fence)}
        model.state, model.fence = change.state, model.fence + change.fence
        model.tries, model.ambiguous = model.tries + change.tries, model.ambiguous + change.ambiguous

    @rule(minutes=st.sampled_from([0, 3, 10]))
    def reap(self, minutes: int) -> None:
        self.now += minutes * MINUTE
        self.write(lambda c: reap(c, self.now))
        for model in self.model.values():
            if model.state == "inflight" and model.lease_until < self.now - 5 * SECOND:
                model.state = "dead" if model.ambiguous >= 2 else "pending"
                model.fence, model.ambiguous = model.fence + 1, model.ambiguous + 1

    @rule(hours=st.sampled_from([0, 1, 4]))
    def expire(self, hours: int) -> None:
        self.now += hours * HOUR
        self.write(lambda c: expire(c, expired(c, self.now), self.now))
        for model in self.model.values():
            if model.state == "pending" and model.expires_at <= self.now:
                model.state = "dead"

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.model)))
        done = self.write(lambda c: cancel(c, key, self.now))
        assert done == (self.model[key].state == "pending")
        if done:
            self.model[key].state = "cancelled"

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def owe_again(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.model)))
        again = self.write(lambda c: owe_again(c, key, self.now, 4 * HOUR))
        assert (again is not None) == (self.model[key].state == "dead")
        if again is not None and again not in self.model:
            generation = self.model[key].generation + 1
            self.model[again] = Model(generation=generation, expires_at=self.now + 4 * HOUR)

    @invariant()
    def rows_are_as_the_model_says(self) -> None:
        rows = self.write(snapshot)
        found = {key: (r.state, r.fence, r.tries, r.ambiguous, r.generation) for key, r in rows.items()}
        assert found == {k: (m.state, m.fence, m.tries, m.ambiguous, m.generation) for k, m in self.model.items()}
        for row in rows.values():
            assert (row.lease_owner is not None) == (row.state == "inflight")
            assert (row.finished_at is not None) == (row.state in {"delivered", "dead", "cancelled"})


@pytest.fixture
def machine(database_url: str) -> Iterator[type[DeliveryMachine]]:
    with asyncio.Runner() as runner:
        database = open_database(database_url, HandClock())
        runner.run(database.start())
        DeliveryMachine.runner, DeliveryMachine.database = runner, database
        yield DeliveryMachine
        runner.run(database.close())


def test_only_the_allowed_transitions_happen(machine: type[DeliveryMachine]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
