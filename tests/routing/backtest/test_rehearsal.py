"""A rehearsal decides as the router does, whatever the rules and the events."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kernel.clock import HOUR, MINUTE, SECOND, iso
from app.routing import Rulebook, route
from app.routing.backtest.plans import Got, Plans
from app.routing.backtest.rehearsal import Rehearsal, Told
from tests.routing.conftest import PLACES, read_book

NOON = 1_772_625_600 * SECOND
"""A Wednesday in March 2026, 12:00 UTC."""
RULES = """
defaults: {dedupe: {by: [type, service, version], window: 10m}}
times: {nights: [{from: "19:00", to: "07:00"}]}
rules:
  - {name: failed, match: {status: failed, environment: prod}, to: [deployments, security], card: failed}
  - name: together
    match: {type: deployment.finished, environment: dev, status: succeeded}
    to: [deployments]
    card: deployment
    group: {by: [environment], wait: 2m, max_wait: 10m, card: generic}
  - name: previews
    match: {type: deployment.finished, build.number: {multiple_of: 1}}
    to: [deployments]
    card: deployment
    coalesce: {by: [service], window: 5m}
  - {name: nights, match: {environment: qa}, to: [security], card: generic, mute: {during: nights, then: hold}}
  - {name: days, match: {environment: qa}, to: [deployments], card: generic, mute: {during: nights, then: drop}}
  - {name: ours, match: {commit.author.email: {glob: "*@acme.example"}}, to: [security], card: failed, dedupe: false}
  - {name: pattern, pattern: {labels: {team: [{prefix: pay}]}}, to: [security], card: security}
  - {name: bots, match: {any: [{actor.kind: bot}, {images: {contains: x}}]}, drop: true}
  - {name: weekly, schedule: {at: "09:00"}, to: [security], card: generic}
"""


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return read_book(PLACES, RULES)


SERVICES = st.sampled_from(["basket", "ledger", "unmapped"])
VIEWS = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["deployment.finished", "pipeline.finished", "gate.decided"]),
        "service": SERVICES,
    },
    optional={
        "environment": st.sampled_from(["dev", "qa", "prod"]),
        "status": st.sampled_from(["succeeded", "failed"]),
        "version": st.sampled_from(["1", "2"]),
        "build": st.fixed_dictionaries({"number": st.sampled_from([1, 2, 1.0, True])}),
        "commit": st.just({"author": {"email": "jo@acme.example"}}),
        "labels": st.sampled_from([{"team": "payments"}, {"team": "web"}]),
        "actor": st.sampled_from([{"kind": "bot"}, {"kind": "human"}]),
        "images": st.sampled_from([["x"], ["y"], []]),
    },
)


CHANGES = st.fixed_dictionaries({}, optional={"service": SERVICES, "version": st.sampled_from(["1", "2"])})
EVENTS = st.lists(VIEWS, min_size=1, max_size=3).flatmap(  # few kinds, so that many events share a plan, or nearly
    lambda kinds: st.lists(st.tuples(st.sampled_from(kinds), CHANGES, st.integers(0, 4 * HOUR)), max_size=20)
)


@given(events=EVENTS)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_tells_each_channel_what_the_router_sends(
    book: Rulebook, events: list[tuple[dict[str, Any], dict[str, Any], int]]
) -> None:
    rehearsal, plans, at, had = Rehearsal(book), Plans([book]), NOON, {}
    for number, (event, changes, later) in enumerate(events):
        at += later
        view = event | changes | {"id": f"{number:032x}", "received_at": iso(at)}
        routing = route(book, view)
        told = rehearsal.take(plans.plans(view)[0], view, at)
        expected = {}
        for send in routing.sends:
            news = (send.channel, send.dedupe and send.dedupe[0])
            if send.dedupe is None or had.get(news, 0) <= at:
                had[news] = at + (send.dedupe[1] if send.dedupe else 0)
                expected[send.channel] = (send.rule, (send.wait and send.wait.card) or send.card)
        assert {channel: (got.rule, got.card) for channel, got in told.got.items()} == expected
        assert told.sent == bool(routing.sends)


def tell(book: Rulebook, *events: tuple[int, dict[str, Any]]) -> tuple[Rehearsal, list[Told]]:
    """Events by the minute after noon at which each was received."""
    rehearsal, plans = Rehearsal(book), Plans([book])
    told = []
    for minute, changes in events:
        view = {"type": "deployment.finished", "service": "basket", "id": "1"} | changes
        told.append(rehearsal.take(plans.plans(view)[0], view, NOON + minute * MINUTE))
    rehearsal.finish()
    return rehearsal, told


def test_twenty_in_a_group_are_one_message(book: Rulebook) -> None:
    dev = {"environment": "dev", "status": "succeeded"}
    rehearsal, told = tell(book, *((0, dev | {"version": str(number)}) for number in range(20)))
    heard = rehearsal.heard["platform"]
    assert (heard.cards, heard.waited, heard.posts, rehearsal.posts["notify"].sent) == (20, 20, 1, 1)
    assert told[0].got == {"platform": Got("together", "generic", together=True)}


def test_of_what_coalesces_only_the_last_is_a_message(book: Rulebook) -> None:
    even = {"build": {"number": 2}}
    rehearsal, _ = tell(book, (0, even), (2, even), (4, even), (20, even))
    heard = rehearsal.heard["platform"]
    assert (heard.cards, heard.posts) == (4, 2)


def test_the_same_news_is_counted_apart(book: Rulebook) -> None:
    prod = {"environment": "prod", "status": "failed", "version": "7"}
    rehearsal, told = tell(book, (0, prod), (1, prod), (11, prod))
    heard = rehearsal.heard["platform"]
    assert (heard.cards, heard.same_news, heard.posts) == (2, 1, 2)
    assert (told[1].got, told[1].sent) == ({}, True)
    assert not rehearsal.nobody


def test_at_night_one_rule_holds_and_another_drops(book: Rulebook) -> None:
    rehearsal, told = tell(book, (8 * 60, {"environment": "qa"}), (9 * 60, {"environment": "qa"}))
    security, platform = rehearsal.heard["security"], rehearsal.heard["platform"]
    assert (security.cards, security.waited, security.posts) == (2, 2, 1)
    assert (platform.cards, platform.muted, platform.posts) == (0, 2, 0)
    assert told[0].sent


def test_who_gets_nothing_and_why_is_counted() -> None:
    rules = """
times: {nights: [{from: "19:00", to: "07:00"}]}
purposes: {nobody: []}
rules:
  - {name: bots, match: {actor.kind: bot}, drop: true}
  - {name: silent, match: {environment: qa}, to: [security], card: generic, mute: {during: nights, then: drop}}
  - {name: empty, match: {environment: dev}, to: [nobody], card: generic}
"""
    book = read_book(PLACES.replace("{fallback: platform}", "{}"), rules)
    night = 8 * 60
    changes = ({"actor": {"kind": "bot"}}, {"environment": "qa"}, {"environment": "dev"}, {})
    rehearsal, told = tell(book, *((night, change) for change in changes))
    assert rehearsal.nobody == {
        ("dropped", "bots"): 1,
        ("muted", "silent"): 1,
        ("reaches nobody", "empty"): 1,
        ("no rule", ""): 1,
    }
    assert not any(one.sent or one.got for one in told)


def test_what_no_rule_matches_goes_to_the_fallback(book: Rulebook) -> None:
    rehearsal, told = tell(book, (0, {"type": "gate.decided"}))
    assert told[0].got == {"platform": Got("no rule", "unrouted")}
    assert rehearsal.heard["platform"].posts == 1


def test_a_summary_goes_where_its_rule_says_and_nowhere_without_it(book: Rulebook) -> None:
    summary = {"type": "shipbell.summary", "service": "unmapped"}
    rehearsal, told = tell(book, (0, summary | {"rule": "weekly"}), (1, summary | {"rule": "gone"}))
    assert told[0].got == {"security": Got("weekly", "generic")}
    assert (told[1].sent, rehearsal.nobody) == (False, {("no schedule", "gone"): 1})


def test_plans_do_not_pile_up(book: Rulebook) -> None:
    plans = Plans([book])
    for number in range(25_000):
        view = {"type": "deployment.finished", "service": "basket", "build": {"number": number}}
        (part,) = plans.plans(view)[0].parts
        assert part.now.rule == "previews"
    assert len(plans._kept) <= 20_000
