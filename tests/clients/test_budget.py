"""The calls an hour, on a clock that the test turns."""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.clients.budget import Budget

HOUR = 3600.0


class Turned:
    def __init__(self, now: float = 1e6) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def taken(budget: Budget, tries: int) -> int:
    return sum(budget.take() is None for _ in range(tries))


def test_without_a_limit_nothing_waits() -> None:
    budget = Budget()
    assert taken(budget, 5000) == 5000
    assert budget.remaining is None


def test_four_fifths_are_free_and_the_rest_is_spread() -> None:
    clock = Turned()
    budget = Budget(1000, clock)
    assert taken(budget, 800) == 800
    assert budget.take() is None
    wait = budget.take()
    assert wait is not None
    seconds, kind = wait
    assert 17 < seconds < 19  # 200 calls over an hour
    assert kind == "budget_spent"
    clock.now += seconds
    assert budget.take() is None


def test_evenly_spent_it_hardly_slows_down() -> None:
    clock = Turned()
    budget = Budget(1000, clock)
    for _ in range(1800):  # 900 an hour
        clock.now += 4
        assert budget.take() is None
    assert 80 <= (budget.remaining or 0) <= 100


def test_it_comes_back_after_an_hour() -> None:
    clock = Turned()
    budget = Budget(10, clock)
    assert taken(budget, 100) == 9
    clock.now += HOUR + 61
    assert (budget.remaining, taken(budget, 100)) == (10, 9)


def test_a_pause_holds_everybody() -> None:
    clock = Turned()
    budget = Budget(None, clock)
    budget.pause(30)
    budget.pause(5)
    assert budget.take() == (30, "rate_limited")
    clock.now += 30
    assert budget.take() is None


def test_a_limit_that_is_near_for_others_is_near_for_us() -> None:
    clock = Turned()
    budget = Budget(1000, clock)
    budget.near()
    budget.near()
    assert (budget.remaining, taken(budget, 10)) == (200, 1)
    unknown = Budget(None, clock)
    unknown.near()
    assert taken(unknown, 10) == 1
    clock.now += 61
    assert taken(unknown, 10) == 10


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 30), st.lists(st.tuples(st.floats(0, 900), st.integers(1, 40)), max_size=40))
def test_no_hour_has_more_calls_than_are_granted(per_hour: int, bursts: list[tuple[float, int]]) -> None:
    clock = Turned()
    budget = Budget(per_hour, clock)
    calls: list[float] = []
    for pause, tries in bursts:
        clock.now += pause
        calls += [clock.now] * taken(budget, tries)
    for moment in calls:
        assert sum(moment <= each < moment + HOUR for each in calls) <= per_hour
