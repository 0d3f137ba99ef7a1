"""The shipped cards, and a way to try a card of one's own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.cards import CardContext, Cards, Rendered, load_cards
from app.kernel import yaml

RULES = Path(__file__).parents[2] / "rules" / "cards"


@pytest.fixture(scope="session")
def built_in() -> Cards:
    return load_cards({path.stem: yaml.load(path.read_text(), f"cards/{path.name}") for path in RULES.glob("*.yaml")})


HEAD = 'summary: "{{ e.service }}"\ncard:\n  type: AdaptiveCard\n  version: "1.4"\n  body:\n'


def load_body(body: str) -> Cards:
    """A card called `card` with these YAML lines as its body; they begin in line 6."""
    text = HEAD + "".join(f"    {line}\n" for line in body.strip("\n").split("\n"))
    return load_cards({"card": yaml.load(text, "cards/card.yaml")})


@pytest.fixture
def render_body() -> Callable[..., Rendered]:
    def render(body: str, **context: Any) -> Rendered:
        return load_body(body).render("card", CardContext(**{"e": {}, **context}))

    return render


@pytest.fixture
def render_text(render_body: Callable[..., Rendered]) -> Callable[..., str]:
    """The text of a card's only TextBlock."""

    def render(template: str, **e: Any) -> str:
        rendered = render_body("- {type: TextBlock, wrap: true, text: " + yaml_text(template) + "}", e=e)
        assert rendered.fell_back is None, rendered.problem
        (block,) = rendered.card["body"]
        return str(block["text"])

    return render


def yaml_text(text: str) -> str:
    """Text as a YAML scalar in double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
