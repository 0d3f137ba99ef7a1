"""The built-in digest: what waited is told, whatever becomes of the cards in the folder."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cards import CardContext, load_cards, plain
from app.cards.digest import MAX_LINES
from app.cards.lint import lint
from app.cards.render import AIM
from tests.cards.conftest import load_body
from tests.cards.sample_events import EVENTS
from tests.cards.teams_schema import schema_errors

NONE = load_cards({})
NIGHT = EVENTS["digest-of-a-night"]


def digest(**parts: Any) -> CardContext:
    return CardContext({"type": "shipbell.digest", "service": "unmapped", "digest": parts})


def lines(context: CardContext, name: str = "digest") -> list[str]:
    return plain(NONE.render(name, context).card).split("\n")


def test_it_needs_no_file():
    rendered = NONE.render("digest", CardContext(NIGHT, footer="ref 7Q3K"))
    assert rendered.fell_back is None
    assert rendered.summary == "📬 3 messages: 1 passed, 1 failed, 1 without an outcome"
    assert plain(rendered.card).split("\n") == [
        rendered.summary,
        "❌ checkout 4.0.1 · pipeline finished: failed",
        f"🔀 payments-api ({NIGHT['digest']['items'][1]['url']}) · pull request merged, Round the cents",
        "⚠️ cart · security scan finished: passed with conditions",
        "ref 7Q3K",
    ]
    assert schema_errors(rendered.card) == []
    assert list(lint(rendered.card)) == []


def test_deployments_are_called_so_and_the_rest_is_counted():
    shown = lines(CardContext(EVENTS["digest-of-deployments"]))
    assert shown[0] == "📬 140 deployments to dev: 138 succeeded, 2 failed"
    assert shown[1].startswith("❌ checkout 4.0.0 (https://argocd.example.com/applications/checkout-dev)")
    assert len(shown) == MAX_LINES + 2
    assert shown[-1] == "and 120 more"


def test_a_card_of_the_folder_comes_first_and_the_built_in_one_when_it_fails():
    broken = load_body('- {type: TextBlock, wrap: true, text: "{{ [1, 2] * 100000 }}"}')
    rendered = broken.render("card", CardContext(NIGHT))
    assert rendered.fell_back == "template_error"
    assert "❌ checkout 4.0.1" in plain(rendered.card)
    assert NONE.render("deployment-digest", CardContext(NIGHT)).fell_back == "unknown_card"
    assert "pull request merged" in "\n".join(lines(CardContext(NIGHT), "deployment-digest"))


def test_deployments_of_one_minute_have_one_time(built_in):
    def told(until: str) -> str:
        told = digest(count=2, since="2026-11-22T10:00:01Z", until=until)
        return plain(built_in.render("deployment-digest", told).card).split("\n")[1]

    assert told("2026-11-22T10:00:59Z") == "2026-11-22 10:00 UTC"
    assert told("2026-11-22T10:02:00Z") == "2026-11-22 10:00 UTC to 2026-11-22 10:02 UTC"


def test_the_minimal_card_of_a_digest_is_its_first_line():
    assert lines(CardContext(NIGHT), "minimal") == ["📬 3 messages: 1 passed, 1 failed, 1 without an outcome"]


def test_any_other_event_gets_its_minimal_card():
    assert lines(CardContext(EVENTS["push"]), "digest") == lines(CardContext(EVENTS["push"]), "minimal")


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        ({}, "📬 0 messages"),
        ({"count": 1}, "📬 1 message"),
        (
            {"count": "many", "items": 3, "counts": [7, {"outcome": [], "count": None}]},
            "📬 0 messages: 0 without an outcome",
        ),
        ({"count": 2, "items": [{"type": "deployment.finished"}]}, "📬 2 deployments"),
        ({"count": 2, "items": [{"type": {"a": 1}}, {"type": []}]}, "📬 2 messages"),
    ],
)
def test_what_is_not_said_is_left_out(parts, line):
    assert lines(digest(**parts))[0] == line


texts = st.text(max_size=300) | st.sampled_from(["🔥" * 300, '"' * 300, "\\" * 300, "*" * 300, "\x00\ud800" * 99])
items = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("type", "outcome", "service", "environment", "version", "title", "error"), texts | st.none()
    ),
)


@given(items, texts)
def test_it_always_fits(item, path):
    url = ("https://example.com/" + path)[:2040]
    context = digest(count=100, items=[item | {"url": url}] * 100, counts=[{"outcome": path, "count": 100}] * 100)
    rendered = NONE.render("digest", context)
    assert rendered.size == len(orjson.dumps(rendered.card)) <= AIM
    assert rendered.card["body"][-1]["text"].startswith("and ")
    assert len(rendered.card["body"]) > 5
