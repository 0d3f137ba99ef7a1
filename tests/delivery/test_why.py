"""A repeated card keeps the link to why it was sent, and changes the footer before it."""

from dataclasses import replace

import pytest

from app.cards import MINIMAL, load_cards
from app.delivery.letter import compose, freeze
from app.store.claims import Claimed

PAGE = "https://shipbell.example.com/api/v1/events/0a/explain?as=text"
CLAIM = Claimed(1, "3f9a07" + "0" * 26, "0a", "security", MINIMAL, "all", 0, 1, 0, 1, 0, None, None)


@pytest.mark.parametrize(("view", "link"), [({"why_url": PAGE}, f" · [why?]({PAGE})"), ({}, "")])
def test_a_repeat_says_so_and_keeps_the_link(view: dict[str, str], link: str) -> None:
    cards = load_cards({})
    first = compose(CLAIM, view, cards)
    again = compose(replace(CLAIM, tries=2, ambiguous=1, rendered=freeze(first)), view, cards)
    assert first.card["body"][-1]["text"] == f"ref 3f9a07{link}"
    assert again.card["body"][-1]["text"] == f"ref 3f9a07 · try 2 · possible repeat{link}"
