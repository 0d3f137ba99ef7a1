"""Versions that name no commit: their images say of which one they were built."""

from dataclasses import replace

import pytest

from app.clients.faults import ApiFault
from app.clients.registry import Registry
from tests.collector.conftest import STORY, World
from tests.collector.stories import changed, pushed, rolled_out

TAG = "release-7"
PROD = "service = 'checkout' AND environment = 'prod'"


def play(world: World, sha: str | None, tag: str = TAG) -> None:
    """A version in production of which the registry says that commit; one that nobody has told of yet."""
    story, made = pushed(STORY, "checkout", world.clock.now)
    service = replace(story.services["checkout"], labels={tag: made if sha is None else sha})
    world.stage.play(rolled_out(changed(story, service, world.clock.now), "checkout", "prod", tag, world.clock.now))


def calls(world: World) -> int:
    clients = world.building.rules.asking.clients
    assert clients is not None
    return sum(count for name, count in clients.calls().items() if name.startswith("registries."))


async def test_the_label_of_an_image_names_the_commit_once_and_for_all(world: World) -> None:
    assert calls(world) == 0
    play(world, None)
    summary = await world.later()
    (made,) = world.stage.standins.story.services["checkout"].labels.values()
    assert summary.looked["label"] == 1
    assert not any(TAG in line for line in summary.unknown)
    rows = await world.ask(f"SELECT version, sha FROM fact_deployments WHERE {PROD} ORDER BY live_at DESC LIMIT 1")
    assert rows == [(TAG, made)]
    assert await world.count("fact_arrivals", f"{PROD} AND sha = '{made}'") == 1
    asked = calls(world)
    assert asked == 5  # a refusal, the token, the index, the manifest, the configuration
    await world.later()
    assert calls(world) == asked


async def test_a_label_of_the_image_below_it_is_not_believed(world: World) -> None:
    play(world, "e" * 40)
    summary = await world.later()
    assert f"checkout: no commit for the version {TAG}" in summary.unknown
    assert not summary.stale
    rows = await world.ask(f"SELECT version, sha FROM fact_deployments WHERE {PROD} ORDER BY live_at DESC LIMIT 1")
    assert rows == [(TAG, None)]


async def test_a_registry_that_does_not_answer_leaves_the_rest_as_it_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object) -> None:
        raise ApiFault("unreachable", "registries.registry.example.com", "cannot connect")

    monkeypatch.setattr(Registry, "built_from", refused)
    play(world, None)
    summary = await world.later()
    assert summary.failed == {"registries.registry.example.com"}
    assert set(summary.stale) == {"checkout"}
    assert await world.count("fact_commits", "message = 'SHOP-101 a late change\n'") == 1
    monkeypatch.undo()
    assert (await world.later(400)).looked["label"] == 1
    assert await world.count("fact_deployments", f"version = '{TAG}' AND sha IS NOT NULL") == 1
