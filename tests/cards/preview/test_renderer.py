"""The renderer is found whole or not at all, and it is the one that was looked at."""

import os
import subprocess
from pathlib import Path

import pytest

from app.cards.preview import find_renderer
from app.cards.preview.renderer import FILES
from tests.tools.renderer import ROOT, renderer


def test_it_is_found_whole_or_not_at_all(tmp_path: Path) -> None:
    assert find_renderer(tmp_path / "nowhere") is None
    (tmp_path / FILES[0]).write_text("first", "utf-8")
    assert find_renderer(tmp_path) is None
    (tmp_path / FILES[1]).write_text("second", "utf-8")
    found = find_renderer(tmp_path)
    assert found is not None
    assert found.scripts == ("first", "second")


def test_what_was_fetched_is_microsofts_with_its_markdown() -> None:
    markdown, cards = renderer().scripts
    assert "markdown-it" in markdown[:200]
    assert "AdaptiveCards" in cards[:400]


@pytest.mark.parametrize(("npm", "words"), [("exit 1", ""), ('touch "$5/$6.tgz"', ""), (None, "is not what it was")])
def test_what_cannot_be_fetched_or_is_another_is_not_taken(tmp_path: Path, npm: str | None, words: str) -> None:
    """A registry that does not answer, one that answers rubbish, one that answers another file."""
    other = tmp_path / "package" / "dist"
    other.mkdir(parents=True)
    (other / "markdown-it.min.js").write_text("alert(1)", "utf-8")
    (other.parent / "LICENSE").write_text("MIT", "utf-8")
    subprocess.run(["tar", "-czf", "other.tgz", "package"], cwd=tmp_path, check=True, timeout=60)
    packs = f'for last; do :; done; cp {tmp_path}/other.tgz "$6/$(echo $last | tr @ -).tgz"'
    command = tmp_path / "bin" / "npm"
    command.parent.mkdir()
    command.write_text(f"#!/bin/sh\n{npm or packs}\n", "utf-8")
    command.chmod(0o755)
    environ = {**os.environ, "PATH": f"{command.parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["sh", ROOT / "deploy" / "renderer.sh", tmp_path / "into"],
        env=environ, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert words in done.stderr
    assert list((tmp_path / "into").iterdir()) == []
