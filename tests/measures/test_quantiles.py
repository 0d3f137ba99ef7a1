"""Percentiles, and their bounds while something is open."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.measures.durations import with_open
from app.measures.quantiles import bounds, place, quantile

durations = some.lists(some.floats(0, 1e7), max_size=20)


@pytest.mark.parametrize(
    ("values", "q", "expected"),
    [([], 0.5, None), ([7], 0.9, 7), ([1, 3], 0.5, 2), ([1, 2, 10], 0.5, 2), ([0, 10], 0.9, 9), ([1, 2, 3], 1, 3),
     ([1, inf], 0.5, inf), ([1, 2, inf], 0.5, 2)],
)  # fmt: skip
def test_it_is_interpolated(values: list[float], q: float, expected: float | None) -> None:
    assert quantile(values, q) == expected


def test_its_place_is_between_two_neighbours() -> None:
    assert place(5, 0.5) == (2, 0)
    assert place(4, 0.5) == (1, 0.5)
    assert place(1, 0.9) == (0, 0)
    assert place(3, 1) == (1, 1)


@given(durations, durations, some.lists(some.floats(0, 1e7), max_size=20), some.sampled_from([0.5, 0.9]))
def test_whenever_what_is_open_ends_the_number_was_between_its_bounds(
    closed: list[float], open_for: list[float], longer: list[float], q: float
) -> None:
    low, high = bounds(closed, open_for, q)
    ended = [each + more for each, more in zip(open_for, [*longer, *[0.0] * len(open_for)], strict=False)]
    later = quantile(sorted([*closed, *ended]), q)
    assert (low is None) == (later is None)
    if low is not None and later is not None:
        assert low <= later + 1e-6
        assert high is None or later <= high + 1e-6


def test_what_is_open_is_no_reason_for_a_range_where_it_cannot_move_the_median() -> None:
    sure = with_open([1, 2, 2, 3], [9])
    assert (sure.main, sure.between, sure.values["p50_ended"]) == (2, None, 2)
    unsure = with_open([1, 2, 3], [2.5])
    assert (unsure.main, unsure.between) == (None, (2.25, 2.5))
    assert with_open([], [5]).between == (5, None)
    assert with_open([], []).main is None
    assert with_open([1], [2]).values["p90"] is None
