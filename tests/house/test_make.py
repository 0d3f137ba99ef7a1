"""The Makefile does what it says, `make check` runs all that CI wants, and the pins are pins."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.checkout import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PINS = [line for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if not line.startswith("#")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The Makefile alone, with a Python that may be called but that does nothing."""
    if shutil.which("make") is None:
        pytest.skip("there is no make")
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def make(folder: Path, *arguments: str) -> str:
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=True).stdout


def test_alone_it_prints_what_there_is(folder: Path) -> None:
    told = make(folder)
    for target in ("run", "test", "preview", "check", "bench", "bench-peers", "demo", "docs", "source"):
        assert re.search(rf"^  make {target} +\S", told, re.MULTILINE)


def test_check_runs_everything_and_the_tests_last(folder: Path) -> None:
    lines = make(folder, "--dry-run", "check").splitlines()
    wanted = (
        "ruff format --check",
        "ruff check",
        "mypy",
        "lint-imports",
        "docs.generate --check",
        "mkdocs build --strict",
        "pytest",
    )
    places = [next(index for index, line in enumerate(lines) if words in line) for words in wanted]
    assert places == sorted(places)
    assert "pytest" in lines[-1]


def test_a_second_run_installs_nothing(folder: Path) -> None:
    assert "pip install" in make(folder, "--dry-run", "run")
    (folder / ".venv").mkdir()
    for stamp in (".made", ".installed", ".installed-dev", ".renderer"):
        (folder / ".venv" / stamp).touch()
    assert make(folder, "--dry-run", "run").splitlines() == [".venv/bin/shipbell serve"]
    assert "pip install" not in make(folder, "--dry-run", "test")


def test_an_old_python_is_told(folder: Path) -> None:
    old = folder / "python2"
    old.write_text('#!/bin/sh\necho "Python 3.11 or newer is needed" >&2\nexit 1\n')
    old.chmod(0o755)
    done = subprocess.run(
        ["make", f"PYTHON={old}", "run"], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode != 0
    assert "Python 3.11 or newer is needed" in done.stderr
    assert not (folder / ".venv").exists()


def test_pins_have_a_name_and_a_version_and_nothing_else() -> None:
    assert [line for line in PINS if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*==[0-9][0-9a-z.]*", line)] == []
    assert sorted(PINS) == PINS


def test_every_dependency_is_pinned_within_its_bounds() -> None:
    pinned = {canonicalize_name(name): version for name, version in (line.split("==") for line in PINS)}
    wanted = [Requirement(text) for text in (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"])]
    assert [each.name for each in wanted if canonicalize_name(each.name) not in pinned] == []
    assert [str(each) for each in wanted if pinned[canonicalize_name(each.name)] not in each.specifier] == []


def test_what_ci_runs_is_a_script_that_stops_at_the_first_failure() -> None:
    script = ROOT / ".ci" / "run"
    lines = script.read_text("utf-8").splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert "set -euo pipefail" in lines
    assert lines[-1] == "exec make check"
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", script], check=True, timeout=60)
