"""A command waits for its own verb only, and every verb is found where the table says."""

import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from app.cli import VERBS, cli, overview

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


@pytest.mark.parametrize("words", [("--help",), ("serv",), ("--version", "serve"), ()])
def test_the_list_of_all_verbs_reads_none_of_their_files(words: tuple[str, ...]) -> None:
    _, modules = loaded(*words)
    assert "app.cli.tree" in modules
    assert not modules & {f"app.cli.{verb.place.partition(':')[0]}" for verb in VERBS.values()}
    assert not modules & {"httpx", "aiohttp", "sqlalchemy", "fastapi", "uvicorn", "app.main"}


def test_the_list_says_what_each_verb_says_of_itself() -> None:
    group: Any = typer.main.get_command(cli())
    said = {name: inspect.cleandoc(verb.help).partition("\n\n")[0] for name, verb in group.commands.items()}
    assert {name: text.replace("\n", " ") for name, text in said.items()} == {
        name: verb.says for name, verb in VERBS.items()
    }
    answer = CliRunner().invoke(overview(), ["--help"], terminal_width=200)
    assert all(re.search(rf"\b{name} +{re.escape(verb.says[:20])}", answer.output) for name, verb in VERBS.items())


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [(["serv"], 2, "Did you mean 'serve'?"), (["--version"], 0, "shipbell "), (["nope"], 2, "No such command 'nope'")],
)
def test_the_list_knows_a_word_that_is_no_verb(words: list[str], code: int, said: str) -> None:
    answer = CliRunner().invoke(overview(), words)
    assert (answer.exit_code, said in answer.output) == (code, True)


def test_a_verb_is_found_behind_two_dashes() -> None:
    code, modules = loaded("--", "gate", "--help")
    assert (code, "app.cli.gate" in modules) == (0, True)


def test_a_gate_reads_what_asks_and_nothing_else(tmp_path: Path) -> None:
    rules = tmp_path / "gate.yaml"
    rules.write_text(
        "environments: {qa: {tier: testing}}\nservices: {checkout: {}}\n"
        "upstreams: {jira: {url: 'http://127.0.0.1:9', token_env: SHIPBELL_JIRA_TOKEN}}\n",
        encoding="utf-8",
    )
    words = ("fix-version", "--service", "checkout", "--environment", "qa", "--rules", str(rules))
    code, modules = loaded("gate", *words, "--on-unknown", "block")
    assert (code, "app.clients.jira" in modules, "app.gates.rooms.fix_version.gather" in modules) == (2, True, True)
    # What is sent to channels, what fetches a registry's documents, the store and the service are others' work.
    assert not modules & {"aiohttp", "sqlalchemy", "fastapi", "uvicorn", "app.main", "app.cards", "app.routing"}
