"""What passes the loader runs within bounds, without a clock; what oversteps them falls back, and is quick."""

import time

import pytest

from app.cards.render import HARD
from tests.cards.conftest import yaml_text

LINK = "https://git.example.com/acme/payments/builds/128"
EVENT = {"service": "payments-api", "status": "failed", "links": {"pipeline": LINK}, "error": "x" * 8000}


def block(template: str) -> str:
    return "- {type: TextBlock, wrap: true, text: " + yaml_text(template) + "}"


@pytest.mark.parametrize(
    "attempt",
    [
        "{% for i in range(10 ** 9) %}{% endfor %}",
        "{{ range(10 ** 9) | list }}",
        "{{ 'a' * 10000000 }}",
        "{{ 10000000 * 'a' }}",
        "{{ [1] * 10000000 }}",
        "{{ 9 ** (9 ** 9) }}",
        "{{ 10 ** 4000 * 10 ** 4000 }}",
        "{{ '%99999999d' % 1 }}",
        "{{ e.error + e.error + e.error + e.error + e.error + e.error + e.error + e.error + e.error }}",
        "{{ e.error | join(e.error) }}",
        "{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}",
        "{% for a in e.error %}{% for b in e.error %}{% endfor %}{% endfor %}",
        "{{ 1 / 0 }}",
        "{{ 'a' + 1 }}",
        "{{ e.service > 3 }}",
        "{{ [] + {} }}",
        "{{ 10 ** 1000 * 10.0 }}",
    ],
)
def test_F49_a_template_that_fails_or_overflows_falls_back_quickly(attempt, render_body):
    began = time.process_time()
    rendered = render_body(block(attempt), e=EVENT)
    assert time.process_time() - began < 0.5
    assert rendered.fell_back == "template_error"
    assert rendered.problem
    assert "payments-api" in rendered.card["body"][0]["text"]
    assert rendered.card["actions"] == [{"type": "Action.OpenUrl", "title": "Open", "url": LINK}]


def test_F49_a_loop_that_prints_ten_megabytes_is_cut(render_body):
    began = time.process_time()
    loops = "{% for i in range(1000) %}{{ e.error }}{% for j in range(5) %}{{ e.error }}{% endfor %}{% endfor %}"
    rendered = render_body(block(loops), e=EVENT)
    assert time.process_time() - began < 0.5
    assert rendered.fell_back is None
    assert rendered.shortened
    assert rendered.size < HARD
    assert rendered.card["body"][0]["text"].endswith("x…")


def test_F49_what_is_absent_is_no_error(render_body):
    rendered = render_body(
        block("{{ e.commit.author.name }}{{ e.tickets[3].key }}{{ e.labels.x }}"), e={"service": "s"}
    )
    assert rendered.fell_back is None
    assert rendered.card["body"][0]["text"] == "-"
    assert rendered.missing == 3


def test_a_text_that_is_partly_there_shows_that_part(render_body):
    rendered = render_body(block("{{ e.service }} {{ e.version }}"), e={"service": "checkout"})
    assert rendered.card["body"][0]["text"] == "checkout"
    assert rendered.missing == 1


def test_data_has_keys_and_no_attributes(render_text):
    labels = {"items": "four", "keys": "two", "get": "got"}
    shown = render_text("{{ e.labels.items }} {{ e.labels.keys }} {{ e.labels.get }} {{ e.labels.pop }}", labels=labels)
    assert shown == "four two got"


def test_a_card_cannot_change_the_event(render_body):
    e = {"labels": {"a": "1"}, "images": ["b", "a"]}
    rendered = render_body(block("{{ e.images | sort | join('') }} {{ e.labels.a }}"), e=e)
    assert rendered.card["body"][0]["text"] == "ab 1"
    assert e == {"labels": {"a": "1"}, "images": ["b", "a"]}
