"""Teams lint: what would be dropped without a word is said at load."""

from typing import Any

import pytest

from app.cards.lint import Finding, lint, lint_template

TEXT = {"type": "TextBlock", "wrap": True, "text": "x"}


def card(*body: Any, **more: Any) -> dict[str, Any]:
    return {"type": "AdaptiveCard", "version": "1.4", "body": list(body), **more}


def said(finding: Finding) -> str:
    return f"{'.'.join(map(str, finding.path))}: {finding.message}" + (f" ({finding.hint})" if finding.hint else "")


def test_a_good_card_has_no_findings():
    fact = {"title": "a", "value": "b"}
    good = card(
        TEXT,
        {"type": "FactSet", "facts": [fact, {"type": "Fact", **fact}]},
        {"type": "RichTextBlock", "inlines": ["plain", {"type": "TextRun", "text": "x", "color": "Attention"}]},
        {"type": "Container", "style": "good", "items": [TEXT], "fallback": "drop"},
        {"type": "TextBlock", "wrap": True, "text": "x", "$when": "e.error", "size": "ExtraLarge"},
        actions=[{"type": "Action.OpenUrl", "title": "a", "url": "https://example.com"}],
    )
    assert list(lint_template(good)) == []


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ({"type": "Input.Text", "id": "a"}, "body.0: 'Input.Text' cannot be used (nobody answers it"),
        ({"type": "Table"}, "body.0: 'Table' cannot be used (phones leave it blank"),
        ({"type": "CodeBlock"}, "body.0: 'CodeBlock' cannot be used"),
        ({"type": "Badge"}, "body.0: 'Badge' cannot be used"),
        ({"type": "Media"}, "body.0: 'Media' cannot be used (Teams does not play it)"),
        ({"type": "TextBlok", "text": "x"}, "'TextBlok' cannot be used (did you mean 'TextBlock'?)"),
        ({"type": "Fact", "title": "a", "value": "b"}, "'Fact' cannot be used"),
        ({"text": "x"}, "body.0: an element is an object with a `type`"),
        ("x", "body.0: an element is an object with a `type`"),
        ({**TEXT, "colour": "good"}, "body.0.colour: TextBlock has no property 'colour' (did you mean 'color'?)"),
        ({**TEXT, "color": "green"}, "body.0.color: 'color' of a TextBlock cannot be 'green'"),
        ({**TEXT, "style": "good"}, "'style' of a TextBlock cannot be 'good'"),
        ({"type": "Container", "style": "heading", "items": []}, "'style' of a Container cannot be 'heading'"),
        ({**TEXT, "text": 42}, "body.0.text: 'text' is text, this is int (quote it)"),
        ({**TEXT, "type": "{{ e.type }}"}, "'{{ e.type }}' cannot be used"),
        ({"type": "TextBlock", "wrap": True}, "body.0: TextBlock without 'text'"),
        ({"type": "Image", "url": "https://example.com/a.png"}, "body.0: Image without 'altText'"),
        ({"type": "Image", "altText": "a", "url": "http://example.com"}, "body.0.url: 'url' is not an https URL"),
        ({"type": "Image", "altText": "a", "url": "x/{{ e.id }}"}, "body.0.url: 'url' is not an https URL"),
        ({"type": "FactSet", "facts": ["a"]}, "body.0.facts.0: a fact has a title and a value"),
        ({"type": "FactSet", "facts": [{"title": "a", "value": None}]}, "'value' is text, this is NoneType"),
        ({"type": "FactSet", "facts": {}}, "body.0.facts: 'facts' is a list"),
        (
            {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "x", "wrap": True}]},
            "body.0.inlines.0.wrap: TextRun has no property 'wrap'",
        ),
        (
            {"type": "Container", "items": [TEXT], "selectAction": {"type": "Action.Submit"}},
            "'Action.Submit' cannot be",
        ),
        ({**TEXT, "text": "<at>Bob</at>"}, "body.0.text: `<at>` in a card mentions nobody (print {{ mentions }})"),
    ],
)
def test_a_wrong_element_is_named(element, expected):
    (finding,) = lint_template(card(element))
    assert not finding.warning
    assert expected in said(finding)


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (None, "a card is an object"),
        ({"type": "Container"}, "a card is an object with `type: AdaptiveCard`"),
        (card(version="1.5"), "version: version '1.5' (Workflows post up to \"1.4\")"),
        (card(version=1.4), "version: version 1.4"),
        ({"type": "AdaptiveCard", "version": "1.4"}, "AdaptiveCard without 'body'"),
        (card(body="x"), "body: 'body' is a list"),
        (card(msteams={"entities": []}), "msteams.entities: mentions are Shipbell's to add"),
        (
            card(actions=[{"type": "Action.OpenUrl", "title": "a", "url": "https://example.com"}] * 7),
            "actions: 7 actions: Teams shows 6",
        ),
        (
            card(actions=[{"type": "Action.OpenUrl", "title": "a", "url": "https://e.com", "style": "positive"}]),
            "'style' of a Action.OpenUrl cannot be 'positive'",
        ),
    ],
)
def test_a_wrong_card_is_named(wrong, expected):
    (finding,) = lint_template(wrong)
    assert expected in said(finding)


def test_what_is_only_unwise_is_a_warning():
    show = {"type": "Action.ShowCard", "title": "more", "card": card(TEXT)}
    findings = list(lint(card({"type": "TextBlock", "text": "x"}, actions=[show])))
    assert [(finding.path, finding.warning) for finding in findings] == [(("body", 0), True), (("actions", 0), True)]
