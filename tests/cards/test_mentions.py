"""Who is named, who is notified, and that nobody else ever is."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from app.cards import CardContext
from app.cards.mentions import MAX_PEOPLE, MAX_TEXT, mention
from tests.cards.conftest import load_body

GRACE = ("Grace Hopper", "grace@example.com")
MARKDOWN = MarkdownIt("default", {"html": True})


def test_a_person_with_an_address_is_mentioned():
    assert mention([GRACE]) == (
        "<at>Grace Hopper</at>",
        [
            {
                "type": "mention",
                "text": "<at>Grace Hopper</at>",
                "mentioned": {"id": "grace@example.com", "name": "Grace Hopper"},
            }
        ],
    )


@pytest.mark.parametrize("address", [None, "", "two words", "a\nb", "<at>", "x" * 257])
def test_without_a_usable_address_only_the_name_is_printed(address):
    assert mention([("Ada", address)]) == ("Ada", [])


def test_nobody_gives_nothing():
    assert mention([]) == ("", [])
    assert mention([("<>", None), ("", None)]) == ("", [])


def test_everybody_is_named_once():
    text, entities = mention([GRACE, ("Ada", None), ("Grace H.", "GRACE@example.com"), ("Ada", None)])
    assert text == "<at>Grace Hopper</at>, Ada"
    assert len(entities) == 1


def test_two_people_of_one_name_have_texts_of_their_own():
    text, entities = mention([("Max", "max@a.example"), ("Max", "max@b.example")])
    assert text == "<at>Max</at>, <at>Max (max@b.example)</at>"
    assert [entity["mentioned"]["id"] for entity in entities] == ["max@a.example", "max@b.example"]


def test_twenty_are_mentioned_and_the_others_counted():
    text, entities = mention([(f"Dev {number}", f"dev{number}@example.com") for number in range(25)])
    assert len(entities) == MAX_PEOPLE
    assert text.endswith("<at>Dev 19</at> and 5 more")


def test_without_a_name_the_address_begins_one():
    assert mention([("\x00", "grace@example.com")])[0] == "<at>grace</at>"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("<at>everyone</at>", "at everyone at"),
        ("[Bob](https://evil.example)", "Bob (https evil.example)"),
        ("**Bob** \x1b[31m\u202eevil", "Bob 31m evil"),
        ("renovate_bot", "renovate bot"),
        ("  Zoë  O’Neil-Łuk (ops) ", "Zoë O’Neil-Łuk (ops)"),
        ("李小龙", "李小龙"),
        ("x" * 100, "x" * 60),
    ],
)
def test_a_name_keeps_nothing_that_does_something(name, shown):
    assert mention([(name, "a@example.com")])[0] == f"<at>{shown}</at>"


people = st.lists(st.tuples(st.text(max_size=80), st.none() | st.emails() | st.text(max_size=20)), max_size=30)


@given(people)
def test_any_table_of_users_makes_a_harmless_text(table):
    text, entities = mention(table)
    assert len(text) <= MAX_TEXT + 20
    assert len(entities) <= MAX_PEOPLE
    for entity in entities:
        assert text.count(entity["text"]) == 1
    cards = load_body(
        '- {type: TextBlock, wrap: true, $when: mentions, text: "{{ mentions }} please look"}\n'
        "- {type: TextBlock, wrap: true, text: x}"
    )
    card = cards.render("card", CardContext({}, mentions=text, entities=entities)).card
    assert card.get("msteams", {}).get("entities", []) == entities
    shown = orjson.dumps(card["body"]).decode()
    assert shown.count("<at>") == len(entities)
    for token in MARKDOWN.parse(card["body"][0]["text"].replace("<at>", "").replace("</at>", "")):
        assert {child.type for child in token.children or ()} <= {"text", "text_special"}


def test_long_names_leave_the_text_whole_and_say_how_many_are_missing():
    text, entities = mention([(f"{number:02} {'x' * 57}", f"p{number}@example.com") for number in range(18)])
    assert len(text) <= MAX_TEXT + len(" and 18 more")
    assert (len(entities), text.endswith(" and 6 more")) == (12, True)


def test_mentions_are_not_cut_where_everything_else_is():
    text, entities = mention([(f"{number:02} {'x' * 57}", f"p{number}@example.com") for number in range(10)])
    lines = '- {type: TextBlock, wrap: true, text: "{{ mentions }}"}\n'
    lines += '- {type: TextBlock, wrap: true, text: "{{ e.error }}"}\n' * 40
    context = CardContext({"error": "y" * 3000}, mentions=text, entities=entities)
    rendered = load_body(lines).render("card", context)
    blocks = [block["text"] for block in rendered.card["body"] if "<at" in block["text"]]
    assert (blocks, rendered.fell_back, rendered.shortened) == ([text], None, True)
    assert len(rendered.card["msteams"]["entities"]) == 10
