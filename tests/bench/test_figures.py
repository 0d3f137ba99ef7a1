from statistics import StatisticsError

import pytest

from bench.figures import Figure, Must, p99, ratios


def test_a_ratio_is_taken_within_its_round():
    assert ratios([10, 30, 20], [5, 10, 40]) == [2, 3, 0.5]


def test_rounds_that_do_not_pair_are_refused():
    with pytest.raises(ValueError, match="zip"):
        ratios([1, 2], [1])


def test_the_median_of_ratios_is_not_the_ratio_of_medians():
    figure = Figure("x", ratios([10, 30, 20], [5, 10, 40]))
    assert figure.median == 2


def test_a_figure_that_reaches_its_bound_exactly_is_not_missed():
    assert not Figure("x", [0.2], Must("≥", 0.2)).missed
    assert not Figure("x", [50], Must("≤", 50)).missed


def test_the_median_decides_and_not_the_best_round():
    assert Figure("x", [9, 0.1, 0.1], Must("≥", 0.2)).missed
    assert Figure("x", [1, 51, 52], Must("≤", 50)).missed
    assert not Figure("x", [1, 49, 99], Must("≤", 50)).missed


def test_what_was_not_run_is_not_missed_and_has_no_value():
    figure = Figure("x", [], Must("≥", 1))
    assert not figure.missed
    with pytest.raises(StatisticsError):
        _ = figure.median


def test_a_figure_for_information_cannot_be_missed():
    assert not Figure("x", [0]).missed


def test_p99_is_near_the_end_and_never_beyond_it():
    values = [float(value) for value in range(1, 102)]
    assert p99(values) == 100
    assert p99([5.0] * 1000 + [99.0]) == 5
