"""The job before a deployment: what it types is understood, and what comes of it stops the sync or does not."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from app.cli import cli
from tests.house.checkout import ROOT

JOB: dict[str, Any] = YAML(typ="safe", pure=True).load(ROOT / "deploy" / "argocd" / "presync-gate.yaml")
CONTAINER = JOB["spec"]["template"]["spec"]["containers"][0]
ASKED: list[Any] = []


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, verdict: str) -> tuple[int, str]:
    """What the container does, with a service that says this."""

    def ask(variables: Any, method: str, path: str, body: Any = None, **_: Any) -> Any:
        ASKED.append((method, path, body))
        where = {"gate": "all", "service": "checkout", "environment": "prod", "tier": "production"}
        return {**where, "verdict": verdict, "on_unknown": body["on_unknown"], "decisions": []}

    monkeypatch.setattr("app.cli.gate_running.ask_service", ask)
    monkeypatch.chdir(folder)
    plain = {each["name"]: each.get("value", f"the-{each['name'].lower()}") for each in CONTAINER["env"]}
    words = CONTAINER["args"]
    for name, value in plain.items():
        words = [word.replace(f"$({name})", value) for word in words]
    done = CliRunner().invoke(cli(), words, env=plain)
    return done.exit_code, done.output


@pytest.mark.parametrize(("verdict", "code"), [("allow", 0), ("block", 1), ("unknown", 2)])
def test_only_a_verdict_that_allows_lets_the_sync_go_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, verdict: str, code: int
) -> None:
    assert run(monkeypatch, tmp_path, verdict)[0] == code
    method, path, body = ASKED.pop()
    assert (method, path) == ("POST", "/api/v1/gates/all")
    wanted = {"service": "checkout", "environment": "the-environment", "version": "2.14.0", "on_unknown": "block"}
    assert body.items() >= wanted.items()


def test_it_is_a_hook_before_the_sync_that_runs_once_and_whose_token_is_a_secret() -> None:
    assert JOB["metadata"]["annotations"]["argocd.argoproj.io/hook"] == "PreSync"
    assert JOB["spec"]["backoffLimit"] == 0
    secrets = [each["name"] for each in CONTAINER["env"] if "secretKeyRef" in each.get("valueFrom", {})]
    assert secrets == ["SHIPBELL_TOKEN"]
