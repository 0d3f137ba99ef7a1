"""Commands as a person types them: in an empty folder, with or without a service that runs."""

import asyncio
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from app.cli import cli
from tests.running.hooks import environment
from tests.running.process import Process
from tests.running.rules import SHIPPED, shipped_rules

_LISTENS = re.compile(r'"url":"(http://[^"]+)"')


@dataclass(frozen=True)
class Said:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return orjson.loads(self.out)


Shipbell = Callable[..., Said]


@pytest.fixture
def shipbell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shipbell:
    """Runs a command in an empty folder with the shipped rules; variables by their names."""
    for name in os.environ:
        if name.startswith(("SHIPBELL_", "TEAMS_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def run(*words: str, **variables: str) -> Said:
        env = {"SHIPBELL_RULES_DIR": str(SHIPPED), "SHIPBELL_PORT": "1", "COLUMNS": "200", **variables}
        done = CliRunner().invoke(cli(), list(words), env=env)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception  # a command ends with a sentence, never with a traceback
        return Said(done.exit_code, done.stdout, done.stderr)

    return run


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """A service with the shipped rules in a process of its own; yields the variables to reach it by."""
    folder = tmp_path_factory.mktemp("live")
    environ = environment(SHIPBELL_RULES_DIR=str(shipped_rules(folder / "rules")))
    process = Process(folder, environ)
    process.launch()
    until = time.monotonic() + 60
    while not (found := _LISTENS.search(process.said)):
        assert process.alive, process.said
        assert time.monotonic() < until, process.said
        time.sleep(0.05)
    yield {**environ, "SHIPBELL_URL": found[1]}
    asyncio.run(process.stop())


@pytest.fixture
def ask(shipbell: Shipbell, live: Mapping[str, str]) -> Shipbell:
    """Runs a command that speaks to the service that runs."""

    def run(*words: str, **variables: str) -> Said:
        return shipbell(*words, **{**live, **variables})

    return run


@pytest.fixture
def broken_rules(tmp_path: Path) -> Path:
    """A rules folder with two faults in two files."""
    folder = shipped_rules(tmp_path / "broken")
    routes = folder / "routes.yaml"
    text = routes.read_text(encoding="utf-8")
    assert "environment: feature" in text
    routes.write_text(text.replace("environment: feature", "enviroment: feature", 1), encoding="utf-8")
    with (folder / "channels.yaml").open("a", encoding="utf-8") as channels:
        channels.write("chanels: {}\n")
    return folder
