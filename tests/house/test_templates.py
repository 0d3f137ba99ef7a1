"""A room that is opened from a template passes conformance as it is."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from docs.templates.room import main, open_room
from tests.house.checkout import ROOT


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A checkout with the rooms' own code only: what a test here breaks or opens, nobody else sees."""
    for folder in ("app", "docs/templates", "tests/conformance"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "tests/conftest.py", "tests/fake_teams.py"):
        shutil.copy(ROOT / file, tmp_path / file)
    return tmp_path


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(("kind", "name"), [("source", "gitea"), ("channel", "pager")])
def test_a_new_room_passes_conformance(copy: Path, kind: str, name: str) -> None:
    run(copy, "docs.templates.room", kind, name)
    corridor = "test_sources" if kind == "source" else "test_channels"
    told = run(copy, "pytest", "-q", "-p", "no:cacheprovider", "tests/conformance", "-k", f"{corridor} and {name}")
    assert int(told.splitlines()[-1].split(" passed")[0]) > 15
    room = f"app/{kind}s/{name}"
    run(copy, "ruff", "check", "--no-cache", room)
    run(copy, "ruff", "format", "--no-cache", "--check", room)
    run(copy, "mypy", "--no-incremental", "--follow-imports=silent", "-p", room.replace("/", "."))


def test_nothing_of_the_template_stays(tmp_path: Path) -> None:
    folder = open_room("source", "gitea", tmp_path)
    text = "".join(path.read_text("utf-8") for path in folder.rglob("*") if path.is_file())
    assert "example" not in text.replace("example.com", "")
    assert "Example" not in text
    assert "/hooks/gitea" in text
    assert "ci.example.com" in text


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("source", ""),
        ("source", "Git-Hub"),
        ("source", "../x"),
        ("source", "9x"),
        ("gate", "jira"),
        ("source", "taken"),
    ],
)
def test_what_cannot_be_a_room_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kind: str, name: str
) -> None:
    (tmp_path / "app" / "sources" / "taken").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    assert main([kind, name]) == 2
    assert capsys.readouterr().err.startswith("error: ")
    assert sorted(tmp_path.rglob("*")) == before
