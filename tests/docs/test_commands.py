"""What the pages tell people to type exists: make targets, commands with their options, samples, settings."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from app.cli import cli
from app.kernel.samples import sample_names
from tests.docs.pages import ROOT, quoted, reference, written

GROUP: Any = typer.main.get_command(cli())
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

each_page = pytest.mark.parametrize("page", written(), ids=lambda path: str(path.relative_to(ROOT)))


def wrong(line: str) -> str:
    """What is wrong with a quoted `shipbell …`, or nothing."""
    try:
        words = shlex.split(line.replace("…", ""), comments=True)
    except ValueError:
        words = line.split()
    command, rest = GROUP, words[words.index("shipbell") + 1 :]
    while rest and not rest[0].startswith("-") and hasattr(command, "commands"):
        if rest[0] not in command.commands:
            return f"no command {rest[0]!r}"
        command, rest = command.commands[rest[0]], rest[1:]
    options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    unknown = [word for word in rest if word.startswith("--") and word.partition("=")[0] not in {*options, "--help"}]
    return f"no option {unknown[0]}" if unknown else ""


@pytest.mark.parametrize(
    ("line", "is_wrong"),
    [
        ("shipbell send bitbucket/pipeline-failed", False),
        ("shipbell deliveries list --state dead", False),
        ("shipbell deliveries", False),
        ("SHIPBELL_ROLES=ingest shipbell serve --port 80", False),
        ("shipbell sned x", True),
        ("shipbell deliveries lst", True),
        ("shipbell deliveries list --stat dead", True),
    ],
)
def test_the_test_itself(line: str, is_wrong: bool) -> None:
    assert bool(wrong(line)) is is_wrong


@each_page
def test_commands_exist(page: Path) -> None:
    lines = [line for line in quoted(page.read_text("utf-8")) if re.match(r"([A-Z_]+=\S+ )*shipbell( |$)", line)]
    assert {line: wrong(line) for line in lines if wrong(line)} == {}


@each_page
def test_samples_exist(page: Path) -> None:
    named = {
        match[1]
        for line in quoted(page.read_text("utf-8"))
        for match in [re.match(r"shipbell send ([a-z-]+/[a-z0-9-]+)", line)]
        if match
    }
    sources = {name: name.replace("-", "_") for name in (each.partition("/")[0] for each in named)}
    known = {f"{source}/{name}" for source, room in sources.items() for name in sample_names(f"app.sources.{room}")}
    assert named - known == set()


@each_page
def test_make_targets_exist(page: Path) -> None:
    lines = [line for line in quoted(page.read_text("utf-8")) if line.startswith("make ")]
    named = {word for line in lines for word in line.split()[1:] if re.fullmatch(r"[a-z][a-z-]*", word)}
    assert named - TARGETS == set()


@each_page
def test_settings_exist(page: Path) -> None:
    known = reference("settings.md")
    named = set(re.findall(r"\bSHIPBELL_[A-Z]+(?:_[A-Z]+)*\b", page.read_text("utf-8")))
    assert {name for name in named if f"`{name.removesuffix('_FILE')}`" not in known} - {
        "SHIPBELL_SECRET_GITEA"
    } == set()


def test_the_readme_walks_from_a_clone_to_a_card() -> None:
    lines = list(quoted((ROOT / "README.md").read_text("utf-8")))
    walk = ["make run", ". .venv/bin/activate", "shipbell send bitbucket/pipeline-failed", "shipbell demo"]
    assert [line for line in lines if line in walk][:4] == walk
