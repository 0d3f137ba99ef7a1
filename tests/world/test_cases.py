"""The edge cases and the worked week, each a file of events with what they must come to."""

from typing import Any

import pytest

from tests.world import outcome, story, telling
from tests.world.brute import evaluate
from tests.world.outcome import World

STORIES = {path.stem: story.read(path) for path in story.CASES}


def test_there_is_a_file_for_each_of_the_26_cases_and_for_the_worked_week() -> None:
    assert {int(name[:2]) for name in STORIES} == set(range(1, 28))


@pytest.mark.parametrize("name", STORIES)
def test_brute_force_says_what_the_case_demands(name: str) -> None:
    check(STORIES[name], outcome.of_brute(evaluate(STORIES[name].views)))


def check(told: story.Story, world: World) -> None:
    """Everything that the file expects of chains, incidents and numbers."""
    for key, rows in told.expect.get("chains", {}).items():
        chain = world.chains.get(tuple(key.split("/")), ())
        assert [telling.at(one.live_at) for one in chain] == [telling.at(row["at"]) for row in rows], key
        for one, row in zip(chain, rows, strict=True):
            for name, expected in row.items():
                assert _shown(one, name) == _wanted(name, expected), (key, row["at"], name)
    causes = {one.key: one.cause for one in world.incidents}
    for key, moment in told.expect.get("links", {}).items():
        assert causes[key] == (telling.us(moment) if moment else None), key
    figures = outcome.numbers(world, told.window)
    for name, expected in told.expect["numbers"].items():
        assert figures[name] == (expected if expected is None else pytest.approx(expected)), name


def _shown(row: outcome.Row, name: str) -> Any:
    if name == "flags":
        return sorted(outcome.FLAGS.intersection(row.flags))
    return {"at": row.live_at}.get(name, getattr(row, name, None))


def _wanted(name: str, expected: Any) -> Any:
    if name == "leads":
        return {
            telling.sha(one): hours if hours is None else pytest.approx(hours * 3600) for one, hours in expected.items()
        }
    return telling.us(expected) if name == "at" or (expected and name.endswith("_at")) else expected
