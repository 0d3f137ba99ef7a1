"""The snippets of docs/how-to/pipelines.md in a real shell, as Bitbucket and GitLab run them."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.reporter.conftest import BITBUCKET, GITLAB, Service
from tests.reporter.test_documented_table import PAGE, ROOT

_BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
_YAML = [YAML(typ="safe").load(text) for language, text in _BLOCKS if language == "yaml"]
STEPS: dict[str, Any] = {
    step["name"]: step
    for entry in _YAML[0]["pipelines"]["branches"]["main"]
    for step in (entry.get("step") or entry["final"],)
}
JOBS: dict[str, Any] = _YAML[2]
DEPLOY = STEPS["Deploy to QA"]


class Runner:
    """A step's container: a clone with its scripts, `shipbell` in the path, and the documented variables."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.clone, tools = folder / "clone", folder / "tools"
        self.clone.mkdir()
        tools.mkdir()
        for path, text in (
            (tools / "shipbell", f'exec {sys.executable} -m app "$@"'),
            (self.clone / "deploy.sh", 'exit "${DEPLOY_ENDS_WITH:-0}"'),
        ):
            path.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
            path.chmod(0o755)
        self.base = {"PATH": f"{tools}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), **settings}

    def run(self, lines: Sequence[str], variables: dict[str, str], *, after: bool = False) -> tuple[int, str]:
        """The exit code and the log; a script stops at the first failure, an after-script goes on."""
        done = subprocess.run(
            ["/bin/sh", "-c" if after else "-ec", "\n".join(lines)],
            cwd=self.clone, env={**self.base, **variables}, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def runner(tmp_path: Path, settings: dict[str, str]) -> Runner:
    return Runner(tmp_path, settings)


def test_the_pages_blocks_are_what_is_tested() -> None:
    assert list(STEPS) == ["Unit tests", "Scan", "Deploy to QA", "Report"]
    assert "shipbell report pipeline --final" in STEPS["Report"]["script"]
    assert {"unit-tests", "deploy-qa"} <= set(JOBS)


@pytest.mark.parametrize(("ends_with", "status"), [("0", "succeeded"), ("127", "failed")], ids=["passes", "127"])
def test_bitbucket_runs_script_and_after_script(runner: Runner, service: Service, ends_with: str, status: str) -> None:
    code, log = runner.run(DEPLOY["script"], {**BITBUCKET, "DEPLOY_ENDS_WITH": ends_with})
    assert (code, service.told) == (int(ends_with), "deployment.started"), log
    code, log = runner.run(DEPLOY["after-script"], {**BITBUCKET, "BITBUCKET_EXIT_CODE": ends_with}, after=True)
    assert (code, service.told) == (0, f"deployment.finished {status}"), log
    first, second = (each["events"][0] for each in service.reports)
    assert first["subject"] == second["subject"]
    assert second["version"] == "512"


def test_a_stopped_step_is_killed_and_tells_nothing_more(runner: Runner, service: Service) -> None:
    lines = [*DEPLOY["script"][:1], "sleep 30", *DEPLOY["script"][1:]]
    shell = subprocess.Popen(
        ["/bin/sh", "-ec", "\n".join(lines)], cwd=runner.clone, env={**runner.base, **BITBUCKET},
        stdout=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    until = time.monotonic() + 25  # it sleeps for thirty
    while not service.heard and time.monotonic() < until:
        time.sleep(0.02)
    os.killpg(shell.pid, signal.SIGKILL)
    assert shell.wait(60) == -signal.SIGKILL
    assert service.told == "deployment.started"


def test_gitlab_runs_script_and_after_script(runner: Runner, service: Service) -> None:
    job = JOBS["deploy-qa"]
    variables = {**GITLAB, "CI_COMMIT_SHORT_SHA": "4f0c2b9e"}
    assert runner.run(job["script"], variables)[0] == 0
    assert runner.run(job["after_script"], {**variables, "CI_JOB_STATUS": "failed"}, after=True)[0] == 0
    assert (service.told, service.event["version"]) == ("deployment.finished failed", "4f0c2b9e")


def test_a_step_that_fails_names_itself_and_one_that_passes_does_not(runner: Runner, service: Service) -> None:
    lines = STEPS["Unit tests"]["after-script"]
    assert runner.run(lines, {**BITBUCKET, "BITBUCKET_EXIT_CODE": "0"}, after=True)[0] == 0
    assert service.reports == []
    assert runner.run(lines, {**BITBUCKET, "BITBUCKET_EXIT_CODE": "1"}, after=True)[0] == 0
    assert (service.event["status"], service.event["failed_step"]) == ("failed", "Unit tests")


def test_nothing_is_set_and_nothing_is_there(runner: Runner, service: Service) -> None:
    runner.base = {name: value for name, value in runner.base.items() if not name.startswith("SHIPBELL_")}
    for step in (STEPS["Unit tests"], STEPS["Report"]):
        lines = [*step.get("after-script", ()), *(line for line in step["script"] if "shipbell" in line)]
        code, log = runner.run(lines, {})
        assert code == 0, log
        assert log.count("shipbell report: ") == len(lines)
    assert service.heard == []


def test_hostile_values_run_nothing_and_reach_nobody_else(runner: Runner, service: Service, tmp_path: Path) -> None:
    value = f"$(touch {tmp_path}/pwned) `touch {tmp_path}/pwned`; touch {tmp_path}/pwned #\n\x1b[2J --direct"
    variables = dict.fromkeys(BITBUCKET, value) | {"BITBUCKET_EXIT_CODE": value, "DEBUG": "true"}
    code, log = runner.run(DEPLOY["after-script"], variables, after=True)
    assert (code, service.told) == (0, "deployment.started"), log
    assert not (tmp_path / "pwned").exists()
    assert "\x1b" not in log
    assert "secret-token-0123" not in log


def test_a_closed_output_and_bytes_that_are_no_text_fail_nothing(runner: Runner, service: Service) -> None:
    variables = {**BITBUCKET, "BITBUCKET_BRANCH": os.fsdecode(b"\xff\xfe"), "PYTHONIOENCODING": "ascii"}
    assert (
        runner.run(["shipbell report pipeline >&- 2>&-", "shipbell report pipeline --dry-run | true"], variables)[0]
        == 0
    )
    assert service.told == "pipeline.started"
