"""The card that always works."""

import orjson
import pytest

from app.cards import CardContext
from app.cards.context import default_icon
from app.cards.minimal import best_link, headline, minimal_card
from tests.cards.sample_events import EVENTS
from tests.cards.teams_schema import schema_errors


@pytest.mark.parametrize("name", EVENTS)
def test_every_event_has_a_minimal_card(name):
    card = minimal_card(CardContext(EVENTS[name]))
    assert schema_errors(card) == []
    words = {"digest-of-a-night": "messages", "digest-of-deployments": "deployments"}
    assert words.get(name, EVENTS[name]["type"].split(".")[0]) in card["body"][0]["text"]


@pytest.mark.parametrize(
    "e",
    [
        {},
        {"service": None, "links": None, "original": 3, "build": []},
        {"service": 7, "links": {"pipeline": 4, "report": "javascript:alert(1)"}},
        {"service": "[x](https://evil.example) <at>Bob</at>\ud800\x00" * 500},
    ],
)
def test_nothing_makes_it_fail(e):
    card = minimal_card(CardContext(e))
    assert "actions" not in card
    assert len(orjson.dumps(card)) < 1000


def test_the_link_is_the_first_one_that_may_be_clicked():
    assert best_link({"links": {"pipeline": "http://a.example", "argocd": "https://b.example"}}) == "https://b.example"
    assert best_link({"url": "https://c.example"}) == "https://c.example"
    assert best_link({"links": {}}) == ""


def test_it_is_one_line():
    e = {"type": "change.pushed", "service": "two\nlines", "version": "\r\n\t"}
    assert minimal_card(CardContext(e))["body"][0]["text"] == "📝 two lines · · change.pushed"
    assert headline(CardContext(e)) == "📝 two lines · · change.pushed"


@pytest.mark.parametrize(
    ("e", "icon"),
    [
        ({"type": "deployment.finished", "status": "succeeded"}, "✅"),
        ({"type": "deployment.started"}, "🚀"),
        ({"type": "security.scan_finished", "status": "finished", "verdict": "failed"}, "❌"),
        ({"type": "gate.decided", "verdict": "block"}, "⛔"),
        ({"type": "ticket.updated", "status": []}, "🎫"),
        ({"type": "shipbell.rules_reloaded"}, "🔔"),
        ({"type": "incident.resolved"}, "✅"),
        ({"type": "shipbell.digest"}, "📬"),
        ({}, "🔔"),
    ],
)
def test_an_icon_says_what_came_of_it(e, icon):
    assert default_icon(e) == icon
