"""Chromium without a screen, from this machine or installed by chromium.sh: a page's document and its look."""

import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

import pytest


@lru_cache(maxsize=1)
def _found() -> str | None:
    script = Path(__file__).with_name("chromium.sh")
    try:
        done = subprocess.run(["sh", script], capture_output=True, text=True, timeout=300, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip().splitlines()[-1] if done.returncode == 0 else None


def _run(*arguments: str) -> str:
    chromium = _found()
    if chromium is None:
        pytest.skip("Chromium cannot be had on this machine")
    with tempfile.TemporaryDirectory() as profile:
        command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        command += ["--hide-scrollbars", "--virtual-time-budget=5000", f"--user-data-dir={profile}", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def dom(page: Path) -> str:
    """The document as it stands once its scripts have run, as HTML."""
    return _run("--dump-dom", page.as_uri())


def screenshot(page: Path, width: int, height: int) -> bytes:
    """A PNG of the page in a window of this size."""
    picture = page.with_suffix(".png")
    _run(f"--screenshot={picture}", f"--window-size={width},{height}", page.as_uri())
    return picture.read_bytes()
