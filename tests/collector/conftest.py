"""A collector on a real database, and stand-ins of everything that it asks, on a real port."""

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection
from starlette.types import ASGIApp, Receive, Scope, Send

from app.collector.collector import Collector
from app.collector.summary import Summary
from app.config.settings import read_settings
from app.ingest.committer import Committer
from app.ingest.inside import inside_door
from app.ingest.process import Processor
from app.kernel.clock import MINUTE
from app.main import Building, prepare
from app.standins.serving import listen, server_of, url_of
from app.standins.standins import Standins, create_standins
from app.standins.story.model import Story
from app.standins.story.tell import tell
from app.standins.switches import Switches
from app.store import Database, measure_states
from tests.conftest import START, HandClock

TOKENS = ("SHIPBELL_GITOPS_TOKEN", "SHIPBELL_BITBUCKET_TOKEN", "SHIPBELL_JIRA_TOKEN", "SHIPBELL_ARGOCD_TOKEN",
          "SHIPBELL_REGISTRY_TOKEN")  # fmt: skip
SERVICES = ("checkout", "basket", "payments-api", "ledger", "catalog")
RULES = """\
version: 1
channels: {{out: {{kind: console}}}}
purposes: {{all: [out]}}
defaults: {{timezone: UTC, fallback: out}}
rules:
  - {{name: all, match: {{}}, to: [all], card: minimal}}
environments:
  dev: {{tier: development}}
  qa: {{tier: testing}}
  preprod: {{tier: staging}}
  prod: {{tier: production}}
services:
{services}
names:
  application: ["{{service}}-{{environment}}"]
  repository: ["*/{{service}}"]
tickets: {{projects: [SHOP, PAY, OPS], url: "https://acme.atlassian.net/browse/{{key}}"}}
collect: {{every: 5m, since: 90d}}
upstreams:
  gitops: {{repository: "{url}/git/gitops.git", token_env: SHIPBELL_GITOPS_TOKEN}}
  bitbucket: {{url: "{url}/bitbucket/2.0", workspace: acme}}
  jira: {{url: "{url}/jira", site: "https://acme.atlassian.net", user: ines.duarte@example.com}}
  registries: {{registry.example.com: {{url: "{url}/registry", user: bell, token_env: SHIPBELL_REGISTRY_TOKEN}}}}
  argocd: {{demo: {{url: "{url}/argocd"}}}}
"""


class Stage:
    """A port behind which one story after the other is told; the switches are those of the one that is told."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._count = folder, 0
        self.standins = self.play(STORY)

    def play(self, story: Story) -> Standins:
        self._count += 1
        self.standins = create_standins(story, self._folder)
        return self.standins

    @property
    def switches(self) -> Switches:
        return self.standins.standing.switches

    def switch(self, **how: Any) -> None:
        self.standins.standing.switches = Switches(**how)
        self.standins.standing.reset()

    @property
    def calls(self) -> dict[str, int]:
        standing = self.standins.standing
        return {name: standing.total(name) for name in ("bitbucket", "jira", "argocd", "git")}  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app: ASGIApp = self.standins.app
        await app(scope, receive, send)


STORY = tell(START, services=len(SERVICES), tickets=10)
"""Five services with ten tickets each: small, and something is wrong in four of them."""


@dataclass
class World:
    """What a test works with."""

    stage: Stage
    clock: HandClock
    building: Building
    database: Database
    collector: Collector
    processor: Processor

    async def round(self, **how: Any) -> Summary:
        """One round, and all that it told is processed. The stand-ins count from its beginning."""
        clients = self.building.rules.asking.clients
        assert clients is not None
        self.stage.standins.standing.reset()
        summary = await self.collector.once(clients, **how)
        await self.process()
        return summary

    async def process(self) -> None:
        while await self.processor.once() or await self.processor.suspect():
            pass

    async def later(self, minutes: float = 5, **how: Any) -> Summary:
        """The round after a pause."""
        self.clock.advance(minutes * 60)
        return await self.round(**how)

    async def ask(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        """Rows of the database."""
        return [tuple(row) for row in await self.database.read(lambda c: c.execute(sa.text(query), values).fetchall())]

    async def count(self, table: str, where: str = "1=1") -> int:
        return int((await self.ask(f"SELECT count(*) FROM {table} WHERE {where}"))[0][0])


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, str]]:
    """One server for all tests."""
    stage = Stage(tmp_path_factory.mktemp("stage"))
    server = server_of(replace(stage.standins, app=stage))
    with listen(0) as sock:
        thread = threading.Thread(target=server.run, args=([sock],), daemon=True)
        thread.start()
        yield stage, url_of(sock)
        server.should_exit = True
        thread.join(5)


@pytest.fixture
def stage(served: tuple[Stage, str]) -> Iterator[Stage]:
    """With the first story, and nothing switched on."""
    stage = served[0]
    if stage.standins.story is not STORY:
        stage.play(STORY)
    stage.switch()
    yield stage
    stage.switch()


@pytest.fixture
def environ(served: tuple[Stage, str], tmp_path: Path) -> dict[str, str]:
    """The variables of a service whose rules send everything, and name the stand-ins."""
    return settings(tmp_path, served[1])


def settings(folder: Path, url: str) -> dict[str, str]:
    """The same, for a folder."""
    (folder / "rules").mkdir()
    services = "\n".join(f"  {name}: {{team: storefront}}" for name in SERVICES)
    (folder / "rules" / "all.yaml").write_text(RULES.format(url=url, services=services))
    return {
        "SHIPBELL_RULES_DIR": str(folder / "rules"),
        "SHIPBELL_DATABASE_URL": f"sqlite:///{folder / 'shipbell.db'}",
        **dict.fromkeys(TOKENS, "token-CANARY-1"),
    }


@pytest.fixture
async def fresh(
    stage: Stage, environ: dict[str, str], clock: HandClock, sqlite_schema: Path, tmp_path: Path
) -> AsyncIterator[World]:
    """A collector that has never collected."""
    shutil.copy(sqlite_schema, tmp_path / "shipbell.db")
    async with opened(stage, clock, environ) as world:
        yield world


@pytest.fixture(scope="session")
def collected(
    served: tuple[Stage, str], sqlite_schema: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Summary]:
    """A folder with a database after the first round of the first story, and what the round came to."""
    folder, (stage, url) = tmp_path_factory.mktemp("collected"), served
    shutil.copy(sqlite_schema, folder / "shipbell.db")

    async def collect() -> Summary:
        async with opened(stage, HandClock(), settings(folder, url)) as world:
            return await world.round()

    return folder, asyncio.run(collect())


@pytest.fixture
async def world(
    collected: tuple[Path, Summary], stage: Stage, environ: dict[str, str], clock: HandClock, tmp_path: Path
) -> AsyncIterator[World]:
    """A service that was started anew after its first round."""
    shutil.copy(collected[0] / "shipbell.db", tmp_path)
    shutil.copytree(collected[0] / ".shipbell-cache", tmp_path / ".shipbell-cache")
    async with opened(stage, clock, environ) as world:
        yield world


@asynccontextmanager
async def opened(stage: Stage, clock: HandClock, environ: dict[str, str]) -> AsyncIterator[World]:
    """The parts, as a service puts them together."""
    building = prepare(read_settings(environ), environ, clock=clock, write=lambda _: None)
    rules, database = building.rules, building.database
    await database.start()
    processor = Processor(database, building.sources, lambda: rules.now.book, lambda _: None)
    collector = Collector(
        database,
        clients=lambda: rules.asking.clients,
        collect=lambda: rules.now.collect,
        estate=lambda: rules.now.book.estate,
        send=inside_door(building.sources, Committer(database, processor.wake), clock),
        owner="here",
        jitter=lambda: 0.5,
    )
    try:
        yield World(stage, clock, building, database, collector, processor)
    finally:
        await rules.close()
        await database.close()


async def states(world: World) -> dict[tuple[str, str], dict[str, Any]]:
    """The environments, stale after half an hour."""
    fresh_after = world.clock.now - 30 * MINUTE

    def read(connection: Connection) -> list[dict[str, Any]]:
        return measure_states.environments(connection, {}, drift=None, limit=500, offset=0, fresh_after=fresh_after)

    return {(row["service"], row["environment"]): row for row in await world.database.read(read)}
