"""The edge cases and the worked week, each a file of events with what they must come to."""

from collections.abc import Sequence
from typing import Any

import pytest

from app.facts.model import Incident
from tests.world import outcome, story, telling
from tests.world.brute import evaluate
from tests.world.outcome import World
from tests.world.pure import Chains, derived

STORIES = {path.stem: story.read(path) for path in story.CASES}


def test_there_is_a_file_for_each_of_the_26_cases_and_for_the_worked_week() -> None:
    assert {int(name[:2]) for name in STORIES} == set(range(1, 28))


@pytest.mark.parametrize("name", STORIES)
def test_brute_force_says_what_the_case_demands(name: str) -> None:
    check(STORIES[name], outcome.of_brute(evaluate(STORIES[name].views)))


@pytest.mark.parametrize("name", STORIES)
def test_the_facts_floor_says_what_the_case_demands(name: str) -> None:
    chains, incidents = derived(STORIES[name].views)

    check(STORIES[name], outcome.of_facts(chains, incidents))
    check_facts_alone(STORIES[name], chains, incidents)


def check(told: story.Story, world: World) -> None:
    """Everything that the file expects of chains, incidents and numbers."""
    for key, rows in told.expect.get("chains", {}).items():
        chain = world.chains.get(_key(key), ())
        assert [telling.at(one.live_at) for one in chain] == [telling.at(row["at"]) for row in rows], (told.name, key)
        for one, row in zip(chain, rows, strict=True):
            for name, expected in row.items():
                assert _shown(one, name) == _wanted(name, expected), (told.name, key, row["at"], name)
    causes = {one.key: one.cause for one in world.incidents}
    for key, moment in told.expect.get("links", {}).items():
        assert causes[key] == (telling.us(moment) if moment else None), (told.name, key)
    figures = outcome.numbers(world, told.window)
    for name, expected in told.expect["numbers"].items():
        assert figures[name] == (expected if expected is None else pytest.approx(expected)), (told.name, name)


def check_facts_alone(told: story.Story, chains: Chains, incidents: Sequence[Incident]) -> None:
    """What the brute force knows nothing of: batches, teams, robots, the clock of the manifests, other suspects."""
    expect = told.expect
    for batch in expect.get("batches", []):
        ids = {chains[_key(key)].deployments[place].batch_id for key, place in batch}
        assert len(ids) == 1
        assert None not in ids
    for key, teams in expect.get("teams", {}).items():
        assert [one.team for one in chains[_key(key)].deployments] == teams
    for key, leads in expect.get("config_leads", {}).items():
        arrivals = [one for one in chains[_key(key)].arrivals if one.clock == "config"]
        assert {one.sha: one.lead_seconds for one in arrivals} == _wanted("leads", leads)
    robots = {one.sha for facts in chains.values() for one in facts.arrivals if one.author_kind == "bot"}
    assert robots == {telling.sha(name) for name in expect.get("bots", [])}
    lived = {one.id: one.live_at for facts in chains.values() for one in facts.deployments}
    for name, moments in expect.get("others", {}).items():
        (suspects,) = [one.others for one in incidents if one.id.endswith(f":{name}")]
        assert [lived[each] for each in suspects] == [telling.us(moment) for moment in moments]


def _key(text: str) -> tuple[str, str]:
    service, _, environment = text.partition("/")
    return service, environment


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
