"""Random small worlds: the facts floor says of each what the definitions say, however it is told."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kernel.clock import DAY, MINUTE
from tests.world import changes, outcome, telling
from tests.world.brute import evaluate
from tests.world.outcome import World
from tests.world.pure import derived
from tests.world.random_worlds import seeded, worlds
from tests.world.telling import View

quick = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
SILENT = ("heal", "redeploy")


def brute(views: list[View]) -> World:
    return outcome.of_brute(evaluate(views))


def facts(views: list[View]) -> World:
    return outcome.of_facts(*derived(views))


@quick
@given(worlds())
def test_the_facts_floor_agrees_with_brute_force(views: list[View]) -> None:
    assert facts(views) == brute(views)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_it_agrees_on_two_thousand_worlds_that_are_always_the_same(part: int) -> None:
    for seed in range(part * 200, part * 200 + 200):
        views = seeded(seed)
        assert facts(views) == brute(views), seed


@quick
@given(worlds(), st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(views: list[View], chance: random.Random) -> None:
    told = [*views, *views]
    chance.shuffle(told)

    assert facts(told) == facts(views)


@quick
@given(worlds(), st.integers(-30, 30))
def test_the_same_some_weeks_later_is_the_same(views: list[View], weeks: int) -> None:
    moved, before = facts(changes.shifted(views, weeks)), facts(views)

    assert outcome.numbers(moved) == outcome.numbers(before)
    by = weeks * 7 * DAY
    assert [[one.live_at - by for one in chain] for chain in moved.chains.values()] == [
        [one.live_at for one in chain] for chain in before.chains.values()
    ]


@quick
@given(worlds())
def test_names_do_not_matter(views: list[View]) -> None:
    names = {"checkout": "zebra", "ledger": "ant"}
    renamed, before = facts(changes.renamed(views, names)), facts(views)

    assert outcome.numbers(renamed) == outcome.numbers(before)
    assert {(names[service], environment): chain for (service, environment), chain in before.chains.items()} == dict(
        renamed.chains
    )


@quick
@given(worlds())
def test_heals_and_redeploys_change_no_number(views: list[View]) -> None:
    more, before = facts(changes.mended(views)), facts(views)

    assert outcome.numbers(more) == outcome.numbers(before)
    for key, chain in before.chains.items():
        assert [one for one in more.chains[key] if one.kind not in SILENT] == [
            one for one in chain if one.kind not in SILENT
        ]


def test_a_world_without_events_has_no_numbers() -> None:
    nothing = outcome.numbers(facts([]))

    assert nothing == outcome.numbers(brute([]))
    assert (nothing["deployments"], nothing["cfr"], nothing["lead_p50_h"], nothing["rework"]) == (0, None, None, None)


def test_a_rollout_that_moves_over_the_border_of_a_week_moves_two_cells_and_no_other() -> None:
    """One release, a minute before Monday and a minute after: one less in the old week, one more in the new."""
    border = telling.us("2026-03-16T00:00Z")

    def cells(moment: int) -> list[tuple[object, object]]:
        told = [
            telling.push("checkout", border - DAY, "c0", [telling.commit("a1", border - 2 * DAY)]),
            telling.deploy("checkout", border - 8 * DAY, "c0"),
            telling.deploy("checkout", moment, "a1"),
        ]
        weeks = [(border + week * 7 * DAY, border + (week + 1) * 7 * DAY) for week in range(-3, 3)]
        numbers = [outcome.numbers(facts(told), week) for week in weeks]
        return [(each["deployments"], each["lead_p50_h"]) for each in numbers]

    assert cells(border - MINUTE) == [(0, None), (1, None), (1, 48 - 1 / 60), (0, None), (0, None), (0, None)]
    assert cells(border) == [(0, None), (1, None), (0, None), (1, 48.0), (0, None), (0, None)]
