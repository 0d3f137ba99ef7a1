"""The site builds strictly, loads nothing from elsewhere, and what pages point at exists."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, quoted, written

_LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)[^)]*\)")
_OURS = re.compile(r"(?:app|docs|rules|tests|deploy|bench)/[\w./-]*\w/?|(?:Makefile|constraints\.txt|pyproject\.toml)")
_LOADED = re.compile(
    r"<(?:script|img|iframe)[^>]+src=[\"']?(https?:|//)|<link[^>]+rel=[\"']?(?:stylesheet|preconnect)[^>]+href=[\"']?(https?:|//)"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    quiet = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False, env=quiet)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_page_is_there(site: Path) -> None:
    pages = {path.relative_to(site).parent.as_posix() for path in site.rglob("index.html")}
    assert {"tutorial", "glossary", "reference/settings", "reference/sources/bitbucket", "contributing"} <= pages
    assert len(pages) > 40


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    found = {path.name for path in site.rglob("*.html") if _LOADED.search(path.read_text("utf-8"))}
    assert found == set()


def test_no_python_is_published(site: Path) -> None:
    assert list(site.rglob("*.py")) == []


@pytest.mark.parametrize("page", written(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_and_paths_lead_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    links = [link for link in _LINK.findall(text) if not (page.parent / link).exists()]
    assert links == []
    named = {path for piece in quoted(text) for path in [piece.strip()] if _OURS.fullmatch(path)}
    made_up = {"app/extras.py", "rules/rules.schema.json"}
    assert {path for path in named - made_up if not (ROOT / path).exists()} == set()


def test_every_decision_says_what_enforces_it() -> None:
    index = (ROOT / "docs" / "decisions" / "index.md").read_text("utf-8")
    decisions = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    assert [path.name[:4] for path in decisions] == [f"{n:04}" for n in range(1, len(decisions) + 1)]
    for path in decisions:
        text = path.read_text("utf-8")
        quote = re.search(r"^> (.+)$", text, re.MULTILINE)
        assert quote, path.name
        assert f"[{path.name[:4]}]({path.name}) | {quote[1]} |" in index
        for part in ("## Context", "## Decision", "## Consequences", "## What enforces it"):
            assert part in text, f"{path.name}: {part}"


def test_the_glossary_has_the_words_of_the_house() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    folders = {path.name for path in (ROOT / "app").iterdir() if path.is_dir()}
    words = {"sources": "source", "channels": "channel", "cards": "card", "events": "event", "estate": "estate"}
    for folder in folders & words.keys():
        assert f"| **{words[folder]}** |" in glossary


def test_the_changelog_says_what_kind_each_change_is() -> None:
    lines = (ROOT / "CHANGELOG.md").read_text("utf-8").splitlines()
    entries = [line for line in lines if line.startswith("- ")]
    assert entries
    assert [line for line in entries if not re.match(r"- \[(CHANGE|FEATURE|ENHANCEMENT|BUGFIX)\] ", line)] == []
