"""Messages: one line of plain text about an event, or nothing."""

import pytest

from app.cards.words import MAX_WORDS, check_words, words

EVENT = {"service": "checkout", "environment": "prod", "status": "succeeded", "build": {"number": 1337}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Bold.", "Bold."),
        ("Build {{ e.build.number }} of {{ service }}", "Build 1337 of checkout"),
        ("{{ icon }} {% if e.status == 'succeeded' %}well{% endif %}\n done ", "✅ well done"),
        ("{{ e.version or 'something' }}", "something"),
        ("{{ e.commit.message | short(20) }}", ""),
        ("Well done, {{ e.commit.author.name }}!", ""),
        ("", ""),
    ],
)
def test_a_message_is_made_of_the_event(text, said):
    assert check_words(text) is None
    assert words(text, EVENT) == said


@pytest.mark.parametrize(
    "text", ["{{", "{{ nobody }}", "{{ 1 // 0 }}", "{{ 'x' * 10 ** 9 }}", "{% raw %}", "{{ ''.join }}"]
)
def test_what_goes_wrong_says_nothing(text):
    assert words(text, EVENT) == ""


def test_a_message_is_cut():
    assert len(words("x" * 4000, EVENT)) == MAX_WORDS


def test_an_event_cannot_write_a_template_or_a_mention():
    e = {"service": "{{ 7 * 7 }} <at>everyone</at>\x00\u202e"}
    assert words("Hello {{ service }}", e) == "Hello {{ 7 * 7 }} <\u200bat>everyone<\u200b/at>"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{{ e.servce }}", "no event has the field 'servce' (did you mean 'service'?)"),
        ("{{ mentions }}", "unknown name 'mentions'"),
        ("{{ e.build }}", "'build' is a group of fields"),
        ("{{ e.status == 'succeded' }}", "is never 'succeded'"),
        ("{% for x in e.tickets %}", "template: "),
        ("{{ e.service | upcase }}", "unknown filter 'upcase'"),
        ("{% set x = 1 %}", "a card cannot use"),
        ("<at>Bob</at> hello", "mentions nobody"),
        ("x" * 5000, "4096 characters"),
    ],
)
def test_a_mistake_is_found_before_it_is_said(text, problem):
    assert problem in (check_words(text) or "")
