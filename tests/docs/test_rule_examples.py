"""The rules that a page shows can be pasted into the shipped ones, and the tests that it shows come true."""

import re
import shutil
from pathlib import Path
from textwrap import dedent

import pytest

from app.config.files import load_rules
from tests.docs.pages import ROOT

_BLOCK = re.compile(r"^ *```yaml\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_NAME = re.compile(r"^ +- name: (.+)$", re.MULTILINE)
HOW_TO, KIND = "docs/how-to/{}.md", "app/channels/datadog_{}/README.md"
PAGES = (
    *(HOW_TO.format(name) for name in ("calm-a-channel", "eventbridge-patterns", "datadog", "cdevents")),
    *(KIND.format(name) for name in ("dora", "events", "metrics")),
)
KINDS = ("console", "teams", "webhook", "cloudevents", "datadog-dora", "datadog-events", "datadog-metrics")
"""Of channels, that the pages name."""


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_shows_is_taken(page: str, tmp_path: Path) -> None:
    blocks = [dedent(block) for block in _BLOCK.findall((ROOT / page).read_text("utf-8"))]
    assert blocks
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    tests = any(block.startswith("tests:") for block in blocks)
    if tests:  # the page's own tests, not those of rules that it comes before
        (tmp_path / "rules" / "tests.yaml").unlink()
    for number, block in enumerate(blocks):  # by their names before all shipped ones: what comes first wins
        (tmp_path / "rules" / f"a{number:02}.yaml").write_text(block, "utf-8")
    book = load_rules(tmp_path / "rules", KINDS, tests=tests).rules
    taken = {each.name for each in (*book.rules, *book.scheduled, *book.trials)}
    assert {name for block in blocks for name in _NAME.findall(block)} <= taken
