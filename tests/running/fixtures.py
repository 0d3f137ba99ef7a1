"""The fixtures of the tests that run the whole service; the conftest.py of a folder takes what it needs."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Protocol

import pytest

from tests.fake_teams import FakeTeams
from tests.running.children import Cradle
from tests.running.hooks import environment
from tests.running.in_process import Service, running
from tests.running.process import Process
from tests.running.rules import ONE_SINK, shipped_rules, sink_rules


class StartService(Protocol):
    """Starts a service; settings by their names."""

    async def __call__(self, **settings: str) -> Service: ...


class MakeProcess(Protocol):
    """A process that is not started yet; settings by their names. A `real` one is `python -m app serve` itself."""

    def __call__(self, *, real: bool = False, **settings: str) -> Process: ...


@pytest.fixture(scope="session")
def cradle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cradle]:
    made = Cradle(tmp_path_factory.mktemp("cradle"))
    yield made
    made.close()


@pytest.fixture
async def teams() -> AsyncIterator[FakeTeams]:
    async with FakeTeams() as server:
        yield server


@pytest.fixture
def sink_settings(database_url: str, tmp_path: Path, teams: FakeTeams) -> dict[str, str]:
    """A service with one webhook channel, the fake server, to which every build goes."""
    rules = sink_rules(tmp_path / "rules", ONE_SINK)
    return environment(
        SHIPBELL_DATABASE_URL=database_url,
        SHIPBELL_RULES_DIR=str(rules),
        SHIPBELL_EXTRA_CHANNEL_HOSTS=teams.host,
        SINK_URL=f"http://{teams.host}/sink",
    )


@pytest.fixture
def teams_settings(database_url: str, tmp_path: Path, teams: FakeTeams) -> dict[str, str]:
    """A service with the shipped rules; the platform's and the security channel are the fake server."""
    return environment(
        SHIPBELL_DATABASE_URL=database_url,
        SHIPBELL_RULES_DIR=str(shipped_rules(tmp_path / "rules")),
        SHIPBELL_EXTRA_CHANNEL_HOSTS=teams.host,
        TEAMS_PLATFORM_URL=teams.url,
        TEAMS_SECURITY_URL=teams.url,
    )


@pytest.fixture
async def start(sink_settings: dict[str, str]) -> AsyncIterator[StartService]:
    async with AsyncExitStack() as stack:

        async def make(**settings: str) -> Service:
            return await stack.enter_async_context(running({**sink_settings, **settings}))

        yield make


@pytest.fixture
async def service(start: StartService) -> Service:
    """A service inside the test, on each engine, whose cards go to `teams`."""
    return await start()


@pytest.fixture
async def shipped(teams_settings: dict[str, str]) -> AsyncIterator[Service]:
    """A service inside the test with the shipped rules; its platform's and security channels are `teams`."""
    async with running(teams_settings) as service:
        yield service


@pytest.fixture
async def make_process(sink_settings: dict[str, str], tmp_path: Path, cradle: Cradle) -> AsyncIterator[MakeProcess]:
    made: list[Process] = []

    def make(*, real: bool = False, **settings: str) -> Process:
        folder = tmp_path / f"process-{len(made)}"
        folder.mkdir()
        made.append(Process(folder, {**sink_settings, **settings}, None if real else cradle))
        return made[-1]

    yield make
    for process in made:
        await process.kill()


@pytest.fixture
def process(make_process: MakeProcess) -> Process:
    """The service as a process of its own, not started yet."""
    return make_process()
