"""The job after a deployment: its script, run by a real shell, posts what came of the tests also when they failed."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from app.api.tests import Told
from tests.house.checkout import ROOT

JOB: dict[str, Any] = YAML(typ="safe", pure=True).load(ROOT / "deploy" / "argocd" / "postsync-tests.yaml")
CONTAINER = JOB["spec"]["template"]["spec"]["containers"][0]
CURL = '#!/bin/sh\nfor word; do case "$word" in @*|http*) echo "$word";; esac; done >> "$CALLS"\nexit ${CURL_EXIT:-0}\n'


def run(folder: Path, tests: str | None, **more: str) -> tuple[int, list[str]]:
    """The exit code, and what curl was given: the file and the address of each call."""
    folder.mkdir(exist_ok=True)
    commands = {"curl": CURL} | ({"run-smoke-tests": tests} if tests else {})
    for name, text in commands.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)
    plain = {each["name"]: each.get("value", f"the-{each['name'].lower()}") for each in CONTAINER["env"]}
    calls = folder / "calls"
    env = {**plain, "PATH": f"{folder}:{os.environ['PATH']}", "CALLS": str(calls), **more}
    script = CONTAINER["args"][0].replace("/results", str(folder / "results"))
    (folder / "results").mkdir()
    done = subprocess.run(["/bin/sh", "-c", script], env=env, capture_output=True, timeout=60)
    return done.returncode, calls.read_text("utf-8").splitlines()


WRITES = '#!/bin/sh\necho "<testsuite/>" > "$2"\nexit {}\n'


@pytest.mark.parametrize(
    ("tests", "code", "status", "files"),
    [(WRITES.format(0), 0, "passed", 1), (WRITES.format(1), 1, "failed", 1), (None, 1, "failed", 0),
     ("#!/bin/sh\nkill -TERM $PPID\nsleep 0.2\n", 143, "failed", 0)],
    ids=["passed", "failed", "no such command", "stopped"],
)  # fmt: skip
def test_it_posts_what_came_of_the_tests(tmp_path: Path, tests: str | None, code: int, status: str, files: int) -> None:
    exit_code, calls = run(tmp_path / "bin", tests)
    assert exit_code == code
    assert len(calls) == 2 * (files + 1)
    assert calls[-2] == "@/dev/null"
    assert f"final=true&status={status}" in calls[-1]
    names = {pair.partition("=")[0] for url in calls if "?" in url for pair in url.partition("?")[2].split("&")}
    assert names <= Told.model_fields.keys()


def test_a_shipbell_that_does_not_answer_fails_no_deployment(tmp_path: Path) -> None:
    assert run(tmp_path / "bin", WRITES.format(0), CURL_EXIT="7")[0] == 0


def test_it_is_a_hook_after_the_sync_whose_token_is_a_secret() -> None:
    assert JOB["metadata"]["annotations"]["argocd.argoproj.io/hook"] == "PostSync"
    secrets = [each for each in CONTAINER["env"] if "valueFrom" in each and "secretKeyRef" in each["valueFrom"]]
    assert [each["name"] for each in secrets] == ["SHIPBELL_TOKEN"]
