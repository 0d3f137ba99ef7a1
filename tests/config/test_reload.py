"""Rules in force: a change is taken whole or not at all, and is told once."""

from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest

import app.channels
from app import telemetry
from app.channels import ChannelKind
from app.config.reload import Rules
from app.kernel.discover import rooms
from app.kernel.errors import ConfigErrors
from tests.mapped.conftest import EXAMPLE
from tests.running.rules import ONE_SINK, rewrite, sink_rules

KINDS: dict[str, ChannelKind] = rooms(app.channels, "CHANNEL")
ROUTES = ONE_SINK.replace("kind: webhook, url_env: SINK_URL, concurrency: 8", "kind: console")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return sink_rules(tmp_path / "rules", ROUTES)


@pytest.fixture
async def rules(folder: Path) -> AsyncIterator[Rules]:
    made = Rules(folder, KINDS, {}, frozenset(), lambda _: None)
    made.load(1)
    yield made
    await made.close()


def test_nothing_is_in_force_before_the_first_load(folder: Path) -> None:
    with pytest.raises(RuntimeError, match="have not been loaded"):
        _ = Rules(folder, KINDS, {}, frozenset(), print).now


async def test_a_change_is_taken_told_and_measured(rules: Rules, folder: Path) -> None:
    told: list[list[str]] = []
    rules.on_change(lambda channels: told.append(sorted(channels)))
    before = rules.now
    rewrite(folder / "routes.yaml", ROUTES.replace("name: builds", "name: other").replace("sink", "basin"))
    assert await rules.reload(2)
    assert [rule.name for rule in rules.now.book.rules.rules] == ["other", "own-news"]
    assert rules.now is not before
    assert (rules.state.now.loaded_at, rules.state.now.problems, told) == (2, (), [["basin"]])
    assert telemetry.RELOAD_OK._value.get() == 1
    samples = [sample for metric in telemetry.RULES_INFO.collect() for sample in metric.samples]
    assert [sample.labels["rev"] for sample in samples] == [rules.state.now.rev]
    assert telemetry.RULE_MATCHES.series == {
        ("other",),
        ("own-news",),
    }  # zero from the start, also for what a reload brought


async def test_the_secret_of_a_new_source_comes_and_changes_without_a_restart(rules: Rules, folder: Path) -> None:
    secret = folder.parent / "deployer-secret"
    (folder / "sources").mkdir()
    written = EXAMPLE.replace("header: X-Deployer-Token}", f"header: X-Deployer-Token, file: {secret}}}")
    (folder / "sources" / "deployer.yaml").write_text(written, "utf-8")
    before = rules.now
    assert not await rules.reload(2)  # there is no such file yet
    assert rules.now is before
    assert "secret.file of the source 'deployer' cannot be read" in rules.state.now.problems[0]
    for word in ("a-secret-that-came", "a-secret-that-changed"):
        secret.write_text(f"{word}\n", "utf-8")
        assert await rules.reload(3)
        assert rules.doors["deployer"].secrets == (word.encode(),)


async def test_F47_a_change_with_a_fault_is_told_and_nothing_changes(rules: Rules, folder: Path) -> None:
    told: list[Iterable[str]] = []
    rules.on_change(told.append)
    before, rev = rules.now, rules.state.now.rev
    rewrite(folder / "routes.yaml", ROUTES.replace("match: {type", "match: {typ"))
    assert not await rules.reload(2)
    assert rules.now is before
    assert (rules.state.now.rev, rules.state.now.loaded_at, told) == (rev, 1, [])
    assert "did you mean 'type'?" in rules.state.now.problems[0]
    assert telemetry.RELOAD_OK._value.get() == 0
    rewrite(folder / "routes.yaml", ROUTES)
    assert await rules.reload(3)
    assert rules.state.now.problems == ()


async def test_the_variables_that_channels_name_are_known(folder: Path, rules: Rules) -> None:
    assert rules.variables == frozenset()
    rewrite(folder / "routes.yaml", ONE_SINK)
    with pytest.raises(ConfigErrors, match="SINK_URL"):
        rules.load(2)
    named = Rules(folder, KINDS, {"SINK_URL": "https://example.com/x"}, frozenset(), lambda _: None)
    assert named.variables == frozenset()
    named.load(1)
    assert named.variables == {"SINK_URL"}
    teams = ONE_SINK.replace("kind: webhook", "kind: teams, headers_env: {X-Key: SHIPBELL_FLOW_KEY}").replace(
        "SINK_URL", "NO_URL"
    )
    rewrite(folder / "routes.yaml", teams)
    named.load(2)
    assert named.variables == {"NO_URL", "SHIPBELL_FLOW_KEY"}
    await named.close()
