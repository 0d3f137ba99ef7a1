"""How much differs between environments: asked once for each two versions, when all else is done."""

from dataclasses import replace
from itertools import pairwise

import pytest

from app.collector.differences import _MIGRATION, pairs
from app.collector.environments import Place
from app.gitops import Desired
from tests.collector.conftest import STORY, World
from tests.collector.stories import rolled_out


def runs(service: str, *environments: str) -> set[tuple[str, str]]:
    """(new, old) of each of these environments and the one behind it."""
    tags = [STORY.running(service, each) for each in environments]
    return {(new, old) for new, old in pairwise(tags) if new != old}


async def test_what_waits_for_production_is_known_after_the_first_round_and_not_asked_again(world: World) -> None:
    rows = await world.ask("SELECT new, old, files, lines_added, complete FROM differences WHERE service = 'checkout'")
    found = {(new, old): (files, lines, bool(complete)) for new, old, files, lines, complete in rows}
    assert runs("checkout", "qa", "prod") | runs("checkout", "preprod", "prod") | runs("checkout", "qa", "preprod")
    wanted = runs("checkout", "qa", "prod") | runs("checkout", "preprod", "prod") | runs("checkout", "qa", "preprod")
    assert set(found) == wanted
    assert all(files > 0 and complete for files, _, complete in found.values())
    assert await world.count("differences", "migrations LIKE '%db/migrations/V%'") > 0
    assert not (await world.later()).looked["difference"]
    old, new = STORY.running("checkout", "prod"), STORY.running("checkout", "dev")
    world.stage.play(rolled_out(STORY, "checkout", "qa", new, world.clock.now))
    assert (await world.later()).looked["difference"] > 0
    assert await world.count("differences", f"service = 'checkout' AND new = '{new}' AND old = '{old}'") == 1


async def test_versions_that_the_repository_does_not_know_are_not_compared_and_not_asked_for_again(
    world: World,
) -> None:
    world.stage.play(rolled_out(STORY, "checkout", "qa", "v9.9.9", world.clock.now))
    assert (await world.later()).looked["difference"] > 0
    assert await world.count("differences", "new = 'v9.9.9'") == 0
    assert not (await world.later()).looked["difference"]


async def test_nothing_is_compared_when_the_calls_are_few(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.collector.reading.Reading.may_spend", lambda _: False)
    new = STORY.running("checkout", "dev")
    world.stage.play(rolled_out(STORY, "checkout", "qa", new, world.clock.now))
    assert not (await world.later()).looked["difference"]
    monkeypatch.undo()
    assert (await world.later()).looked["difference"] > 0


async def test_which_versions_are_compared(world: World) -> None:
    estate = world.building.rules.now.book.estate
    of = {"dev": "5", "qa": "4", "preprod": "3", "prod": "2"}
    here = [Place("checkout", name, [Desired("checkout", name, "", tag=tag)]) for name, tag in of.items()]
    assert list(pairs(here, estate)) == [("3", "2"), ("4", "2"), ("4", "3")]
    same = [replace(each, desired=[Desired("checkout", each.environment, "", tag="1")]) for each in here]
    assert list(pairs(same, estate)) == []


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("db/migrations/0007_cards.py", True),
        ("src/main/resources/db/migration/V12__cards.sql", True),
        ("V1.2__cards.sql", True),
        ("db/schema.rb", True),
        ("db.changelog-master.yaml", True),
        ("alembic/versions/ab12_x.py", True),
        ("docs/migrations.md", False),
        ("src/immigration/form.py", False),
        ("src/video__player.ts", False),
        ("api/schema.json5", False),
    ],
)
def test_which_files_are_migrations(path: str, is_one: bool) -> None:
    assert bool(_MIGRATION.search(path)) is is_one
