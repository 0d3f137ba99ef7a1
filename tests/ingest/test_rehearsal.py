"""A sample becomes the event that the real request would, and a card has on it what the rules would put there."""

from typing import Any

import app.sources
from app.estate import load_estate
from app.ingest.rehearsal import as_sent, sample_view
from app.kernel import yaml
from app.kernel.clock import iso
from app.kernel.discover import rooms
from app.kernel.samples import load_sample
from app.routing import Rulebook, load_rulebook
from tests.conftest import START
from tests.running.rules import ESTATE

SOURCE = rooms(app.sources, "SOURCE")["bitbucket"]
NAMES = load_estate([yaml.load(ESTATE, "estate.yaml")])


def test_it_has_our_names_and_the_time_that_it_is_given() -> None:
    view = sample_view(SOURCE, load_sample("app.sources.bitbucket", "pipeline-failed"), NAMES, START)
    assert view is not None
    assert (view["type"], view["status"], view["service"]) == ("pipeline.finished", "failed", "checkout")
    assert view["received_at"] == iso(START)


def test_one_that_says_nothing_is_none() -> None:
    assert sample_view(SOURCE, load_sample("app.sources.bitbucket", "push-no-change"), NAMES, START) is None


RULES = """\
version: 1
channels: {team: {kind: console}, other: {kind: console}}
purposes: {failures: [team], all: [other]}
defaults: {timezone: UTC, fallback: other}
users: {upn_domains: [example.com]}
messages:
  - {name: bold, match: {build.number: 42}, text: "Bold, {{ e.service }}."}
rules:
  - name: failed
    match: {type: pipeline.finished}
    to: [failures]
    card: pipeline
    mention: {who: ["user:grace@example.com"]}
  - {name: every, match: {type: pipeline.finished}, to: [all], card: generic}
"""


def book(text: str = RULES) -> Rulebook:
    return load_rulebook(
        [yaml.load(text, "routes.yaml")],
        cards=("pipeline", "generic", "unrouted", "minimal"),
        channel_kinds=("console",),
        estate_environments=("prod",),
        services=("checkout",),
    )


def event(**fields: Any) -> dict[str, Any]:
    sample = sample_view(SOURCE, load_sample("app.sources.bitbucket", "pipeline-succeeded"), NAMES, START)
    assert sample is not None
    return sample | fields


def test_by_itself_it_is_the_first_card_that_the_rules_send_with_its_mentions() -> None:
    name, context = as_sent(book(), event(), None)
    assert (name, context.mentions) == ("pipeline", context.entities[0]["text"])
    assert [one["mentioned"]["id"] for one in context.entities] == ["grace@example.com"]
    assert context.easter_egg == ""


def test_another_card_has_the_mentions_of_its_own_rule_or_none() -> None:
    for card in ("generic", "minimal"):
        name, context = as_sent(book(), event(), card)
        assert (name, context.mentions, context.entities) == (card, "", [])


def test_the_message_of_the_event_is_on_it() -> None:
    _, context = as_sent(book(), event(build={"number": 42}, status="succeeded"), None)
    assert context.easter_egg == "Bold, checkout."


def test_what_no_rule_sends_is_the_fallbacks_card_and_what_nobody_gets_the_minimal_one() -> None:
    assert as_sent(book(), event(type="pipeline.started"), None)[0] == "unrouted"
    drops = "  - {name: quiet, match: {type: pipeline.started}, drop: true}\n"
    assert as_sent(book(RULES + drops), event(type="pipeline.started"), None)[0] == "minimal"


def test_a_summary_is_shown_as_its_schedule_sends_it() -> None:
    weekly = "  - {name: weekly, schedule: {days: [mon], at: '09:00'}, to: [failures], card: generic}\n"
    summary = event(type="shipbell.summary", rule="weekly")
    assert as_sent(book(RULES + weekly), summary, None)[0] == "generic"
    assert as_sent(book(), summary, None)[0] == "minimal"
