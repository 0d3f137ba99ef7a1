"""The card of a delivery: made once, kept for its repeats, and marked when it may be one."""

from dataclasses import replace

import pytest

from app.cards import MINIMAL, Cards, load_cards
from app.delivery.letter import Letter, compose, footer, freeze, minimal
from app.kernel.yaml import load
from app.store.claims import Claimed

KEY = "3a5b7c" + "0" * 26
CLAIM = Claimed(1, KEY, "e1", "team", "hello", "all", 0, 1, 0, 1, 9, None, b"{}")
VIEW = {"type": "pipeline.finished", "service": "checkout", "status": "failed", "source": "bitbucket"}
CARD = """
summary: "hello {{ e.service }}"
card:
  type: AdaptiveCard
  version: "1.4"
  body:
    - {type: TextBlock, wrap: true, text: "hello {{ e.service }}"}
"""


def cards(text: str = CARD) -> Cards:
    return load_cards({"hello": load(text, "hello.yaml")})


def last_line(letter: Letter) -> str:
    return letter.card["body"][-1]["text"]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "ref 3a5b7c"),
        ({"rule": "no rule"}, "no rule · ref 3a5b7c"),
        ({"generation": 1}, "replayed · ref 3a5b7c"),
        ({"tries": 3}, "ref 3a5b7c"),
        ({"tries": 2, "ambiguous": 1}, "ref 3a5b7c · try 2 · possible repeat"),
    ],
)
def test_the_footer_says_what_a_reader_should_know(changes: dict[str, object], line: str) -> None:
    claim = replace(CLAIM, **changes)
    assert footer(claim) == line
    assert last_line(compose(claim, VIEW, cards())) == line


def test_a_repeat_is_the_first_card_but_for_the_footer() -> None:
    first = compose(CLAIM, VIEW, cards())
    kept = replace(CLAIM, tries=2, rendered=freeze(first))
    changed = cards(CARD.replace("hello {{", "good day {{"))
    again = compose(kept, VIEW, changed)
    assert (again.card, again.summary) == (first.card, first.summary)
    doubtful = compose(replace(kept, ambiguous=1), VIEW, changed)
    assert last_line(doubtful) == "ref 3a5b7c · try 2 · possible repeat"
    assert doubtful.card["body"][:-1] == first.card["body"][:-1]


def test_a_doubt_frozen_once_is_counted_on() -> None:
    doubtful = replace(CLAIM, tries=2, ambiguous=1)
    third = replace(doubtful, tries=3, ambiguous=2, rendered=freeze(compose(doubtful, VIEW, cards())))
    assert last_line(compose(third, VIEW, cards())) == "ref 3a5b7c · try 3 · possible repeat"


def test_only_what_cannot_be_made_smaller_is_minimal() -> None:
    assert not compose(CLAIM, VIEW, cards()).minimal
    assert compose(replace(CLAIM, card=MINIMAL), VIEW, cards()).minimal
    assert compose(replace(CLAIM, card="gone"), VIEW, cards()).minimal
    small = minimal(CLAIM, VIEW, cards())
    assert small.minimal
    assert last_line(small) == "ref 3a5b7c"
    assert compose(replace(CLAIM, rendered=freeze(small)), VIEW, cards()).minimal


FULL_CARD = """
summary: hello
card:
  type: AdaptiveCard
  version: "1.4"
  body:
    - {type: TextBlock, wrap: true, text: "{{ easter_egg }}"}
    - {type: TextBlock, wrap: true, text: "{{ mentions }}"}
"""
EXTRA = b'{"mentions":[{"name":"Ada","address":"ada@acme.io"},{"name":"Eve","address":null}],"message":"%s"}'


def test_what_was_decided_at_routing_is_in_the_card_and_in_its_repeats() -> None:
    claim = replace(CLAIM, extra=EXTRA % b"Bold, {{ e.service }}.")
    first = compose(claim, VIEW, cards(FULL_CARD))
    assert [block["text"] for block in first.card["body"][:2]] == ["Bold, checkout.", "<at>Ada</at>, Eve"]
    (entity,) = first.card["msteams"]["entities"]
    assert entity["mentioned"] == {"id": "ada@acme.io", "name": "Ada"}
    again = compose(replace(claim, rendered=freeze(first), extra=None, tries=2), VIEW, cards())
    assert again.card == first.card


@pytest.mark.parametrize("message", [b"{{ e.version }}", b"{{ oops", b""])
def test_a_message_that_cannot_be_said_costs_no_card(message: bytes) -> None:
    letter = compose(replace(CLAIM, extra=EXTRA % message), VIEW, cards(FULL_CARD))
    assert not letter.minimal
    assert "<at>Ada</at>, Eve" in [block.get("text") for block in letter.card["body"]]


def test_a_digest_without_a_card_file_is_shown_by_the_built_in_one() -> None:
    view = {
        "type": "shipbell.digest",
        "digest": {"count": 2, "items": [{"service": "checkout"}, {"service": "basket"}]},
    }
    letter = compose(replace(CLAIM, card="digest"), view, cards())
    shown = [block["text"] for block in letter.card["body"]]
    assert "checkout" in shown[1]
    assert "basket" in shown[2]
    assert not letter.minimal, "a channel that finds it too large gets a smaller one"
    unknown = compose(replace(CLAIM, card="gone"), view, cards())
    assert not unknown.minimal
