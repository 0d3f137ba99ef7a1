"""A card can always be sent: it is made to fit, or the minimal one goes out with the reason."""

import orjson
import pytest

from app.cards import CardContext
from app.cards.mentions import mention
from app.cards.render import AIM, HARD
from tests.cards.conftest import load_body
from tests.cards.sample_events import EVENTS
from tests.cards.teams_schema import schema_errors

NOTICE = "Shortened to fit. [Everything is here](https://git.example.com/acme/payments/builds/128)"
LINKS = {"pipeline": "https://git.example.com/acme/payments/builds/128"}


def texts(rendered):
    return [element.get("text") for element in rendered.card["body"]]


def test_the_size_is_that_of_the_json(built_in):
    rendered = built_in.render("deployment", CardContext(EVENTS["deployment-succeeded"]))
    assert rendered.size == len(orjson.dumps(rendered.card)) < AIM
    assert (rendered.shortened, rendered.fell_back, rendered.missing, rendered.problem) == (False, None, 0, "")


def test_an_unknown_card_falls_back(built_in):
    rendered = built_in.render("deploymnt", CardContext(EVENTS["deployment-failed"], footer="ref 7Q3K"))
    assert rendered.fell_back == "unknown_card"
    assert texts(rendered) == [r"❌ payments-api · 2.7.1 · prod · deployment.finished · failed", "ref 7Q3K"]
    assert rendered.summary == "❌ payments-api · 2.7.1 · prod · deployment.finished · failed"
    assert rendered.size == len(orjson.dumps(rendered.card))


def test_asking_for_the_minimal_card_is_no_fall(built_in):
    assert built_in.render("minimal", CardContext(EVENTS["push"])).fell_back is None


def test_a_card_of_which_nothing_is_left_falls_back(render_body):
    rendered = render_body("- {type: TextBlock, wrap: true, text: x, $when: e.error}", e={"service": "checkout"})
    assert rendered.fell_back == "lint"


def test_F55_long_lists_are_cut_before_anything_is_dropped(render_body):
    body = """
- type: FactSet
  facts: [{$each: {f: e.worst}, $limit: 100, title: "{{ f.title }}", value: "{{ f.where }}"}]
- {type: TextBlock, $drop: 1, wrap: true, text: droppable}
"""
    worst = [{"title": f"finding {number}", "where": "x" * 290} for number in range(100)]
    rendered = render_body(body, e={"worst": worst, "links": LINKS})
    facts = rendered.card["body"][0]["facts"]
    assert len(facts) == 11
    assert facts[-1] == {"title": "…", "value": "and 90 more"}
    assert texts(rendered)[1:] == ["droppable", NOTICE]
    assert rendered.shortened
    assert rendered.size <= AIM
    assert schema_errors(rendered.card) == []


def test_F55_elements_are_dropped_in_their_order(render_body):
    long = "{{ e.error }}"
    body = f"""
- {{type: TextBlock, wrap: true, text: first}}
- {{type: TextBlock, $drop: 3, wrap: true, text: "3 {long}"}}
- {{type: TextBlock, $drop: 1, wrap: true, text: "1 {long}"}}
- {{type: TextBlock, $drop: 2, wrap: true, text: "2 {long}"}}
- {{type: TextBlock, wrap: true, text: "0 {long}"}}
"""
    rendered = render_body(body, e={"error": "x" * 8180})
    assert [text.split()[0] for text in texts(rendered)] == ["first", "3", "0", "Shortened"]
    assert rendered.fell_back is None


def test_F55_a_log_excerpt_of_200_kb_is_cut_with_a_notice(render_body):
    body = "- type: RichTextBlock\n  inlines: [{type: TextRun, text: '{{ e.error }}'}]"
    rendered = render_body(body, e={"error": "line of a log\n" * 15_000, "links": LINKS})
    run = rendered.card["body"][0]["inlines"][0]
    assert len(run["text"]) == 8192
    assert run["text"].endswith("…")
    assert texts(rendered)[1:] == [NOTICE]
    assert rendered.shortened


def test_F55_long_texts_are_cut_last(render_body):
    body = "\n".join("- {type: TextBlock, wrap: true, text: '{{ e.error }}'}" for _ in range(6))
    rendered = render_body(body, e={"error": "😀" * 8000})
    assert rendered.fell_back is None
    assert rendered.size <= AIM
    assert {len(text) for text in texts(rendered)[:6]} == {1000}


@pytest.mark.parametrize(("characters", "fell_back"), [(HARD - 91, None), (HARD - 90, "too_large")])
def test_F55_one_byte_above_the_limit_falls_back(characters, fell_back, render_body):
    rendered = render_body("- {type: TextBlock, wrap: true, text: " + "x" * characters + "}", e={"service": "s"})
    assert rendered.fell_back == fell_back
    assert rendered.size == HARD if fell_back is None else rendered.size < 300


def test_F55_ten_thousand_emojis_still_make_a_card(built_in):
    event = {**EVENTS["deployment-failed"], "error": "🔥" * 10_000, "service": "🔥" * 300}
    rendered = built_in.render("deployment-failed", CardContext(event))
    assert rendered.fell_back is None
    assert rendered.size <= AIM


def test_a_seventh_action_is_left_out_and_said(render_body):
    cards = load_body(
        "- {type: TextBlock, wrap: true, text: x}\n"
        "- {type: ActionSet, actions: [{type: Action.OpenUrl, $each: {t: e.tickets}, title: a, url: '{{ t.url }}'}]}"
    )
    tickets = [{"url": f"https://t.example/{number}"} for number in range(9)]
    rendered = cards.render("card", CardContext({"tickets": tickets}))
    assert len(rendered.card["body"][1]["actions"]) == 6
    assert rendered.shortened


MENTION = {"type": "mention", "text": "<at>Grace</at>", "mentioned": {"id": "grace@example.com", "name": "Grace"}}
OTHER = {"type": "mention", "text": "<at>Ada</at>", "mentioned": {"id": "ada@example.com", "name": "Ada"}}


def test_mentions_stand_where_the_card_prints_them(built_in):
    context = CardContext(EVENTS["deployment-failed"], mentions="<at>Grace</at>", entities=[MENTION, OTHER])
    rendered = built_in.render("deployment-failed", context)
    assert [text for text in texts(rendered) if text and "Grace" in text] == ["<at>Grace</at>, please have a look."]
    assert rendered.card["msteams"] == {"width": "Full", "entities": [MENTION]}
    assert built_in.render("deployment-failed", CardContext(EVENTS["push"])).card["msteams"] == {"width": "Full"}


def test_what_was_dropped_with_the_mentions_in_it_does_not_drop_them(render_body):
    body = """
- {type: Container, items: [{type: TextBlock, wrap: true, text: "{{ mentions }}"}], $drop: 1}
- {type: TextBlock, wrap: true, $each: {item: e.digest.items}, $limit: 100, text: "{{ item.title }}"}
"""
    event = {"digest": {"items": [{"title": "ä" * 8000}] * 8}}
    rendered = render_body(body, e=event, mentions="<at>Grace</at>", entities=[MENTION])
    assert rendered.shortened
    assert texts(rendered).count("<at>Grace</at>") == 1
    assert rendered.card["msteams"]["entities"] == [MENTION]


def test_a_text_of_mentions_is_never_cut(render_body):
    people, entities = mention(
        [(f"Somebody with a long name {number}", f"a{number}@example.com") for number in range(20)]
    )
    body = '- {type: TextBlock, wrap: true, text: "{{ e.error }}{{ mentions }}"}\n' + "\n".join(
        '- {type: TextBlock, wrap: true, text: "{{ e.error }}"}' for _ in range(20)
    )
    rendered = render_body(body, e={"error": "🔥" * 8000}, mentions=people, entities=entities)
    assert rendered.fell_back is None
    assert rendered.card["msteams"]["entities"] == entities
    whole = orjson.dumps(rendered.card["body"]).decode()
    assert whole.count("<at>") == whole.count("</at>") == len(entities)


def test_only_our_entities_are_mentions(render_body):
    said = "<at>Grace</at>, [x](https://evil.example) <at>everyone</at>"
    rendered = render_body("- {type: TextBlock, wrap: true, text: '{{ mentions }}'}", mentions=said, entities=[MENTION])
    assert texts(rendered) == ["<at>Grace</at>, \\[x\\](https://evil.example) \\<\u200bat\\>everyone\\<\u200b/at\\>"]
    below = render_body("- {type: TextBlock, wrap: true, text: x}", mentions="<at>Bob</at>")
    assert texts(below) == ["x", "\\<\u200bat\\>Bob\\<\u200b/at\\>"]


def test_a_card_that_prints_no_mentions_gets_them_below(render_body):
    rendered = render_body("- {type: TextBlock, wrap: true, text: x}", mentions="<at>Grace</at>", entities=[MENTION])
    assert texts(rendered) == ["x", "<at>Grace</at>"]
    assert rendered.card["msteams"] == {"entities": [MENTION]}


def test_the_footer_is_text(render_body):
    rendered = render_body("- {type: TextBlock, wrap: true, text: x}", footer="no rule · [x](https://evil.example)")
    assert texts(rendered)[-1] == r"no rule · \[x\](https://evil.example)"
    assert rendered.card["body"][-1]["isSubtle"] is True


def test_what_is_laid_ready(render_body):
    line = "- {type: TextBlock, wrap: true, text: '{{ icon }} {{ service }} {{ environment }} {{ easter_egg }}'}"
    unmapped = {"service": "unmapped", "status": "failed", "original": {"service": "shop_", "environment": "green"}}
    assert texts(render_body(line, e=unmapped, easter_egg="*Bold*.")) == [r"❌ shop\_  \*Bold\*."]
    known = {"service": "checkout", "environment": "prod", "original": {"service": "x", "environment": "y"}}
    assert texts(render_body(line, e=known, icon="🎉")) == ["🎉 checkout prod"]


def test_a_summary_is_one_short_line(built_in):
    event = {**EVENTS["push"], "service": "a\nb" * 300}
    rendered = built_in.render("generic", CardContext(event))
    assert len(rendered.summary) == 200
    assert "\n" not in rendered.summary
