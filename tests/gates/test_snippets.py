"""What the page shows for a shell, in a real one: the documented variables, and what each command then comes to."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gates.clones import Clone
from tests.gates.conftest import TOKENS, World

ROOT = Path(__file__).parents[2]
SNIPPETS = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "how-to" / "gates.md").read_text("utf-8"), re.DOTALL)
ENDED = {"block": 1, "unknown": 2}


@pytest.fixture
def shell(tmp_path: Path, clone: Clone, rules: Callable[..., Path], world: World) -> Callable[..., tuple[int, str]]:
    """Runs a script in the clone, beside which the rules lie as the page says; `shipbell` is on the path."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "shipbell"
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m app "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    (clone.folder / "gate.yaml").write_text(rules().read_text())

    def run(script: str, **variables: str) -> tuple[int, str]:
        env = {"PATH": f"{folder}:{os.environ['PATH']}", "HOME": str(tmp_path), **TOKENS, **variables}
        done = subprocess.run(["/bin/sh", "-ec", script], cwd=clone.folder, env=env, capture_output=True, timeout=60)
        return done.returncode, (done.stdout + done.stderr).decode()

    return run


def test_a_step_asks_in_its_clone(shell: Callable[..., tuple[int, str]], clone: Clone) -> None:
    base = clone.head
    clone.commit("SHOP-3: pay")
    code, said = shell(SNIPPETS[0], BASELINE=base)
    assert (code, "SHOP-3  no Fix Version" in said) == (1, True), said
    code, said = shell(
        f'{SNIPPETS[0].strip()} || echo "ended with $?"', BASELINE="; rm -rf /", PYTHONUTF8="0", LC_ALL="C"
    )
    assert (code, "goes on all the same" in said) == (0, True), said


def test_the_service_that_does_not_answer_stops_before_production(shell: Callable[..., tuple[int, str]]) -> None:
    service = {"SHIPBELL_URL": "http://127.0.0.1:9", "SHIPBELL_TOKEN": "token"}
    assert shell(SNIPPETS[1], **service)[0] == ENDED["unknown"]
    assert shell(SNIPPETS[2], **service)[0] != 0


def test_without_shipbell_the_step_ends_as_any_step_does(shell: Callable[..., tuple[int, str]]) -> None:
    assert shell(f"PATH=/nonexistent; {SNIPPETS[0]}", BASELINE="x")[0] == 127
