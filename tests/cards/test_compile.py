"""The `$` keys, the closed values, and what is left out."""

import pytest

from app.cards import CardContext
from app.kernel.errors import ConfigErrors
from tests.cards.conftest import load_body

TICKETS = [{"key": f"A-{number}", "url": f"https://t.example/{number}"} for number in range(5)]


def test_a_leaf_is_always_text_and_everything_else_literal(render_body):
    rendered = render_body(
        '- {type: TextBlock, wrap: true, text: "{{ 42 }}", maxLines: 3}\n- {type: TextBlock, wrap: true, text: "true"}'
    )
    assert rendered.card["body"] == [
        {"type": "TextBlock", "wrap": True, "text": "42", "maxLines": 3},
        {"type": "TextBlock", "wrap": True, "text": "true"},
    ]


def test_when_leaves_out_elements_and_facts(render_body):
    body = """
- {type: TextBlock, wrap: true, text: kept, $when: e.service}
- {type: TextBlock, wrap: true, text: gone, $when: e.version}
- type: FactSet
  facts:
    - {title: A, value: kept, $when: e.duration_seconds > 3}
    - {title: B, value: gone, $when: e.total > 3}
"""
    rendered = render_body(body, e={"service": "s", "duration_seconds": 4})
    assert rendered.card["body"] == [
        {"type": "TextBlock", "wrap": True, "text": "kept"},
        {"type": "FactSet", "facts": [{"title": "A", "value": "kept"}]},
    ]


def test_what_is_left_without_content_is_left_out(render_body):
    body = """
- {type: TextBlock, wrap: true, text: title}
- {type: FactSet, facts: [{title: A, value: "{{ e.version }}", $when: e.version}]}
- {type: Container, items: [{type: TextBlock, wrap: true, text: "{% if e.version %}x{% endif %}"}]}
- {type: Image, altText: logo, url: "{{ e.links.report }}"}
- {type: RichTextBlock, inlines: [{type: TextRun, text: "{% if e.error %}x{% endif %}"}]}
- {type: ActionSet, actions: [{type: Action.OpenUrl, title: x, url: "{{ e.links.report }}"}]}
- {type: ColumnSet, columns: [{type: Column, items: [{type: TextBlock, wrap: true, text: x, $when: e.error}]}]}
"""
    assert render_body(body).card["body"] == [{"type": "TextBlock", "wrap": True, "text": "title"}]


def test_each_repeats_up_to_its_limit_and_says_how_many_are_left(render_body):
    body = """
- type: FactSet
  facts: [{$each: {t: e.tickets}, $limit: 2, title: "{{ t.key }}", value: "{{ t.key | link(t.url) }}"}]
- {type: TextBlock, $each: {t: "e.tickets[:3]"}, $limit: 3, wrap: true, text: "{{ t.key }}"}
- {type: TextBlock, $each: {image: e.images}, wrap: true, text: "{{ image }}"}
- type: RichTextBlock
  inlines: [{type: TextRun, $each: {t: e.tickets}, $limit: 4, text: "{{ t.key }} "}]
"""
    facts, *blocks, runs = render_body(body, e={"tickets": TICKETS}).card["body"]
    assert facts["facts"] == [
        {"title": "A-0", "value": "[A-0](https://t.example/0)"},
        {"title": "A-1", "value": "[A-1](https://t.example/1)"},
        {"title": "…", "value": "and 3 more"},
    ]
    assert [block["text"] for block in blocks] == ["A-0", "A-1", "A-2"]
    assert runs["inlines"][-1] == {"type": "TextRun", "text": " and 1 more"}


@pytest.mark.parametrize(
    ("said", "last"),
    [(40, "and 38 more"), (5, "and 3 more"), (3, "and 3 more"), (None, "and 3 more"), ("many", "and 3 more")],
)
def test_each_says_how_many_there_are_of_a_list_that_was_cut_before(render_body, said, last):
    body = "- {type: TextBlock, $each: {t: e.tickets}, $limit: 2, $of: e.digest.count, wrap: true, text: '{{ t.key }}'}"
    card = render_body(body, e={"tickets": TICKETS, "digest": {"count": said}}).card
    assert [block["text"] for block in card["body"]] == ["A-0", "A-1", last]


def test_a_list_that_is_whole_says_nothing_more(render_body):
    body = "- {type: TextBlock, $each: {t: e.tickets}, $of: e.digest.count, wrap: true, text: '{{ t.key }}'}"
    assert len(render_body(body, e={"tickets": TICKETS, "digest": {"count": 5}}).card["body"]) == 5
    assert render_body(body, e={"tickets": TICKETS, "digest": {"count": 6}}).card["body"][-1]["text"] == "and 1 more"


def test_each_inside_each(render_body):
    body = """
- type: Container
  $each: {t: e.tickets}
  $limit: 2
  items: [{type: TextBlock, $each: {v: t.fix_versions}, wrap: true, text: "{{ t.key }} {{ v }}"}]
"""
    tickets = [{"key": "A", "fix_versions": ["1", "2"]}, {"key": "B"}, {"key": "C", "fix_versions": ["3"]}]
    card = render_body(body, e={"tickets": tickets}).card
    assert [item["text"] for item in card["body"][0]["items"]] == ["A 1", "A 2"]
    assert [element["type"] for element in card["body"]] == ["Container", "TextBlock"]


def test_F49_each_inside_each_is_bounded(render_body):
    body = """
- type: Container
  $each: {t: range(100)}
  $limit: 100
  items:
    - type: Container
      $each: {u: range(100)}
      $limit: 100
      items: [{type: TextBlock, $each: {v: range(100)}, $limit: 100, wrap: true, text: x}]
"""
    assert render_body(body, e={"service": "s"}).fell_back == "template_error"


def test_each_over_what_is_no_list_shows_nothing(render_body):
    body = "- {type: TextBlock, wrap: true, text: x}\n- {type: TextBlock, $each: {t: e.service}, wrap: true, text: y}"
    assert len(render_body(body, e={"service": "abc"}).card["body"]) == 1


def test_a_value_out_of_a_closed_list_is_left_out(render_body):
    body = '- {type: Container, style: "{{ e.status }}", items: [{type: TextBlock, wrap: true, text: x}]}'
    assert "style" not in render_body(body, e={"status": "failed"}).card["body"][0]
    assert render_body(body, e={"status": "Good"}).card["body"][0]["style"] == "Good"


def test_a_url_is_whole_or_made_of_pieces(render_body):
    body = """
- type: ActionSet
  actions:
    - {type: Action.OpenUrl, title: whole, url: "{{ e.links.pipeline }}"}
    - {type: Action.OpenUrl, title: filtered, url: "{{ e.links.pipeline | url }}"}
    - {type: Action.OpenUrl, title: pieces, url: "https://t.example/{{ e.version }}?q={{ e.service }}"}
    - {type: Action.OpenUrl, title: gone, url: "{{ e.links.report }}"}
    - {type: Action.OpenUrl, title: no host, url: "https://{{ e.version }}/"}
    - {type: Action.OpenUrl, title: literal, url: "https://t.example/"}
"""
    links = {"pipeline": "https://p.example/a?b=c", "report": "http://insecure.example"}
    card = render_body(body, e={"links": links, "version": "../x", "service": "a&b=c"}).card
    assert [(action["title"], action["url"]) for action in card["body"][0]["actions"]] == [
        ("whole", "https://p.example/a?b=c"),
        ("filtered", "https://p.example/a?b=c"),
        ("pieces", "https://t.example/..%2Fx?q=a%26b%3Dc"),
        ("literal", "https://t.example/"),
    ]


def test_literal_parts_are_made_once_and_not_changed():
    cards = load_body("- {type: TextBlock, wrap: true, text: fixed}")
    first = cards.render("card", CardContext({}, footer="a"))
    second = cards.render("card", CardContext({}, footer="b"))
    assert first.card["body"][0] is second.card["body"][0]
    assert [len(first.card["body"]), len(second.card["body"])] == [2, 2]
    assert second.card["body"][1]["text"] == "b"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{type: TextBlock, wrap: true, text: x, $if: e.error}", "6: unknown directive '$if'"),
        ("{type: TextBlock, wrap: true, text: x, $drop: first}", "6: $drop is a number from 1 to 9"),
        ("{type: TextBlock, wrap: true, text: x, $drop: 0}", "$drop is a number"),
        ("{type: TextBlock, wrap: true, text: x, $each: e.tickets}", "$each names one variable and its list"),
        ("{type: TextBlock, wrap: true, text: x, $limit: 3}", "$each names one variable and its list"),
        ("{type: TextBlock, wrap: true, text: x, $of: e.total}", "$each names one variable and its list"),
        ("{type: TextBlock, wrap: true, text: x, $each: {t: e.tickets}, $of: e.totl}", "no event has the field 'totl'"),
        ("{type: TextBlock, wrap: true, text: x, $each: {t: e.tickets}, $of: 7}", "expected an expression"),
        ("{type: TextBlock, wrap: true, text: x, $each: {e: e.tickets}}", "'e' cannot be the name of a variable"),
        ("{type: TextBlock, wrap: true, text: x, $each: {_x: e.tickets}}", "'_x' cannot be the name"),
        ("{type: TextBlock, wrap: true, text: x, $each: {t: e.tickets}, $limit: 101}", "$limit is a number from 1"),
        ("{type: TextBlock, wrap: true, text: x, $when: true}", "expected an expression"),
    ],
)
def test_a_wrong_directive_is_an_error_with_its_line(line, said):
    with pytest.raises(ConfigErrors) as caught:
        load_body(f"- {line}")
    assert said in str(caught.value)
