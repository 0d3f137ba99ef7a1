"""Jira and Bitbucket as stand-ins on a port, a clone beside them, and rules that name both."""

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from typer.testing import CliRunner

from app.cli import cli
from app.standins.bitbucket import Bitbucket
from app.standins.git_http import GitHttp
from app.standins.jira import Jira
from app.standins.serving import listen, server_of, url_of
from app.standins.standins import Standins
from app.standins.story.model import Commit, Person, Service, Story, Ticket, Version
from app.standins.switches import Standing, Switches
from app.standins.weather import Weather
from tests.conftest import START
from tests.gates.clones import Clone

ADA = Person("Ada Byron", "ada@acme.io", "5f:ada", "u-ada")
NEXT, OLD = Version("1", "2026.12", False, START), Version("2", "2026.10", True, START)

RULES = """
environments:
  dev: {tier: development}
  qa: {tier: testing, aliases: [test]}
  prod: {tier: production}
services: {checkout: {repositories: [acme/checkout]}, basket: {}}
tickets: {projects: [SHOP], url: "https://acme.atlassian.net/browse/{key}"}
upstreams:
  jira: {url: "%(jira)s", site: "https://acme.atlassian.net", token_env: JIRA_TOKEN}
%(more)s"""
BITBUCKET = "  bitbucket: {url: '%(url)s/bitbucket/2.0', workspace: acme, token_env: BITBUCKET_TOKEN}\n"


def ticket(key: str, versions: tuple[Version, ...] | None, **more: Any) -> Ticket:
    base = Ticket(
        id=str(1000 + len(key) * 100 + int(key.rpartition("-")[2])), key=key, service="checkout",
        summary=f"What {key} is about", type="Story", status="In Test", category="indeterminate",
        fix_versions=versions, assignee=ADA, sprint=None, level="", hidden=False, created=START, updated=START,
    )  # fmt: skip
    return replace(base, **more)


TICKETS = {
    "SHOP-1": ticket("SHOP-1", (NEXT,)),
    "SHOP-2": ticket("SHOP-2", (NEXT, OLD)),
    "SHOP-3": ticket("SHOP-3", ()),
    "SHOP-4": ticket("SHOP-4", (OLD,)),
    "SHOP-5": ticket("SHOP-5", None, type="Sub-task"),
    "SHOP-6": ticket("SHOP-6", (NEXT,), hidden=True),
    "SHOP-7": ticket("OPS-77", (NEXT,)),
    "SHOP-8": ticket("SHOP-8", (), level="Security", summary="CANARY of a secret thing"),
}


@dataclass
class World:
    """The stand-ins; `clone` is what Bitbucket has too, once it was `pushed`."""

    url: str
    folder: Path
    """Where the repositories lie that are served under `/git`."""
    standing: Standing
    story: Story
    services: dict[str, Service] = field(repr=False)
    runs: dict[str, Any] = field(default_factory=dict)
    """What the service knows to run, as it answers it."""
    told: list[Any] = field(default_factory=list)
    """The reports that the service was sent."""

    def pushed(self, clone: Clone) -> None:
        commits = {
            sha: Commit(sha, behind, ADA, START + number, message)
            for number, (sha, (message, behind)) in enumerate(clone.messages.items())
        }
        self.services["checkout"] = Service(
            "checkout", "c0ffee", "storefront", "SHOP", clone.head, {"main": clone.head}, {}, commits, [], [], []
        )


def service_of(world: Callable[[], World]) -> list[Route]:
    """As much of a service as a gate in a pipeline asks."""

    async def environments(request: Request) -> Response:
        if "title" in world().runs:
            return JSONResponse(world().runs, 422)
        return JSONResponse({"items": [world().runs] if world().runs else [], "next": None})

    async def deployment(request: Request) -> Response:
        return JSONResponse({"deployment": {"id": request.path_params["name"], "sha": world().runs["sha"]}})

    async def report(request: Request) -> Response:
        world().told.append(await request.json())
        return JSONResponse({}, 201)

    return [
        Route("/api/v1/environments", environments),
        Route("/api/v1/deployments/{name}", deployment),
        Route("/api/v1/reports", report, methods=["POST"]),
    ]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made: list[World] = []
    folder = tmp_path_factory.mktemp("served")
    services: dict[str, Service] = {}
    many = {f"SHOP-{n}": ticket(f"SHOP-{n}", (NEXT,)) for n in range(100, 160)}
    story = Story("seed", START, services, {**TICKETS, **many}, [], {})
    standing = Standing(Switches())
    inner = Starlette(
        routes=[
            Mount("/bitbucket/2.0", routes=Bitbucket(story, standing).routes()),
            Mount("/jira", routes=Jira(story, standing).routes()),
            Mount("/jira-dc", routes=Jira(story, standing, server=True).routes()),
            Mount("/git", GitHttp(folder)),
            Mount("/service", routes=service_of(lambda: made[0])),
        ]
    )
    app = Weather(inner, standing, "seed", lambda *_: "-")
    server = server_of(Standins(app, story, None, standing))  # type: ignore[arg-type]
    with listen(0) as sock:
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([sock])), daemon=True)
        thread.start()
        while not server.started:
            pass
        made.append(World(url_of(sock), folder, standing, story, services))
        yield made[0]
        server.should_exit = True
        thread.join(5)


@pytest.fixture
def world(served: World) -> Iterator[World]:
    served.services.clear()
    served.runs.clear()
    served.told.clear()
    served.standing.reset()
    yield served
    served.standing.switches = Switches()


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """One commit, which is what runs."""
    made = Clone(tmp_path / "checkout")
    made.commit("The beginning")
    return made


@dataclass(frozen=True)
class Said:
    """What a gate printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return orjson.loads(self.out)

    @property
    def codes(self) -> list[str]:
        """The reasons of the first decision that are more than notes, with what they are about."""
        found = self.json["decisions"][0]["reasons"]
        return [" ".join(filter(None, (each["subject"], each["code"]))) for each in found if each["weight"] != "note"]


Run = Callable[..., Said]
TOKENS = {"JIRA_TOKEN": "jira-token-CANARY", "BITBUCKET_TOKEN": "bitbucket-token-CANARY"}


@pytest.fixture
def rules(tmp_path: Path, world: World) -> Callable[..., Path]:
    """Writes a file of rules; `more` are further lines of `upstreams`, or sections."""

    def write(more: str = "", jira: str = "") -> Path:
        file = tmp_path / "gate.yaml"
        file.write_text(RULES % {"jira": jira or f"{world.url}/jira", "more": more % {"url": world.url}})
        return file

    return write


@pytest.fixture
def run(tmp_path: Path, clone: Clone, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Asks a gate as a step does, in its clone, with no more variables than the test gives it."""
    for name in os.environ:
        if name.startswith(("SHIPBELL_", "BITBUCKET_", "CI", "GIT_", "SKIP_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def ask(*words: str, **variables: str | None) -> Said:
        env = {**TOKENS, "COLUMNS": "200", **variables}
        typed = [*words] if "--repo-dir" in words else [*words, "--repo-dir", str(clone.folder)]
        done = CliRunner().invoke(cli(["gate"]), ["gate", *typed], env=env)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert "CANARY" not in done.stdout + done.stderr
        return Said(done.exit_code, done.stdout, done.stderr)

    return ask
