"""What a card is made of: the event, and what the facts add to it; other systems get the event as it was told."""

import orjson

from app.cards import load_cards
from app.delivery.attempt import prepare
from app.kernel.yaml import load
from app.store.claims import Claimed

EVENT = {"id": "e1", "type": "deployment.finished", "service": "pay"}
CARDS = load_cards(
    {
        "card": load(
            'summary: "{{ service }}"\ncard:\n  type: AdaptiveCard\n  version: "1.4"\n'
            '  body:\n    - {type: TextBlock, wrap: true, text: "{{ service }} replaces {{ e.previous_version }}"}\n',
            "cards/card.yaml",
        )
    }
)


def test_facts_are_for_the_card_alone() -> None:
    claim = Claimed(1, "a" * 32, "e1", "team", "card", "all", 0, 1, 0, 1, 0, None, orjson.dumps(EVENT))
    prepared = prepare(claim, CARDS, facts={"previous_version": "1.9.0"})
    assert prepared.letter is not None
    assert prepared.letter.card["body"][0]["text"] == "pay replaces 1.9.0"
    assert prepared.view == EVENT


def test_an_end_is_handed_on_with_what_its_beginning_said() -> None:
    end = {"id": "e1", "type": "incident.resolved", "service": "unmapped"}
    claim = Claimed(1, "a" * 32, "e1", "team", "card", "all", 0, 1, 0, 1, 0, None, orjson.dumps(end))
    assert prepare(claim, CARDS, facts={"service": "pay"}).view == end | {"service": "pay"}


def test_a_digest_has_a_link_to_why_as_any_other_card() -> None:
    digest = {"id": "d1", "type": "shipbell.digest", "digest": {"count": 2}}
    claim = Claimed(1, "a" * 32, "d1", "team", "digest", "all", 0, 1, 0, 1, 0, None, orjson.dumps(digest))
    prepared = prepare(claim, CARDS, "https://shipbell.example.com/why")
    assert prepared.letter is not None
    assert prepared.letter.card["body"][-1]["text"].endswith("[why?](https://shipbell.example.com/why)")
