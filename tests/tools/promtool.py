"""Prometheus' own linter, from this machine or unpacked into .peers/ by promtool.sh."""

import subprocess
from functools import lru_cache
from pathlib import Path

import pytest


@lru_cache(maxsize=1)
def found() -> str | None:
    """The path of promtool, beside which prometheus lies; None where they cannot be had."""
    script = Path(__file__).with_name("promtool.sh")
    try:
        done = subprocess.run(["sh", script], capture_output=True, text=True, timeout=120, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def check_metrics(exposition: str) -> str:
    """What `promtool check metrics` says is wrong with an answer of /metrics, if anything. Skips without promtool."""
    promtool = found()
    if promtool is None:
        pytest.skip("promtool cannot be had on this machine")
    command = [promtool, "check", "metrics"]
    done = subprocess.run(command, input=exposition, capture_output=True, text=True, timeout=60, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def try_rules(file: Path) -> str:
    """What `promtool test rules` says went wrong, if anything. Skips without promtool."""
    promtool = found()
    if promtool is None:
        pytest.skip("promtool cannot be had on this machine")
    command = [promtool, "test", "rules", file.name]
    done = subprocess.run(command, cwd=file.parent, capture_output=True, text=True, timeout=60, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr
