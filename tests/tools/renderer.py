"""Microsoft's renderer of cards, fetched as `make preview` does."""

import subprocess
from functools import lru_cache
from pathlib import Path

import pytest

from app.cards.preview import Renderer, find_renderer

ROOT = Path(__file__).parents[2]


@lru_cache(maxsize=1)
def _fetched() -> Renderer | None:
    if find_renderer() is None:
        command = ["sh", "deploy/renderer.sh", "app/cards/preview/renderer"]
        try:
            subprocess.run(command, cwd=ROOT, capture_output=True, timeout=120, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return None
    return find_renderer()


def renderer() -> Renderer:
    """The renderer; skips where npm or its registry cannot be reached."""
    found = _fetched()
    if found is None:
        pytest.skip("the renderer cannot be fetched on this machine")
    return found
