"""Loading: all problems of all cards at once, with file and line."""

import pytest

from app.cards import load_cards
from app.kernel import yaml
from app.kernel.errors import ConfigErrors

GOOD = 'summary: s\ncard: {type: AdaptiveCard, version: "1.4", body: [{type: TextBlock, wrap: true, text: x}]}\n'


def document(text: str, name: str = "a") -> yaml.Document:
    return yaml.load(text, f"cards/{name}.yaml")


def test_names_are_the_files_and_what_needs_none():
    cards = load_cards({"a": document(GOOD)})
    assert cards.names == {"a", "digest", "minimal"}
    assert cards.warnings == ()
    assert load_cards({}).names == {"digest", "minimal"}


def test_all_problems_of_all_cards_are_told_at_once():
    bad = 'summary: "{{ e.servise }}"\ncard:\n  type: AdaptiveCard\n  version: "1.5"\n  body:\n    - type: Table\n'
    with pytest.raises(ConfigErrors) as caught:
        load_cards({"a": document(bad), "b": document("card: []\nsumary: x\n", "b"), "c": document("- x", "c")})
    assert [str(problem).split(" (")[0] for problem in caught.value.problems] == [
        "cards/a.yaml:4: version '1.5'",
        "cards/a.yaml:6: 'Table' cannot be used",
        "cards/a.yaml:1: no event has the field 'servise'",
        "cards/b.yaml:2: unknown key 'sumary'",
        "cards/b.yaml:1: 'summary' is missing",
        "cards/b.yaml:1: a card is an object with `type: AdaptiveCard`",
        "cards/c.yaml:1: a card has a `summary` and a `card`",
    ]


def test_the_minimal_card_cannot_be_replaced():
    with pytest.raises(ConfigErrors, match="'minimal' is taken"):
        load_cards({"minimal": document(GOOD)})


def test_a_summary_is_text():
    with pytest.raises(ConfigErrors, match="'summary' is text"):
        load_cards({"a": document(GOOD.replace("summary: s", "summary: 7"))})


def test_warnings_do_not_stop_a_load():
    cards = load_cards({"a": document(GOOD.replace("wrap: true, ", ""))})
    assert [str(warning) for warning in cards.warnings] == [
        "cards/a.yaml:2: TextBlock without `wrap: true` is cut on a phone"
    ]
