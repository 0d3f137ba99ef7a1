"""A command waits for its own verb only, and every verb is found where the table says."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from app.cli import VERBS, cli

ROOT = Path(__file__).parents[2]
_LOADED = """
import sys
sys.argv = ["shipbell", *{words!r}]
from app.cli import main
try:
    main()
except SystemExit as end:
    sys.stderr.write(f"\\n{{end.code or 0}} " + " ".join(sys.modules))
"""


def loaded(*words: str) -> tuple[int, set[str]]:
    """The exit code of a command in a process of its own, and the modules that it has read."""
    done = subprocess.run(
        [sys.executable, "-c", _LOADED.format(words=words)], capture_output=True, text=True, cwd=ROOT, timeout=60
    )
    code, *modules = done.stderr.splitlines()[-1].split()
    return int(code), set(modules)


def test_all_verbs_are_there() -> None:
    group: Any = typer.main.get_command(cli())
    assert sorted(group.commands) == sorted(VERBS)
    assert "backtest" in group.commands["rules"].commands


def test_a_verb_reads_no_other_verbs_file() -> None:
    code, modules = loaded("serve", "--help")
    assert (code, "app.cli.serve" in modules) == (0, True)
    # The client of the API, the cards and the tables of the listings are others' work.
    assert not modules & {"httpx", "app.cli.rules", "app.cli.send", "app.cards", "fastapi", "sqlalchemy"}


@pytest.mark.parametrize("words", [("--help",), ("serv",), ("--version", "serve")])
def test_whatever_is_no_verb_meets_all_of_them(words: tuple[str, ...]) -> None:
    _, modules = loaded(*words)
    assert not modules & {"app.main", "app.collector.round", "fastapi"}  # that is for what they do, not for their help
    assert {f"app.cli.{place.partition(':')[0]}" for place in VERBS.values()} <= modules
