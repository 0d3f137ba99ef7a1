"""Each import contract catches its offence: one is planted in a copy of the code, and the right contract breaks."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from docs.templates.room import open_room

ROOT = Path(__file__).parents[2]
FLOORS = "Floors: imports go downwards only, and every drawer has a floor"
CONFIG = "Only main and cli see the configuration: everybody else is given values"
SOURCES = "Sources do not know each other"
CHANNELS = "Channel kinds do not know each other"
PURE = "What decides does no I/O, reads no clock and knows no framework"
SQL = "SQL only in the store"
REPORTER = "The reporter reaches neither the framework nor the database"
CYCLES = "No cycles between siblings"

OFFENCES = {
    "a source imports httpx": ("sources/bitbucket/span.py", "import httpx", PURE),
    "a card reads the clock": ("cards/minimal.py", "import time", PURE),
    "routing reads files": ("routing/route.py", "import os", PURE),
    "the estate knows FastAPI": ("estate/names.py", "import fastapi", PURE),
    "an event waits": ("events/parts.py", "import asyncio", PURE),
    "the retry decision waits": ("delivery/retry.py", "import asyncio", PURE),
    "argocd imports bitbucket": ("sources/argocd/health.py", "from app.sources.bitbucket import span", SOURCES),
    "a channel imports another": ("channels/console/__init__.py", "from app.channels.teams import flow", CHANNELS),
    "the api reads settings": ("api/health.py", "from app.config import settings", CONFIG),
    "SQL in the api": ("api/events.py", "import sqlalchemy", SQL),
    "a driver in delivery": ("delivery/pace.py", "import asyncpg", SQL),
    "a drawer without a floor": ("extras.py", "'''Odds and ends.'''", FLOORS),
    "a corridor without a floor": ("plugins/__init__.py", "'''Odds and ends.'''", FLOORS),
    "the store imports delivery": ("store/audit.py", "from app.delivery import retry", FLOORS),
    "the kernel imports an event": ("kernel/ids.py", "from app.events import envelope", FLOORS),
    "delivery imports ingest": ("delivery/pace.py", "from app.ingest import committer", FLOORS),
    "a channel imports the store": ("channels/webhook/channel.py", "from app.store import audit", FLOORS),
    "a card imports routing": ("cards/minimal.py", "from app.routing import explain", FLOORS),
    "ingest imports the api": ("ingest/upkeep.py", "from app.api import errors", FLOORS),
    "a repository's reader reads files": ("gitops/__init__.py", "import pathlib", PURE),
    "the gates import the collector": ("gates/__init__.py", "import app.collector", FLOORS),
    "the reporter knows FastAPI": ("reporter/__init__.py", "import fastapi", REPORTER),
    "the kernel goes round in a circle": ("kernel/ids.py", "from app.events import envelope", CYCLES),
    "two files of a room go round in a circle": ("events/parts.py", "from app.events import envelope", CYCLES),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The code without its samples, and the contracts."""
    shutil.copytree(ROOT / "app", tmp_path / "app", ignore=shutil.ignore_patterns("samples", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(folder: Path) -> tuple[int, set[str]]:
    """The exit code, and the names of the contracts that are broken."""
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command, "--no-cache"], cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert "Analyzed" in done.stdout, done.stdout + done.stderr
    return done.returncode, {
        line.removesuffix(" BROKEN").strip() for line in done.stdout.splitlines() if line.endswith(" BROKEN")
    }


@pytest.mark.parametrize(("file", "line", "contract"), OFFENCES.values(), ids=OFFENCES)
def test_an_offence_breaks_its_contract(copy: Path, file: str, line: str, contract: str) -> None:
    path = copy / "app" / file
    path.parent.mkdir(exist_ok=True)
    old = path.read_text("utf-8") if path.exists() else ""
    path.write_text(f"{old}\n{line}\n", "utf-8")
    code, broken = lint(copy)
    assert code == 1
    assert contract in broken


def test_the_code_as_it_stands_breaks_none_and_neither_do_new_rooms(copy: Path) -> None:
    assert lint(copy) == (0, set())
    open_room("source", "gitea", copy / "app")
    open_room("channel", "pager", copy / "app")
    assert lint(copy) == (0, set())
