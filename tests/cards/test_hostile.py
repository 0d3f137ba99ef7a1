"""Any text in any field: the card is valid, small, and nothing in it is alive but what we made."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from app.cards import CardContext, Rendered, plain
from app.cards.lint import lint
from app.cards.render import HARD
from tests.cards.sample_events import EVENTS
from tests.cards.teams_schema import schema_errors

MARKDOWN = MarkdownIt("default", {"html": True})
OURS = "links.ours.example"
PIECES = [
    "](https://evil.example)",
    "[free money](https://evil.example)",
    "![i](https://evil.example/i.png)",
    "<https://evil.example>",
    "[r]: https://evil.example\n",
    "[r]",
    "<at>everyone</at>",
    "</at>",
    "<script>alert(1)</script>",
    "<a href='https://evil.example'>",
    "${HOME}",
    "{{ 191*7 }}",
    "{% for x in range(9) %}",
    "{#",
    "\u202egnp.exe",
    "🔥" * 40,
    "\\",
    "`",
    "**",
    "_",
    "~~",
    "!",
    "\n\n",
    "- ",
    "1. ",
    "# ",
    '"',
    "'",
    ")",
    "(",
    "\x00",
    "\x1b[31m",
    "\ud800",
    "&lt;at&gt;",
]
RICH = {
    "deployment-failed": "deployment-failed",
    "security": "scan-failed",
    "pull-request": "pull-request-opened",
    "pipeline": "pipeline-failed",
    "generic": "tests-failed",
    "unrouted": "push",
}
hostile = st.lists(st.sampled_from(PIECES) | st.text(max_size=12), min_size=1, max_size=8).map("".join)
link = hostile.map(lambda text: f"https://{OURS}/{text}") | st.sampled_from(
    ["http://evil.example", "javascript:alert(1)", f"https://{OURS}@evil.example/", "https://evil.example:x/"]
)


def replaced(value: Any, text: str, target: str, key: str = "") -> Any:
    """An event in which every text is hostile, and every link one of ours with something hostile in it."""
    if isinstance(value, dict):
        links = key == "links"
        return {name: replaced(child, text, target, "url" if links else name) for name, child in value.items()}
    if isinstance(value, list):
        return [replaced(child, text, target, key) for child in value]
    if key == "url" or key.endswith("_url"):
        return target
    return text if isinstance(value, str) else value


def markdown_texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if value.get("type") == "TextBlock":
            yield value["text"]
        for fact in value.get("facts", ()):
            yield from (fact["title"], fact["value"])
        for child in value.values():
            yield from markdown_texts(child)
    elif isinstance(value, list):
        for child in value:
            yield from markdown_texts(child)


def urls(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("url"), str):
            yield value["url"]
        for child in value.values():
            yield from urls(child)
    elif isinstance(value, list):
        for child in value:
            yield from urls(child)


def assert_harmless(rendered: Rendered) -> None:
    assert (rendered.fell_back, rendered.problem) == (None, "")
    assert rendered.size <= HARD
    assert schema_errors(rendered.card) == []
    assert [finding for finding in lint(rendered.card) if not finding.warning] == []
    whole = orjson.dumps(rendered.card).decode() + rendered.summary
    assert not re.search(r"<\s*/?\s*at\b", whole, re.IGNORECASE)
    assert "1337" not in whole
    assert "\u202e" not in whole
    for found in urls(rendered.card):
        assert urlsplit(found).hostname == OURS
    for text in markdown_texts(rendered.card):
        for token in MARKDOWN.parse(text):
            assert token.type != "html_block", text
            for child in token.children or ():
                assert child.type not in ("image", "html_inline"), text
                if child.type == "link_open":
                    assert urlsplit(child.attrGet("href")).hostname == OURS, text
    assert all(
        char.isprintable() or char in "\n\t\u200d\u2028\u2029\xa0" or char > "\x9f" for char in plain(rendered.card)
    )


@pytest.mark.parametrize("name", ["deployment", "deployment-failed", "pipeline", "pull-request", "security", "generic"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(event=st.sampled_from(sorted(EVENTS)), text=hostile, target=link, footer=hostile)
def test_F48_hostile_text_in_every_field(name, built_in, event, text, target, footer):
    e = replaced(EVENTS[event], text, target)
    assert_harmless(built_in.render(name, CardContext(e, footer=footer, easter_egg=text)))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(event=st.sampled_from(sorted(EVENTS)), text=hostile, target=link)
def test_F48_hostile_text_in_the_minimal_card(built_in, event, text, target):
    assert_harmless(built_in.render("minimal", CardContext(replaced(EVENTS[event], text, target))))


@pytest.mark.parametrize("piece", PIECES)
def test_F48_each_attack_alone_in_every_card(piece, built_in):
    for name, event in RICH.items():
        e = replaced(EVENTS[event], piece, f"https://{OURS}/{piece}")
        assert_harmless(built_in.render(name, CardContext(e)))


@pytest.mark.parametrize("piece", PIECES)
def test_F48_as_long_as_an_event_can_be(piece, built_in):
    text = (piece * 300)[:300]
    long = (piece * 8192)[:8192]
    e = replaced(EVENTS["deployment-failed"], text, f"https://{OURS}/{piece}") | {"error": long}
    e["commit"] = e["commit"] | {"message": long}
    e["failed_resources"] = [{"kind": text, "name": text, "status": text, "message": long}] * 100
    e["images"] = [text] * 100
    e["tickets"] = [{"key": text, "url": f"https://{OURS}/{piece}"}] * 100
    assert_harmless(built_in.render("deployment-failed", CardContext(e)))
    worst = [{"severity": "high", "title": text, "where": text, "fix": text}] * 100
    assert_harmless(built_in.render("security", CardContext({**e, "worst": worst})))
