"""The footer's link to the page that says why a card was sent."""

import pytest

from app.cards import MINIMAL, CardContext, load_cards

PAGE = "https://shipbell.example.com/api/v1/events/0a/explain?as=text"


def footer(why_url: str | None) -> str:
    view = {"type": "change.pushed", "service": "checkout"} | ({"why_url": why_url} if why_url else {})
    return str(load_cards({}).render(MINIMAL, CardContext(view, footer="ref 3f9a07")).card["body"][-1]["text"])


def test_the_footer_links_to_why_when_there_is_a_page() -> None:
    assert footer(PAGE) == f"ref 3f9a07 · [why?]({PAGE})"


@pytest.mark.parametrize("page", [None, "http://shipbell.example.com/why", "javascript:alert(1)"])
def test_the_footer_has_no_link_without_an_https_page(page: str | None) -> None:
    assert footer(page) == "ref 3f9a07"
