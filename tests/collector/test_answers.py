"""What is answered of what the collector told: gauges, where things are, and how old all that is."""

import re
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection

from app.exporter.exporter import Exporter
from app.kernel.clock import MINUTE
from app.standins.story.names import ENVIRONMENTS
from app.store import measure_places, where
from app.store.where_got import got
from tests.collector.conftest import STORY, World, states
from tests.exporter.conftest import told
from tests.ingest.facts_told import tell as tell_facts
from tests.world.telling import deploy

STAGES = [(place.name, "") for place in ENVIRONMENTS]


@pytest.fixture(autouse=True)
def no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.exporter.exporter.AT_A_SCRAPE", 60)


async def test_the_gauges_are_what_the_upstreams_say(world: World) -> None:
    exporter = Exporter(world.database, lambda: world.building.rules.now.book.estate, tickets=True)
    found = await told(exporter)
    versions = {name: {key[1:]: value for key, value in found.items() if key[0] == name}
                for name in ("deployment_desired_state", "deployment_actual_state", "deployment_in_sync")}  # fmt: skip
    places = [(stage, service) for service in STORY.services for stage, _ in STAGES]
    wanted = {(stage, service): STORY.desired(service, stage) for stage, service in places}
    runs = {(stage, service): STORY.running(service, stage) for stage, service in places}
    assert {key[:2]: key[2] for key in versions["deployment_desired_state"]} == {k: v for k, v in wanted.items() if v}
    assert {key[:2]: key[2] for key in versions["deployment_actual_state"]} == runs
    assert versions["deployment_in_sync"] == {key: tag == runs[key] for key, tag in wanted.items() if tag}
    drifted = {key for key, tag in wanted.items() if tag and tag != runs[key]}
    assert drifted
    assert all(versions["deployment_actual_state"][(*key, runs[key])] == 0 for key in drifted)


async def test_the_gauges_of_tickets_are_what_jira_says_and_nothing_of_those_that_it_hides(world: World) -> None:
    exporter = Exporter(world.database, lambda: world.building.rules.now.book.estate, tickets=True)
    found = await told(exporter)
    here = {key[2] for key in found if key[0] == "ticket_in_environment"}
    fixed = {key[1:]: value for key, value in found.items() if key[0] == "ticket_fix_version"}
    wanted = {}
    for key in here:
        issue = STORY.tickets[key]
        names = [each.name for each in issue.fix_versions or ()]
        if not issue.hidden and issue.fix_versions is not None:  # of a type that has no such field nobody says it
            wanted |= {(name, key): 1.0 for name in names} or {("", key): 0.0}
    assert fixed == wanted
    assert 0.0 in fixed.values()
    assert {STORY.tickets[key].hidden for key in here} == {True, False}


async def test_of_a_ticket_whose_type_has_no_fix_versions_none_is_unknown(world: World) -> None:
    exporter = Exporter(world.database, lambda: world.building.rules.now.book.estate, tickets=True)
    missing = next(key[2] for key in await told(exporter) if key[:2] == ("ticket_fix_version", ""))
    changed = replace(STORY.tickets[missing], fix_versions=None, updated=world.clock.now + MINUTE)
    world.stage.play(replace(STORY, tickets={**STORY.tickets, missing: changed}))
    assert (await world.later(30)).told["ticket"] == 1
    assert not [key for key in await told(exporter) if key[0] == "ticket_fix_version" and missing in key]
    assert [key for key in await told(exporter) if key[0] == "ticket_in_environment" and missing in key]
    assert await world.ask("SELECT fix_versions FROM fact_tickets WHERE key = :key", key=missing) == [("null",)]


async def test_where_things_are_as_the_stories_tell_it(world: World) -> None:
    tag = STORY.running("checkout", "dev")

    def read(connection: Connection) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        things = where.things(connection, tag[:9], STORY.services)
        rows = measure_places.tickets(connection, {"environment": "qa"}, limit=500, after=None)
        return [got(connection, thing, STAGES) for thing in things], rows

    things, tickets = await world.database.read(read)
    (thing,) = things
    there = {each["environment"]: each["state"] for each in thing["environments"]}
    assert (thing["service"], there["dev"], there["prod"]) == ("checkout", "there", "not_there")
    hidden = {key for key, issue in STORY.tickets.items() if issue.hidden}
    secret = {key for key, issue in STORY.tickets.items() if issue.level}
    for row in tickets:
        issue = STORY.tickets[row["key"]]
        shown = None if row["key"] in hidden | secret else issue.status
        assert (row["status"], row["looked_at"] is None) == (shown, row["key"] in hidden), row


def in_it(service: str, tag: str) -> set[str]:
    """The tickets that commits in a version name, those of squashed pull requests included."""
    told = STORY.services[service]
    beginning = told.labels.get(tag, tag).rpartition("-")[2]
    found, todo = set[str](), [sha for sha in told.commits if sha.startswith(beginning)]
    while todo:
        sha = todo.pop()
        found.add(sha)
        todo += [each for each in told.commits[sha].parents if each not in found]
    merged = [each for each in told.pulls if each.merge in found]
    found.update(sha for each in merged for sha in each.commits)
    texts = [told.commits[sha].message for sha in found] + [f"{each.title} {each.branch}" for each in merged]
    return {key for key in STORY.tickets if any(re.search(rf"\b{key}\b", text, re.IGNORECASE) for text in texts)}


async def test_the_tickets_of_an_environment_are_those_of_what_runs_there(world: World) -> None:
    def read(connection: Connection) -> list[dict[str, Any]]:
        return measure_places.tickets(connection, {}, limit=5000, after=None)

    here: dict[tuple[str, str], set[str]] = {}
    for row in await world.database.read(read):
        here.setdefault((row["service"], row["environment"]), set()).add(row["key"])
    for drift in STORY.drifts:  # a sync that failed, an override, …: what the pipeline asked for does not run
        if drift.kind != "unknown_commit":
            place = (drift.service, drift.environment)
            runs = in_it(drift.service, STORY.running(*place))
            assert here.get(place, set()) <= runs, drift.told
            assert len(here.get(place, ())) >= len(runs) / 2, drift.told  # the rest came with the first deployment


async def test_the_last_good_state_stays_and_is_stale_when_nobody_could_look(world: World) -> None:
    before = await states(world)
    assert not any(row["stale"] for row in before.values())
    problems = {key: row["manifest"] for key, row in before.items() if row["desired_version"] is None}
    assert [(each["line"], "1e10" in each["problem"]) for each in problems.values()] == [(8, True)]
    world.stage.switch(html={"argocd"})
    await world.later(40)
    after = await states(world)
    assert all(row["stale"] for row in after.values())
    kept = ("desired_version", "actual_version", "in_sync", "manifest", "looked_at")
    assert [[row[name] for name in kept] for row in after.values()] == [
        [row[name] for name in kept] for row in before.values()
    ]
    world.stage.switch()
    await world.later()
    assert not any(row["stale"] for row in (await states(world)).values())


async def test_what_was_told_holds_when_the_same_is_deployed_again(world: World) -> None:
    key = ("checkout", "prod")
    first = (await states(world))[key]
    assert first["in_sync"] is True

    async def deployed(version: str) -> dict[str, Any]:
        world.clock.advance(60)
        view = deploy("checkout", world.clock.now, version=version, env="prod")
        await world.database.write(lambda c: tell_facts(c, view))
        return (await states(world))[key]

    again = await deployed(first["actual_version"])
    assert (again["in_sync"], again["desired_version"]) == (True, first["desired_version"])
    other = await deployed("v9.9.9")
    assert (other["in_sync"], other["actual_version"]) == (None, "v9.9.9")
