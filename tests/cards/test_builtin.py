"""Every shipped card with every sample event: valid, clean, and as the golden file says.

`GOLDEN_UPDATE=1 pytest tests/cards/test_builtin.py` rewrites tests/cards/golden; review them as a diff.
"""

import json
import os
from pathlib import Path

import pytest

from app.cards import CardContext, plain
from app.cards.lint import lint
from app.cards.mentions import mention
from tests.cards.sample_events import EVENTS
from tests.cards.teams_schema import schema_errors

GOLDEN = Path(__file__).parent / "golden"
# Which events each card is written for: these are kept as golden files.
WRITTEN_FOR = {
    "deployment": ["deployment-succeeded", "deployment-started-bare", "deployment-unmapped", "deployment-with-facts"],
    "deployment-digest": ["digest-of-deployments", "digest-bare"],
    "deployment-failed": ["deployment-failed", "deployment-unmapped", "deployment-failed-with-facts"],
    "deployment-qa": ["deployment-succeeded", "deployment-with-facts", "deployment-failed", "deployment-started-bare"],
    "digest": ["digest-of-deployments", "digest-of-a-night", "digest-bare"],
    "dora-weekly": ["summary-of-a-week", "summary-bare"],
    "feature-branch": ["feature-branch", "deployment-started-bare"],
    "gate": ["gate-blocked", "gate-bypassed"],
    "generic": ["health-degraded", "tests-failed", "incident-opened", "gate-blocked", "ticket-restricted", "own-news"],
    "incident": ["incident-opened", "incident-resolved"],
    "minimal": ["deployment-failed", "own-news", "digest-of-a-night"],
    "pipeline": ["pipeline-failed", "pipeline-started-bare"],
    "pull-request": ["pull-request-opened", "pull-request-merged-bare"],
    "security": ["scan-failed", "scan-unrated", "scan-bare", "vulnerability-new"],
    "tests": ["tests-failed", "tests-of-a-sync", "tests-bare"],
    "unrouted": ["push", "incident-opened"],
}
NAMES = sorted(WRITTEN_FOR)
FITTING = {
    "deployment": "deployment",
    "incident": "incident",
    "pipeline": "pipeline",
    "pull_request": "pull-request",
    "security": "security",
    "tests": "tests",
}
PAIRS = [(name, event) for name, events in WRITTEN_FOR.items() for event in events]


def test_all_shipped_cards_load_without_a_warning(built_in):
    assert sorted(built_in.names) == NAMES
    assert built_in.warnings == ()


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("name", NAMES)
def test_every_card_takes_every_event(name, event, built_in):
    rendered = built_in.render(name, CardContext(EVENTS[event], footer="ref 7Q3K"))
    assert (rendered.fell_back, rendered.problem) == (None, "")
    assert schema_errors(rendered.card) == []
    assert list(lint(rendered.card)) == []
    assert rendered.summary.strip()
    assert not rendered.shortened


@pytest.mark.parametrize(("name", "event"), PAIRS)
def test_a_card_is_as_its_golden_file_says(name, event, built_in):
    rendered = built_in.render(name, CardContext(EVENTS[event], footer="ref 7Q3K"))
    found = {"summary": rendered.summary, "plain": plain(rendered.card).split("\n"), "card": rendered.card}
    path = GOLDEN / f"{name}--{event}.json"
    if os.environ.get("GOLDEN_UPDATE"):
        path.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    assert found == json.loads(path.read_text())


@pytest.mark.parametrize("name", NAMES)
def test_every_card_shows_who_is_mentioned_once(name, built_in):
    text, entities = mention([("Grace Hopper", "grace@example.com"), ("Ada", None)])
    context = CardContext(EVENTS[WRITTEN_FOR[name][0]], mentions=text, entities=entities)
    rendered = built_in.render(name, context)
    assert rendered.card["msteams"]["entities"] == entities
    assert json.dumps(rendered.card["body"]).count("<at>Grace Hopper</at>, Ada") == 1


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("minimal", "unrouted")])
def test_every_card_has_a_place_for_a_message(name, built_in):
    for event in EVENTS.values():
        shown = plain(built_in.render(name, CardContext(event, easter_egg="A *milestone*.")).card)
        assert shown.count("A *milestone*.") == 1


@pytest.mark.parametrize(("name", "event"), PAIRS)
def test_what_is_unknown_leaves_no_trace(name, event, built_in):
    rendered = built_in.render(name, CardContext(EVENTS[event]))
    assert rendered.missing == 0
    for line in plain(rendered.card).split("\n"):
        assert line.strip() not in ("", "-")
        assert not line.rstrip().endswith((" -", ":", "·", "(", "→", ","))
        assert not line.lstrip().startswith(("·", ":", ","))


def test_no_golden_file_is_left_over():
    assert {path.stem for path in GOLDEN.iterdir()} == {f"{name}--{event}" for name, event in PAIRS}


def test_a_restricted_ticket_says_nothing_but_its_key(built_in):
    rendered = built_in.render("generic", CardContext(EVENTS["ticket-restricted"]))
    assert "SEC-1" in plain(rendered.card)
    assert "never to be shown" not in json.dumps(rendered.card)


def test_the_events_of_every_sources_samples_make_good_cards(built_in):
    golden = pytest.importorskip("tests.conformance.golden")
    seen = 0
    for source_name, sample_name in golden.all_samples():
        source = golden.SOURCES[source_name]
        sample = golden.sample_of(source, sample_name)
        try:
            parsed = source.parse(golden.inbound(source, sample.headers, sample.body))
        except golden.BadPayload:
            continue
        for draft in parsed if isinstance(parsed, list) else ():
            e = golden.as_event(source, draft).model_dump(exclude_none=True)
            seen += 1
            for name in ("generic", FITTING.get(draft.type.split(".")[0], "unrouted")):
                rendered = built_in.render(name, CardContext(e))
                where = f"{name} of {source_name}/{sample_name}: {rendered.problem}"
                assert rendered.fell_back is None, where
                assert schema_errors(rendered.card) == [], where
                assert list(lint(rendered.card)) == [], where
    assert seen > 10
