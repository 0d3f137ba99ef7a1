"""A budget: so many posts in any window."""

from hypothesis import given
from hypothesis import strategies as st

from app.delivery.pace import free, free_at, spend

PER = 300


def test_the_26th_post_waits_for_the_first_to_slide_out() -> None:
    stamps = spend([], 20, PER, 1_000)
    stamps = spend(stamps, 5, PER, 1_100)
    assert free(stamps, 25, PER, 1_200) == 0
    assert free_at(stamps, 25, PER, 1_200) == 1_300
    assert free(stamps, 25, PER, 1_299) == 0
    assert free(stamps, 25, PER, 1_300) == 20
    assert len(spend(stamps, 1, PER, 1_300)) == 6


def test_while_something_is_left_nobody_waits() -> None:
    assert free_at(spend([], 24, PER, 1_000), 25, PER, 1_001) == 1_001


def test_a_smaller_budget_than_what_was_spent() -> None:
    stamps = [1, 2, 3, 4]
    assert (free(stamps, 2, PER, 10), free_at(stamps, 2, PER, 10)) == (0, 303)


def test_F44_stamps_of_a_clock_that_was_put_back_do_not_count_for_ever() -> None:
    assert free([10**9] * 25, 25, PER, 1_000) == 25


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 40)), max_size=40))
def test_no_window_ever_holds_more_than_the_budget(wishes: list[tuple[int, int]]) -> None:
    now, stamps, posted = 0, list[int](), list[int]()
    for step, wish in wishes:
        now += step
        count = min(wish, free(stamps, 25, PER, now))
        stamps = spend(stamps, count, PER, now)
        posted += [now] * count
        assert len(stamps) <= 25
    for start in posted:
        assert sum(start <= each < start + PER for each in posted) <= 25
