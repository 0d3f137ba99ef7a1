"""Kustomize, as kubectl of this machine has it, or the one that kubectl.sh unpacks into .peers/."""

import subprocess
from functools import lru_cache
from pathlib import Path

import pytest


@lru_cache(maxsize=1)
def _found() -> str | None:
    script = Path(__file__).with_name("kubectl.sh")
    try:
        done = subprocess.run(["sh", script], capture_output=True, text=True, timeout=180, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def kustomize(folder: Path) -> str:
    """The manifests that a kustomization makes, as YAML. Skips without kubectl; an error of it fails the test."""
    done = _run(folder)
    assert done.returncode == 0, done.stderr
    assert "deprecated" not in done.stderr, done.stderr
    return done.stdout


def kustomized(folder: Path) -> str | None:
    """The manifests that a kustomization makes, or None when kustomize refuses it. Skips without kubectl."""
    done = _run(folder)
    return done.stdout if done.returncode == 0 else None


def _run(folder: Path) -> "subprocess.CompletedProcess[str]":
    kubectl = _found()
    if kubectl is None:
        pytest.skip("kubectl cannot be had on this machine")
    return subprocess.run([kubectl, "kustomize", folder], capture_output=True, text=True, timeout=60, check=False)
