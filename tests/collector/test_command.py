"""`shipbell collect`: alone, with a summary and an exit code."""

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from app.cli import cli
from app.collector.summary import Summary
from app.kernel.clock import system_clock
from app.store.opening import open_database
from tests.collector.conftest import Stage

Command = Callable[..., Result]


@pytest.fixture
def command(stage: Stage, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """Runs it against the stand-ins, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("app.kernel.logs.configure", lambda *_: None)

    def run(*words: str, **variables: str) -> Result:
        with structlog.testing.capture_logs():
            return CliRunner().invoke(cli(["collect"]), ["collect", *words], env=environ | variables)

    return run


def test_one_round_is_summed_up_and_its_facts_are_derived(command: Command, tmp_path: Path) -> None:
    said = command("--once", "--json", "--service", "ledger")
    assert said.exit_code == 0, said.output
    told = json.loads(said.stdout)
    assert (told["services"], told["stale"], told["dry_run"]) == (1, {}, False)
    assert told["receipts"] > 5
    assert told["news"]["environment"] == 4
    assert told["calls"]["bitbucket"] > 0
    assert any(line.startswith("ledger/preprod: applications/ledger/overlays/preprod/") for line in told["unknown"])
    database = open_database(f"sqlite:///{tmp_path / 'shipbell.db'}", system_clock)
    facts = asyncio.run(database.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM fact_deployments").scalar()))
    assert facts
    again = command("--once", "--service", "ledger", "--since", "30d")
    assert again.exit_code == 0
    assert "1 services in" in again.stdout
    assert "Not known\n  ledger/preprod: " in again.stdout


def test_a_dry_run_stores_nothing(command: Command, tmp_path: Path) -> None:
    said = command("--dry-run", "--service", "checkout")
    assert said.exit_code == 0, said.output
    assert "News, told to nobody: application 4, commits " in said.stdout
    assert not (tmp_path / "shipbell.db").exists()


def test_what_is_stale_is_said_and_exits_1(command: Command, stage: Stage) -> None:
    stage.switch(expired={"bitbucket", "jira"})
    said = command("--once", "--service", "checkout")
    assert said.exit_code == 1
    assert "Stale: the last state stays\n  checkout: bitbucket: auth_error" in said.stdout
    assert "CANARY" not in said.output


def test_what_is_not_configured_exits_2(command: Command, environ: dict[str, str]) -> None:
    assert "the estate has no service 'moon'" in (said := command("--once", "--service", "moon")).stderr
    assert said.exit_code == 2
    assert "SHIPBELL_JIRA_TOKEN, its token, is not set" in (said := command("--once", SHIPBELL_JIRA_TOKEN="")).stderr
    assert said.exit_code == 2
    assert command("--since", "soon").exit_code == 2
    rules = Path(environ["SHIPBELL_RULES_DIR"]) / "all.yaml"
    rules.write_text(rules.read_text().partition("upstreams:")[0])
    assert "the rules name nothing to ask" in (said := command("--once")).stderr
    assert said.exit_code == 2


def test_beside_a_service_on_sqlite_it_says_to_stop_it(
    command: Command, collected: tuple[Path, Summary], tmp_path: Path
) -> None:
    shutil.copy(collected[0] / "shipbell.db", tmp_path)
    service = open_database(f"sqlite:///{tmp_path / 'shipbell.db'}", system_clock)
    asyncio.run(service.start())
    try:
        said = command("--once")
        assert (said.exit_code, "another process" in said.stderr) == (2, True)
        said = command("--dry-run", "--service", "checkout")
        assert said.exit_code == 0, said.output
    finally:
        asyncio.run(service.close())


def test_check_says_what_is_asked_and_under_which_names(environ: dict[str, str]) -> None:
    said = CliRunner().invoke(cli(["check"]), ["check", "--json"], env=environ)
    assert said.exit_code == 0, said.output
    shown = {each["name"]: each for each in json.loads(said.stdout)["upstreams"]}
    assert set(shown) == {"gitops", "bitbucket", "jira", "argocd demo", "registry registry.example.com"}
    assert shown["bitbucket"]["note"] == "0 of 5 services name a repository; for the others acme/<service> is tried"
    assert shown["jira"]["token"] == "SHIPBELL_JIRA_TOKEN is set"
    assert "CANARY" not in said.output
