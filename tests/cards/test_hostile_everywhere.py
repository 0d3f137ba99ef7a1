"""Every shipped card, every type of event, every field full of harm: what is sent is harmless, valid and small."""

import re
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.cards import CardContext, Cards, Rendered, load_cards
from app.cards.mentions import mention
from app.events import flat, parse_event
from tests.cards.full_events import full_event, only_events
from tests.cards.sample_events import ENVELOPE
from tests.cards.test_hostile import OURS, PIECES, assert_harmless, hostile, link

NAMES = [
    *("deployment", "deployment-digest", "deployment-failed", "deployment-qa", "digest", "dora-weekly"),
    *("feature-branch", "gate", "generic", "incident", "minimal", "pipeline", "pull-request", "security", "tests"),
    "unrouted",
]
PEOPLE = [("Grace Hopper", "grace@example.com"), ("<at>[x](https://evil.example)", "x@example.com"), ("</at>", None)]
KUBECTL = re.compile(
    r"kubectl -n [a-z0-9-]+ (get pods|logs deployment/[a-z0-9-]+ --tail=100 --follow"
    r"|port-forward service/[a-z0-9-]+ 8080:80)"
)
ALL = "".join(PIECES)
BUILT_IN_ALONE = load_cards({})


def context(e: dict[str, Any], text: str) -> CardContext:
    texts, entities = mention(PEOPLE)
    return CardContext(e, mentions=texts, entities=entities, easter_egg=text, footer=text[:100])


def assert_only_our_mentions(rendered: Rendered) -> None:
    """Takes our two out, and then there must be none."""
    entities = rendered.card["msteams"]["entities"]
    assert [entity["mentioned"]["id"] for entity in entities] == ["grace@example.com", "x@example.com"]
    body = orjson.dumps(rendered.card["body"]).decode()
    for entity in entities:
        assert body.count(entity["text"]) == 1
        body = body.replace(entity["text"], "")
    assert not re.search(r"<\s*/?\s*at\b", body + rendered.summary, re.IGNORECASE)


def assert_commands_are_ours(card: Any) -> None:
    if isinstance(card, dict):
        text = card.get("text", "")
        if card.get("type") == "TextRun" and text.startswith("kubectl"):
            assert KUBECTL.fullmatch(text), text
        for child in card.values():
            assert_commands_are_ours(child)
    elif isinstance(card, list):
        for child in card:
            assert_commands_are_ours(child)


def check(cards: Cards, name: str, e: dict[str, Any], text: str) -> None:
    assert_harmless(cards.render(name, CardContext(e, easter_egg=text, footer=text[:100])))
    rendered = cards.render(name, context(e, text))
    assert rendered.fell_back is None
    assert_only_our_mentions(rendered)
    assert_commands_are_ours(rendered.card)
    assert "\n" not in rendered.summary
    assert len(rendered.summary) <= 200


def test_every_shipped_card_is_tried(built_in):
    assert sorted(built_in.names) == NAMES


@pytest.mark.parametrize("type_", only_events())
def test_the_events_of_this_test_are_events(type_):
    made = full_event(type_, "text", f"https://{OURS}/x", facts=False) | ENVELOPE
    read = flat(parse_event(orjson.dumps(made)))
    assert {**read, "status": None} == {**made, "status": None, **{key: read[key] for key in ENVELOPE}}


@pytest.mark.parametrize("type_", only_events())
@pytest.mark.parametrize("name", NAMES)
def test_F48_every_card_and_every_type_of_event(name, type_, built_in):
    check(built_in, name, full_event(type_, ALL[:280], f"https://{OURS}/{ALL[:200]}"), ALL)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(NAMES),
    type_=st.sampled_from(only_events()),
    text=hostile,
    target=link,
    times=st.sampled_from([1, 1, 50, 2000]),
    items=st.sampled_from([1, 3, 100]),
    pick=st.integers(0, 7),
)
def test_F48_any_harm_anywhere(built_in, name, type_, text, target, times, items, pick):
    check(built_in, name, full_event(type_, text * times, target, items, pick), text * times)


@pytest.mark.parametrize(
    "piece", ["🔥", '"', "\\", "*", "<at>a</at>", "[x](https://evil.example) ", "\u202e<", "word "]
)
@pytest.mark.parametrize("name", NAMES)
def test_F48_the_longest_event_still_fits(name, piece, built_in):
    types = {"deployment-digest": "shipbell.digest", "digest": "shipbell.digest", "dora-weekly": "shipbell.summary"}
    kind = name.replace("-", "_")
    fitting = [type_ for type_ in only_events() if type_.startswith(kind)]
    type_ = types.get(name) or (fitting or ["deployment.finished"])[0]
    long = piece * (8192 // len(piece))
    check(built_in, name, full_event(type_, long, f"https://{OURS}/{piece * 150}"[:2040], 100), piece * 80)


@pytest.mark.parametrize("piece", PIECES)
def test_F48_the_built_in_digest(piece):
    e = full_event("shipbell.digest", piece * 20, f"https://{OURS}/{piece}", 100)
    check(BUILT_IN_ALONE, "digest", e, piece)
