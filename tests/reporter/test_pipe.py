"""The pipe: its description names every variable that the reporter reads, and its image holds all that it loads."""

import importlib
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from app.reporter.options import KINDS, OPTIONS
from app.reporter.pipe import pipe_arguments
from tests.house.checkout import ROOT

PIPE: dict[str, Any] = YAML(typ="safe").load((ROOT / "deploy" / "reporter" / "pipe.yml").read_text("utf-8"))
DEFAULTS = {each["name"]: each["default"] for each in PIPE["variables"]}


def test_every_option_is_a_variable_but_those_of_direct() -> None:
    options = {option.name.replace("-", "_").upper() for option in OPTIONS} - {"DIRECT", "RULES"}
    settings = {"SHIPBELL_URL", "SHIPBELL_TOKEN", "SHIPBELL_SECRET_REPORTS", "BITBUCKET_TOKEN", "DEBUG"}
    assert set(DEFAULTS) == {"KIND", "FILES", "BITBUCKET_EXIT_CODE", *options, *settings}
    assert all(DEFAULTS[name] == f"${name}" for name in (*settings, "BITBUCKET_EXIT_CODE"))


def test_what_was_not_set_is_not_said() -> None:
    unset = {name: value for name, value in DEFAULTS.items() if isinstance(value, str)}
    assert pipe_arguments(unset) == ["deployment"]
    assert pipe_arguments({}) == []


def test_options_flags_and_lists() -> None:
    listed = {"FILES_COUNT": "3", "FILES_0": "build/**/*.xml", "FILES_1": "", "FILES_2": "--direct"}
    said = {"KIND": "tests", "SUITE": "unit", "DRY_RUN": "true", "FAILED_STEP": "no option of tests", **listed}
    assert pipe_arguments(said) == ["tests", "--suite=unit", "--dry-run", "--", "build/**/*.xml", "--direct"]
    assert pipe_arguments({"KIND": "security", "FILES": "a.json", "FILES_COUNT": "x"})[-2:] == ["--", "a.json"]
    assert pipe_arguments({"KIND": "pipeline", "FINAL": "false", "FILES": "a"}) == ["pipeline"]
    assert len(pipe_arguments({"KIND": "tests", "FILES_COUNT": "9" * 400})) == 1
    assert set(KINDS) >= {"tests", "security", "pipeline"}


def test_the_image_holds_all_that_a_report_loads(tmp_path: Path) -> None:
    text = (ROOT / "deploy" / "reporter" / "Dockerfile").read_text("utf-8")
    for words in re.findall(r"^COPY (.+)$", text, re.MULTILINE):
        *sources, target = words.split()
        for source in sources:
            place = tmp_path / target.removeprefix("/opt/shipbell/")
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                file = place / Path(source).name if target.endswith("/") else place
                file.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / source, file)
    command = re.search(r"exec (python .*?) \"\$@\"", text)
    assert command
    words = [sys.executable, "-S", *command[1].split()[1:]]  # -S: nothing but the standard library
    env = {"PYTHONPATH": str(tmp_path), "KIND": "pipeline", "STATUS": "failed", "DRY_RUN": "true"}
    done = subprocess.run(words, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert '"pipeline.finished"' in done.stdout


def test_the_console_script_is_the_same_command(monkeypatch: pytest.MonkeyPatch) -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    module, _, name = scripts["shipbell-report"].partition(":")
    started: list[list[str]] = []
    monkeypatch.setattr("sys.argv", ["shipbell-report", "pipeline"])
    monkeypatch.setattr("app.cli.step.report", started.append)
    getattr(importlib.import_module(module), name)()
    assert started == [["pipeline"]]
